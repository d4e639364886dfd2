/* The index, in one place. Instants are microseconds UTC, NULL for unknown. Every number that
 * SQLite makes up (ids) follows from the order of the events, so that two indexes of one
 * journal are equal row by row. */
#include "spool/ledger_internal.h"

/* In parts: a compiler need not take a text of more than 4,095 bytes (C17 5.2.4.1). */
const char *const lodge_ledger_schema_sql[] = {
    "CREATE TABLE position(one INTEGER PRIMARY KEY CHECK(one = 1),"
    " segment INTEGER NOT NULL, sha256 TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;"

    "CREATE TABLE event(seq INTEGER PRIMARY KEY, message INTEGER, at_us INTEGER NOT NULL,"
    " type TEXT NOT NULL, words TEXT) STRICT;"
    "CREATE INDEX event_message ON event(message, seq) WHERE message IS NOT NULL;"

    /* id counts messages in the order in which they were kept */
    "CREATE TABLE message(id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE,"
    " prefix TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, call TEXT,"
    " message_sha256 TEXT UNIQUE, size_bytes INTEGER NOT NULL, kept_us INTEGER NOT NULL,"
    " decided_us INTEGER, message_id TEXT, from_address TEXT, subject TEXT, content_key TEXT,"
    " council TEXT, version INTEGER NOT NULL DEFAULT 0, outcome TEXT, timeliness TEXT,"
    " received_us INTEGER, received_source TEXT, duplicate_of TEXT, may_answer TEXT,"
    " reading TEXT, evidence TEXT, history TEXT, rules TEXT, decision TEXT,"
    " attempts INTEGER NOT NULL DEFAULT 0, deferred_code TEXT, deferred_words TEXT,"
    " retry_at_us INTEGER, projected INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE(prefix, number)) STRICT;"
    "CREATE INDEX message_pending ON message(id) WHERE state = 'pending';"
    "CREATE INDEX message_content ON message(content_key) WHERE content_key IS NOT NULL;"
    "CREATE INDEX message_council ON message(council, call) WHERE council IS NOT NULL;"
    "CREATE INDEX message_copy ON message(duplicate_of) WHERE duplicate_of IS NOT NULL;"
    "CREATE INDEX message_unprojected ON message(id)"
    " WHERE state = 'decided' AND projected = 0;"

    /* one row per epoch of a folder; for files one per path, with uidvalidity 0 */
    "CREATE TABLE folder(id INTEGER PRIMARY KEY, account TEXT NOT NULL, folder TEXT NOT NULL,"
    " uidvalidity INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
    " UNIQUE(account, folder, uidvalidity)) STRICT;"

    /* One place and one message: a place that is fetched again with other bytes (Exchange
     * renders anew, a file is overwritten) is a second message there; the same bytes again
     * only count another fetch. */
    "CREATE TABLE location(folder INTEGER NOT NULL, uid INTEGER NOT NULL,"
    " message INTEGER NOT NULL, seq INTEGER NOT NULL, internaldate_us INTEGER,"
    " fetches INTEGER NOT NULL DEFAULT 1, marked INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(folder, uid, message)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX location_message ON location(message, seq);"
    "CREATE INDEX location_unmarked ON location(folder, uid) WHERE marked = 0;"

    "CREATE TABLE finding(message INTEGER NOT NULL, ordinal INTEGER NOT NULL, code TEXT,"
    " severity TEXT, words TEXT, PRIMARY KEY(message, ordinal)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE document(message INTEGER NOT NULL, ordinal INTEGER NOT NULL, name TEXT,"
    " role TEXT, media_type TEXT, size_bytes INTEGER NOT NULL, pages INTEGER NOT NULL,"
    " sha256 TEXT, text TEXT, PRIMARY KEY(message, ordinal)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX document_bytes ON document(sha256) WHERE sha256 IS NOT NULL;"

    /* every version number that was ever given: none is given twice, whatever a person rules later */
    "CREATE TABLE version(call TEXT NOT NULL, council TEXT NOT NULL, version INTEGER NOT NULL,"
    " message INTEGER NOT NULL, PRIMARY KEY(call, council, version)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE ruling(seq INTEGER PRIMARY KEY, message INTEGER NOT NULL,"
    " at_us INTEGER NOT NULL, action TEXT NOT NULL, council TEXT, timeliness TEXT,"
    " receipt TEXT, actor TEXT, reason TEXT, told TEXT) STRICT;"
    "CREATE INDEX ruling_message ON ruling(message, seq);"
    "CREATE TABLE extension(seq INTEGER PRIMARY KEY, call TEXT NOT NULL, council TEXT NOT NULL,"
    " at_us INTEGER NOT NULL, until_us INTEGER NOT NULL, until_text TEXT, actor TEXT,"
    " reason TEXT) STRICT;",

    /* due_us is NULL when the receipt is at an end. priority: 0 the first answer to a message, then decisions,
     * corrections, reminders. council: the message's when the receipt was owed. */
    "CREATE TABLE receipt(id TEXT PRIMARY KEY, message INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " kind TEXT, state TEXT NOT NULL, to_address TEXT, message_id TEXT, object TEXT,"
    " attempts INTEGER NOT NULL DEFAULT 0, owed_us INTEGER NOT NULL, due_us INTEGER,"
    " answered_us INTEGER, smtp_code INTEGER NOT NULL DEFAULT 0, reply TEXT,"
    " priority INTEGER NOT NULL, to_domain TEXT, council TEXT, returned_us INTEGER,"
    " returned_words TEXT) STRICT;"
    "CREATE INDEX receipt_message ON receipt(message, seq);"
    "CREATE INDEX receipt_due ON receipt(due_us) WHERE due_us IS NOT NULL;"
    "CREATE INDEX receipt_gone ON receipt(answered_us) WHERE answered_us IS NOT NULL;"
    "CREATE INDEX receipt_address ON receipt(to_address COLLATE NOCASE, owed_us)"
    " WHERE priority = 0;"
    "CREATE INDEX receipt_domain ON receipt(to_domain, owed_us) WHERE priority = 0;"
    "CREATE INDEX receipt_council ON receipt(council, owed_us) WHERE priority = 0;"
    "CREATE INDEX receipt_notice ON receipt(council, owed_us) WHERE kind = 'notice';"

    /* the last pass of each account */
    "CREATE TABLE pass(account TEXT PRIMARY KEY, at_us INTEGER NOT NULL, call TEXT,"
    " complete INTEGER NOT NULL) STRICT;"
    "CREATE TABLE pass_folder(account TEXT NOT NULL, ordinal INTEGER NOT NULL, folder TEXT,"
    " uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL, present INTEGER NOT NULL,"
    " known INTEGER NOT NULL, fetched INTEGER NOT NULL, failed INTEGER NOT NULL,"
    " vanished INTEGER NOT NULL, PRIMARY KEY(account, ordinal)) STRICT, WITHOUT ROWID;",

    /* messages that were purged; `digest` recognises one that comes back */
    "CREATE TABLE purge(message INTEGER PRIMARY KEY, seq INTEGER NOT NULL,"
    " at_us INTEGER NOT NULL, rule TEXT NOT NULL, actor TEXT, reason TEXT, key TEXT,"
    " digest TEXT) STRICT;"
    "CREATE INDEX purge_digest ON purge(key, digest) WHERE digest IS NOT NULL;"

    /* the last look at an epoch of a folder, however many passes ago */
    "CREATE TABLE look(folder INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at_us INTEGER NOT NULL,"
    " uidnext INTEGER NOT NULL, vanished INTEGER NOT NULL) STRICT;"

    /* messages that may have come and gone between two looks; never removed */
    "CREATE TABLE unseen(seq INTEGER NOT NULL, ordinal INTEGER NOT NULL, account TEXT NOT NULL,"
    " folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, count INTEGER NOT NULL, uids TEXT,"
    " since_us INTEGER, until_us INTEGER NOT NULL,"
    " PRIMARY KEY(seq, ordinal)) STRICT, WITHOUT ROWID;",
    NULL,
};

const LodgeLedgerTable lodge_ledger_tables[] = {
    {"position", "one"},
    {"event", "seq"},
    {"message", "id"},
    {"folder", "id"},
    {"location", "folder, uid, message"},
    {"finding", "message, ordinal"},
    {"document", "message, ordinal"},
    {"version", "call, council, version"},
    {"ruling", "seq"},
    {"extension", "seq"},
    {"purge", "message"},
    {"receipt", "id"},
    {"pass", "account"},
    {"pass_folder", "account, ordinal"},
    {"look", "folder"},
    {"unseen", "seq, ordinal"},
    {NULL, NULL},
};
