#include "intake/fetch/server_fault.h"
#include "intake/fetch/mailbox.h"
#include "intake/link/connection.h"
#include "parsers/text/display.h"
#include <string.h>

void lodge_imap_reply_set(LodgeImapReply *reply, const LodgeImapResponse *response)
{
    lodge_imap_reply_clear(reply);
    reply->status = response->status;
    reply->code = g_strdup(response->code);
    reply->text = lodge_display_line(response->text, 300);
}

void lodge_imap_reply_clear(LodgeImapReply *reply)
{
    g_clear_pointer(&reply->code, g_free);
    g_clear_pointer(&reply->text, g_free);
}

/* Exchange: "Suggested Backoff Time: 92415 milliseconds" */
static guint read_backoff(const char *text)
{
    static const char label[] = "Suggested Backoff Time:";
    const char *at = strstr(text, label);
    if (at == NULL)
        return 0;
    guint64 ms = g_ascii_strtoull(at + strlen(label), NULL, 10);
    return (guint)MIN(ms, LODGE_FAULT_BACKOFF_MAX_MS);
}

gboolean lodge_server_fault_is_busy(const LodgeImapReply *reply, guint *backoff_ms_out)
{
    static const char *const codes[] = {"UNAVAILABLE", "INUSE", "THROTTLED", "LIMIT", NULL};
    static const char *const phrases[] = {"Suggested Backoff Time:", "is throttled",
                                          "User is authenticated but not connected",
                                          "Server Unavailable"};
    gboolean busy = reply->code != NULL && g_strv_contains(codes, reply->code);
    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++)
        busy = busy || strstr(reply->text, phrases[i]) != NULL;
    if (busy)
        *backoff_ms_out = read_backoff(reply->text);
    return busy;
}

static const char *format_status(LodgeImapStatus status)
{
    switch (status) {
    case LODGE_IMAP_NO:
        return "NO";
    case LODGE_IMAP_BAD:
        return "BAD";
    case LODGE_IMAP_BYE:
        return "BYE";
    default:
        return "OK";
    }
}

void lodge_server_fault_set_error(const LodgeImapReply *reply,
                                  const char *name,
                                  const char *about,
                                  guint *backoff_ms_out,
                                  GError **error)
{
    guint backoff_ms = 0;
    if (lodge_server_fault_is_busy(reply, &backoff_ms)) {
        *backoff_ms_out = backoff_ms;
        g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_BUSY,
                    "%s: the server asks to wait (%s, after %s); the next pass tries again",
                    name, reply->text, about);
    } else if (reply->status == LODGE_IMAP_BYE) {
        g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED,
                    "%s: the server ended the session during %s: %s", name, about,
                    reply->text);
    } else {
        g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
                    "%s: the server refuses %s: %s%s%s%s %s", name, about,
                    format_status(reply->status), reply->code != NULL ? " [" : "",
                    reply->code != NULL ? reply->code : "", reply->code != NULL ? "]" : "",
                    reply->text);
    }
}
