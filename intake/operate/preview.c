#include "intake/operate/preview.h"

#include "intake/operate/replay.h"
#include "intake/operate/rules_cache.h"

LodgeDecision *lodge_preview_decide(LodgeSpool *spool,
                                    const LodgeLedgerMessage *message,
                                    const char *wording_text,
                                    const char *wording_name,
                                    GError **error)
{
    g_return_val_if_fail(spool != NULL && message != NULL && wording_text != NULL, NULL);
    g_autoptr(LodgeRulesCache) cache = lodge_rules_cache_new(spool);
    const LodgeRules *stored = lodge_rules_cache_find(cache, message->rules, error);
    if (stored == NULL)
        return NULL;
    g_autoptr(LodgeRules) rules = lodge_rules_copy(stored, error);
    if (rules == NULL || !lodge_rules_set_wording(rules, wording_text, wording_name, error))
        return NULL;
    return lodge_replay_decide(spool, message, rules, error);
}
