#include "spool/event_member.h"

#include <stddef.h>

#define KEPT (1u << LODGE_EVENT_KEPT)
#define LOCATED (1u << LODGE_EVENT_LOCATED)
#define DEFERRED (1u << LODGE_EVENT_DEFERRED)
#define DECIDED (1u << LODGE_EVENT_DECIDED)
#define OWED (1u << LODGE_EVENT_OWED)
#define ATTEMPTED (1u << LODGE_EVENT_ATTEMPTED)
#define ANSWERED (1u << LODGE_EVENT_ANSWERED)
#define RETURNED (1u << LODGE_EVENT_RETURNED)
#define MARKED (1u << LODGE_EVENT_MARKED)
#define PASSED (1u << LODGE_EVENT_PASSED)
#define PROJECTED (1u << LODGE_EVENT_PROJECTED)
#define RULED (1u << LODGE_EVENT_RULED)
#define EXTENDED (1u << LODGE_EVENT_EXTENDED)
#define PURGED (1u << LODGE_EVENT_PURGED)
#define MESSAGE (~(PASSED | EXTENDED))

#define ROW LODGE_IN_ROW
#define RECORD LODGE_IN_RECORD
#define AT(member) offsetof(LodgeEvent, member)
#define K(kind) LODGE_MEMBER_##kind

/* The order is that of the JSON: changing it changes no meaning. Nothing that names a person,
 * a mailbox, a message or words of anybody may be in a ROW: rows are never erased. */
const LodgeMember lodge_members[] = {
    {"reference", AT(reference), K(STRING), ROW, MESSAGE, MESSAGE},
    {"call", AT(call), K(STRING), ROW, KEPT | PASSED | EXTENDED, KEPT | EXTENDED},
    {"location", AT(location), K(LOCATION), RECORD, KEPT | LOCATED | MARKED | PURGED, 0},
    {"internaldate", AT(internaldate_us), K(INSTANT), RECORD, KEPT | LOCATED, 0},
    {"message_sha256", AT(message_sha256), K(DIGEST), RECORD, KEPT, KEPT},
    {"size_bytes", AT(size_bytes), K(INT64), RECORD, KEPT, 0},
    {"code", AT(code), K(STRING), ROW, DEFERRED | MARKED | ANSWERED | RULED | PURGED,
     DEFERRED | MARKED | ANSWERED | RULED | PURGED},
    {"words", AT(words), K(STRING), RECORD,
     DEFERRED | MARKED | ANSWERED | RETURNED | RULED | EXTENDED | PURGED, 0},
    {"actor", AT(actor), K(STRING), RECORD, RULED | EXTENDED | PURGED,
     RULED | EXTENDED | PURGED},
    {"told", AT(told), K(STRING), RECORD, RULED, 0},
    {"until", AT(until_us), K(INSTANT), ROW, EXTENDED, EXTENDED},
    {"until_text", AT(until_text), K(STRING), RECORD, EXTENDED, 0},
    {"attempt", AT(attempt), K(UINT), ROW, DEFERRED | ATTEMPTED | ANSWERED, 0},
    {"retry_at", AT(retry_at_us), K(INSTANT), ROW, DEFERRED | ANSWERED, 0},
    {"council", AT(council), K(STRING), ROW, DECIDED | RULED | EXTENDED, EXTENDED},
    {"version", AT(version), K(UINT), ROW, DECIDED, 0},
    {"outcome", AT(outcome), K(STRING), ROW, DECIDED, DECIDED},
    {"timeliness", AT(timeliness), K(STRING), ROW, DECIDED | RULED, 0},
    {"received_at", AT(received_us), K(INSTANT), ROW, DECIDED, 0},
    {"received_source", AT(received_source), K(STRING), ROW, DECIDED, 0},
    {"duplicate_of", AT(duplicate_of), K(STRING), ROW, DECIDED, 0},
    {"may_answer", AT(may_answer), K(STRING), ROW, DECIDED, 0},
    {"findings", AT(findings), K(FINDINGS), LODGE_IN_BOTH, DECIDED, 0},
    {"content_key", AT(content_key), K(STRING), RECORD, DECIDED, 0},
    {"message_id", AT(message_id), K(STRING), RECORD, DECIDED, 0},
    {"from", AT(from), K(STRING), RECORD, DECIDED, 0},
    {"subject", AT(subject), K(STRING), RECORD, DECIDED, 0},
    {"documents", AT(documents), K(DOCUMENTS), RECORD, DECIDED, 0},
    {"reading", AT(reading), K(DIGEST), RECORD, DECIDED, 0},
    {"evidence", AT(evidence), K(DIGEST), RECORD, DECIDED, 0},
    {"history", AT(history), K(DIGEST), RECORD, DECIDED, 0},
    {"rules", AT(rules), K(DIGEST), RECORD, DECIDED, 0},
    {"decision", AT(decision), K(DIGEST), RECORD, DECIDED, 0},
    {"receipt", AT(receipt), K(STRING), ROW, OWED | ATTEMPTED | ANSWERED | RETURNED | RULED,
     OWED | ATTEMPTED | ANSWERED | RETURNED},
    {"kind", AT(receipt_kind), K(STRING), ROW, OWED | ATTEMPTED | ANSWERED, OWED},
    {"to", AT(receipt_to), K(STRING), RECORD, OWED, OWED},
    {"receipt_message_id", AT(receipt_message_id), K(STRING), RECORD, OWED, 0},
    {"object", AT(receipt_object), K(DIGEST), RECORD, OWED, OWED},
    {"smtp_code", AT(smtp_code), K(INT), ROW, ANSWERED, 0},
    {"complete", AT(complete), K(BOOL), ROW, PASSED, 0},
    {"account", AT(account), K(STRING), RECORD, PASSED, PASSED},
    {"folders", AT(folders), K(FOLDERS), RECORD, PASSED, 0},
    {"keeps", AT(keeps_seq), K(INT64), ROW, PURGED, 0},
    {"purge_key", AT(purge_key), K(STRING), RECORD, PURGED, 0},
    {"purge_digest", AT(purge_digest), K(STRING), RECORD, PURGED, 0},
};
const guint lodge_members_count = G_N_ELEMENTS(lodge_members);

gboolean lodge_member_is_of(const LodgeMember *member, LodgeEventType type)
{
    return (member->types & (1u << type)) != 0;
}

gboolean lodge_event_type_has_record(LodgeEventType type)
{
    return ((ATTEMPTED | PROJECTED) & (1u << type)) == 0;
}
