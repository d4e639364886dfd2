/* One TXT record as a DMARC policy record: RFC 9989 sections 4.7, 4.8 and 4.10.1. */
#include "intake/decide/dmarc_record.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define U LODGE_DMARC_POLICY_UNSET
#define I LODGE_DMARC_POLICY_INVALID
#define N LODGE_DMARC_POLICY_NONE
#define Q LODGE_DMARC_POLICY_QUARANTINE
#define R LODGE_DMARC_POLICY_REJECT

typedef struct {
    const char *text;
    LodgeDmarcPolicy p, sp, np;
    gboolean usable;
} Case;

static const Case POLICIES[] = {
    {"v=DMARC1; p=reject", R, U, U, TRUE},
    {"v=DMARC1;p=none;sp=quarantine;np=reject;", N, Q, R, TRUE},
    {"v = DMARC1 ; p = Reject", R, U, U, TRUE},
    {"V=DMARC1; P=QUARANTINE", Q, U, U, TRUE},
    {"v\t=\tDMARC1\t;\tp\t=\tnone\t", N, U, U, TRUE},
    {"v=DMARC1; ; ;p=reject", R, U, U, TRUE},
    {"v=DMARC1; nonsense; p=reject; =x; 9=y; x", R, U, U, TRUE},
    {"v=DMARC1; p=reject; future=1; pct=0; rf=afrf; ri=86400", R, U, U, TRUE},
    {"v=DMARC1", U, U, U, FALSE},
    {"v=DMARC1;", U, U, U, FALSE},
    {"v=DMARC1; p=", I, U, U, FALSE},
    {"v=DMARC1; p=rejected", I, U, U, FALSE},
    {"v=DMARC1; p=reject; sp=no", R, I, U, FALSE},
    {"v=DMARC1; p=reject; np=no; rua=mailto:a@example.com", R, U, I, TRUE},
    {"v=DMARC1; p=rej\xc3\xa9"
     "ct",
     I, U, U, FALSE},
    {"v=DMARC1; p=reject\x01", I, U, U, FALSE},
    {"v=DMARC1; p=reject; p=none", I, U, U, FALSE},
    {"v=DMARC1; p=reject; p=none; p=none", I, U, U, FALSE},
    {"v=DMARC1; p=reject; v=DMARC2", R, U, U, TRUE},
};

static void a_record_says_what_its_owner_wishes(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(POLICIES); i++) {
        const Case *c = &POLICIES[i];
        g_autoptr(LodgeDmarcRecord) record = lodge_dmarc_record_parse(c->text);
        if (record == NULL)
            fail_msg("%s: no record", c->text);
        if (record->p != c->p || record->sp != c->sp || record->np != c->np ||
            lodge_dmarc_record_is_usable(record) != c->usable)
            fail_msg("%s: p %d sp %d np %d usable %d", c->text, record->p, record->sp,
                     record->np, lodge_dmarc_record_is_usable(record));
    }
}

static void what_does_not_begin_with_the_version_is_no_record(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "v",
        "v=",
        "v=dmarc1; p=reject",
        "v=DMARC1x; p=reject",
        "v=DMARC1 p=reject",
        "v=DMARC11",
        "v=DMARC; p=reject",
        " v=DMARC1; p=reject",
        ";v=DMARC1; p=reject",
        "p=reject; v=DMARC1",
        "vv=DMARC1; p=reject",
        "v:DMARC1; p=reject",
        "v=spf1 -all",
        "\xef\xbb\xbfv=DMARC1; p=reject",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDmarcRecord) record = lodge_dmarc_record_parse(cases[i]);
        if (record != NULL)
            fail_msg("'%s' was taken for a record", cases[i]);
    }
}

static void the_other_tags_fall_back_to_their_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *tags;
        LodgeDmarcPsd psd;
        gboolean adkim, aspf, test;
    } cases[] = {
        {"", LODGE_DMARC_PSD_UNKNOWN, FALSE, FALSE, FALSE},
        {"psd=y; adkim=s; aspf=S; t=Y", LODGE_DMARC_PSD_YES, TRUE, TRUE, TRUE},
        {"psd=n; adkim=r; aspf=r; t=n", LODGE_DMARC_PSD_NO, FALSE, FALSE, FALSE},
        {"psd=u; adkim=strict; aspf=; t=1", LODGE_DMARC_PSD_UNKNOWN, FALSE, FALSE, FALSE},
        {"adkim=s; adkim=s; psd=y; psd=y", LODGE_DMARC_PSD_UNKNOWN, FALSE, FALSE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat("v=DMARC1; p=none; ", cases[i].tags, NULL);
        g_autoptr(LodgeDmarcRecord) record = lodge_dmarc_record_parse(text);
        assert_non_null(record);
        if (record->psd != cases[i].psd || record->adkim_strict != cases[i].adkim ||
            record->aspf_strict != cases[i].aspf || record->test != cases[i].test)
            fail_msg("%s", text);
    }
}

static void an_address_to_report_to_keeps_a_record_in_force(void **state)
{
    (void)state;
    static const struct {
        const char *rua;
        gboolean valid;
    } cases[] = {
        {"mailto:Reports@Example.COM", TRUE},
        {"mailto:a@b.example!10m", TRUE},
        {"https://reports.example/x?y=%20", TRUE},
        {"nonsense, mailto:a@b.example", TRUE},
        {"reports@example.com", FALSE},
        {"mailto:", FALSE},
        {":a", FALSE},
        {"9x:a", FALSE},
        {"mailto:a b", FALSE},
        {"mailto:<a@b>", FALSE},
        {",,,", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat("v=DMARC1; rua=", cases[i].rua, NULL);
        g_autoptr(LodgeDmarcRecord) record = lodge_dmarc_record_parse(text);
        assert_non_null(record);
        assert_string_equal(record->rua, cases[i].rua);
        if (record->rua_valid != cases[i].valid ||
            lodge_dmarc_record_is_usable(record) != cases[i].valid)
            fail_msg("%s", text);
        assert_int_equal(lodge_dmarc_record_policy_for_self(record), N);
    }
}

static void a_name_below_has_its_own_policy(void **state)
{
    (void)state;
    static const struct {
        const char *tags;
        LodgeDmarcPolicy self, exists, missing;
    } cases[] = {
        {"p=reject", R, R, R},
        {"p=reject; sp=none", R, N, N},
        {"p=reject; sp=none; np=quarantine", R, N, Q},
        {"p=none; np=reject", N, N, R},
        {"p=reject; sp=no; rua=mailto:a@b.example", N, N, N},
        {"p=reject; np=no; rua=mailto:a@b.example", N, N, N},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat("v=DMARC1; ", cases[i].tags, NULL);
        g_autoptr(LodgeDmarcRecord) record = lodge_dmarc_record_parse(text);
        assert_non_null(record);
        if (lodge_dmarc_record_policy_for_self(record) != cases[i].self ||
            lodge_dmarc_record_policy_below(record, TRUE) != cases[i].exists ||
            lodge_dmarc_record_policy_below(record, FALSE) != cases[i].missing)
            fail_msg("%s", text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_says_what_its_owner_wishes),
        cmocka_unit_test(what_does_not_begin_with_the_version_is_no_record),
        cmocka_unit_test(the_other_tags_fall_back_to_their_defaults),
        cmocka_unit_test(an_address_to_report_to_keeps_a_record_in_force),
        cmocka_unit_test(a_name_below_has_its_own_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
