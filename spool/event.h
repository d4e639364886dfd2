/* event.h - what can happen, as typed values, and their two halves on disk.
 *
 * A row in the journal carries what may stay for ever: type, instant, reference, codes, and
 * the SHA-256 of its record. The record is an object that holds everything personal or
 * bulky, and begins with a random salt, so that its digest says nothing about its content once it
 * is erased. Rows are JSON, one a line; the index is rebuilt from rows and records alone.
 *
 * An event is a plain value: set what its type needs, the rest stays zero. Strings are
 * borrowed while an event is being added, owned by the event when it was parsed. An instant of zero is not
 * set, and comes back as LODGE_INSTANT_UNKNOWN; so does everything in a record that was
 * erased come back as zero. Which member belongs to which types, and whether it goes into the row or
 * the record, is one table in event_member.c.
 *
 * A row's strings must be codes ([A-Za-z0-9._-], at most 128, and no SHA-256), so
 * that nothing personal gets into the chain by mistake; parse_row refuses others. Errors:
 * LODGE_SPOOL_ERROR_DAMAGED. Limits: LODGE_EVENT_ROW_BYTES, LODGE_EVENT_RECORD_BYTES. */
#pragma once

#include "parsers/text/digest.h"
#include "parsers/text/instant.h"
#include <glib.h>

#define LODGE_EVENT_ROW_BYTES (256 * 1024)
#define LODGE_EVENT_RECORD_BYTES (16 * 1024 * 1024)

typedef enum {
    LODGE_EVENT_KEPT,    /* a message came in: raw bytes are durable */
    LODGE_EVENT_LOCATED, /* the same bytes were found at another location, or fetched again */
    LODGE_EVENT_DEFERRED,  /* processing failed for our reasons; it stays pending */
    LODGE_EVENT_DECIDED,   /* a decision, with its inputs */
    LODGE_EVENT_OWED,      /* a receipt is owed (same segment as its decision) */
    LODGE_EVENT_ATTEMPTED, /* a receipt is about to be sent */
    LODGE_EVENT_ANSWERED,  /* what became of that attempt */
    LODGE_EVENT_RETURNED, /* somebody's mail system reported that it could not be delivered */
    LODGE_EVENT_MARKED,   /* the mailbox reflects the decision */
    LODGE_EVENT_PASSED,   /* a complete look at a mailbox, with its account */
    LODGE_EVENT_PROJECTED, /* the human-readable tree of a message was written */
    LODGE_EVENT_RULED,     /* a person ruled on a message, or had a receipt sent again */
    LODGE_EVENT_EXTENDED,  /* a person set a later deadline, for one council or for all */
    LODGE_EVENT_PURGED, /* a message is erased: one for each event that told where it lies */
} LodgeEventType;

/* Where a message was found. Files: account "file", folder the path, uidvalidity 0. */
typedef struct {
    char *account;
    char *folder;
    guint32 uidvalidity;
    guint32 uid;
} LodgeLocation;

typedef struct {
    char *code;
    char *severity; /* note, warning, hold, reject */
    char *words;
} LodgeEventFinding;

typedef struct {
    char *name; /* as shown; may be NULL */
    char *role; /* plan, attachment, … */
    char *media_type;
    gint64 size_bytes;
    gint64 pages; /* -1 unknown */
    char *sha256;
    char *
        text; /* object: its text, UTF-8, a form feed after each page; NULL: none was read */
} LodgeEventDocument;

typedef struct {
    char *folder;
    guint32 uidvalidity, uidnext;
    guint64 present;  /* UIDs the server listed */
    guint64 known;    /* of these, known before */
    guint64 fetched;  /* of these, kept in this pass */
    guint64 failed;   /* of these, not fetched; named in the log */
    guint64 vanished; /* known earlier in this epoch, no longer listed */

    /* When this look at the folder began; not set: it counts as none, the next one begins where the last one
     * that counts has ended. */
    gint64 looked_us;
    guint64
        unseen; /* UIDs given to messages since the last look and gone before this one */
    char *unseen_uids;      /* which: "10-11,14"; at least `unseen` of them. NULL: none */
    gint64 unseen_since_us; /* the last look */
} LodgeEventFolder;

typedef struct {
    LodgeEventType type;
    guint64 seq; /* number in the journal, 1 the first; set by the transaction */
    gint64 at_us;
    char *reference; /* all but PASSED and EXTENDED */

    /* KEPT, LOCATED, MARKED, PURGED (record) */
    char *call;           /* KEPT, PASSED, EXTENDED: in the row */
    char *message_sha256; /* KEPT */
    gint64 size_bytes;    /* KEPT */
    LodgeLocation location;
    gint64 internaldate_us; /* or LODGE_INSTANT_UNKNOWN */

    /* DEFERRED: code in the row (whose fault: "reader-unavailable"), words in the record */
    char *
        code; /* also MARKED: "keyword", "moved"; ANSWERED: "sent" …; RULED: "accept" …; PURGED: the rule */
    char *words;        /* also RETURNED: what the report says */
    guint attempt;      /* DEFERRED, ATTEMPTED, ANSWERED */
    gint64 retry_at_us; /* DEFERRED, ANSWERED/retry */

    /* DECIDED: council, version, outcome, timeliness, received instant, finding codes in the row */
    char *council;    /* GSS code or NULL */
    guint version;    /* 0: not filed */
    char *outcome;    /* accepted, held, rejected, duplicate, not-a-submission */
    char *timeliness; /* on-time, late, not-open, undetermined */
    gint64 received_us;
    char *received_source; /* border-hop, internaldate, none */
    char *content_key;     /* record */
    char *message_id;      /* record, or NULL */
    char *from;            /* record, addr-spec, or NULL */
    char *subject;         /* record, or NULL */
    char *duplicate_of;    /* row: reference, or NULL */
    char *may_answer;      /* row: "yes" or why not; NULL in older journals */
    GPtrArray *
        findings; /* LodgeEventFinding: codes and severities in the row, words in the record */
    GPtrArray *documents;                                  /* LodgeEventDocument: record */
    char *reading, *evidence, *history, *rules, *decision; /* objects: record */

    /* OWED, ATTEMPTED, ANSWERED, RETURNED: receipt and its kind in the row, the rest in OWED's record */
    char *receipt;      /* "PP24-000123-K.1" */
    char *receipt_kind; /* received, decision */
    char *receipt_to;
    char *receipt_message_id;
    char *receipt_object; /* the mail as it will be sent */
    int smtp_code;        /* ANSWERED: row */

    /* PASSED: counts in the record */
    char *account;
    gboolean complete;
    GPtrArray *folders; /* LodgeEventFolder */

    /* RULED: council, timeliness (as ruled, or NULL), receipt (sent again) in the row; who, why (words) and
     * what the council is told in the record. EXTENDED: council ("all" or a GSS code) and the first late
     * instant in the row; who, why and the civil time in the record. */
    char *actor;
    char *told;       /* or NULL */
    gint64 until_us;  /* EXTENDED */
    char *until_text; /* EXTENDED: as it was typed */

    /* PURGED: the KEPT or LOCATED event whose location it keeps in the row; in the record who, why (words), the
     * location, and the message's digest under a key, by which a copy that comes back is recognised. */
    gint64 keeps_seq;
    char *purge_key;    /* 64 hexadecimal digits, the same for all of a spool */
    char *purge_digest; /* lodge_purged_digest; NULL: the message's own was lost before */
} LodgeEvent;

LodgeEvent *lodge_event_new(LodgeEventType type, gint64 at_us, const char *reference);
void lodge_event_free(LodgeEvent *event);
LodgeEvent *lodge_event_copy(const LodgeEvent *event);
const char *lodge_event_type_format(LodgeEventType type);

/* -1: no such type. */
int lodge_event_type_parse(const char *text);

/* The record's JSON with this salt (64 hex digits), or NULL where the type has none. */
GBytes *lodge_event_format_record(const LodgeEvent *event, const char *salt);
/* The row's JSON, one line without its end; `record_sha256` NULL when there is none. */
char *lodge_event_format_row(const LodgeEvent *event, const char *record_sha256);
/* A row alone: record_sha256_out (g_free) names the record or is NULL. */
LodgeEvent *lodge_event_parse_row(const char *row,
                                  gsize size_bytes,
                                  char **record_sha256_out,
                                  GError **error);
/* Adds the record's half to an event parsed from its row. */
gboolean lodge_event_parse_record(LodgeEvent *event, GBytes *record, GError **error);

LodgeEventFinding *
lodge_event_finding_new(const char *code, const char *severity, const char *words);
void lodge_event_finding_free(LodgeEventFinding *finding);
LodgeEventDocument *lodge_event_document_new(void);
void lodge_event_document_free(LodgeEventDocument *document);
LodgeEventFolder *lodge_event_folder_new(const char *folder);
void lodge_event_folder_free(LodgeEventFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeEvent, lodge_event_free)
