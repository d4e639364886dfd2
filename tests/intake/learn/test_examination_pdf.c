/* PDFs of the world through the real airlock, against what qpdf, poppler and MuPDF said of them. */
#include "tests/intake/learn/examination.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define LEEWAY 16 /* characters: of a form field, a hyphen a line */

enum {
    PAGES,
    NO_PAGES,
    PAGE_SIZES,
    ENCRYPTED,
    JAVASCRIPT,
    EMBEDDED,
    DAMAGED,
    TEXT_OR_NONE,
    CHARACTERS,
    VERSION,
    TAGGED,
    FORM,
    PDFA,
    PDFUA,
    IMAGES,
    TALLIES
};

static TestTally tallies[TALLIES] = {
    [PAGES] = {.fact = "pages", .least = 100},
    [NO_PAGES] = {.fact = "no pages",
                  .least = 92}, /* the others are one page by any eye, but broken */
    [PAGE_SIZES] = {.fact = "a size for each page", .least = 100},
    [ENCRYPTED] = {.fact = "encrypted", .least = 99},
    [JAVASCRIPT] = {.fact = "javascript", .least = 100},
    [EMBEDDED] = {.fact = "embedded files", .least = 98},
    [DAMAGED] = {.fact = "damaged",
                 .least = 90}, /* what cannot be opened at all is called no PDF */
    [TEXT_OR_NONE] = {.fact = "text or none", .least = 96},
    [CHARACTERS] = {.fact = "characters", .least = 96}, /* within 5 %, or LEEWAY */
    [VERSION] = {.fact = "version", .least = 100},
    [TAGGED] = {.fact = "tagged", .least = 100},
    [FORM] = {.fact = "form", .least = 100},
    [PDFA] = {.fact = "PDF/A claim", .least = 99},
    [PDFUA] = {.fact = "PDF/UA claim", .least = 100},
    [IMAGES] = {.fact = "pictures or none", .least = 95},
};

static void count_pages(const TestCase *one)
{
    const LodgeDocumentFacts *facts = one->facts;
    const char *expected = test_case_said(one, "pages");
    g_autofree char *found = g_strdup_printf("%d", (int)facts->pages);
    if (!g_ascii_isdigit(*expected)) {
        test_count(&tallies[NO_PAGES], one, FALSE, facts->pages == -1, found);
        return;
    }
    /* a number that one reader in three missed may be called unknown */
    gboolean may_be_unknown = strcmp(test_case_said(one, "readers_with_a_count"), "3") != 0;
    test_count(&tallies[PAGES], one, FALSE,
               strcmp(found, expected) == 0 || (may_be_unknown && facts->pages == -1),
               found);
}

static void count_page_sizes(const TestCase *one)
{
    gint64 pages = 0;
    for (guint i = 0; i < one->facts->details->page_sizes->len; i++) {
        const LodgePageSize *size = g_ptr_array_index(one->facts->details->page_sizes, i);
        pages += size->pages;
    }
    test_count(&tallies[PAGE_SIZES], one, one->facts->pages < 0 || one->facts->damaged,
               pages == one->facts->pages, "not all pages");
}

static void
count_claim(TestTally *tally, const TestCase *one, const char *column, const char *standard)
{
    const char *found = "-";
    GStrv claims = one->facts->details->conformance;
    for (guint i = 0; claims[i] != NULL; i++)
        if (g_str_has_prefix(claims[i], standard))
            found = claims[i] + strlen(standard);
    test_count_word(tally, one, column, NULL, found);
}

static void count_text(const TestCase *one)
{
    const LodgeDocumentFacts *facts = one->facts;
    gint64 expected = g_ascii_strtoll(test_case_said(one, "text_characters"), NULL, 10);
    gint64 found = test_count_characters(facts);
    g_autofree char *words = g_strdup_printf(
        "%" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, found, expected);
    gboolean is_cut = test_case_said(one, "text_characters")[0] == '-';
    test_count(&tallies[CHARACTERS], one, is_cut || expected == 0,
               ABS(found - expected) <= MAX(expected / 20, LEEWAY), words);
    test_count_flag(&tallies[TEXT_OR_NONE], one, "text_characters", "-", "0",
                    !facts->scanned);
}

/* What the file says of itself can be told only where it opened, for us as for poppler. */
static void count_claims(const TestCase *one)
{
    const LodgeDocumentDetails *details = one->facts->details;
    static const char *const forms[][2] = {
        {"none", "none"}, {"acroform", "AcroForm"}, {"xfa", "XFA"}};
    const char *form = "-";
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
        if (g_strcmp0(details->form, forms[i][0]) == 0)
            form = forms[i][1];
    test_count_word(&tallies[VERSION], one, "pdf_version", "-",
                    details->format_version ? details->format_version : "none");
    test_count_word(&tallies[TAGGED], one, "tagged", "-", details->tagged ? "yes" : "no");
    test_count_word(&tallies[FORM], one, "form", "-", form);
    count_claim(&tallies[PDFA], one, "pdfa_claim", "pdf/a-");
    count_claim(&tallies[PDFUA], one, "pdfua_claim", "pdf/ua-");
}

static void look(const TestCase *one, gpointer unused)
{
    (void)unused;
    const LodgeDocumentFacts *facts = one->facts;
    count_pages(one);
    if (facts->encrypted != LODGE_ENCRYPTED_UNKNOWN)
        test_count_word(&tallies[ENCRYPTED], one, "encrypted", "unclear",
                        lodge_encryption_format(facts->encrypted));
    if (strcmp(test_case_said(one, "damaged"), "warnings") != 0)
        test_count_flag(&tallies[DAMAGED], one, "damaged", "password", "no",
                        facts->damaged);
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD || !facts->details->form)
        return;
    test_count_flag(
        &tallies[JAVASCRIPT], one, "javascript", "unknown", "no",
        g_strv_contains((const char *const *)facts->active_content, "javascript"));
    test_count_number(&tallies[EMBEDDED], one, "embedded_files", "-",
                      facts->details->embedded);
    test_count_flag(&tallies[IMAGES], one, "images", "-", "0", facts->details->images > 0);
    count_claims(one);
    if (facts->pages <= 0)
        return;
    count_page_sizes(one);
    count_text(one);
}

static void pdfs_of_the_world_are_examined_as_others_do(void **state)
{
    test_examine_folder(*state, "pdf", look, NULL);
    test_finish(tallies, TALLIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdfs_of_the_world_are_examined_as_others_do),
    };
    return cmocka_run_group_tests_name("examination of PDFs", tests, test_start_airlock,
                                       test_stop_airlock);
}
