#include "intake/operate/replay.h"

#include "intake/decide/decision.h"
#include "intake/operate/rules_cache.h"
#include "intake/operate/stored.h"

#define MAX_INPUT_BYTES (64 * 1024 * 1024)

struct LodgeReplay {
    LodgeSpool *spool;
    const LodgeReplaySwap *swap;
    LodgeRulesCache *stored;
    GHashTable *swapped; /* stored rules' digest → LodgeRules with the swap */
};

LodgeReplay *lodge_replay_new(LodgeSpool *spool, const LodgeReplaySwap *swap)
{
    LodgeReplay *replay = g_new0(LodgeReplay, 1);
    replay->spool = spool;
    replay->swap = swap;
    replay->stored = lodge_rules_cache_new(spool);
    replay->swapped = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify)lodge_rules_free);
    return replay;
}

void lodge_replay_free(LodgeReplay *replay)
{
    if (replay == NULL)
        return;
    lodge_rules_cache_free(replay->stored);
    g_hash_table_unref(replay->swapped);
    g_free(replay);
}

/* ---- the inputs ---- */

static const LodgeRules *swap_rules(LodgeReplay *replay,
                                    const char *sha256,
                                    const LodgeRules *stored,
                                    GError **error)
{
    LodgeRules *rules = g_hash_table_lookup(replay->swapped, sha256);
    if (rules != NULL)
        return rules;
    const LodgeReplaySwap *swap = replay->swap;
    rules = lodge_rules_new(
        swap->call_text != NULL ? swap->call_text : stored->call_text,
        swap->call_name != NULL ? swap->call_name : "stored call",
        swap->register_text != NULL ? swap->register_text : stored->register_text,
        swap->register_name != NULL ? swap->register_name : "stored register",
        stored->trust, stored->service_name, stored->help_address, stored->instance_domain,
        error);
    for (guint i = 0; rules != NULL && i < stored->granted->len; i++)
        lodge_rules_grant(rules, g_ptr_array_index(stored->granted, i));
    if (rules != NULL &&
        !lodge_rules_set_wording(rules, stored->wording_text, "stored wording", error)) {
        lodge_rules_free(rules);
        return NULL;
    }
    if (rules != NULL) {
        rules->caps = stored->caps;
        rules->tell_contact = stored->tell_contact;
    }
    if (rules != NULL)
        g_hash_table_insert(replay->swapped, g_strdup(sha256), rules);
    return rules;
}

static const LodgeRules *find_rules(LodgeReplay *replay, const char *sha256, GError **error)
{
    const LodgeRules *stored = lodge_rules_cache_find(replay->stored, sha256, error);
    if (stored == NULL || replay->swap == NULL)
        return stored;
    return swap_rules(replay, sha256, stored, error);
}

static GBytes *read_input(LodgeSpool *spool, const char *sha256, GError **error)
{
    return lodge_stored_read(spool, sha256, MAX_INPUT_BYTES, error);
}

LodgeDecision *lodge_replay_decide(LodgeSpool *spool,
                                   const LodgeLedgerMessage *message,
                                   const LodgeRules *rules,
                                   GError **error)
{
    g_return_val_if_fail(message->decision != NULL && rules != NULL, NULL);
    g_autoptr(GBytes) reading_bytes = read_input(spool, message->reading, error);
    if (reading_bytes == NULL)
        return NULL;
    g_autoptr(LodgeReading) reading = lodge_report_parse_reading(reading_bytes, error);
    if (reading == NULL)
        return NULL;
    g_autoptr(GBytes) evidence_bytes = read_input(spool, message->evidence, error);
    if (evidence_bytes == NULL)
        return NULL;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_parse(evidence_bytes, error);
    if (evidence == NULL)
        return NULL;
    g_autoptr(GBytes) history_bytes = read_input(spool, message->history, error);
    if (history_bytes == NULL)
        return NULL;
    g_autoptr(LodgeHistory) history = lodge_history_parse(history_bytes, error);
    return history != NULL ? lodge_decide(reading, evidence, history, rules) : NULL;
}

static LodgeDecision *
decide_again(LodgeReplay *replay, const LodgeLedgerMessage *message, GError **error)
{
    const LodgeRules *rules = find_rules(replay, message->rules, error);
    return rules != NULL ? lodge_replay_decide(replay->spool, message, rules, error) : NULL;
}

/* ---- the comparison ---- */

static void change_free(LodgeReplayChange *change)
{
    g_free(change->field);
    g_free(change->before);
    g_free(change->after);
    g_free(change);
}

void lodge_replay_result_free(LodgeReplayResult *result)
{
    if (result == NULL)
        return;
    g_free(result->reference);
    g_ptr_array_unref(result->changes);
    g_free(result);
}

static void
compare(LodgeReplayResult *result, const char *field, const char *before, const char *after)
{
    if (g_strcmp0(before, after) == 0)
        return;
    LodgeReplayChange *change = g_new0(LodgeReplayChange, 1);
    change->field = g_strdup(field);
    change->before = g_strdup(before != NULL ? before : "none");
    change->after = g_strdup(after != NULL ? after : "none");
    g_ptr_array_add(result->changes, change);
}

static void append_finding(GString *words, const char *code, const char *severity)
{
    g_string_append_printf(words, "%s%s (%s)", words->len > 0 ? ", " : "", code, severity);
}

static char *stored_findings(const LodgeLedgerMessage *message)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < message->findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(message->findings, i);
        append_finding(words, finding->code, finding->severity);
    }
    return g_strdup(words->str);
}

static char *fresh_findings(const LodgeDecision *decision)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < decision->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(decision->findings, i);
        append_finding(words, finding->code, lodge_severity_format(finding->severity));
    }
    return g_strdup(words->str);
}

static void compare_meaning(LodgeReplayResult *result,
                            const LodgeLedgerMessage *message,
                            const LodgeDecision *decision)
{
    g_autofree char *version_before = g_strdup_printf("%u", message->version);
    g_autofree char *version_after = g_strdup_printf("%u", decision->version);
    g_autofree char *received_before = lodge_instant_format(message->received_us);
    g_autofree char *received_after = lodge_instant_format(decision->received->instant_us);
    g_autofree char *findings_before = stored_findings(message);
    g_autofree char *findings_after = fresh_findings(decision);
    compare(result, "outcome", message->outcome, lodge_outcome_format(decision->outcome));
    compare(result, "timeliness", message->timeliness,
            lodge_timeliness_format(decision->timeliness));
    compare(result, "council", message->council, decision->authority->council);
    compare(result, "version", version_before, version_after);
    compare(result, "received_at", received_before, received_after);
    compare(result, "duplicate_of", message->duplicate_of, decision->duplicate_of);
    compare(result, "findings", findings_before, findings_after);
}

/* Frozen: equal meaning is not enough, the bytes must be those that were stored. */
static void compare_bytes(LodgeReplayResult *result,
                          const LodgeLedgerMessage *message,
                          const LodgeDecision *decision)
{
    g_autoptr(GBytes) bytes = lodge_decision_format(decision);
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), sha256);
    compare(result, "decision", message->decision, sha256);
}

LodgeReplayResult *
lodge_replay_run(LodgeReplay *replay, const LodgeLedgerMessage *message, GError **error)
{
    g_autoptr(LodgeDecision) decision = decide_again(replay, message, error);
    if (decision == NULL) {
        g_prefix_error(error, "%s: ", message->reference);
        return NULL;
    }
    LodgeReplayResult *result = g_new0(LodgeReplayResult, 1);
    result->reference = g_strdup(message->reference);
    result->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
    compare_meaning(result, message, decision);
    if (replay->swap == NULL)
        compare_bytes(result, message, decision);
    return result;
}
