#include "intake/learn/resolver.h"

struct LodgeResolver {
    const LodgeResolverMaker *maker;
    gpointer self;
    gint64 (*now_us)(void);
};

G_DEFINE_QUARK(lodge_resolver_error, lodge_resolver_error)

LodgeResolver *
lodge_resolver_new(const LodgeResolverMaker *maker, gpointer self, gint64 (*now_us)(void))
{
    LodgeResolver *resolver = g_new0(LodgeResolver, 1);
    resolver->maker = maker;
    resolver->self = self;
    resolver->now_us = now_us;
    return resolver;
}

void lodge_resolver_free(LodgeResolver *resolver)
{
    if (resolver == NULL)
        return;
    resolver->maker->free(resolver->self);
    g_free(resolver);
}

LodgeDnsAnswer *
lodge_resolver_lookup_txt(LodgeResolver *resolver, const char *name, gint64 deadline_us)
{
    g_return_val_if_fail(resolver != NULL && name != NULL, NULL);
    LodgeDnsAnswer *answer = lodge_dns_answer_new(name, LODGE_DNS_SERVFAIL);
    if (answer->status == LODGE_DNS_REFUSED)
        return answer;
    if (resolver->now_us != NULL)
        answer->asked_us = resolver->now_us();
    resolver->maker->lookup_txt(resolver->self, answer, deadline_us);
    lodge_dns_answer_settle(answer);
    return answer;
}
