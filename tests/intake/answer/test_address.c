#include "intake/answer/address.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void only_one_plain_address_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *name, *address;
        gboolean valid;
    } cases[] = {
        {"an officer", "officer@council.gov.uk", TRUE},
        {"dots, plus and hyphens inside", "jo.o'neil+plans-24@tmbc.gov.uk", TRUE},
        {"a receipt's sender", "receipts+PP24-000123-K.1@intake.example.gov.uk", TRUE},
        {"upper case", "Officer@Council.GOV.UK", TRUE},
        {"one label", "root@localhost", TRUE},
        {"a punycode domain", "a@xn--bcher-kva.example", TRUE},
        {"a local part of 64", LABEL63 "a@b.example", TRUE},
        {"nothing", NULL, FALSE},
        {"an empty string", "", FALSE},
        {"no at sign", "officer", FALSE},
        {"two at signs", "a@b@c", FALSE},
        {"no local part", "@council.gov.uk", FALSE},
        {"no domain", "officer@", FALSE},
        {"a local part of 65", LABEL63 "aa@b.example", FALSE},
        {"a label of 64", "a@" LABEL63 "a.example", FALSE},
        {"255 bytes", "a@" LABEL63 "." LABEL63 "." LABEL63 "." LABEL63, FALSE},
        {"a second recipient", "a@b.example,c@d.example", FALSE},
        {"a second command", "a@b.example>\r\nRCPT TO:<c@d.example", FALSE},
        {"a line end at the end", "a@b.example\n", FALSE},
        {"a carriage return in the local part", "a\rb@c.example", FALSE},
        {"a space", "a b@c.example", FALSE},
        {"a trailing space", "a@c.example ", FALSE},
        {"angle brackets", "<a@c.example>", FALSE},
        {"a display name", "A <a@c.example>", FALSE},
        {"an ESMTP parameter", "a@c.example SIZE=1", FALSE},
        {"a leading hyphen", "-oQ/tmp@c.example", FALSE},
        {"a quoted local part", "\"a b\"@c.example", FALSE},
        {"a comment", "a(b)@c.example", FALSE},
        {"a domain literal", "a@[127.0.0.1]", FALSE},
        {"a source route", "@x.example:a@c.example", FALSE},
        {"a leading dot", ".a@c.example", FALSE},
        {"a trailing dot", "a.@c.example", FALSE},
        {"two dots", "a..b@c.example", FALSE},
        {"an empty label", "a@c..example", FALSE},
        {"a trailing dot of the domain", "a@c.example.", FALSE},
        {"a label that begins with a hyphen", "a@-c.example", FALSE},
        {"a label that ends with a hyphen", "a@c-.example", FALSE},
        {"an underscore in the domain", "a@c_d.example", FALSE},
        {"letters beyond ASCII", "m\xc3\xbcller@c.example", FALSE},
        {"a domain beyond ASCII",
         "a@b\xc3\xbc"
         "cher.example",
         FALSE},
        {"a control character", "a\x1b@c.example", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (lodge_address_is_valid(cases[i].address) != cases[i].valid)
            fail_msg("%s", cases[i].name);
}

static void a_refusal_names_whose_address_it_is_on_one_line(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_false(lodge_address_check("a@b\r\nBcc: c", "the recipient's", &error));
    assert_true(g_error_matches(error, LODGE_ADDRESS_ERROR, LODGE_ADDRESS_ERROR_INVALID));
    assert_non_null(
        strstr(error->message, "the recipient's address \"a@b\\x0D\\x0ABcc: c\""));
    assert_null(strpbrk(error->message, "\r\n"));
}

static void a_good_address_sets_no_error(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_true(lodge_address_check("a@b.example", "the recipient's", &error));
    assert_null(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_plain_address_is_taken),
        cmocka_unit_test(a_refusal_names_whose_address_it_is_on_one_line),
        cmocka_unit_test(a_good_address_sets_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
