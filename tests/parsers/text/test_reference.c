#include "parsers/text/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* The standard's steps by hand, for AB000001. P is 36 at the start; per character
 * S = P + value (mod 36, 0 read as 36), then P = 2 S mod 37:
 *   A 10 -> S 10, P 20    B 11 -> S 31, P 25    0 -> S 25, P 13    0 -> S 13, P 26
 *   0    -> S 26, P 15    0    -> S 15, P 30    0 -> S 30, P 23    1 -> S 24, P 11
 * and the check character makes the last sum 1 mod 36: 37 - 11 = 26, Q. The others come from
 * a second implementation, which also gives the M of the published GRid example
 * A1-2425G-ABC1234002-M, another user of this system. */
static void the_check_character_is_that_of_iso_7064(void **state)
{
    (void)state;
    const struct {
        const char *prefix;
        guint64 number;
        const char *reference;
    } cases[] = {
        {"AB", 1, "AB-000001-Q"},
        {"PP24", 1, "PP24-000001-M"},
        {"PP24", 123, "PP24-000123-2"},
        {"PP24", 999999, "PP24-999999-A"},
        {"PP24", 1000000, "PP24-1000000-V"},
        {"ZZZZ9999", 999999999, "ZZZZ9999-999999999-Q"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *reference =
            lodge_reference_format(cases[i].prefix, cases[i].number);
        assert_string_equal(reference, cases[i].reference);
    }
}

static void format_and_parse_agree(void **state)
{
    (void)state;
    const struct {
        const char *prefix;
        guint64 number;
    } cases[] = {{"PP24", 1},
                 {"PP24", 123},
                 {"AB", 999999},
                 {"ABCD2024", 1000000},
                 {"GR", 999999999}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *reference =
            lodge_reference_format(cases[i].prefix, cases[i].number);
        g_autofree char *prefix = NULL;
        guint64 number = 0;
        assert_true(lodge_reference_parse(reference, &prefix, &number));
        assert_string_equal(prefix, cases[i].prefix);
        assert_int_equal(number, cases[i].number);
    }
}

static void what_is_said_on_the_phone_is_understood(void **state)
{
    (void)state;
    g_autofree char *reference = lodge_reference_format("PP24", 123);
    g_autofree char *lower = g_ascii_strdown(reference, -1);
    g_autofree char *spaced = g_strdup_printf("  %s \n", lower);
    assert_true(lodge_reference_parse(lower, NULL, NULL));
    assert_true(lodge_reference_parse(spaced, NULL, NULL));
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    const char *cases[] = {NULL,
                           "",
                           "-",
                           "PP24",
                           "PP24-",
                           "PP24-000123",
                           "PP24-000123-",
                           "PP24-000000-K",
                           "PP24--000123-K",
                           "P-000123-K",
                           "PPPPP-000123-K",
                           "PP24-123-K",
                           "PP24-0000123-K",
                           "PP24-000123-KK",
                           "PP24-000123-K.1",
                           "PP24-000123-\xc3\xa9",
                           "PP24 000123 K",
                           "24-000123-K",
                           "PP24-9999999999-K"};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_false(lodge_reference_parse(cases[i], NULL, NULL));
}

/* Every wrong character at every place, for many references. */
static void every_single_wrong_character_is_caught(void **state)
{
    (void)state;
    for (guint64 number = 1; number < 1000000; number += 9973) {
        g_autofree char *reference = lodge_reference_format("PP24", number);
        for (gsize at = 0; reference[at] != '\0'; at++) {
            char right = reference[at];
            for (const char *wrong = alphabet; right != '-' && *wrong != '\0'; wrong++) {
                reference[at] = *wrong;
                assert_int_equal(lodge_reference_parse(reference, NULL, NULL),
                                 *wrong == right);
            }
            reference[at] = right;
        }
    }
}

/* Neighbours that are swapped, also across a hyphen. The hybrid systems of the standard let a
 * few through (0 and 1 in certain states): no more than that, and this is how many. */
static void nearly_every_swap_of_neighbours_is_caught(void **state)
{
    (void)state;
    guint swaps = 0, missed = 0;
    for (guint64 number = 1; number < 1000000; number += 97) {
        g_autofree char *reference = lodge_reference_format("PP24", number);
        gsize size = strlen(reference);
        for (gsize at = 0; at + 1 < size; at++) {
            gsize next = reference[at + 1] == '-' ? at + 2 : at + 1;
            if (reference[at] == '-' || next >= size || reference[at] == reference[next])
                continue;
            g_autofree char *swapped = g_strdup(reference);
            swapped[at] = reference[next];
            swapped[next] = reference[at];
            swaps++;
            missed += lodge_reference_parse(swapped, NULL, NULL) != FALSE;
        }
    }
    print_message("%u of %u swaps missed\n", missed, swaps);
    assert_true(swaps > 50000);
    assert_true(missed * 400 < swaps);
}

static void a_reference_is_found_in_a_subject(void **state)
{
    (void)state;
    g_autofree char *reference = lodge_reference_format("PP24", 123);
    const struct {
        const char *before, *after;
        gboolean found;
    } cases[] = {
        {"Re: your plan ", "", TRUE},
        {"[", "] amended", TRUE},
        {"AW:", ";", TRUE},
        {"our ref.\t", ".", TRUE},
        {"X", "", FALSE},
        {"", "9", FALSE},
        {"\xc3\xa9", "", FALSE},
        {"PP24-000124-A, ", "", TRUE},
        {"-", "", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *lower = g_ascii_strdown(reference, -1);
        g_autofree char *text = g_strconcat(cases[i].before, lower, cases[i].after, NULL);
        g_autofree char *found = lodge_reference_find(text);
        if (cases[i].found)
            assert_string_equal(found, reference);
        else
            assert_null(found);
    }
    assert_null(lodge_reference_find(NULL));
    assert_null(lodge_reference_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_character_is_that_of_iso_7064),
        cmocka_unit_test(format_and_parse_agree),
        cmocka_unit_test(what_is_said_on_the_phone_is_understood),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(every_single_wrong_character_is_caught),
        cmocka_unit_test(nearly_every_swap_of_neighbours_is_caught),
        cmocka_unit_test(a_reference_is_found_in_a_subject),
    };
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
