#include "intake/decide/trusted_results.h"

#include "intake/decide/rung.h"
#include "parsers/text/display.h"
#include <string.h>

#define NAME_BYTES 120

/* The domain of "officer@council.gov.uk", "@council.gov.uk" or "council.gov.uk". */
static gboolean has_domain(const char *value, const char *domain)
{
    if (value == NULL)
        return FALSE;
    const char *at = strrchr(value, '@');
    return g_ascii_strcasecmp(at == NULL ? value : at + 1, domain) == 0;
}

static gboolean is_dkim_of(const LodgeAuthenticationMethod *method, const char *domain)
{
    /* d= signs. i= speaks only where d= is not told: it may lie below the signing domain, and
     * gov.uk signing for i=@council.gov.uk is not the council. */
    const char *d = lodge_authentication_method_find(method, "header", "d");
    const char *i = lodge_authentication_method_find(method, "header", "i");
    return has_domain(d != NULL ? d : i, domain);
}

static gboolean is_about(const LodgeAuthenticationMethod *method, const char *domain)
{
    if (strcmp(method->method, "dmarc") == 0)
        return has_domain(lodge_authentication_method_find(method, "header", "from"),
                          domain);
    if (strcmp(method->method, "dkim") == 0)
        return is_dkim_of(method, domain);
    if (strcmp(method->method, "spf") == 0)
        return has_domain(lodge_authentication_method_find(method, "smtp", "mailfrom"),
                          domain);
    return FALSE;
}

static void read_method(const LodgeAuthenticationMethod *method,
                        const char *domain,
                        LodgeTrustedResults *results,
                        GPtrArray *ladder)
{
    if (method->method == NULL || method->result == NULL || method->version != 1 ||
        !is_about(method, domain))
        return;
    gboolean pass = strcmp(method->result, "pass") == 0;
    gboolean fail = strcmp(method->result, "fail") == 0;
    if (strcmp(method->method, "dmarc") == 0) {
        results->dmarc_pass = results->dmarc_pass || pass;
        results->dmarc_fail = results->dmarc_fail || fail;
    } else if (strcmp(method->method, "dkim") == 0) {
        results->dkim_pass = results->dkim_pass || pass;
    } else {
        results->spf_pass = results->spf_pass || pass;
    }
    g_autofree char *shown = lodge_display_line(method->result, NAME_BYTES);
    g_autofree char *name = lodge_display_line(domain, NAME_BYTES);
    g_autofree char *words = g_strdup_printf("our mail server's result for %s", name);
    lodge_rung_add(ladder, method->method, shown, words);
}

static void read_all(const LodgeAuthenticationResults *header,
                     const char *domain,
                     LodgeTrustedResults *results,
                     GPtrArray *ladder)
{
    for (guint i = 0; i < header->methods->len; i++)
        read_method(g_ptr_array_index(header->methods, i), domain, results, ladder);
}

/* "compauth=pass reason=130": DMARC failed, but a seal of a sender that Microsoft trusts explains why. */
static gboolean is_explained(const LodgeAuthenticationResults *header)
{
    for (guint i = 0; i < header->methods->len; i++) {
        const LodgeAuthenticationMethod *method = g_ptr_array_index(header->methods, i);
        if (g_strcmp0(method->method, "compauth") == 0 &&
            g_strcmp0(method->result, "pass") == 0)
            return TRUE;
    }
    return FALSE;
}

/* Of Exchange Online only DMARC counts, for exactly this domain: its SPF and DKIM results are about
 * whoever handed the message over. Its own "compauth" proves nothing, but takes back a failure. */
static void read_exchange(const LodgeAuthenticationResults *header,
                          const char *domain,
                          LodgeTrustedResults *results,
                          GPtrArray *ladder)
{
    LodgeTrustedResults read = {0};
    for (guint i = 0; i < header->methods->len; i++) {
        const LodgeAuthenticationMethod *method = g_ptr_array_index(header->methods, i);
        if (g_strcmp0(method->method, "dmarc") == 0)
            read_method(method, domain, &read, ladder);
    }
    results->dmarc_pass = results->dmarc_pass || read.dmarc_pass;
    if (!read.dmarc_fail)
        return;
    if (is_explained(header))
        lodge_rung_add(ladder, "compauth", "pass",
                       "Exchange Online knows why DMARC failed; neither proof nor forgery");
    else
        results->dmarc_fail = TRUE;
}

static gboolean has_our_id(const LodgeAuthenticationResults *results,
                           const LodgeTrust *trust)
{
    if (results->exchange_form || results->authserv_id == NULL)
        return FALSE;
    for (guint i = 0; trust->authserv_ids != NULL && trust->authserv_ids[i] != NULL; i++)
        if (g_ascii_strcasecmp(trust->authserv_ids[i], results->authserv_id) == 0)
            return TRUE;
    return FALSE;
}

/* Exchange Online signs with no name: then only the topmost can be its own. */
static const char *why_foreign(const LodgeMessageFacts *message,
                               const LodgeAuthenticationResults *header,
                               const LodgeTrust *trust)
{
    if (!header->exchange_form)
        return has_our_id(header, trust) ? NULL : "not by a server whose results we trust";
    if (trust->kind != LODGE_BORDER_EXCHANGE_ONLINE)
        return "without a name, and our border is not Exchange Online";
    for (guint i = 0; i < message->authentication_results->len; i++) {
        const LodgeAuthenticationResults *at =
            g_ptr_array_index(message->authentication_results, i);
        if (at->exchange_form && at->position < header->position)
            return "without a name, and not the topmost of them";
    }
    return NULL;
}

const char *lodge_trusted_results_why_ignored(const LodgeMessageFacts *message,
                                              const LodgeAuthenticationResults *header,
                                              const LodgeBorder *border,
                                              const LodgeTrust *trust)
{
    const char *foreign = why_foreign(message, header, trust);
    if (foreign != NULL)
        return foreign;
    if (!border->has_limit)
        return "the message has no Received line, so nobody can say who wrote it";
    if (border->hop != NULL && header->position > border->hop->position)
        return "below the line of our border, so the sender wrote it";
    if (header->position > border->limit_position)
        return "below a Received line that is not surely ours";
    if (header->exchange_form && border->hop == NULL)
        return "without a name, and no line of Exchange Online's front door below it";
    if (!header->well_formed || header->version != 1)
        return "not well formed, or of an unknown version";
    return NULL;
}

static gboolean is_forged(const LodgeAuthenticationResults *header,
                          const LodgeBorder *border,
                          const LodgeTrust *trust)
{
    return has_our_id(header, trust) && border->hop != NULL &&
           header->position > border->hop->position;
}

static void add_header_rung(const LodgeAuthenticationResults *header,
                            const char *ignored,
                            GPtrArray *ladder)
{
    const char *id = header->authserv_id == NULL ? "(no name)" : header->authserv_id;
    g_autofree char *shown = lodge_display_line(id, NAME_BYTES);
    g_autofree char *words = g_strdup_printf(
        "%s: %s", shown, ignored == NULL ? "our own mail server's" : ignored);
    lodge_rung_add(ladder, "authentication-results",
                   ignored == NULL ? "trusted" : "ignored", words);
}

LodgeTrustedResults lodge_trusted_results_judge(const LodgeMessageFacts *message,
                                                const LodgeBorder *border,
                                                const LodgeTrust *trust,
                                                const char *domain,
                                                GPtrArray *ladder)
{
    LodgeTrustedResults results = {0};
    for (guint i = 0; i < message->authentication_results->len; i++) {
        const LodgeAuthenticationResults *header =
            g_ptr_array_index(message->authentication_results, i);
        const char *ignored =
            lodge_trusted_results_why_ignored(message, header, border, trust);
        add_header_rung(header, ignored, ladder);
        if (is_forged(header, border, trust))
            results.forged++;
        if (ignored != NULL)
            continue;
        results.trusted++;
        if (header->exchange_form)
            read_exchange(header, domain, &results, ladder);
        else
            read_all(header, domain, &results, ladder);
    }
    return results;
}
