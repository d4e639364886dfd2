/* Office files: what they say of themselves, and what was left in them. */
#include "tests/parsers/document/closed_cell.h"
#include "tests/parsers/document/maker.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define TYPES                                                                              \
    {                                                                                      \
        "[Content_Types].xml", "<Types><Override PartName='/word/document.xml' "           \
                               "ContentType='" WORD_TYPE ".main+xml'/></Types>"            \
    }
#define END                                                                                \
    {                                                                                      \
        NULL, NULL                                                                         \
    }
#define ODT_TYPE "application/vnd.oasis.opendocument.text"
#define OFFICE "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"

static LodgeDocumentFacts *examine_word(const char *document, const char *relationships)
{
    const TestEntry entries[] = {TYPES,
                                 {"word/document.xml", document},
                                 {"word/_rels/settings.xml.rels", relationships},
                                 END};
    return test_examine(test_make_package(entries), "plan.docx");
}

/* ---- Word ---- */

static void fields_are_judged_however_they_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *document;
        gint64 dde, links, external;
    } cases[] = {
        {"in one piece",
         "<p><fldChar fldCharType='begin'/><instrText> DDEAUTO c:\\cmd</instrText>"
         "<fldChar fldCharType='end'/></p>",
         1, 0, 0},
        {"in pieces",
         "<p><fldChar fldCharType='begin'/><r><instrText>D</instrText></r><r><instrText>DE "
         "x</instrText></r><fldChar fldCharType='separate'/><t>r</t>"
         "<fldChar fldCharType='end'/></p>",
         1, 0, 0},
        {"as an attribute", "<p><fldSimple instr=' DDE excel x '><t>r</t></fldSimple></p>",
         1, 0, 0},
        {"hidden in numbers",
         "<p><fldChar fldCharType='begin'/><instrText> </instrText>"
         "<fldChar fldCharType='begin'/><instrText>QUOTE 68 68 69 32 99</instrText>"
         "<fldChar fldCharType='end'/><fldChar fldCharType='end'/></p>",
         1, 0, 0},
        {"never ended", "<p><fldChar fldCharType='begin'/><instrText>DDE x</instrText></p>",
         1, 0, 0},
        {"a word that only begins so",
         "<p><fldSimple instr='DDETAIL'><t>r</t></fldSimple><t>DDE in the text</t></p>", 0,
         0, 0},
        {"a link", "<p><fldSimple instr='HYPERLINK \"http://x\"'><t>r</t></fldSimple></p>",
         0, 1, 0},
        {"a text from elsewhere",
         "<p><fldSimple instr='INCLUDETEXT \"http://x/y.docx\"'><t>r</t></fldSimple></p>",
         0, 0, 1},
        {"a text from the same folder",
         "<p><fldSimple instr='INCLUDETEXT \"y.docx\"'><t>r</t></fldSimple></p>", 0, 0, 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDocumentFacts) facts = examine_word(cases[i].document, "<R/>");
        const LodgeDocumentDetails *details = facts->details;
        if (details->dde_fields != cases[i].dde || details->links != cases[i].links ||
            details->external != cases[i].external)
            fail_msg("%s: DDE %d, links %d, external %d", cases[i].name,
                     (int)details->dde_fields, (int)details->links, (int)details->external);
        assert_int_equal(test_has(facts->active_content, "dde"), cases[i].dde > 0);
    }
}

static void templates_are_told_from_remote_templates(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        gboolean is_remote;
    } cases[] = {
        {"http://evil.example/t.dotm", TRUE},
        {"HTTPS://evil.example/t.dotm", TRUE},
        {"file://server/share/t.dotm", TRUE},
        {"file:///\\\\server\\share\\t.dotm", TRUE},
        {"\\\\server\\share\\t.dotm", TRUE},
        {"mhtml:http://evil.example/x!y", TRUE},
        {"file:///C:\\Templates\\council.dotx", FALSE},
        {"council.dotx", FALSE},
        {"", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *relationships = g_strdup_printf(
            "<R><Relationship Type='http://x/attachedTemplate' TargetMode='External' "
            "Target='%s'/></R>",
            cases[i].target);
        g_autoptr(LodgeDocumentFacts) facts =
            examine_word("<p><t>x</t></p>", relationships);
        const LodgeExternalTarget *found =
            g_ptr_array_index(facts->details->external_found, 0);
        assert_int_equal(facts->details->external, 1);
        assert_string_equal(found->kind, "attached-template");
        assert_string_equal(found->target, cases[i].target);
        assert_true(test_has(facts->active_content, "external-relationship"));
        if (test_has(facts->active_content, "remote-template") != cases[i].is_remote)
            fail_msg("%s", cases[i].target);
    }
}

static void what_was_left_in_a_word_file_is_counted(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        TYPES,
        {"word/document.xml",
         "<d><p><ins><r><t>new</t></r></ins><del><r><delText>old</delText></r></del></p>"
         "<p><moveFrom><r><t>moved</t></r></moveFrom><moveTo><r><t>moved</t></r></moveTo></p>"
         "</d>"},
        {"word/header1.xml", "<hdr><p><ins><r><t>top</t></r></ins></p></hdr>"},
        {"word/comments.xml", "<comments><comment><p/></comment><comment/></comments>"},
        {"word/commentsExtended.xml", "<x><commentEx/><commentEx/></x>"},
        {"word/embeddings/oleObject1.bin", "x"},
        {"word/embeddings/_rels/a.rels", "<R/>"},
        {"word/activeX/activeX1.xml", "<x/>"},
        {"docProps/core.xml",
         "<c xmlns:dc='d'><dc:creator>A. Clerk</dc:creator><lastModifiedBy>B</lastModifiedBy>"
         "<created>2024-07-09T10:11:12Z</created><modified>tomorrow</modified></c>"},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts =
        test_examine(test_make_package(entries), "plan.docx");
    const LodgeDocumentDetails *details = facts->details;
    assert_int_equal(details->tracked_changes, 5);
    assert_int_equal(details->comments, 2);
    assert_int_equal(details->embedded, 1);
    assert_int_equal(details->entries, 9);
    assert_string_equal(details->author, "A. Clerk");
    assert_string_equal(details->last_author, "B");
    assert_string_equal(details->created, "2024-07-09T10:11:12Z");
    assert_null(details->modified);
    assert_true(test_has(facts->active_content, "activex"));
    assert_string_equal(test_text_of(facts), "new\nmoved\n");
}

static void spreadsheets_and_presentations_are_named(void **state)
{
    (void)state;
#define SHEET "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define SLIDES "application/vnd.openxmlformats-officedocument.presentationml."
    static const struct {
        const char *content_type;
        const char *media_type;
    } cases[] = {
        {SHEET "sheet.main+xml", SHEET "sheet"},
        {SHEET "template.main+xml", SHEET "template"},
        {"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
         "application/vnd.ms-excel.sheet.macroenabled.12"},
        {"application/vnd.ms-excel.sheet.binary.macroEnabled.main",
         "application/vnd.ms-excel.sheet.binary.macroenabled.12"},
        {SLIDES "presentation.main+xml", SLIDES "presentation"},
        {"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
         "application/vnd.ms-powerpoint.presentation.macroenabled.12"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *types =
            g_strdup_printf("<Types><Override PartName='/x.xml' ContentType='%s'/></Types>",
                            cases[i].content_type);
        const TestEntry entries[] = {{"[Content_Types].xml", types}, END};
        g_autoptr(LodgeDocumentFacts) facts =
            test_examine(test_make_package(entries), "plan.docx");
        assert_string_equal(facts->media_type, cases[i].media_type);
        assert_int_equal(facts->examination, LODGE_NOT_EXAMINED_TYPE);
        assert_int_equal(facts->details->tracked_changes, -1);
    }
}

/* ---- OpenDocument ---- */

#define CONTENT                                                                            \
    "<office:text xmlns:t='t' xmlns:x='x' " OFFICE ">"                                     \
    "<t:tracked-changes><t:changed-region><t:deletion><t:p>gone</t:p></t:deletion>"        \
    "</t:changed-region><t:changed-region/></t:tracked-changes>"                           \
    "<t:p>Plan <t:meta>as</t:meta> <t:a x:href='http://x'>it</t:a> is"                     \
    "<office:annotation><t:p>why?</t:p></office:annotation></t:p>"                         \
    "<t:p><d:image xmlns:d='d' x:href='Pictures/a.png'/>"                                  \
    "<d:image xmlns:d='d' x:href='http://evil.example/a.png'/>"                            \
    "<office:dde-source/></t:p></office:text>"
#define META                                                                               \
    "<office:meta " OFFICE " xmlns:m='m' xmlns:dc='d'><dc:title>Our plan</dc:title>"       \
    "<m:initial-creator>A. Clerk</m:initial-creator><dc:creator>B</dc:creator>"            \
    "<m:creation-date>2024-07-09T10:11:12.5</m:creation-date>"                             \
    "<dc:date>2024-07-10T10:00:00</dc:date><dc:language>en-GB</dc:language>"               \
    "<m:document-statistic m:page-count='3'/></office:meta>"

static void check_opendocument(const LodgeDocumentFacts *facts)
{
    const LodgeDocumentDetails *details = facts->details;
    assert_string_equal(test_text_of(facts), "Plan as it is\n\n");
    assert_string_equal(facts->title, "Our plan");
    assert_int_equal(facts->pages, 3);
    assert_string_equal(details->author, "A. Clerk");
    assert_string_equal(details->last_author, "B");
    assert_string_equal(details->created, "2024-07-09T10:11:12");
    assert_string_equal(details->modified, "2024-07-10T10:00:00");
    assert_string_equal(details->language, "en-GB");
    assert_int_equal(details->tracked_changes, 2);
    assert_int_equal(details->comments, 1);
    assert_int_equal(details->links, 1);
    assert_int_equal(details->external, 1);
    assert_int_equal(details->dde_fields, 1);
    assert_int_equal(facts->examination, LODGE_EXAMINED);
}

static void what_was_left_in_an_opendocument_text_is_counted(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        {"mimetype", ODT_TYPE},
        {"content.xml", CONTENT},
        {"meta.xml", META},
        {"Object 1/content.xml", "<x/>"},
        {"Object 1/styles.xml", "<x/>"},
        {"Object 2", "x"},
        {"META-INF/manifest.xml", "<m:manifest xmlns:m='m' m:version='1.3'/>"},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts =
        test_examine(test_make_package(entries), "plan.odt");
    check_opendocument(facts);
    assert_int_equal(facts->details->embedded, 2);
    assert_string_equal(facts->details->format_version, "1.3");
}

static void a_flat_opendocument_text_is_read_like_a_package(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(
        "<?xml version='1.0' encoding='UTF-8'?><office:document " OFFICE
        " office:mimetype=\"" ODT_TYPE "\">" META
        "<office:master-styles><x><t:p xmlns:t='t'>header</t:p></x></office:master-styles>"
        "<office:body>" CONTENT "</office:body></office:document>",
        "plan.fodt");
    assert_string_equal(facts->media_type,
                        "application/vnd.oasis.opendocument.text-flat-xml");
    check_opendocument(facts);
}

static void the_lock_of_an_opendocument_text_is_named(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        {"mimetype", ODT_TYPE},
        {"content.xml", "\x01\x02"},
        {"META-INF/manifest.xml",
         "<m:manifest xmlns:m='m'><m:file-entry m:full-path='content.xml'><m:encryption-data>"
         "<m:algorithm m:algorithm-name='http://www.w3.org/2001/04/xmlenc#aes256-cbc'/>"
         "</m:encryption-data></m:file-entry></m:manifest>"},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts =
        test_examine(test_make_package(entries), "plan.odt");
    assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_PASSWORD);
    assert_string_equal(facts->details->encryption, "aes-256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_judged_however_they_are_split),
        cmocka_unit_test(templates_are_told_from_remote_templates),
        cmocka_unit_test(what_was_left_in_a_word_file_is_counted),
        cmocka_unit_test(spreadsheets_and_presentations_are_named),
        cmocka_unit_test(what_was_left_in_an_opendocument_text_is_counted),
        cmocka_unit_test(a_flat_opendocument_text_is_read_like_a_package),
        cmocka_unit_test(the_lock_of_an_opendocument_text_is_named),
    };
    return cmocka_run_group_tests_name("details", tests, test_prepare, NULL);
}
