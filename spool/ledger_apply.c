/* An event into the index: the same function when it happens and when the index is rebuilt.
 *
 * It looks at nothing but the event and the index, so the same events in the same order give
 * the same index. The members of a record that was erased are zero, and are left out. */
#include "spool/ledger_internal.h"

#include "parsers/text/reference.h"

#include <string.h>

typedef gboolean (*Apply)(LodgeLedger *ledger,
                          const LodgeEvent *event,
                          gint64 message,
                          GError **error);

static gboolean refuse(GError **error, const LodgeEvent *event, const char *words)
{
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                "event \"%s\" of %s: %s", lodge_event_type_format(event->type),
                event->reference != NULL ? event->reference : event->call, words);
    return FALSE;
}

/* One number or -1 (error set) or 0 (no row). */
static gint64 pick(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error)
{
    int found = statement != NULL ? lodge_ledger_step(ledger, statement, error) : -1;
    if (found <= 0)
        return found;
    gint64 number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return number;
}

static gint64 find_message(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] = "SELECT id FROM message WHERE reference = ?1";
    return pick(ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference)),
                error);
}

gint64 lodge_ledger_see_folder(LodgeLedger *ledger,
                               const char *account,
                               const char *folder,
                               guint32 uidvalidity,
                               guint64 seq,
                               GError **error)
{
    static const char sql[] =
        "INSERT INTO folder(account, folder, uidvalidity, last_seq) VALUES(?1, ?2, ?3, ?4)"
        " ON CONFLICT(account, folder, uidvalidity) DO UPDATE SET last_seq = ?4 RETURNING id";
    return pick(ledger,
                lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account),
                                   LEDGER_TEXT(folder), LEDGER_INT(uidvalidity),
                                   LEDGER_INT(seq)),
                error);
}

static gboolean
locate(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "INSERT INTO location(folder, uid, message, seq, internaldate_us)"
        " VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(folder, uid, message) DO UPDATE SET fetches = fetches + 1";
    const LodgeLocation *location = &event->location;
    if (location->account == NULL)
        return TRUE;
    gint64 folder = lodge_ledger_see_folder(ledger, location->account, location->folder,
                                            location->uidvalidity, event->seq, error);
    return folder > 0 &&
           lodge_ledger_run(ledger, error, sql, LEDGER_INT(folder),
                            LEDGER_INT(location->uid), LEDGER_INT(message),
                            LEDGER_INT(event->seq), LEDGER_INSTANT(event->internaldate_us));
}

/* The same bytes are one message, however often they are found. */
static gboolean require_new(LodgeLedger *ledger, const LodgeEvent *event, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *known =
        event->message_sha256 != NULL
            ? lodge_ledger_find_message(ledger, event->message_sha256, &reason)
            : NULL;
    if (reason != NULL) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    return known == NULL ||
           refuse(error, event, "these bytes are kept already: they were located again");
}

/* A message whose record was erased has no digest and is shown as purged. */
static gboolean insert_message(LodgeLedger *ledger, const LodgeEvent *event, GError **error)
{
    static const char sql[] =
        "INSERT INTO message(reference, prefix, number, state, call, message_sha256,"
        " size_bytes, kept_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    g_autofree char *prefix = NULL;
    guint64 number = 0;
    if (!lodge_reference_parse(event->reference, &prefix, &number))
        return refuse(error, event, "this is not a reference");
    return require_new(ledger, event, error) &&
           lodge_ledger_run(
               ledger, error, sql, LEDGER_TEXT(event->reference), LEDGER_TEXT(prefix),
               LEDGER_INT(number),
               LEDGER_TEXT(event->message_sha256 != NULL ? "pending" : "purged"),
               LEDGER_TEXT(event->call), LEDGER_TEXT(event->message_sha256),
               LEDGER_INT(event->size_bytes), LEDGER_INT(event->at_us));
}

static gboolean
apply_deferred(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "UPDATE message SET attempts = CASE WHEN ?2 > 0 THEN ?2 ELSE attempts + 1 END,"
        " deferred_code = ?3, deferred_words = ?4, retry_at_us = ?5 WHERE id = ?1";
    return lodge_ledger_run(ledger, error, sql, LEDGER_INT(message),
                            LEDGER_INT(event->attempt), LEDGER_TEXT(event->code),
                            LEDGER_TEXT(event->words), LEDGER_INSTANT(event->retry_at_us));
}

static gboolean insert_findings(LodgeLedger *ledger,
                                const LodgeEvent *event,
                                gint64 message,
                                GError **error)
{
    static const char clear[] = "DELETE FROM finding WHERE message = ?1";
    static const char sql[] = "INSERT INTO finding(message, ordinal, code, severity, words)"
                              " VALUES(?1, ?2, ?3, ?4, ?5)";
    gboolean good = lodge_ledger_run(ledger, error, clear, LEDGER_INT(message));
    for (guint i = 0; good && event->findings != NULL && i < event->findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(event->findings, i);
        good = lodge_ledger_run(ledger, error, sql, LEDGER_INT(message), LEDGER_INT(i),
                                LEDGER_TEXT(finding->code), LEDGER_TEXT(finding->severity),
                                LEDGER_TEXT(finding->words));
    }
    return good;
}

static gboolean insert_documents(LodgeLedger *ledger,
                                 const LodgeEvent *event,
                                 gint64 message,
                                 GError **error)
{
    static const char clear[] = "DELETE FROM document WHERE message = ?1";
    static const char sql[] =
        "INSERT INTO document(message, ordinal, name, role, media_type, size_bytes, pages,"
        " sha256, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    gboolean good = lodge_ledger_run(ledger, error, clear, LEDGER_INT(message));
    for (guint i = 0; good && event->documents != NULL && i < event->documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(event->documents, i);
        good =
            lodge_ledger_run(ledger, error, sql, LEDGER_INT(message), LEDGER_INT(i),
                             LEDGER_TEXT(document->name), LEDGER_TEXT(document->role),
                             LEDGER_TEXT(document->media_type),
                             LEDGER_INT(document->size_bytes), LEDGER_INT(document->pages),
                             LEDGER_TEXT(document->sha256), LEDGER_TEXT(document->text));
    }
    return good;
}

/* A later decision replaces the one before; the timeline shows both. */
static gboolean
apply_decided(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "UPDATE message SET state = CASE state WHEN 'purged' THEN state ELSE 'decided' END,"
        " decided_us = ?2, message_id = ?3, from_address = ?4, subject = ?5, content_key = ?6,"
        " council = ?7, version = ?8, outcome = ?9, timeliness = ?10, received_us = ?11,"
        " received_source = ?12, duplicate_of = ?13, reading = ?14, evidence = ?15,"
        " history = ?16, rules = ?17, decision = ?18, may_answer = ?19, retry_at_us = NULL,"
        " projected = 0"
        " WHERE id = ?1";
    return lodge_ledger_run(
               ledger, error, sql, LEDGER_INT(message), LEDGER_INSTANT(event->at_us),
               LEDGER_TEXT(event->message_id), LEDGER_TEXT(event->from),
               LEDGER_TEXT(event->subject), LEDGER_TEXT(event->content_key),
               LEDGER_TEXT(event->council), LEDGER_INT(event->version),
               LEDGER_TEXT(event->outcome), LEDGER_TEXT(event->timeliness),
               LEDGER_INSTANT(event->received_us), LEDGER_TEXT(event->received_source),
               LEDGER_TEXT(event->duplicate_of), LEDGER_TEXT(event->reading),
               LEDGER_TEXT(event->evidence), LEDGER_TEXT(event->history),
               LEDGER_TEXT(event->rules), LEDGER_TEXT(event->decision),
               LEDGER_TEXT(event->may_answer)) &&
           insert_findings(ledger, event, message, error) &&
           insert_documents(ledger, event, message, error) &&
           lodge_ledger_apply_version(ledger, event, message, error);
}

/* The order of the outbox: whoever has just written to us hears first that it arrived. */
static guint priority_of(const LodgeEvent *event)
{
    static const char *const kinds[] = {NULL, "decision", "correction", "reminder"};
    gboolean is_answer = g_strcmp0(event->receipt_kind, "received") == 0 ||
                         g_strcmp0(event->receipt_kind, "decision") == 0;
    if (is_answer && g_str_has_suffix(event->receipt, ".1"))
        return 0;
    for (guint i = 1; i < G_N_ELEMENTS(kinds); i++)
        if (g_strcmp0(event->receipt_kind, kinds[i]) == 0)
            return i;
    return G_N_ELEMENTS(kinds);
}

/* NULL where the record was erased. */
static char *domain_of(const char *address)
{
    const char *at = address == NULL ? NULL : strrchr(address, '@');
    return at == NULL ? NULL : g_ascii_strdown(at + 1, -1);
}

static gboolean
apply_owed(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "INSERT INTO receipt(id, message, seq, kind, state, to_address, message_id, object,"
        " owed_us, due_us, priority, to_domain, council) VALUES(?1, ?2, ?3, ?4, 'owed', ?5,"
        " ?6, ?7, ?8, ?8, ?9, ?10, (SELECT council FROM message WHERE id = ?2))";
    g_autofree char *domain = domain_of(event->receipt_to);
    return lodge_ledger_run(
        ledger, error, sql, LEDGER_TEXT(event->receipt), LEDGER_INT(message),
        LEDGER_INT(event->seq), LEDGER_TEXT(event->receipt_kind),
        LEDGER_TEXT(event->receipt_to), LEDGER_TEXT(event->receipt_message_id),
        LEDGER_TEXT(event->receipt_object), LEDGER_INT(event->at_us),
        LEDGER_INT(priority_of(event)), LEDGER_TEXT(domain));
}

static gboolean require_change(LodgeLedger *ledger, const LodgeEvent *event, GError **error)
{
    return sqlite3_changes(ledger->db) > 0 ||
           refuse(error, event, "no such receipt is owed for this message");
}

/* Still due: an attempt without an answer is one that was cut off, and is made again. */
static gboolean apply_attempted(LodgeLedger *ledger,
                                const LodgeEvent *event,
                                gint64 message,
                                GError **error)
{
    static const char sql[] =
        "UPDATE receipt SET state = 'attempted',"
        " attempts = CASE WHEN ?3 > 0 THEN ?3 ELSE attempts + 1 END, due_us = ?4"
        " WHERE id = ?1 AND message = ?2";
    return lodge_ledger_run(ledger, error, sql, LEDGER_TEXT(event->receipt),
                            LEDGER_INT(message), LEDGER_INT(event->attempt),
                            LEDGER_INT(event->at_us)) &&
           require_change(ledger, event, error);
}

/* `sent` and `refused` are ends; `retry` and `unknown` are due again if a time is given. The result says how many
 * attempts count: one that failed for the server's own reasons does not. A receipt that is owed and not attempted was
 * ordered once more meanwhile: then this is the result of the sending before, and it stays owed. */
static gboolean
apply_answered(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "UPDATE receipt SET answered_us = ?4, smtp_code = ?5, reply = ?6,"
        " state = CASE state WHEN 'owed' THEN state ELSE ?3 END,"
        " attempts = CASE state WHEN 'owed' THEN attempts ELSE ?8 END,"
        " due_us = CASE WHEN state = 'owed' THEN due_us"
        " WHEN ?3 IN ('retry', 'unknown') THEN ?7 ELSE NULL END"
        " WHERE id = ?1 AND message = ?2";
    return lodge_ledger_run(ledger, error, sql, LEDGER_TEXT(event->receipt),
                            LEDGER_INT(message), LEDGER_TEXT(event->code),
                            LEDGER_INT(event->at_us), LEDGER_INT(event->smtp_code),
                            LEDGER_TEXT(event->words), LEDGER_INSTANT(event->retry_at_us),
                            LEDGER_INT(event->attempt)) &&
           require_change(ledger, event, error);
}

/* The first report counts; its state says what our own mail server did with it, and stays. */
static gboolean
apply_returned(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "UPDATE receipt SET returned_words = CASE WHEN returned_us IS NULL THEN ?4"
        " ELSE returned_words END, returned_us = COALESCE(returned_us, ?3)"
        " WHERE id = ?1 AND message = ?2";
    return lodge_ledger_run(ledger, error, sql, LEDGER_TEXT(event->receipt),
                            LEDGER_INT(message), LEDGER_INT(event->at_us),
                            LEDGER_TEXT(event->words)) &&
           require_change(ledger, event, error);
}

/* Without a location: everywhere. */
static gboolean
apply_marked(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "UPDATE location SET marked = 1 WHERE message = ?1 AND (?2 IS NULL OR uid = ?5 AND"
        " folder = (SELECT id FROM folder"
        " WHERE account = ?2 AND folder = ?3 AND uidvalidity = ?4))";
    return lodge_ledger_run(
        ledger, error, sql, LEDGER_INT(message), LEDGER_TEXT(event->location.account),
        LEDGER_TEXT(event->location.folder), LEDGER_INT(event->location.uidvalidity),
        LEDGER_INT(event->location.uid));
}

static gboolean apply_projected(LodgeLedger *ledger,
                                const LodgeEvent *event,
                                gint64 message,
                                GError **error)
{
    (void)event;
    static const char sql[] = "UPDATE message SET projected = 1 WHERE id = ?1";
    return lodge_ledger_run(ledger, error, sql, LEDGER_INT(message));
}

/* For the timeline: codes only, as in the row. */
static char *describe(const LodgeEvent *event)
{
    switch (event->type) {
    case LODGE_EVENT_KEPT:
    case LODGE_EVENT_PASSED:
        return g_strdup(event->call);
    case LODGE_EVENT_DEFERRED:
    case LODGE_EVENT_MARKED:
    case LODGE_EVENT_PURGED:
        return g_strdup(event->code);
    case LODGE_EVENT_RULED:
        return event->receipt != NULL
                   ? g_strdup_printf("%s %s", event->code, event->receipt)
                   : g_strdup(event->code);
    case LODGE_EVENT_EXTENDED:
        return g_strdup(event->council);
    case LODGE_EVENT_DECIDED:
        return event->timeliness != NULL
                   ? g_strdup_printf("%s, %s", event->outcome, event->timeliness)
                   : g_strdup(event->outcome);
    case LODGE_EVENT_OWED:
        return g_strdup_printf("%s %s", event->receipt, event->receipt_kind);
    case LODGE_EVENT_ATTEMPTED:
    case LODGE_EVENT_RETURNED:
        return g_strdup(event->receipt);
    case LODGE_EVENT_ANSWERED:
        return event->smtp_code != 0
                   ? g_strdup_printf("%s %s %d", event->receipt, event->code,
                                     event->smtp_code)
                   : g_strdup_printf("%s %s", event->receipt, event->code);
    case LODGE_EVENT_LOCATED:
    case LODGE_EVENT_PROJECTED:
        break;
    }
    return NULL;
}

static gboolean
insert_event(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "INSERT INTO event(seq, message, at_us, type, words) VALUES(?1, ?2, ?3, ?4, ?5)";
    g_autofree char *words = describe(event);
    return lodge_ledger_run(
        ledger, error, sql, LEDGER_INT(event->seq),
        message > 0 ? LEDGER_INT(message) : LEDGER_TEXT(NULL), LEDGER_INT(event->at_us),
        LEDGER_TEXT(lodge_event_type_format(event->type)), LEDGER_TEXT(words));
}

gboolean lodge_ledger_apply(LodgeLedger *ledger, const LodgeEvent *event, GError **error)
{
    static const Apply appliers[] = {
        [LODGE_EVENT_KEPT] = locate,
        [LODGE_EVENT_LOCATED] = locate,
        [LODGE_EVENT_DEFERRED] = apply_deferred,
        [LODGE_EVENT_DECIDED] = apply_decided,
        [LODGE_EVENT_OWED] = apply_owed,
        [LODGE_EVENT_ATTEMPTED] = apply_attempted,
        [LODGE_EVENT_ANSWERED] = apply_answered,
        [LODGE_EVENT_RETURNED] = apply_returned,
        [LODGE_EVENT_MARKED] = apply_marked,
        [LODGE_EVENT_PASSED] = lodge_ledger_apply_passed,
        [LODGE_EVENT_PROJECTED] = apply_projected,
        [LODGE_EVENT_RULED] = lodge_ledger_apply_ruled,
        [LODGE_EVENT_EXTENDED] = lodge_ledger_apply_extended,
        [LODGE_EVENT_PURGED] = lodge_ledger_apply_purged,
    };
    g_return_val_if_fail((guint)event->type < G_N_ELEMENTS(appliers), FALSE);
    if (event->type == LODGE_EVENT_KEPT && !insert_message(ledger, event, error))
        return FALSE;
    gint64 message = 0;
    if (event->type != LODGE_EVENT_PASSED && event->type != LODGE_EVENT_EXTENDED) {
        message = find_message(ledger, event->reference, error);
        if (message == 0)
            return refuse(error, event, "no such message was kept");
        if (message < 0)
            return FALSE;
    }
    return appliers[event->type](ledger, event, message, error) &&
           insert_event(ledger, event, message, error);
}
