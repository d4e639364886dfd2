#include "parsers/document/stamp.h"

#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *text;
    const char *stamp; /* NULL: no date */
} Case;

static void check(const Case *cases, gsize count, char *(*format)(const char *))
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *found = format(cases[i].text);
        if (g_strcmp0(found, cases[i].stamp) != 0)
            fail_msg("%s: %s", cases[i].text, found ? found : "no date");
    }
}

static void dates_of_pdf_are_told_as_far_as_they_go(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"D:20240709101112+01'00'", "2024-07-09T10:11:12+01:00"},
        {"D:20240709101112-0530", "2024-07-09T10:11:12-05:30"},
        {"D:20240709101112Z00'00'", "2024-07-09T10:11:12Z"},
        {"D:20240709101112", "2024-07-09T10:11:12"},
        {"20240709", "2024-07-09"},
        {"D:2024", NULL},
        {"D:20240231", NULL},
        {"D:20240709256112", NULL},
        {"9 July 2024", NULL},
        {"", NULL},
    };
    check(cases, G_N_ELEMENTS(cases), lodge_stamp_format_pdf);
}

static void dates_of_xml_are_told_as_far_as_they_go(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"2024-07-09T10:11:12Z", "2024-07-09T10:11:12Z"},
        {" 2024-07-09T10:11:12.123456789", "2024-07-09T10:11:12"},
        {"2024-07-09T10:11:12.5+01:00", "2024-07-09T10:11:12+01:00"},
        {"2024-07-09T10:11", "2024-07-09T10:11:00"},
        {"2024-07-09", "2024-07-09"},
        {"2024-7-9", NULL},
        {"0000-01-01", NULL},
        {"2024-13-01", NULL},
        {"now", NULL},
    };
    check(cases, G_N_ELEMENTS(cases), lodge_stamp_format_iso);
}

static void ticks_since_1601_are_told_in_utc(void **state)
{
    (void)state;
    g_autofree char *found =
        lodge_stamp_format_filetime(G_GUINT64_CONSTANT(133649934720000000));
    assert_string_equal(found, "2024-07-09T10:11:12Z");
    assert_null(lodge_stamp_format_filetime(0));
    assert_null(lodge_stamp_format_filetime(G_MAXUINT64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_of_pdf_are_told_as_far_as_they_go),
        cmocka_unit_test(dates_of_xml_are_told_as_far_as_they_go),
        cmocka_unit_test(ticks_since_1601_are_told_in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
