#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/imap/mailbox_name.h"

static void test_names_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *name, *raw, *expected;
    } table[] = {
        {"plain", "INBOX", "INBOX"},
        {"an ampersand", "Plans &- more", "Plans & more"},
        {"an accent", "Entw&APw-rfe", "Entwürfe"},
        {"the RFC's example", "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"},
        {"beyond the basic plane", "&2D3eAA-", "😀"},
        {"UTF-8 itself", "Entwürfe", "Entwürfe"},
        {"half a surrogate pair stays as it came", "&2D0-", "&2D0-"},
        {"not closed stays as it came", "a&APw", "a&APw"},
        {"no base64 stays as it came", "A & B-", "A & B-"},
        {"padding that is not zero stays as it came", "&APx-", "&APx-"},
        {"invalid bytes are shown", "a\xff", "a\xef\xbf\xbd"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *name = lodge_imap_mailbox_name_decode(table[i].raw);
        assert_string_equal(name, table[i].expected);
    }
}

static void test_names_are_quoted(void **state)
{
    (void)state;
    g_autofree char *quoted = lodge_imap_mailbox_name_quote("a \"b\" \\c");
    assert_string_equal(quoted, "\"a \\\"b\\\" \\\\c\"");
    assert_null(lodge_imap_mailbox_name_quote("a\r\nL9 LOGOUT"));
    assert_null(lodge_imap_mailbox_name_quote(""));
}

static void test_inbox_is_inbox_in_every_case(void **state)
{
    (void)state;
    assert_true(lodge_imap_mailbox_name_equal("Inbox", "INBOX"));
    assert_true(lodge_imap_mailbox_name_equal("Plans", "Plans"));
    assert_false(lodge_imap_mailbox_name_equal("Plans", "plans"));
    assert_false(lodge_imap_mailbox_name_equal("INBOX", "INBOX/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_decoded),
        cmocka_unit_test(test_names_are_quoted),
        cmocka_unit_test(test_inbox_is_inbox_in_every_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
