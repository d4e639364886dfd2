/* waiter PORT CA_FILE USER PASSWORD: waits in a mailbox of a real server, for whole runs.
 *
 * Says "news" when it has seen the mailbox and begins to wait, then what ended the wait. A line on
 * standard input, or its end, wakes it. One idle is issued anew every half second, so that
 * this is tried, too. */
#include "intake/fetch/mailbox.h"
#include "intake/link/connection.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MS 60000
#define RENEW_MS 500

static void wait_and_tell(LodgeMailboxSession *session)
{
    static const char *const words[] = {[LODGE_MAILBOX_NEWS] = "news",
                                        [LODGE_MAILBOX_QUIET] = "quiet",
                                        [LODGE_MAILBOX_WOKEN] = "woken"};
    g_autoptr(GError) error = NULL;
    LodgeMailboxWait result = LODGE_MAILBOX_QUIET;
    gboolean ok =
        lodge_mailbox_wait(session, PATIENCE_MS, RENEW_MS, STDIN_FILENO, &result, &error);
    printf("%s\n", ok ? words[result] : error->message);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return EXIT_FAILURE;
    lodge_connection_init(NULL);
    const LodgeMailbox mailbox = {
        .name = (char *)"plans",
        .endpoint = {.host = (char *)"127.0.0.1",
                     .port = (guint)atoi(argv[1]),
                     .tls = LODGE_TLS_IMPLICIT,
                     .ca_file = argv[2],
                     .user = argv[3],
                     .auth = LODGE_AUTH_PASSWORD,
                     .connect_timeout_ms = PATIENCE_MS,
                     .reply_timeout_ms = PATIENCE_MS},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMailboxSession) session = lodge_mailbox_open(&mailbox, argv[4], &error);
    if (session == NULL) {
        printf("%s\n", error->message);
        return EXIT_FAILURE;
    }
    wait_and_tell(session); /* it has seen nothing yet: "news" at once */
    wait_and_tell(session);
    return EXIT_SUCCESS;
}
