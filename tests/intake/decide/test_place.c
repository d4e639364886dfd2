#include "intake/decide/place.h"

#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *name, *text, *phrase;
    const char *words; /* NULL: not found */
} Case;

static const Case cases[] = {
    {"a sentence between two others",
     "We did this. It was endorsed by Cabinet on 9 July 2024. And that.", "endorsed by",
     "It was endorsed by Cabinet on 9 July 2024"},
    {"the whole text", "endorsed by Cabinet", "endorsed by", "endorsed by Cabinet"},
    {"a full stop inside a number or an address ends nothing",
     "It is published at https://www.tmbc.gov.uk/plan from 9.30 on. More.", "published at",
     "It is published at https://www.tmbc.gov.uk/plan from 9.30 on"},
    {"an address that is broken behind its hyphen",
     "published at https://a.example/productivity-\nplan. More.", "published at",
     "published at https://a.example/productivity-plan"},
    {"line ends are spaces", "It was\n endorsed\tby\r\nCabinet.", "endorsed by",
     "It was endorsed by Cabinet."},
    {"an empty line ends a sentence", "A title\n \nIt was endorsed by\n\nCabinet",
     "endorsed by", "It was endorsed by"},
    {"capitals, ligatures, soft hyphens",
     "Re\xef\xac\x81tted: EN\xc2\xad"
     "DORSED BY us",
     "endorsed by",
     "Re\xef\xac\x81tted: EN\xc2\xad"
     "DORSED BY us"},
    {"letters that fold into two",
     "Stra\xc3\x9f"
     "e & \xef\xac\x83: endorsed by",
     "endorsed by",
     "Stra\xc3\x9f"
     "e & \xef\xac\x83: endorsed by"},
    {"not there", "It was approved.", "endorsed by", NULL},
    {"nothing", "", "endorsed by", NULL},
};

static LodgePlace *find(const char *text, const char *phrase)
{
    const char *const phrases[] = {"no such words", phrase, NULL};
    return lodge_place_find_in_text(text, phrases, "endorsement");
}

static void every_case(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgePlace) place = find(cases[i].text, cases[i].phrase);
        const char *words = place != NULL ? place->words : NULL;
        if (g_strcmp0(words, cases[i].words) != 0)
            fail_msg("%s: '%s'", cases[i].name, words);
    }
}

/* A sentence of any length is cut at a word, on both sides. */
static void a_long_sentence_is_cut(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 100; i++)
        g_string_append(text, "word\xc3\xa9 ");
    g_string_append(text, "endorsed by Cabinet ");
    for (guint i = 0; i < 100; i++)
        g_string_append(text, "w\xc3\xb6rd ");
    g_autoptr(LodgePlace) place = find(text->str, "endorsed by");
    assert_true(g_str_has_prefix(place->words, "endorsed by Cabinet w\xc3\xb6rd "));
    assert_true(g_str_has_suffix(place->words, " w\xc3\xb6rd"));
    assert_true(strlen(place->words) < 250);
    assert_true(g_utf8_validate(place->words, -1, NULL));
}

/* Whatever stands before it, the place is that of the phrase. */
static void tracing_agrees_with_folding(void **state)
{
    (void)state;
    static const char *const befores[] = {
        "",
        "abc ",
        "\xc3\x9f\xc3\x9f ",
        "\xc4\xb0 ",
        "\xef\xac\x83\xe2\x82\xac ",
        "e\xcc\x81\xcc\xa3 ",
        "\xe1\x84\x80\xe1\x85\xa1 ",
        "\xed\x95\x9c ",
        "&&& ",
        "\xce\xa3\xcf\x82 ",
        "\xf0\x9d\x93\x90 ",
        "1\xc2\xbd ",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(befores); i++) {
        g_autofree char *text = g_strconcat(befores[i], "endorsed by us", NULL);
        g_autoptr(LodgeFoldedText) folded = lodge_folded_text_new();
        gsize at = 0;
        lodge_folded_text_append(folded, text);
        assert_true(lodge_folded_text_find(folded, "endorsed by", &at));
        if (lodge_folded_text_trace(text, at) != strlen(befores[i]))
            fail_msg("'%s': byte %zu", befores[i], lodge_folded_text_trace(text, at));
    }
    assert_int_equal(lodge_folded_text_trace("abc", 99), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(a_long_sentence_is_cut),
        cmocka_unit_test(tracing_agrees_with_folding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
