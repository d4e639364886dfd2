#include "config/scanner.h"

#include <string.h>

/* sun_path holds 108 bytes, its end included. */
#define SOCKET_BYTES 107
#define CLAMD_PORT 3310

static void check_place(const LodgeScannerSettings *settings, LodgeKeyGroup *group)
{
    if (settings->socket == NULL && settings->host == NULL)
        lodge_key_group_fail(group, NULL,
                             "it names no scanner; write socket = /run/clamav/clamd.ctl, "
                             "or host and port");
    if (settings->socket != NULL && settings->host != NULL)
        lodge_key_group_fail(group, "host",
                             "there is a socket as well; delete one of them");
    if (settings->host == NULL && lodge_key_group_has(group, "port"))
        lodge_key_group_fail(group, "port", "it has no use without host");
    if (settings->socket != NULL && strlen(settings->socket) > SOCKET_BYTES)
        lodge_key_group_fail(
            group, "socket",
            "'%s' is longer than the %d bytes that a socket's path may have",
            settings->socket, SOCKET_BYTES);
}

void lodge_scanner_settings_read(LodgeScannerSettings *settings, LodgeKeyGroup *group)
{
    settings->is_on = lodge_key_group_is_present(group);
    if (!settings->is_on)
        return;
    settings->socket = lodge_key_group_get_path(group, "socket");
    settings->host = lodge_key_group_get_host(group, "host");
    settings->port = (guint)lodge_key_group_get_number(group, "port", CLAMD_PORT);
    if (settings->host != NULL && !lodge_key_group_has(group, "port"))
        lodge_key_group_note_default(group, "port", G_STRINGIFY(CLAMD_PORT));
    settings->timeout_ms = (guint)lodge_key_group_get_number(group, "timeout", 0);
    settings->max_size_bytes = lodge_key_group_get_number(group, "max_size", 0);
    check_place(settings, group);
}

void lodge_scanner_settings_clear(LodgeScannerSettings *settings)
{
    g_clear_pointer(&settings->socket, g_free);
    g_clear_pointer(&settings->host, g_free);
}
