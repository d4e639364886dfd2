#include "intake/notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A name that begins with @ lies in the abstract space, where names begin with NUL. */
static gboolean
make_address(const char *path, struct sockaddr_un *address, socklen_t *size_out)
{
    gsize length = strlen(path);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((path[0] != '/' && path[0] != '@') || length >= sizeof address->sun_path)
        return FALSE;
    memcpy(address->sun_path, path, length);
    if (path[0] == '@')
        address->sun_path[0] = '\0';
    *size_out = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return TRUE;
}

/* A manager that does not listen is no reason to stop. */
static void tell(const LodgeContext *context, const char *text)
{
    struct sockaddr_un address;
    socklen_t size;
    if (context->notify_socket == NULL ||
        !make_address(context->notify_socket, &address, &size))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
           (const struct sockaddr *)&address, size);
    close(fd);
}

void lodge_notify_ready(const LodgeContext *context, const char *status)
{
    g_autofree char *text = g_strdup_printf("READY=1\nSTATUS=%s", status);
    tell(context, text);
}

void lodge_notify_reloading(const LodgeContext *context)
{
    g_autofree char *text = g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
                                            g_get_monotonic_time());
    tell(context, text);
}

void lodge_notify_stopping(const LodgeContext *context)
{
    tell(context, "STOPPING=1");
}

void lodge_notify_alive(const LodgeContext *context, const char *status)
{
    g_autofree char *text = g_strdup_printf("WATCHDOG=1\nSTATUS=%s", status);
    tell(context, text);
}
