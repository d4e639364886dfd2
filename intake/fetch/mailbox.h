/* mailbox.h - one complete look at one mailbox: what is there that the ledger does not know?
 *
 * Runs in the fetcher's thread. For every folder to be watched: SELECT (read-write only where
 * marks are to be set), the epoch (UIDVALIDITY), all UIDs, minus those the ledger knows; then sizes, then
 * bulk UID FETCH with BODY.PEEK[] in batches bounded by size, each message streamed into a stage
 * of the spool while it is hashed; each finished message is handed to `deliver`, which owns the stage from then
 * on. \Seen is never set, plain EXPUNGE and CLOSE never sent. A message that is too large,
 * or cannot be fetched, is counted as failed and named, and does not stop the others. */
#pragma once

#include "config/settings.h"
#include "intake/fetch/breakers.h"
#include "spool/spool.h"
#include <glib.h>

#define LODGE_FETCH_ERROR lodge_fetch_error_quark()
GQuark lodge_fetch_error_quark(void);
typedef enum {
    LODGE_FETCH_ERROR_PROTOCOL, /* the server broke the protocol */
    LODGE_FETCH_ERROR_REFUSED,  /* tagged NO/BAD: names the command and the folder */
    LODGE_FETCH_ERROR_FOLDER,  /* a configured folder does not exist; lists those that do */
    LODGE_FETCH_ERROR_STOPPED, /* deliver or stop asked to end */
    LODGE_FETCH_ERROR_BUSY, /* the server asks for patience; see lodge_mailbox_backoff_ms */
    LODGE_FETCH_ERROR_EPOCH, /* UIDVALIDITY changed meanwhile: the next pass reads the folder anew; or UIDs fell without it: nobody does */
} LodgeFetchError;

typedef struct {
    /* Takes ownership of stage. FALSE ends the pass (error set). */
    gboolean (*deliver)(LodgeStage *stage,
                        const LodgeLocation *location,
                        gint64 internaldate_us,
                        gpointer data,
                        GError **error);
    /* May be NULL. Plain words about one object for the log: "INBOX/17: 60 MB is over the limit". */
    void (*warn)(const char *object, const char *words, gpointer data);
    /* May be NULL. */
    void (*progress)(const char *folder, guint64 done, guint64 total, gpointer data);
    /* May be NULL: then looks are not remembered, and nobody knows what came and went between two. */
    gint64 (*now_us)(gpointer data);
    /* May be NULL. TRUE: end soon. */
    gboolean (*stopping)(gpointer data);
    LodgeBreakers *breakers; /* messages at which the server breaks off; may be NULL */
    gpointer data;
} LodgeFetchSink;

typedef struct LodgeMailboxSession LodgeMailboxSession;

/* Connects and logs in; the secret is used up here. `mailbox` must outlive the session. */
LodgeMailboxSession *
lodge_mailbox_open(const LodgeMailbox *mailbox, const char *secret, GError **error);
void lodge_mailbox_close(LodgeMailboxSession *session); /* LOGOUT, politely but briefly */

/* How long the server asked us to stay away when it last answered BUSY; 0: it did not say. */
guint lodge_mailbox_backoff_ms(const LodgeMailboxSession *session);

/* The pass, over folders listed anew. Where UIDs were given away since the last look and their messages have
 * gone again, the folders that are not watched are looked through, too, and what was stored there since is
 * fetched; what is found nowhere is told in the account (`unseen`). A folder that is refused or changes its epoch does not stop the others; the first such error is
 * returned at the end. Returns LodgeEventFolder accounts (also for folders done before an error, through folders_out). */
gboolean lodge_mailbox_fetch(LodgeMailboxSession *session,
                             LodgeSpool *spool,
                             LodgeLedger *ledger,
                             gint64 max_message_bytes,
                             const LodgeFetchSink *sink,
                             GPtrArray **folders_out,
                             GError **error);

/* Sets the keyword or moves, for what the ledger says is decided and unmarked. `marked` is called for
 * each location the server confirmed (action "keyword" or "moved"); a message that is no longer there
 * is reported with action "gone". Leave: does nothing. */
typedef gboolean (*LodgeMailboxMarked)(const LodgeLedgerMark *mark,
                                       const char *action,
                                       gpointer data,
                                       GError **error);
gboolean lodge_mailbox_mark(LodgeMailboxSession *session,
                            LodgeLedger *ledger,
                            LodgeMailboxMarked marked,
                            gpointer data,
                            GError **error);

/* ---- between two passes ---- */

typedef enum {
    LODGE_MAILBOX_NEWS,  /* something has changed: time for a pass */
    LODGE_MAILBOX_QUIET, /* nothing within timeout_ms */
    LODGE_MAILBOX_WOKEN, /* wake_fd is readable; whoever wrote it resets it */
} LodgeMailboxWait;

#define LODGE_MAILBOX_RENEW_MS (5 * 60 * 1000) /* the usual renew_ms */

/* Waits for news of INBOX where it is watched, else of the first watched folder; the others are for the
 * pass that comes after timeout_ms. IDLE (RFC 2177) where it is offered, issued anew every
 * renew_ms (29 min at most); else NOOP every renew_ms, a minute at most.
 *
 * NEWS is what the last fetch of this session, or its last wait, has not seen; a session that
 * has seen nothing yet says NEWS at once. So no mail is overlooked between pass and wait, with
 * one session for both or with two. `wake_fd` is an eventfd or -1. Errors end the session, which is
 * then to be closed and opened anew, but REFUSED and BUSY; a dead connection is LODGE_LINK_ERROR_TIMEOUT. */
gboolean lodge_mailbox_wait(LodgeMailboxSession *session,
                            guint timeout_ms,
                            guint renew_ms,
                            int wake_fd,
                            LodgeMailboxWait *result_out,
                            GError **error);

/* For check-config --online: capabilities, folders, PERMANENTFLAGS, and how its newest stamp stands to our clock. Lines of plain words, LF. */
char *lodge_mailbox_describe(LodgeMailboxSession *session, gint64 now_us, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeMailboxSession, lodge_mailbox_close)
