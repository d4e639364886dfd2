/* The tree walk and alignment where the shared table does not go: failures of DNS, exact alignment, odd domains. */
#include "intake/decide/dmarc.h"

#include "tests/support/cmocka.h"
#include <string.h>

/* What DNS holds: name and text; a text that begins with "!" is a status. */
typedef struct {
    const char *name, *text;
} Record;

typedef struct {
    const Record *records;
    GPtrArray *answers;
    GString *asked;
} Dns;

static LodgeDnsAnswer *answer_to(const Dns *dns, const char *name)
{
    LodgeDnsAnswer *answer = lodge_dns_answer_new(name, LODGE_DNS_NXDOMAIN);
    for (const Record *record = dns->records; record->name != NULL; record++) {
        if (strcmp(record->name, name) != 0)
            continue;
        if (record->text[0] != '!') {
            answer->status = LODGE_DNS_FOUND;
            lodge_dns_answer_add_text(answer, record->text, strlen(record->text));
            continue;
        }
        for (LodgeDnsStatus status = LODGE_DNS_FOUND; status <= LODGE_DNS_NOT_STORED;
             status++) {
            if (strcmp(lodge_dns_status_format(status), record->text + 1) == 0)
                answer->status = status;
        }
    }
    lodge_dns_answer_settle(answer);
    return answer;
}

static const LodgeDnsAnswer *ask_txt(gpointer data, const char *name)
{
    Dns *dns = data;
    LodgeDnsAnswer *answer = answer_to(dns, name);
    g_ptr_array_add(dns->answers, answer);
    g_string_append_printf(dns->asked, "%s ", name);
    return answer;
}

static void dns_open(Dns *dns, const Record *records)
{
    dns->records = records;
    dns->answers = lodge_dns_answers_new();
    dns->asked = g_string_new(NULL);
}

static void dns_close(Dns *dns)
{
    g_ptr_array_unref(dns->answers);
    g_string_free(dns->asked, TRUE);
}

typedef struct {
    const char *title, *author;
    const Record records[5];
    LodgeDmarcStatus status;
    LodgeDmarcPolicy policy;
    const char *record_domain, *organizational_domain;
    const char *asked;
} Case;

#define NONE LODGE_DMARC_POLICY_NONE
#define QUARANTINE LODGE_DMARC_POLICY_QUARANTINE
#define REJECT LODGE_DMARC_POLICY_REJECT

static const Case CASES[] = {
    {"a time-out at the author's domain is not absence",
     "a.example.com",
     {{"_dmarc.a.example.com", "!timeout"}, {"_dmarc.example.com", "v=DMARC1; p=none"}},
     LODGE_DMARC_TEMPERROR,
     NONE,
     NULL,
     NULL,
     "_dmarc.a.example.com "},
    {"nor is a failure further up, where the Organizational Domain would show",
     "a.example.com",
     {{"_dmarc.a.example.com", "v=DMARC1; p=reject"}, {"_dmarc.com", "!servfail"}},
     LODGE_DMARC_TEMPERROR,
     NONE,
     NULL,
     NULL,
     "_dmarc.a.example.com _dmarc.example.com _dmarc.com "},
    {"a forged answer is not absence",
     "example.com",
     {{"_dmarc.example.com", "!bogus"}},
     LODGE_DMARC_TEMPERROR,
     NONE,
     NULL,
     NULL,
     "_dmarc.example.com "},
    {"what was not asked then is not absence in a replay",
     "example.com",
     {{"_dmarc.example.com", "!not-stored"}},
     LODGE_DMARC_TEMPERROR,
     NONE,
     NULL,
     NULL,
     "_dmarc.example.com "},
    {"an answer that is too large stays so",
     "example.com",
     {{"_dmarc.example.com", "!limit"}},
     LODGE_DMARC_PERMERROR,
     NONE,
     NULL,
     NULL,
     "_dmarc.example.com "},
    {"an author's domain in other than ASCII is none",
     "b\xc3\xbc"
     "cher.example",
     {{NULL, NULL}},
     LODGE_DMARC_PERMERROR,
     NONE,
     NULL,
     NULL,
     ""},
    {"capitals and a final dot are nothing",
     "Example.COM.",
     {{"_dmarc.example.com", "v=DMARC1; p=reject"}},
     LODGE_DMARC_FOUND,
     REJECT,
     "example.com",
     "example.com",
     "_dmarc.example.com _dmarc.com "},
    {"of eight labels the first seven are next",
     "a.b.c.d.e.f.g.h",
     {{NULL, NULL}},
     LODGE_DMARC_NONE,
     NONE,
     NULL,
     "a.b.c.d.e.f.g.h",
     "_dmarc.a.b.c.d.e.f.g.h _dmarc.b.c.d.e.f.g.h _dmarc.c.d.e.f.g.h _dmarc.d.e.f.g.h "
     "_dmarc.e.f.g.h _dmarc.f.g.h _dmarc.g.h _dmarc.h "},
    {"a name that is the top itself",
     "example",
     {{"_dmarc.example", "v=DMARC1; p=reject; psd=y"}},
     LODGE_DMARC_FOUND,
     REJECT,
     "example",
     "example",
     "_dmarc.example "},
    {"the record of a public suffix covers who publishes nothing",
     "foo.example",
     {{"_dmarc.example", "v=DMARC1; p=none; sp=quarantine; np=reject; psd=y"},
      {"foo.example", "!nodata"}},
     LODGE_DMARC_FOUND,
     QUARANTINE,
     "example",
     "foo.example",
     "_dmarc.foo.example _dmarc.example foo.example "},
    {"and who does not exist",
     "a.foo.example",
     {{"_dmarc.example", "v=DMARC1; p=none; sp=quarantine; np=reject; psd=y"}},
     LODGE_DMARC_FOUND,
     REJECT,
     "example",
     "foo.example",
     "_dmarc.a.foo.example _dmarc.foo.example _dmarc.example a.foo.example "},
    {"whether it exists is not asked where it makes no difference",
     "foo.example",
     {{"_dmarc.example", "v=DMARC1; p=none; sp=reject; np=reject; psd=y"}},
     LODGE_DMARC_FOUND,
     REJECT,
     "example",
     "foo.example",
     "_dmarc.foo.example _dmarc.example "},
    {"nor where it was seen: something stands below it",
     "foo.example",
     {{"_dmarc.foo.example", "!nodata"},
      {"_dmarc.example", "v=DMARC1; p=none; np=reject; psd=y"}},
     LODGE_DMARC_FOUND,
     NONE,
     "example",
     "foo.example",
     "_dmarc.foo.example _dmarc.example "},
    {"whether it exists could not be found out",
     "foo.example",
     {{"_dmarc.example", "v=DMARC1; p=none; np=reject; psd=y"},
      {"foo.example", "!timeout"}},
     LODGE_DMARC_TEMPERROR,
     NONE,
     "example",
     "foo.example",
     "_dmarc.foo.example _dmarc.example foo.example "},
    {"the label below a public suffix may be one that the walk left out",
     "a.b.c.d.e.f.g.h.i",
     {{"_dmarc.c.d.e.f.g.h.i", "v=DMARC1; p=reject; psd=y"}},
     LODGE_DMARC_FOUND,
     REJECT,
     "c.d.e.f.g.h.i",
     "b.c.d.e.f.g.h.i",
     "_dmarc.a.b.c.d.e.f.g.h.i _dmarc.c.d.e.f.g.h.i "},
    {"a record between the author and its Organizational Domain does not apply",
     "a.b.example.com",
     {{"_dmarc.b.example.com", "v=DMARC1; p=none"},
      {"_dmarc.example.com", "v=DMARC1; p=reject"}},
     LODGE_DMARC_FOUND,
     REJECT,
     "example.com",
     "example.com",
     "_dmarc.a.b.example.com _dmarc.b.example.com _dmarc.example.com _dmarc.com "},
};

static void check(const Case *c)
{
    Dns dns;
    dns_open(&dns, c->records);
    const LodgeDnsAsk ask = {ask_txt, &dns};
    g_autoptr(LodgeDmarc) dmarc = lodge_dmarc_find(c->author, &ask);
    if (dmarc->status != c->status || dmarc->policy != c->policy ||
        g_strcmp0(dmarc->record_domain, c->record_domain) != 0 ||
        g_strcmp0(dmarc->organizational_domain, c->organizational_domain) != 0 ||
        strcmp(dns.asked->str, c->asked) != 0)
        fail_msg(
            "%s: status %s, policy %s, record of %s, organizational domain %s, asked %s",
            c->title, lodge_dmarc_status_format(dmarc->status),
            lodge_dmarc_policy_format(dmarc->policy), dmarc->record_domain,
            dmarc->organizational_domain, dns.asked->str);
    dns_close(&dns);
}

static void the_walk_finds_the_policy_or_says_why_not(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++)
        check(&CASES[i]);
}

/* ---- alignment ---- */

/* All councils below gov.uk, as if it published a record without psd=y. */
static const Record GOVERNMENT[] = {
    {"_dmarc.gov.uk", "v=DMARC1; p=reject"},
    {"_dmarc.devon.gov.uk", "v=DMARC1; p=reject"},
    {"_dmarc.strict.gov.uk", "v=DMARC1; p=reject; adkim=s; aspf=s"},
    {"_dmarc.broken.devon.gov.uk", "!servfail"},
    {NULL, NULL},
};

static void alignment_is_told_from_exact_alignment(void **state)
{
    (void)state;
    static const struct {
        const char *title, *author, *dkim, *spf;
        LodgeDmarcResult result;
        gboolean exact;
        const char *dkim_aligned, *spf_aligned;
    } cases[] = {
        {"the domain itself", "devon.gov.uk", "other.example;Devon.gov.uk.", NULL,
         LODGE_DMARC_RESULT_PASS, TRUE, "Devon.gov.uk.", NULL},
        {"the neighbour shares gov.uk, and that is nothing to rest authority on",
         "devon.gov.uk", "kent.gov.uk", NULL, LODGE_DMARC_RESULT_PASS, FALSE, "kent.gov.uk",
         NULL},
        {"by SPF as well", "devon.gov.uk", NULL, "mail.devon.gov.uk",
         LODGE_DMARC_RESULT_PASS, FALSE, NULL, "mail.devon.gov.uk"},
        {"strict: the neighbour is nobody", "strict.gov.uk",
         "kent.gov.uk;mail.strict.gov.uk", "kent.gov.uk", LODGE_DMARC_RESULT_FAIL, FALSE,
         NULL, NULL},
        {"strict: the domain itself", "strict.gov.uk", NULL, "strict.gov.uk",
         LODGE_DMARC_RESULT_PASS, TRUE, NULL, "strict.gov.uk"},
        {"somebody else altogether", "devon.gov.uk", "gov.uk.example;uk", "xgov.uk",
         LODGE_DMARC_RESULT_FAIL, FALSE, NULL, NULL},
        {"nothing passed", "devon.gov.uk", NULL, NULL, LODGE_DMARC_RESULT_FAIL, FALSE, NULL,
         NULL},
        {"what could not be found out is no failure", "devon.gov.uk", "broken.devon.gov.uk",
         NULL, LODGE_DMARC_RESULT_TEMPERROR, FALSE, NULL, NULL},
        {"and does not spoil what passed", "devon.gov.uk", "broken.devon.gov.uk",
         "devon.gov.uk", LODGE_DMARC_RESULT_PASS, TRUE, NULL, "devon.gov.uk"},
        {"a signer that is no domain", "devon.gov.uk", "d\xc3\xa9von.gov.uk;", NULL,
         LODGE_DMARC_RESULT_FAIL, FALSE, NULL, NULL},
        {"no policy, no result", "example.org", "example.org", NULL,
         LODGE_DMARC_RESULT_NONE, FALSE, NULL, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Dns dns;
        dns_open(&dns, GOVERNMENT);
        const LodgeDnsAsk ask = {ask_txt, &dns};
        g_autoptr(LodgeDmarc) dmarc = lodge_dmarc_find(cases[i].author, &ask);
        g_auto(GStrv) dkim = cases[i].dkim ? g_strsplit(cases[i].dkim, ";", -1) : NULL;
        g_auto(GStrv) spf = cases[i].spf ? g_strsplit(cases[i].spf, ";", -1) : NULL;
        LodgeDmarcVerdict verdict = lodge_dmarc_evaluate(dmarc, (const char *const *)dkim,
                                                         (const char *const *)spf, &ask);
        if (verdict.result != cases[i].result ||
            (verdict.dkim_exact || verdict.spf_exact) != cases[i].exact ||
            g_strcmp0(verdict.dkim_domain, cases[i].dkim_aligned) != 0 ||
            g_strcmp0(verdict.spf_domain, cases[i].spf_aligned) != 0)
            fail_msg("%s: %s, exact %d, dkim %s, spf %s", cases[i].title,
                     lodge_dmarc_result_format(verdict.result),
                     verdict.dkim_exact || verdict.spf_exact, verdict.dkim_domain,
                     verdict.spf_domain);
        dns_close(&dns);
    }
}

static void test_mode_is_one_policy_lower(void **state)
{
    (void)state;
    static const Record records[] = {
        {"_dmarc.a.example", "v=DMARC1; p=reject; t=y"},
        {"_dmarc.b.example", "v=DMARC1; p=quarantine; t=y"},
        {"_dmarc.c.example", "v=DMARC1; p=reject"},
        {NULL, NULL},
    };
    static const LodgeDmarcPolicy applied[] = {QUARANTINE, NONE, REJECT};
    Dns dns;
    dns_open(&dns, records);
    const LodgeDnsAsk ask = {ask_txt, &dns};
    for (guint i = 0; i < G_N_ELEMENTS(applied); i++) {
        g_autoptr(LodgeDmarc) dmarc =
            lodge_dmarc_find(records[i].name + strlen("_dmarc."), &ask);
        assert_int_equal(dmarc->applied, applied[i]);
    }
    dns_close(&dns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walk_finds_the_policy_or_says_why_not),
        cmocka_unit_test(alignment_is_told_from_exact_alignment),
        cmocka_unit_test(test_mode_is_one_policy_lower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
