/* PDF: pages, text in odd encodings, what it carries and what it says of itself. */
#include "parsers/document/document.h"

#include "parsers/text/limits.h"
#include "tests/parsers/document/closed_cell.h"
#include "tests/parsers/document/maker.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define CATALOGUE "<< /Type /Catalog /Pages 2 0 R >>"
#define FONT "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
#define PAGE                                                                               \
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "                                \
    "/Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R >>"
#define CONTENT                                                                            \
    "<< /Length 42 >>\nstream\nBT /F 12 Tf 72 720 Td (A plan (2024)) Tj ET \nendstream"

static LodgeDocumentFacts *examine_pdf(const char *const *objects, const char *junk)
{
    g_autofree char *pdf = test_make_pdf(objects);
    g_autofree char *whole = g_strconcat(junk, pdf, NULL);
    return test_examine_text(whole, "plan.pdf");
}

static void a_pdf_is_read(void **state)
{
    (void)state;
    const char *const objects[] = {
        CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, CONTENT, FONT, NULL};
    g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
    assert_int_equal(facts->examination, LODGE_EXAMINED);
    assert_int_equal(facts->pages, 1);
    assert_string_equal(g_strstrip(g_ptr_array_index(facts->pages_text, 0)),
                        "A plan (2024)");
    assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_NO);
    assert_false(facts->scanned);
    assert_false(facts->damaged);
    assert_null(facts->active_content[0]);
}

static void a_page_more_is_a_page_more(void **state)
{
    (void)state;
    for (guint pages = 1; pages < 5; pages++) {
        g_autofree char *kids = g_strnfill(pages * 6, ' ');
        for (guint i = 0; i < pages; i++)
            memcpy(kids + i * 6, "3 0 R ", 6);
        g_autofree char *tree =
            g_strdup_printf("<< /Type /Pages /Kids [%s] /Count %u >>", kids, pages);
        const char *const objects[] = {CATALOGUE, tree, PAGE, CONTENT, FONT, NULL};
        g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
        assert_int_equal(facts->pages, pages);
        assert_int_equal(facts->pages_text->len, pages);
    }
}

static void pages_that_cannot_be_established_are_not_guessed(void **state)
{
    (void)state;
    static const char *const trees[] = {
        "<< /Type /Pages /Kids [3 0 R] /Count 7 >>",
        "<< /Type /Pages /Kids [3 0 R] /Count -1 >>",
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1 >>", /* a knot */
        "<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 1 >>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(trees); i++) {
        const char *const objects[] = {CATALOGUE, trees[i], PAGE, CONTENT, FONT, NULL};
        g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
        assert_int_equal(facts->pages, -1);
        assert_non_null(facts->why);
    }
}

static void bytes_before_a_pdf_are_tolerated(void **state)
{
    (void)state;
    const char *const objects[] = {
        CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, CONTENT, FONT, NULL};
    g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "TEXTmdos from a gateway\n");
    assert_string_equal(facts->media_type, "application/pdf");
    assert_int_equal(facts->pages, 1);
}

static void a_pdf_without_text_is_scanned(void **state)
{
    (void)state;
    const char *const objects[] = {CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                                   PAGE,      "<< /Length 0 >>\nstream\n\nendstream",
                                   FONT,      NULL};
    g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
    assert_true(facts->scanned);
}

static void what_a_pdf_carries_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *object;
        const char *code;
    } cases[] = {
        {"<< /S /JavaScript /JS (app.alert\\(1\\)) >>", "javascript"},
        {"<< /A << /S /Launch /F (cmd.exe) >> >>", "launch"},
        {"[ << /S /SubmitForm /F (http://x) >> ]", "submit-form"},
        {"<< /Type /Filespec /F (x) /EF << /F 4 0 R >> >>", "embedded-files"},
        {"<< /Fields [] /XFA [] >>", "xfa-form"},
        {"<< /Type /Annot /Subtype /RichMedia >>", "multimedia"},
        {"<< /S /Rendition >>", "multimedia"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const objects[] = {
            CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            PAGE,      CONTENT,
            FONT,      cases[i].object,
            NULL};
        g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
        if (!test_has(facts->active_content, cases[i].code))
            fail_msg("%s is not found", cases[i].code);
        assert_int_equal(g_strv_length(facts->active_content), 1);
    }
}

static void a_signed_pdf_is_called_signed(void **state)
{
    (void)state;
    const char *const objects[] = {
        CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,      CONTENT,
        FONT,      "<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>",
        NULL};
    g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
    assert_true(facts->is_signed);
}

static void a_pdf_cut_short_is_damaged(void **state)
{
    (void)state;
    const char *const objects[] = {
        CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, CONTENT, FONT, NULL};
    g_autofree char *pdf = test_make_pdf(objects);
    *strstr(pdf, "xref\n0 ") = '\0';
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(pdf, "plan.pdf");
    assert_true(facts->damaged);
    assert_int_equal(facts->examination, LODGE_EXAMINED_PARTLY);
}

/* ---- encodings ---- */

/* "£ é" as this font's bytes, and no table that says what they mean. */
static void letters_come_out_right_without_a_table(void **state)
{
    (void)state;
    static const struct {
        const char *font;
        const char *bytes; /* hexadecimal */
        const char *text;
    } cases[] = {
        {"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
         "A320E92080", "£ é €"},
        {"<< /Type /Font /Subtype /TrueType /BaseFont /Arial /Encoding /MacRomanEncoding >>",
         "A3208E", "£ é"},
        {"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << "
         "/Differences [1 /sterling /space /eacute] >> >>",
         "010203", "£ é"},
        {"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>", "A3", "£"},
        {"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /UniJIS-UTF16-H "
         "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /X "
         "/DW 500 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> "
         "/FontDescriptor << /Type /FontDescriptor /FontName /X /Flags 4 >> >>] >>",
         "00A300E9", "£é"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            g_strdup_printf("BT /F 12 Tf 72 720 Td <%s> Tj ET", cases[i].bytes);
        g_autofree char *content = g_strdup_printf(
            "<< /Length %zu >>\nstream\n%s\nendstream", strlen(text) + 1, text);
        const char *const objects[] = {
            CATALOGUE,     "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            PAGE,          content,
            cases[i].font, NULL};
        g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
        g_autofree char *found = g_strstrip(g_strdup(test_text_of(facts)));
        if (strcmp(found, cases[i].text) != 0)
            fail_msg("%s: \"%s\"", cases[i].font, found);
    }
}

/* ---- what it says of itself ---- */

#define PACKET                                                                             \
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF "                                          \
    "xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"                               \
    "<r:Description xmlns:pdfaid='http://www.aiim.org/pdfa/ns/id/' pdfaid:part='2'>"       \
    "<pdfaid:conformance>B</pdfaid:conformance></r:Description>"                           \
    "<r:Description xmlns:u='http://www.aiim.org/pdfua/ns/id/'><u:part>1</u:part>"         \
    "</r:Description><r:Description xmlns:dc='http://purl.org/dc/elements/1.1/'>"          \
    "<dc:title><r:Alt><r:li xml:lang='x-default'>Our plan</r:li></r:Alt></dc:title>"       \
    "</r:Description></r:RDF></x:xmpmeta>"

static LodgeDocumentFacts *examine_with_packet(const char *packet)
{
    g_autofree char *metadata =
        g_strdup_printf("<< /Type /Metadata /Subtype /XML /Length %zu >>\nstream\n%s\n"
                        "endstream",
                        strlen(packet), packet);
    const char *const objects[] = {
        "<< /Type /Catalog /Pages 2 0 R /Version /1.9 /Lang (en-GB) /Metadata 6 0 R "
        "/MarkInfo << /Marked true >> /AcroForm << /Fields [] >> >>",
        "<< /Type /Pages /Kids [3 0 R 3 0 R 7 0 R] /Count 3 >>",
        PAGE,
        CONTENT,
        FONT,
        metadata,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 1190.6] /Rotate 90 >>",
        NULL};
    return examine_pdf(objects, "");
}

static void what_a_pdf_says_of_itself_is_told(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = examine_with_packet(PACKET);
    const LodgeDocumentDetails *details = facts->details;
    assert_string_equal(details->format_version, "1.9");
    assert_string_equal(details->language, "en-GB");
    assert_true(details->tagged);
    assert_string_equal(details->form, "acroform");
    assert_string_equal(details->conformance[0], "pdf/a-2b");
    assert_string_equal(details->conformance[1], "pdf/ua-1");
    assert_string_equal(facts->title, "Our plan");
    assert_int_equal(details->page_sizes->len, 2);
    const LodgePageSize *first = g_ptr_array_index(details->page_sizes, 0);
    const LodgePageSize *second = g_ptr_array_index(details->page_sizes, 1);
    assert_int_equal(first->width_pt, 595);
    assert_int_equal(first->height_pt, 842);
    assert_int_equal(first->pages, 2);
    assert_int_equal(second->width_pt, 1191); /* as it is shown: turned */
    assert_int_equal(second->height_pt, 842);
}

static void a_packet_that_is_none_spoils_nothing(void **state)
{
    (void)state;
    static const char *const packets[] = {
        "", "no XML at all", "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF>",
        "<a xmlns:p='http://www.aiim.org/pdfa/ns/id/' p:part='<2>' p:conformance='BB'/>",
        "<a xmlns:p='http://www.aiim.org/pdfa/ns/id/' p:part='12'/>"};
    for (gsize i = 0; i < G_N_ELEMENTS(packets); i++) {
        g_autoptr(LodgeDocumentFacts) facts = examine_with_packet(packets[i]);
        assert_false(facts->damaged);
        assert_int_equal(facts->pages, 3);
        assert_null(facts->details->conformance[0]);
    }
}

static void authors_and_dates_come_from_the_information(void **state)
{
    (void)state;
    const char *const objects[] = {
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        CONTENT,
        FONT,
        "<< /Title <FEFF00A30020006F00E9> /Author (A\\243 \\351) "
        "/CreationDate (D:20240709101112+01'00') /ModDate (yesterday) >>",
        NULL};
    g_autofree char *pdf = test_make_pdf(objects);
    char *root = strstr(pdf, "/Root 1 0 R");
    g_autofree char *whole =
        g_strdup_printf("%.*s/Info 6 0 R %s", (int)(root - pdf), pdf, root);
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(whole, "plan.pdf");
    assert_string_equal(facts->title, "£ oé");
    assert_string_equal(facts->details->author, "A£ é");
    assert_string_equal(facts->details->created, "2024-07-09T10:11:12+01:00");
    assert_null(facts->details->modified);
}

static void remarks_links_and_pictures_are_counted(void **state)
{
    (void)state;
    const char *const objects[] = {
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        CONTENT,
        FONT,
        "<< /Type /Annot /Subtype /Text /Rect [0 0 1 1] /Contents (do we say this?) >>",
        "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (http://x) >> >>",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Length 0 >>\nstream\n\n"
        "endstream",
        "<< /Type /Annot /Subtype /StrikeOut /Rect [0 0 1 1] >>",
        NULL};
    g_autoptr(LodgeDocumentFacts) facts = examine_pdf(objects, "");
    assert_int_equal(facts->details->comments, 2);
    assert_int_equal(facts->details->links, 1);
    assert_int_equal(facts->details->images, 1);
    assert_int_equal(facts->details->embedded, 0);
    assert_null(facts->active_content[0]); /* a link is to be clicked */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pdf_is_read),
        cmocka_unit_test(a_page_more_is_a_page_more),
        cmocka_unit_test(pages_that_cannot_be_established_are_not_guessed),
        cmocka_unit_test(bytes_before_a_pdf_are_tolerated),
        cmocka_unit_test(a_pdf_without_text_is_scanned),
        cmocka_unit_test(what_a_pdf_carries_is_named),
        cmocka_unit_test(a_signed_pdf_is_called_signed),
        cmocka_unit_test(a_pdf_cut_short_is_damaged),
        cmocka_unit_test(letters_come_out_right_without_a_table),
        cmocka_unit_test(what_a_pdf_says_of_itself_is_told),
        cmocka_unit_test(a_packet_that_is_none_spoils_nothing),
        cmocka_unit_test(authors_and_dates_come_from_the_information),
        cmocka_unit_test(remarks_links_and_pictures_are_counted),
    };
    return cmocka_run_group_tests_name("pdf", tests, test_prepare, NULL);
}
