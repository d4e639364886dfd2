#include "intake/learn/resolver_zone.h"

#include "parsers/text/limits.h"

/* Follows the CNAMEs from the answer's name; NULL at a name without records, or past the limit. */
static const LodgeZoneName *follow(const LodgeZoneFile *zone, LodgeDnsAnswer *answer)
{
    const LodgeZoneName *name = lodge_zone_file_find(zone, answer->name);
    answer->ttl_s = name != NULL ? name->ttl_s : 0;
    for (guint cnames = 0; name != NULL && name->cname != NULL; cnames++) {
        if (cnames == LODGE_LIMIT_DNS_CNAMES) {
            answer->status = LODGE_DNS_LIMIT;
            return NULL;
        }
        g_free(answer->canonical);
        answer->canonical = g_strdup(name->cname);
        name = lodge_zone_file_find(zone, name->cname);
        answer->ttl_s = name != NULL ? MIN(answer->ttl_s, name->ttl_s) : 0;
    }
    return name;
}

static void lookup_txt(gpointer self, LodgeDnsAnswer *answer, gint64 deadline_us)
{
    (void)deadline_us;
    answer->status = LODGE_DNS_FOUND;
    const LodgeZoneName *name = follow(self, answer);
    if (answer->status == LODGE_DNS_LIMIT)
        return;
    const char *last = answer->canonical != NULL ? answer->canonical : answer->name;
    if (name == NULL)
        answer->status =
            lodge_zone_file_has_below(self, last) ? LODGE_DNS_NODATA : LODGE_DNS_NXDOMAIN;
    else if (name->failure != LODGE_DNS_FOUND)
        answer->status = name->failure;
    else if (name->texts->len == 0)
        answer->status = LODGE_DNS_NODATA;
    for (guint i = 0; name != NULL && i < name->texts->len; i++) {
        const GString *text = g_ptr_array_index(name->texts, i);
        lodge_dns_answer_add_text(answer, text->str, text->len);
    }
}

static const LodgeResolverMaker MAKER = {lookup_txt,
                                         (void (*)(gpointer))lodge_zone_file_free};

LodgeResolver *lodge_resolver_zone_new(LodgeZoneFile *zone, gint64 (*now_us)(void))
{
    g_return_val_if_fail(zone != NULL, NULL);
    return lodge_resolver_new(&MAKER, zone, now_us);
}
