#include "intake/learn/arc_chain.h"

#include "parsers/text/limits.h"
#include <string.h>

typedef struct {
    const LodgeDkimSignature *signature, *seal;
    const LodgeArcResults *results;
} Set;

typedef struct {
    Set sets[LODGE_LIMIT_ARC_INSTANCES + 1]; /* by instance; 0 is not used */
    guint count;
    const LodgeDnsAsk *ask;
    gint64 instant_us;
    const LodgeDkimPolicy *policy;
    LodgeArcVerdict *verdict;
} Chain;

void lodge_arc_verdict_clear(LodgeArcVerdict *verdict)
{
    g_clear_pointer(&verdict->sealers, g_ptr_array_unref);
}

static gboolean fail(Chain *chain, const char *reason)
{
    chain->verdict->result = LODGE_DKIM_FAIL;
    chain->verdict->reason = reason;
    return FALSE;
}

/* ---- collecting ---- */

static gboolean is_arc(const LodgeDkimSignature *signature)
{
    return signature->field != LODGE_DKIM_SIGNATURE;
}

static gboolean has_any(const LodgeMessageFacts *facts)
{
    for (guint i = 0; i < facts->signatures->len; i++) {
        if (is_arc(g_ptr_array_index(facts->signatures, i)))
            return TRUE;
    }
    return facts->arc_results->len > 0;
}

/* Each field belongs to one set and is alone there. */
static gboolean add_signature(Chain *chain, const LodgeDkimSignature *signature)
{
    Set *set = &chain->sets[signature->instance];
    const LodgeDkimSignature **place =
        signature->field == LODGE_DKIM_ARC_SEAL ? &set->seal : &set->signature;

    if (signature->instance == 0)
        return fail(chain, "an ARC field has no instance");
    if (*place != NULL)
        return fail(chain, "an ARC set has a field twice");
    *place = signature;
    chain->count = MAX(chain->count, signature->instance);
    return TRUE;
}

static gboolean add_results(Chain *chain, const LodgeArcResults *results)
{
    Set *set = &chain->sets[results->instance];

    if (results->instance == 0)
        return fail(chain, "an ARC field has no instance");
    if (set->results != NULL)
        return fail(chain, "an ARC set has a field twice");
    set->results = results;
    chain->count = MAX(chain->count, results->instance);
    return TRUE;
}

static gboolean collect(Chain *chain, const LodgeMessageFacts *facts)
{
    if (g_strv_contains((const char *const *)facts->limits_hit, "arc-sets"))
        return fail(chain, "there are more than 50 ARC sets");
    for (guint i = 0; i < facts->signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, i);
        if (is_arc(signature) && !add_signature(chain, signature))
            return FALSE;
    }
    for (guint i = 0; i < facts->arc_results->len; i++) {
        if (!add_results(chain, g_ptr_array_index(facts->arc_results, i)))
            return FALSE;
    }
    return TRUE;
}

/* ---- the steps of section 5.2 ---- */

static gboolean check_structure(Chain *chain)
{
    for (guint i = 1; i <= chain->count; i++) {
        const Set *set = &chain->sets[i];
        if (set->signature == NULL || set->seal == NULL || set->results == NULL)
            return fail(chain, "an ARC set is not whole");
    }
    for (guint i = chain->count; i > 0; i--) {
        const char *status = chain->sets[i].seal->chain;
        if (g_strcmp0(status, "fail") == 0)
            return fail(chain, "a sealer found the chain broken");
        if (g_strcmp0(status, i == 1 ? "none" : "pass") != 0)
            return fail(chain, "a seal's cv= is not what its place demands");
    }
    return TRUE;
}

static gboolean
check_one(Chain *chain, const LodgeDkimSignature *signature, gboolean *is_whole_out)
{
    LodgeDkimVerdict verdict =
        lodge_dkim_check_asking(signature, chain->ask, chain->instant_us, chain->policy);

    if (verdict.result != LODGE_DKIM_PASS) {
        chain->verdict->is_temporary = verdict.result == LODGE_DKIM_TEMPERROR;
        return fail(chain, verdict.reason);
    }
    if (is_whole_out != NULL)
        *is_whole_out = verdict.is_whole;
    return TRUE;
}

/* The newest signature, then the seals from the newest down. */
static gboolean check_signatures(Chain *chain)
{
    gboolean is_whole = FALSE;

    if (!check_one(chain, chain->sets[chain->count].signature, &is_whole))
        return FALSE;
    for (guint i = chain->count; i > 0; i--) {
        if (!check_one(chain, chain->sets[i].seal, NULL))
            return FALSE;
    }
    chain->verdict->is_whole = is_whole;
    return TRUE;
}

static void pass(Chain *chain)
{
    const Set *newest = &chain->sets[chain->count];
    LodgeArcVerdict *verdict = chain->verdict;

    verdict->result = LODGE_DKIM_PASS;
    verdict->results = newest->results->results;
    verdict->signs_from =
        g_strv_contains((const char *const *)newest->signature->signed_headers, "from");
    for (guint i = chain->count; i > 0; i--)
        g_ptr_array_add(verdict->sealers, chain->sets[i].seal->domain);
}

LodgeArcVerdict lodge_arc_check(const LodgeMessageFacts *facts,
                                const LodgeDnsAsk *ask,
                                gint64 instant_us,
                                const LodgeDkimPolicy *policy)
{
    LodgeArcVerdict verdict = {.result = LODGE_DKIM_NONE, .sealers = g_ptr_array_new()};
    Chain chain = {
        .ask = ask, .instant_us = instant_us, .policy = policy, .verdict = &verdict};

    if (has_any(facts) && collect(&chain, facts) && check_structure(&chain) &&
        check_signatures(&chain))
        pass(&chain);
    return verdict;
}
