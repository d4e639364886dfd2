#include "intake/learn/unbound_result.h"

#include "intake/decide/dns_name.h"
#include "parsers/text/limits.h"

#include <arpa/nameser.h>

/* RFC 1035 section 3.3.14: one or more strings, each behind its length. */
static void add_record(LodgeDnsAnswer *answer, const char *data, gsize size_bytes)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize at = 0; at < size_bytes;) {
        gsize length = MIN((guint8)data[at], size_bytes - at - 1);
        g_string_append_len(text, data + at + 1, (gssize)length);
        at += 1 + length;
    }
    lodge_dns_answer_add_text(answer, text->str, text->len);
}

/* How many CNAMEs the answer went through; libunbound made the packet, and follows eleven. */
static guint count_cnames(const struct ub_result *result)
{
    ns_msg message;
    ns_rr record;
    guint count = 0;
    if (result->answer_packet == NULL ||
        ns_initparse(result->answer_packet, result->answer_len, &message) != 0)
        return 0;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        if (ns_parserr(&message, ns_s_an, i, &record) == 0 &&
            ns_rr_type(record) == ns_t_cname)
            count++;
    }
    return count;
}

static LodgeDnsStatus status_of(const struct ub_result *result)
{
    if (result->bogus)
        return LODGE_DNS_BOGUS;
    if (count_cnames(result) > LODGE_LIMIT_DNS_CNAMES)
        return LODGE_DNS_LIMIT;
    if (result->rcode == ns_r_nxdomain || result->nxdomain)
        return LODGE_DNS_NXDOMAIN;
    if (result->rcode != ns_r_noerror)
        return LODGE_DNS_SERVFAIL;
    return result->havedata ? LODGE_DNS_FOUND : LODGE_DNS_NODATA;
}

/* Nothing was heard about a zone whose servers failed. */
static LodgeDnssec dnssec_of(const struct ub_result *result, gboolean validates)
{
    if (!validates || status_of(result) == LODGE_DNS_SERVFAIL)
        return LODGE_DNSSEC_UNKNOWN;
    if (result->bogus)
        return LODGE_DNSSEC_BOGUS;
    return result->secure ? LODGE_DNSSEC_SECURE : LODGE_DNSSEC_INSECURE;
}

void lodge_unbound_result_read(const struct ub_result *result,
                               gboolean validates,
                               LodgeDnsAnswer *answer)
{
    answer->status = status_of(result);
    answer->dnssec = dnssec_of(result, validates);
    answer->ttl_s = (guint32)MAX(result->ttl, 0);
    if (result->canonname != NULL)
        answer->canonical = lodge_dns_name_normalise(result->canonname);
    if (g_strcmp0(answer->canonical, answer->name) == 0)
        g_clear_pointer(&answer->canonical, g_free);
    for (gsize i = 0; answer->status == LODGE_DNS_FOUND && result->data[i] != NULL; i++)
        add_record(answer, result->data[i], (gsize)result->len[i]);
}
