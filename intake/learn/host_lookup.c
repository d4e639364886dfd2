#include "intake/learn/host_lookup.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct LodgeHostLookup {
    GMutex mutex;
    GCond done;
    guint holders; /* the thread, and whoever waits for it */
    gboolean is_done;
    char *host, *port;
    struct addrinfo *found; /* NULL: failure, and number where it is the system's */
    int failure, number;
};

/* With the mutex held, which is let go. */
static void release(LodgeHostLookup *lookup)
{
    gboolean is_last = --lookup->holders == 0;
    g_mutex_unlock(&lookup->mutex);
    if (!is_last)
        return;
    if (lookup->found != NULL)
        freeaddrinfo(lookup->found);
    g_mutex_clear(&lookup->mutex);
    g_cond_clear(&lookup->done);
    g_free(lookup->host);
    g_free(lookup->port);
    g_free(lookup);
}

static gpointer run(gpointer data)
{
    LodgeHostLookup *lookup = data;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(lookup->host, lookup->port, &hints, &found);
    int number = errno;
    g_mutex_lock(&lookup->mutex);
    lookup->found = failure == 0 ? found : NULL;
    lookup->failure = failure;
    lookup->number = number;
    lookup->is_done = TRUE;
    g_cond_broadcast(&lookup->done);
    release(lookup);
    return NULL;
}

LodgeHostLookup *lodge_host_lookup_start(const char *host, guint port, GError **error)
{
    LodgeHostLookup *lookup = g_new0(LodgeHostLookup, 1);
    g_mutex_init(&lookup->mutex);
    g_cond_init(&lookup->done);
    lookup->host = g_strdup(host);
    lookup->port = g_strdup_printf("%u", port);
    lookup->holders = 2;
    g_autoptr(GError) failure = NULL;
    GThread *thread = g_thread_try_new("lookup", run, lookup, &failure);
    if (thread != NULL) {
        g_thread_unref(thread);
        return lookup;
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN, "no thread for its name: %s",
                failure->message);
    lookup->holders = 1;
    lodge_host_lookup_free(lookup);
    return NULL;
}

gboolean lodge_host_lookup_wait(LodgeHostLookup *lookup, gint64 until_us)
{
    g_mutex_lock(&lookup->mutex);
    while (!lookup->is_done && g_cond_wait_until(&lookup->done, &lookup->mutex, until_us))
        continue;
    gboolean is_done = lookup->is_done;
    g_mutex_unlock(&lookup->mutex);
    return is_done;
}

const struct addrinfo *lodge_host_lookup_get(const LodgeHostLookup *lookup, GError **error)
{
    g_return_val_if_fail(lookup->is_done, NULL);
    if (lookup->found == NULL)
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                            lookup->failure == EAI_SYSTEM ? g_strerror(lookup->number)
                                                          : gai_strerror(lookup->failure));
    return lookup->found;
}

void lodge_host_lookup_free(LodgeHostLookup *lookup)
{
    if (lookup == NULL)
        return;
    g_mutex_lock(&lookup->mutex);
    release(lookup);
}
