/* Encoded words, parameters, character sets: what senders write into names and subjects. */
#include "parsers/mail/charset.h"
#include "parsers/mail/encoded_word.h"
#include "parsers/mail/parameters.h"
#include "tests/support/cmocka.h"
#include <string.h>
#include <time.h>

/* AddressSanitizer measures the whole string at every strstr. */
#ifdef LODGE_SANITIZED
#define PATIENCE_S 20
#else
#define PATIENCE_S 1
#endif

typedef struct {
    const char *name, *text, *decoded;
    gboolean unknown;
} WordCase;

static const WordCase words[] = {
    {"plain text stays", "Productivity plan", "Productivity plan", FALSE},
    {"a Q word", "=?iso-8859-1?Q?Plan_=A35m?=",
     "Plan \xc2\xa3"
     "5m",
     FALSE},
    {"a B word", "=?UTF-8?B?UGxhbiDCozVt?=",
     "Plan \xc2\xa3"
     "5m",
     FALSE},
    {"blanks between words go", "=?utf-8?q?a?= \t =?utf-8?q?b?=", "ab", FALSE},
    {"blanks between a word and text stay", "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c",
     FALSE},
    {"a character split between two words is joined",
     "=?utf-8?B?wg==?= =?utf-8?B?ow==?=", "\xc2\xa3", FALSE},
    {"words of two sets are not joined",
     "=?utf-8?q?=c2?= =?iso-8859-1?q?=a3?=", "\xef\xbf\xbd\xc2\xa3", FALSE},
    {"a language is left out", "=?us-ascii*en?Q?pr?=ess", "press", FALSE},
    {"windows-1252 that calls itself iso-8859-1",
     "=?iso-8859-1?Q?council=92s?=", "council\xe2\x80\x99s", FALSE},
    {"windows-1252 that calls itself ascii",
     "=?us-ascii?Q?council=92s?=", "council\xe2\x80\x99s", FALSE},
    {"UTF-8 that calls itself ascii", "=?us-ascii?Q?=c2=a3?=", "\xc2\xa3", FALSE},
    {"shift_jis", "=?shift_jis?B?k/qWe4zq?=", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
     FALSE},
    {"koi8-r", "=?koi8-r?B?8NLJ18XU?=", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
     FALSE},
    {"iso-2022-jp", "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac",
     FALSE},
    {"gb2312 is read as its superset", "=?gb2312?B?1tDOxA==?=", "\xe4\xb8\xad\xe6\x96\x87",
     FALSE},
    {"an unknown set is guessed and reported", "=?x-nonsense?Q?=c2=a3?=", "\xc2\xa3", TRUE},
    {"raw UTF-8 stays", "\xc2\xa3 =?utf-8?q?a?=", "\xc2\xa3 a", FALSE},
    {"raw windows-1252 is guessed",
     "\xa3"
     "5m",
     "\xc2\xa3"
     "5m",
     FALSE},
    {"a word that does not end is text", "=?utf-8?q?abc", "=?utf-8?q?abc", FALSE},
    {"an encoding nobody knows is text", "=?utf-8?x?abc?=", "=?utf-8?x?abc?=", FALSE},
    {"an empty word is empty",
     "a =?utf-8?q?"
     "?= b",
     "a  b", FALSE},
    {"an equals sign without digits stays", "=?utf-8?q?a=zz?=", "a=zz", FALSE},
    {"blanks inside a Q word are kept", "=?utf-8?Q?a b?=", "a b", FALSE},
    {"a NUL inside a word becomes the replacement", "=?utf-8?q?a=00b?=",
     "a\xef\xbf\xbd"
     "b",
     FALSE},
};

static void encoded_words_become_what_was_meant(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        gboolean unknown = FALSE;
        g_autofree char *decoded = lodge_encoded_word_decode(words[i].text, &unknown);
        if (strcmp(decoded, words[i].decoded) != 0 || unknown != words[i].unknown)
            fail_msg("%s: gave \"%s\", unknown %d", words[i].name, decoded, unknown);
    }
}

static void every_word_is_written_anew_for_other_parsers(void **state)
{
    (void)state;
    g_autofree char *text =
        lodge_encoded_word_normalise("=?tis-620?B?oaI=?= <a@b>, =?iso-8859-1?q?=a3?= \xa3");
    assert_string_equal(text, "=?utf-8?B?4LiB4LiC?= <a@b>, =?utf-8?B?wqM=?= \xc2\xa3");
}

typedef struct {
    const char *name, *raw, *value, *parameter, *decoded;
} ParameterCase;

static const ParameterCase parameters[] = {
    {"a quoted name", "attachment; filename=\"plan v2.pdf\"", "attachment", "filename",
     "plan v2.pdf"},
    {"a bare name", "attachment; filename=plan.pdf", "attachment", "filename", "plan.pdf"},
    {"a bare name with blanks", "attachment; filename=The plan 2024.pdf; size=3",
     "attachment", "filename", "The plan 2024.pdf"},
    {"upper case and folds", " ATTACHMENT;\r\n\tFileName=\r\n \"plan.pdf\"", "attachment",
     "filename", "plan.pdf"},
    {"RFC 2231", "attachment; filename*=UTF-8''%C2%A3%20plan.pdf", "attachment", "filename",
     "\xc2\xa3 plan.pdf"},
    {"RFC 2231 in another set", "attachment; filename*=iso-8859-1'en'%A3.pdf", "attachment",
     "filename", "\xc2\xa3.pdf"},
    {"RFC 2231 in pieces, out of order",
     "attachment; filename*1*=%A3; filename*0*=utf-8''a%C2; filename*2=\".pdf\"",
     "attachment", "filename", "a\xc2\xa3.pdf"},
    {"RFC 2231 in plain pieces",
     "attachment; filename*0=\"long \"; filename*1=\"name.pdf\"", "attachment", "filename",
     "long name.pdf"},
    {"RFC 2231 with a missing piece ends there", "attachment; filename*0=a; filename*2=c",
     "attachment", "filename", "a"},
    {"the RFC 2231 form wins",
     "attachment; filename=\"plan_.pdf\"; filename*=utf-8''plan%C2%A3.pdf", "attachment",
     "filename", "plan\xc2\xa3.pdf"},
    {"RFC 2047 inside quotes, as Outlook writes",
     "attachment; filename=\"=?utf-8?B?UGxhbiDCoy5wZGY=?=\"", "attachment", "filename",
     "Plan \xc2\xa3.pdf"},
    {"RFC 2047 inside quotes in two words",
     "attachment; filename=\"=?utf-8?Q?Plan_?=\r\n =?utf-8?Q?2024.pdf?=\"", "attachment",
     "filename", "Plan 2024.pdf"},
    {"raw UTF-8", "attachment; filename=\"\xc2\xa3.pdf\"", "attachment", "filename",
     "\xc2\xa3.pdf"},
    {"raw windows-1252", "attachment; filename=\"\xa3.pdf\"", "attachment", "filename",
     "\xc2\xa3.pdf"},
    {"a Windows path keeps its backslashes", "attachment; filename=\"C:\\TEMP\\plan.pdf\"",
     "attachment", "filename", "C:\\TEMP\\plan.pdf"},
    {"an escaped quote", "attachment; filename=\"a \\\"b\\\".pdf\"", "attachment",
     "filename", "a \"b\".pdf"},
    {"a semicolon inside quotes", "attachment; filename=\"a;b.pdf\"; x=y", "attachment",
     "filename", "a;b.pdf"},
    {"quotes that never close", "attachment; filename=\"plan.pdf", "attachment", "filename",
     "plan.pdf"},
    {"a forgotten semicolon", "attachment; filename=\"a.pdf\" size=3", "attachment", "size",
     "3"},
    {"comments", "text/plain (words); charset=us-ascii (Plain text); x=y", "text/plain",
     "charset", "us-ascii"},
    {"the first of two", "attachment; filename=a; filename=b", "attachment", "filename",
     "a"},
    {"no value", "; name=a.zip", "", "name", "a.zip"},
    {"no such parameter", "attachment", "attachment", "filename", NULL},
    {"a section number beyond reason", "attachment; filename*99999999999=a", "attachment",
     "filename", NULL},
    {"an unknown set is guessed", "attachment; filename*=x-none''%C2%A3", "attachment",
     "filename", "\xc2\xa3"},
};

static void parameters_become_what_was_meant(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(parameters); i++) {
        const ParameterCase *c = &parameters[i];
        gboolean unknown = FALSE;
        g_autoptr(LodgeParameters) parsed = lodge_parameters_parse(c->raw);
        g_autofree char *decoded = lodge_parameters_find(parsed, c->parameter, &unknown);
        if (strcmp(lodge_parameters_value(parsed), c->value) != 0 ||
            g_strcmp0(decoded, c->decoded) != 0)
            fail_msg("%s: gave \"%s\", \"%s\"", c->name, lodge_parameters_value(parsed),
                     decoded);
    }
}

static void the_raw_parameter_is_all_that_was_written_for_it(void **state)
{
    (void)state;
    g_autoptr(LodgeParameters) parsed = lodge_parameters_parse(
        "attachment; filename*0*=utf-8''a%20; x=y; filename*1=\"b.pdf\"");
    g_autofree char *raw = lodge_parameters_find_raw(parsed, "filename");
    assert_string_equal(raw, "utf-8''a%20; \"b.pdf\"");
}

static void character_sets_are_known_by_all_their_names(void **state)
{
    (void)state;
    static const char *const known[] = {
        "utf-8",     "UTF8",     "ISO_8859-1",     "latin1",      "windows-1252",
        "cp1252",    "us-ascii", "ANSI_X3.4-1968", "iso-8859-15", "koi8-r",
        "KOI8-U",    "utf-16",   "utf-16le",       "UTF-7",       "big5",
        "gb18030",   "GBK",      "gb2312",         "euc-jp",      "iso-2022-jp",
        "shift_jis", "euc-kr",   "ks_c_5601-1987", "macintosh",   "cp437",
        "cp850"};
    static const char *const unknown[] = {"",     "x-unknown", "ibm037",     "utf",
                                          "8bit", "../../etc", "iso-8859-99"};

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (!lodge_charset_is_known(known[i]))
            fail_msg("%s is unknown", known[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++)
        if (lodge_charset_is_known(unknown[i]))
            fail_msg("%s is known", unknown[i]);
    assert_false(lodge_charset_is_known(NULL));
}

static void long_rows_of_beginnings_stay_linear(void **state)
{
    (void)state;
    static const char *const pieces[] = {"=?", "=?a?q?", "=?utf-8?q?a?= ", "\"", "=",
                                         ";",  "a=\"",   "a*0*=''",        "(",  "(\\"};

    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        gboolean unknown = FALSE;
        clock_t start = clock();
        g_autoptr(GString) text = g_string_new("text/plain;");
        while (text->len < 100 * 1024)
            g_string_append(text, pieces[i]);
        g_autofree char *decoded = lodge_encoded_word_decode(text->str, &unknown);
        g_autofree char *neutral = lodge_encoded_word_normalise(text->str);
        g_autoptr(LodgeParameters) parsed = lodge_parameters_parse(text->str);
        g_autofree char *value = lodge_parameters_find(parsed, "a", &unknown);
        if (clock() - start > PATIENCE_S * CLOCKS_PER_SEC)
            fail_msg("100 kB of %s cost more than %d s", pieces[i], PATIENCE_S);
        assert_true(g_utf8_validate(decoded, -1, NULL));
        assert_true(g_utf8_validate(neutral, -1, NULL));
        assert_true(value == NULL || g_utf8_validate(value, -1, NULL));
    }
}

static int prepare(void **state)
{
    const char *missing = NULL;
    (void)state;
    return lodge_charset_prepare(&missing) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoded_words_become_what_was_meant),
        cmocka_unit_test(every_word_is_written_anew_for_other_parsers),
        cmocka_unit_test(parameters_become_what_was_meant),
        cmocka_unit_test(the_raw_parameter_is_all_that_was_written_for_it),
        cmocka_unit_test(character_sets_are_known_by_all_their_names),
        cmocka_unit_test(long_rows_of_beginnings_stay_linear),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
