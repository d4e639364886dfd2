#include "intake/decide/dmarc.h"

#include "intake/decide/dns_name.h"

#include <string.h>

/* RFC 9989 section 4.10, step 4. */
#define WALK_LABELS 7

/* What stands at one name of a walk. */
typedef struct {
    const char *domain; /* inside the domain that the walk is for */
    LodgeDmarcRecord *record;
} Step;

typedef struct {
    const char *start;
    const LodgeDnsAsk *ask;
    LodgeDmarcStatus trouble; /* FOUND: none */
    gboolean start_exists;    /* seen on the way */
    GArray *steps;            /* Step: the records that were found, longest domain first */
    GPtrArray *queries;       /* char * */
} Walk;

static void clear_step(gpointer data)
{
    lodge_dmarc_record_free(((Step *)data)->record);
}

static void walk_clear(Walk *walk)
{
    g_clear_pointer(&walk->steps, g_array_unref);
    g_clear_pointer(&walk->queries, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

/* ---- the walk ---- */

/* The one DMARC record among the texts; NULL when there are none or several (steps 2 and 6). */
static LodgeDmarcRecord *pick_record(const LodgeDnsAnswer *answer)
{
    g_autoptr(LodgeDmarcRecord) only = NULL;
    for (guint i = 0; i < answer->texts->len; i++) {
        g_autoptr(LodgeDmarcRecord) record =
            lodge_dmarc_record_parse(g_ptr_array_index(answer->texts, i));
        if (record != NULL && only != NULL)
            return NULL;
        if (record != NULL)
            only = g_steal_pointer(&record);
    }
    return g_steal_pointer(&only);
}

/* A name too long for "_dmarc." in front of it cannot be in DNS: refused, and no trouble. */
static LodgeDmarcStatus trouble_of(const LodgeDnsAnswer *answer)
{
    if (lodge_dns_answer_is_temporary(answer))
        return LODGE_DMARC_TEMPERROR;
    return answer->status == LODGE_DNS_LIMIT ? LODGE_DMARC_PERMERROR : LODGE_DMARC_FOUND;
}

/* TRUE: the walk goes on above this domain. */
static gboolean look_at(Walk *walk, const char *domain)
{
    g_autofree char *name = g_strdup_printf("_dmarc.%s", domain);
    const LodgeDnsAnswer *answer = walk->ask->txt(walk->ask->data, name);
    g_ptr_array_add(walk->queries, g_steal_pointer(&name));
    walk->trouble = trouble_of(answer);
    if (walk->trouble != LODGE_DMARC_FOUND)
        return FALSE;
    /* What has something below it exists (RFC 8020). */
    if (domain == walk->start &&
        (answer->status == LODGE_DNS_FOUND || answer->status == LODGE_DNS_NODATA ||
         answer->canonical != NULL))
        walk->start_exists = TRUE;
    Step step = {domain, pick_record(answer)};
    if (step.record == NULL)
        return TRUE;
    gboolean is_end = step.record->psd != LODGE_DMARC_PSD_UNKNOWN;
    g_array_append_val(walk->steps, step);
    return !is_end;
}

static void walk_up(Walk *walk, const char *domain, const LodgeDnsAsk *ask)
{
    walk->start = domain;
    walk->ask = ask;
    walk->trouble = LODGE_DMARC_FOUND;
    walk->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(walk->steps, clear_step);
    walk->queries = g_ptr_array_new_with_free_func(g_free);
    guint labels = lodge_dns_name_count_labels(domain);
    while (look_at(walk, lodge_dns_name_last_labels(domain, labels)) && labels > 1)
        labels = MIN(labels - 1, WALK_LABELS);
}

static const Step *step_at(const Walk *walk, guint index)
{
    return &g_array_index(walk->steps, Step, index);
}

/* Section 4.10.2. Only the last record of a walk can carry psd, and it has the fewest labels. */
static const char *organizational_domain(const Walk *walk)
{
    if (walk->steps->len == 0)
        return walk->start;
    const Step *last = step_at(walk, walk->steps->len - 1);
    if (last->record->psd == LODGE_DMARC_PSD_YES && last->domain != walk->start)
        return lodge_dns_name_last_labels(walk->start,
                                          lodge_dns_name_count_labels(last->domain) + 1);
    return last->domain;
}

/* Section 4.10.1: that of the author, of the Organizational Domain, of the public suffix; NULL: none. */
static Step *applying_step(const Walk *walk)
{
    const char *organizational = organizational_domain(walk);
    for (guint i = 0; i < walk->steps->len; i++) {
        Step *step = &g_array_index(walk->steps, Step, i);
        if (step->domain == walk->start || step->domain == organizational ||
            step->record->psd == LODGE_DMARC_PSD_YES)
            return step;
    }
    return NULL;
}

/* ---- the policy ---- */

/* Does the author's domain exist (section 3.2.13)? Asked only where the answer makes a difference. */
static gboolean find_policy_below(LodgeDmarc *dmarc, const Walk *walk)
{
    gboolean exists = walk->start_exists;
    LodgeDmarcPolicy if_not = lodge_dmarc_record_policy_below(dmarc->record, FALSE);
    dmarc->policy = lodge_dmarc_record_policy_below(dmarc->record, TRUE);
    if (exists || if_not == dmarc->policy)
        return TRUE;
    const LodgeDnsAnswer *answer = walk->ask->txt(walk->ask->data, dmarc->author_domain);
    if (lodge_dns_answer_is_temporary(answer))
        return FALSE;
    if (answer->status == LODGE_DNS_NXDOMAIN)
        dmarc->policy = if_not;
    return TRUE;
}

static LodgeDmarcPolicy lower(LodgeDmarcPolicy policy)
{
    return policy == LODGE_DMARC_POLICY_REJECT ? LODGE_DMARC_POLICY_QUARANTINE
                                               : LODGE_DMARC_POLICY_NONE;
}

static LodgeDmarcStatus apply(LodgeDmarc *dmarc, const Walk *walk)
{
    dmarc->organizational_domain = g_strdup(organizational_domain(walk));
    Step *step = applying_step(walk);
    if (step == NULL || !lodge_dmarc_record_is_usable(step->record))
        return LODGE_DMARC_NONE;
    dmarc->record_domain = g_strdup(step->domain);
    dmarc->record = g_steal_pointer(&step->record);
    if (step->domain == walk->start)
        dmarc->policy = lodge_dmarc_record_policy_for_self(dmarc->record);
    else if (!find_policy_below(dmarc, walk))
        return LODGE_DMARC_TEMPERROR;
    dmarc->applied = dmarc->record->test ? lower(dmarc->policy) : dmarc->policy;
    return LODGE_DMARC_FOUND;
}

LodgeDmarc *lodge_dmarc_find(const char *author_domain, const LodgeDnsAsk *ask)
{
    g_return_val_if_fail(author_domain != NULL && ask != NULL, NULL);
    LodgeDmarc *dmarc = g_new0(LodgeDmarc, 1);
    dmarc->policy = dmarc->applied = LODGE_DMARC_POLICY_NONE;
    dmarc->author_domain = lodge_dns_name_normalise(author_domain);
    if (dmarc->author_domain == NULL) {
        dmarc->author_domain = g_strdup(author_domain);
        dmarc->queries = g_ptr_array_new_with_free_func(g_free);
        dmarc->status = LODGE_DMARC_PERMERROR;
        return dmarc;
    }
    g_auto(Walk) walk = {0};
    walk_up(&walk, dmarc->author_domain, ask);
    dmarc->queries = g_ptr_array_ref(walk.queries);
    dmarc->status = walk.trouble != LODGE_DMARC_FOUND ? walk.trouble : apply(dmarc, &walk);
    return dmarc;
}

void lodge_dmarc_free(LodgeDmarc *dmarc)
{
    if (dmarc == NULL)
        return;
    g_free(dmarc->author_domain);
    g_free(dmarc->record_domain);
    g_free(dmarc->organizational_domain);
    lodge_dmarc_record_free(dmarc->record);
    g_ptr_array_unref(dmarc->queries);
    g_free(dmarc);
}

const char *lodge_dmarc_status_format(LodgeDmarcStatus status)
{
    switch (status) {
    case LODGE_DMARC_FOUND:
        return "found";
    case LODGE_DMARC_NONE:
        return "none";
    case LODGE_DMARC_TEMPERROR:
        return "temperror";
    case LODGE_DMARC_PERMERROR:
        return "permerror";
    }
    g_return_val_if_reached("none");
}

/* ---- alignment ---- */

typedef enum { ALIGNED, NOT_ALIGNED, UNSURE } Alignment;

/* An Organizational Domain is the domain itself or above it: only what lies within the author's can share it,
 * and only that is walked for. */
static Alignment
align_relaxed(const LodgeDmarc *dmarc, const char *domain, const LodgeDnsAsk *ask)
{
    if (!lodge_dns_name_is_within(domain, dmarc->organizational_domain))
        return NOT_ALIGNED;
    g_auto(Walk) walk = {0};
    walk_up(&walk, domain, ask);
    if (walk.trouble == LODGE_DMARC_TEMPERROR)
        return UNSURE;
    if (walk.trouble != LODGE_DMARC_FOUND)
        return NOT_ALIGNED;
    return strcmp(organizational_domain(&walk), dmarc->organizational_domain) == 0
               ? ALIGNED
               : NOT_ALIGNED;
}

/* The first of the domains that is aligned, itself if possible; NULL: none. */
static const char *find_aligned(const LodgeDmarc *dmarc,
                                const char *const *domains,
                                gboolean strict,
                                const LodgeDnsAsk *ask,
                                gboolean *exact_out,
                                gboolean *unsure_out)
{
    for (gsize i = 0; domains != NULL && domains[i] != NULL; i++) {
        g_autofree char *domain = lodge_dns_name_normalise(domains[i]);
        if (domain != NULL && strcmp(domain, dmarc->author_domain) == 0) {
            *exact_out = TRUE;
            return domains[i];
        }
    }
    for (gsize i = 0; !strict && domains != NULL && domains[i] != NULL; i++) {
        g_autofree char *domain = lodge_dns_name_normalise(domains[i]);
        Alignment alignment =
            domain != NULL ? align_relaxed(dmarc, domain, ask) : NOT_ALIGNED;
        if (alignment == ALIGNED)
            return domains[i];
        if (alignment == UNSURE)
            *unsure_out = TRUE;
    }
    return NULL;
}

LodgeDmarcVerdict lodge_dmarc_evaluate(const LodgeDmarc *dmarc,
                                       const char *const *dkim_domains,
                                       const char *const *spf_domains,
                                       const LodgeDnsAsk *ask)
{
    static const LodgeDmarcResult without_record[] = {
        [LODGE_DMARC_NONE] = LODGE_DMARC_RESULT_NONE,
        [LODGE_DMARC_TEMPERROR] = LODGE_DMARC_RESULT_TEMPERROR,
        [LODGE_DMARC_PERMERROR] = LODGE_DMARC_RESULT_PERMERROR,
    };
    LodgeDmarcVerdict verdict = {0};
    gboolean is_unsure = FALSE;
    if (dmarc->status != LODGE_DMARC_FOUND) {
        verdict.result = without_record[dmarc->status];
        return verdict;
    }
    verdict.dkim_domain = find_aligned(dmarc, dkim_domains, dmarc->record->adkim_strict,
                                       ask, &verdict.dkim_exact, &is_unsure);
    verdict.spf_domain = find_aligned(dmarc, spf_domains, dmarc->record->aspf_strict, ask,
                                      &verdict.spf_exact, &is_unsure);
    if (verdict.dkim_domain != NULL || verdict.spf_domain != NULL)
        verdict.result = LODGE_DMARC_RESULT_PASS;
    else
        verdict.result = is_unsure ? LODGE_DMARC_RESULT_TEMPERROR : LODGE_DMARC_RESULT_FAIL;
    return verdict;
}

const char *lodge_dmarc_result_format(LodgeDmarcResult result)
{
    switch (result) {
    case LODGE_DMARC_RESULT_NONE:
        return "none";
    case LODGE_DMARC_RESULT_PASS:
        return "pass";
    case LODGE_DMARC_RESULT_FAIL:
        return "fail";
    case LODGE_DMARC_RESULT_TEMPERROR:
        return "temperror";
    case LODGE_DMARC_RESULT_PERMERROR:
        return "permerror";
    }
    g_return_val_if_reached("none");
}
