#include "intake/learn/resolver_stored.h"

static void lookup_txt(gpointer self, LodgeDnsAnswer *answer, gint64 deadline_us)
{
    (void)deadline_us;
    const LodgeDnsAnswer *stored = lodge_dns_answers_find(self, answer->name);
    if (stored == NULL) {
        answer->status = LODGE_DNS_NOT_STORED;
        return;
    }
    answer->status = stored->status;
    answer->canonical = g_strdup(stored->canonical);
    for (guint i = 0; i < stored->texts->len; i++)
        g_ptr_array_add(answer->texts, g_strdup(g_ptr_array_index(stored->texts, i)));
    answer->ttl_s = stored->ttl_s;
    answer->dnssec = stored->dnssec;
    answer->asked_us = stored->asked_us;
}

static const LodgeResolverMaker MAKER = {lookup_txt, (void (*)(gpointer))g_ptr_array_unref};

LodgeResolver *lodge_resolver_stored_new(GPtrArray *answers)
{
    return lodge_resolver_new(
        &MAKER, answers != NULL ? g_ptr_array_ref(answers) : lodge_dns_answers_new(), NULL);
}
