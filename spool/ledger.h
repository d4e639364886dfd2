/* ledger.h - questions to the index of the journal (SQLite).
 *
 * Never the truth: every row came from an event, and the same function applies an event when it
 * happens and when the index is rebuilt. The seam where another database goes.
 * Handles belong to one thread. Returned values are owned by the caller; lists are
 * GPtrArrays with free functions. */
#pragma once

#include "spool/event.h"
#include <glib.h>

typedef struct LodgeLedger LodgeLedger;

void lodge_ledger_close(LodgeLedger *ledger);

typedef struct {
    char *id; /* "PP24-000123-K.1" */
    char *reference;
    char *kind;  /* received, decision */
    char *state; /* owed, attempted, sent, refused, retry, unknown */
    char *to;
    char *message_id;
    char *object;
    guint attempts;
    gint64 owed_us;
    gint64 due_us; /* when to try (next) */
    gint64 answered_us;
    int smtp_code;
    char *reply;          /* what the server said last, or NULL */
    gint64 returned_us;   /* a bounce of it came; LODGE_INSTANT_UNKNOWN: none has */
    char *returned_words; /* what that says, or NULL */
} LodgeLedgerReceipt;

typedef struct {
    char *reference;
    char *state; /* pending, decided, purged */
    char *call;
    char *message_sha256;
    gint64 size_bytes;
    gint64 kept_us;
    gint64 decided_us;
    LodgeLocation location; /* the first one */
    gint64 internaldate_us; /* there */
    GPtrArray *locations;   /* LodgeLocation: all of them, the first first */
    char *message_id, *from, *subject, *content_key;
    char *council;
    guint version;
    char *outcome, *timeliness;
    gint64 received_us;
    char *received_source;
    char *duplicate_of;
    char *may_answer; /* "yes" or why not; NULL while pending, and for older decisions */
    char *reading, *evidence, *history, *rules, *decision; /* objects; NULL while pending */
    GPtrArray *findings;                                   /* LodgeEventFinding */
    GPtrArray *documents;                                  /* LodgeEventDocument */
    GPtrArray *receipts;                                   /* LodgeLedgerReceipt */
    GPtrArray *notices; /* likewise: to the council's contact, and no receipts */
    guint attempts;     /* of ours that failed */
    char *deferred_code, *deferred_words; /* the last failure, or NULL */
    gint64 retry_at_us;
    gboolean marked;    /* the mailbox reflects the decision, at the first location */
    gboolean projected; /* its human-readable tree was written */
} LodgeLedgerMessage;

void lodge_ledger_message_free(LodgeLedgerMessage *message);
void lodge_ledger_receipt_free(LodgeLedgerReceipt *receipt);

/* NULL with no error: no such message. */
LodgeLedgerMessage *
lodge_ledger_get_message(LodgeLedger *ledger, const char *reference, GError **error);
/* The same, but no such message is LODGE_SPOOL_ERROR_MISSING. */
LodgeLedgerMessage *
lodge_ledger_require_message(LodgeLedger *ledger, const char *reference, GError **error);
/* Reference of the message with these bytes, or NULL; g_free it. */
char *
lodge_ledger_find_message(LodgeLedger *ledger, const char *message_sha256, GError **error);

/* The object with the reading of the last decided message that brought this document; NULL with no error: none did.
 * g_free it. */
char *
lodge_ledger_find_reading(LodgeLedger *ledger, const char *document_sha256, GError **error);

/* Calls back once per message in order of reference; FALSE from the callback ends it, and with an error
 * fails it. One snapshot in constant memory; the callback may ask the same handle, but add nothing. */
typedef gboolean (*LodgeLedgerVisit)(const LodgeLedgerMessage *message,
                                     gpointer data,
                                     GError **error);
typedef struct {
    const char *call;    /* NULL: any */
    const char *state;   /* NULL: any */
    const char *outcome; /* NULL: any */
    const char *council; /* NULL: any */
} LodgeLedgerFilter;
gboolean lodge_ledger_visit_messages(LodgeLedger *ledger,
                                     const LodgeLedgerFilter *filter,
                                     LodgeLedgerVisit visit,
                                     gpointer data,
                                     GError **error);

/* What is due: now, and how far ahead of now a next try is ever set. One that lies beyond was set by a clock that was
 * ahead, and is due as well: that the clock was put right must not keep anything for as long as it was wrong. */
typedef struct {
    gint64 now_us;
    gint64 latest_us;
} LodgeLedgerDue;

/* References that are pending and due, oldest first. */
GPtrArray *
lodge_ledger_list_pending(LodgeLedger *ledger, const LodgeLedgerDue *due, GError **error);
/* When the next pending message that is not due yet will be; UNKNOWN: there is none. */
gboolean lodge_ledger_find_pending_due(LodgeLedger *ledger,
                                       gint64 now_us,
                                       gint64 *due_us_out,
                                       GError **error);
/* Sorted guint32 UIDs known at this folder and epoch. */
GArray *lodge_ledger_list_uids(LodgeLedger *ledger,
                               const char *account,
                               const char *folder,
                               guint32 uidvalidity,
                               GError **error);
/* Decided messages of this account and folder epoch whose mailbox is not marked yet: LodgeLedgerMark. */
typedef struct {
    char *reference;
    LodgeLocation location;
    char *outcome;
} LodgeLedgerMark;
void lodge_ledger_mark_free(LodgeLedgerMark *mark);
GPtrArray *lodge_ledger_list_unmarked(LodgeLedger *ledger,
                                      const char *account,
                                      const char *folder,
                                      guint32 uidvalidity,
                                      GError **error);
/* References decided but not projected. */
GPtrArray *lodge_ledger_list_unprojected(LodgeLedger *ledger, GError **error);

/* Receipts that are due, LodgeLedgerReceipt: in state retry or unknown-to-be-retried when their time has come, owed or
 * attempted (cut off) whatever a clock said. First those that
 * answer a message for the first time (".1"), then decisions, corrections, reminders, others. Within one class those
 * never tried and those tried before take turns, each by due time: however many wait for a server
 * that will not take them, a council that has just written hears of it, and no flood of new ones keeps a retry from
 * its turn. */
GPtrArray *lodge_ledger_list_receipts_due(LodgeLedger *ledger,
                                          const LodgeLedgerDue *due,
                                          GError **error);
/* All receipts not yet at an end; the earliest due instant into due_us_out (or UNKNOWN). */
guint lodge_ledger_count_receipts_open(LodgeLedger *ledger,
                                       gint64 *due_us_out,
                                       GError **error);

/* Notices to the contact of a council (GSS code) that were owed for a call after that instant. */
gboolean lodge_ledger_count_notices(LodgeLedger *ledger,
                                    const char *call,
                                    const char *council,
                                    gint64 since_us,
                                    guint *count_out,
                                    GError **error);

/* By how much the mailbox's stamps were ahead of our clock at most, of messages kept after that instant;
 * 0 when none was. Its server's clock is wrong, or ours is behind. */
gboolean lodge_ledger_find_clock_gap(LodgeLedger *ledger,
                                     const char *account,
                                     gint64 since_us,
                                     gint64 *gap_us_out,
                                     GError **error);

/* Receipts that have left, or may have, after that instant: sent, unknown, or attempted without an answer yet. */
gboolean lodge_ledger_count_receipts_gone(LodgeLedger *ledger,
                                          gint64 since_us,
                                          guint *count_out,
                                          GError **error);

/* ---- history, the third input of the decision ---- */
typedef enum {
    LODGE_LEDGER_TO_ADDRESS, /* whatever its case */
    LODGE_LEDGER_TO_DOMAIN,
    LODGE_LEDGER_FOR_COUNCIL, /* a GSS code */
} LodgeLedgerAnswered;
/* First answers (receipts "received" or "decision" whose id ends in ".1") owed after that instant, for any call.
 * Of those to an address or a domain, the first for each council is left out. */
gboolean lodge_ledger_count_answers(LodgeLedger *ledger,
                                    LodgeLedgerAnswered whom,
                                    const char *name,
                                    gint64 since_us,
                                    guint *count_out,
                                    GError **error);
typedef struct {
    char *reference;
    char *council;
    guint version;
    char *outcome, *timeliness;
    gint64 received_us;
    char *content_key;
    char *message_id;
    GStrv document_sha256s;
    guint receipts; /* owed for it and for its copies so far */
    gboolean ruled; /* a person accepted, rejected or assigned it */
} LodgeLedgerPast;
void lodge_ledger_past_free(LodgeLedgerPast *past);
/* Decided messages of the call, other than `reference`, with this content key (duplicates excluded), oldest first. */
GPtrArray *lodge_ledger_list_same_content(LodgeLedger *ledger,
                                          const char *call,
                                          const char *content_key,
                                          const char *reference,
                                          GError **error);
/* The same of messages with this Message-ID. */
GPtrArray *lodge_ledger_list_same_id(LodgeLedger *ledger,
                                     const char *call,
                                     const char *message_id,
                                     const char *reference,
                                     GError **error);
/* Decided messages of the call filed for this council (version > 0) or held/rejected for it, oldest first. */
GPtrArray *lodge_ledger_list_council(LodgeLedger *ledger,
                                     const char *call,
                                     const char *council,
                                     const char *reference,
                                     GError **error);

/* Every version that was given to a council of this call, whatever became of it: LodgeLedgerVersion, ascending. */
typedef struct {
    char *council;
    guint version;
    char *reference;
} LodgeLedgerVersion;
void lodge_ledger_version_free(LodgeLedgerVersion *version);
GPtrArray *lodge_ledger_list_versions(LodgeLedger *ledger,
                                      const char *call,
                                      const char *council,
                                      GError **error);
/* The same for one message: all councils and versions that it ever had. */
GPtrArray *
lodge_ledger_list_versions_of(LodgeLedger *ledger, const char *reference, GError **error);

/* ---- what persons ruled ---- */
typedef struct {
    gint64 at_us;
    char *action;     /* accept, reject, assign, note, resend */
    char *council;    /* GSS or NULL */
    char *timeliness; /* as ruled, or NULL */
    char *receipt;    /* sent again, or NULL */
    char *actor;      /* these three are NULL once their record is erased */
    char *reason;
    char *told; /* what the council is told, or NULL */
} LodgeLedgerRuling;
void lodge_ledger_ruling_free(LodgeLedgerRuling *ruling);
/* Of one message, oldest first. */
GPtrArray *
lodge_ledger_list_rulings(LodgeLedger *ledger, const char *reference, GError **error);

typedef struct {
    gint64 at_us;
    char *council; /* GSS or "all" */
    gint64 until_us;
    char *until_text, *actor, *reason; /* NULL once their record is erased */
} LodgeLedgerExtension;
void lodge_ledger_extension_free(LodgeLedgerExtension *extension);
/* Granted for this call, oldest first. */
GPtrArray *
lodge_ledger_list_extensions(LodgeLedger *ledger, const char *call, GError **error);

/* ---- what was purged ---- */
typedef struct {
    char *reference;
    gint64 at_us;
    char *rule;           /* a code: what it was purged under */
    char *actor, *reason; /* NULL once their record is lost */
    char *key, *digest;   /* recognise its bytes: spool/purged.h; or NULL */
} LodgeLedgerPurge;
void lodge_ledger_purge_free(LodgeLedgerPurge *purge);
/* Of one message; NULL with no error: it was not purged. */
LodgeLedgerPurge *
lodge_ledger_get_purge(LodgeLedger *ledger, const char *reference, GError **error);
/* All of them, in the order of the journal. */
GPtrArray *lodge_ledger_list_purges(LodgeLedger *ledger, GError **error);
/* The latest instant of any event, or UNKNOWN. */
gboolean lodge_ledger_get_newest(LodgeLedger *ledger, gint64 *at_us_out, GError **error);
/* References of the messages that were decided to be copies of this one and are not purged. */
GPtrArray *
lodge_ledger_list_copies(LodgeLedger *ledger, const char *reference, GError **error);
/* Reference of the purged message that had these bytes, or NULL; g_free it. */
char *
lodge_ledger_find_purged(LodgeLedger *ledger, const char *message_sha256, GError **error);

/* ---- passes ---- */
typedef struct {
    char *account;
    gint64 at_us;
    gboolean complete;
    GPtrArray *folders; /* LodgeEventFolder */
} LodgeLedgerPass;
void lodge_ledger_pass_free(LodgeLedgerPass *pass);
/* The last pass of each account. */
GPtrArray *lodge_ledger_list_passes(LodgeLedger *ledger, GError **error);
/* Epochs seen of a folder: guint32 uidvalidities, latest last. */
GArray *lodge_ledger_list_epochs(LodgeLedger *ledger,
                                 const char *account,
                                 const char *folder,
                                 GError **error);

/* The last look at an epoch of a folder, however many passes ago. */
typedef struct {
    gint64 at_us; /* LODGE_INSTANT_UNKNOWN: it was never looked at */
    guint64 seq;  /* of the event that told of it */
    guint32 uidnext;
    guint64 vanished;
} LodgeLedgerLook;
gboolean lodge_ledger_get_look(LodgeLedger *ledger,
                               const char *account,
                               const char *folder,
                               guint32 uidvalidity,
                               LodgeLedgerLook *look_out,
                               GError **error);
/* The look of this account that is longest ago, or LODGE_INSTANT_UNKNOWN. */
gboolean lodge_ledger_get_earliest_look(LodgeLedger *ledger,
                                        const char *account,
                                        gint64 *at_us_out,
                                        GError **error);

/* Messages kept after this event, and where they were found first: LodgeLedgerArrival. */
typedef struct {
    char *message_sha256, *folder;
    gint64 internaldate_us;
    guint64 seq;
} LodgeLedgerArrival;
void lodge_ledger_arrival_free(LodgeLedgerArrival *arrival);
GPtrArray *lodge_ledger_list_arrivals(LodgeLedger *ledger,
                                      const char *account,
                                      guint64 after_seq,
                                      GError **error);

/* Messages that may have come to a folder and gone again between two looks. */
typedef struct {
    char *account, *folder;
    guint32 uidvalidity;
    guint64 count;
    char *uids; /* "10-11,14": at least `count` of them */
    gint64 since_us, until_us;
} LodgeLedgerUnseen;
void lodge_ledger_unseen_free(LodgeLedgerUnseen *unseen);
/* Those of looks at or after this instant, the latest first: LodgeLedgerUnseen. */
GPtrArray *lodge_ledger_list_unseen(LodgeLedger *ledger, gint64 after_us, GError **error);

/* Events of a message in order, for its timeline: LodgeLedgerLine. */
typedef struct {
    gint64 at_us;
    char *type;
    char *words; /* code or state in brief */
} LodgeLedgerLine;
void lodge_ledger_line_free(LodgeLedgerLine *line);
GPtrArray *
lodge_ledger_list_timeline(LodgeLedger *ledger, const char *reference, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLedger, lodge_ledger_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLedgerMessage, lodge_ledger_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLedgerPurge, lodge_ledger_purge_free)
