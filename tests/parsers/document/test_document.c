/* What a document is, its text and its limits. */
#include "parsers/document/document.h"

#include "parsers/text/limits.h"
#include "tests/parsers/document/closed_cell.h"
#include "tests/parsers/document/maker.h"
#include "tests/support/cmocka.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- office files ---- */

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
#define MANIFEST(more)                                                                     \
    "<m:manifest xmlns:m='m'><m:file-entry m:full-path='/' m:media-type='" ODT_TYPE        \
    "'/>" more "</m:manifest>"

static LodgeDocumentFacts *examine_word(const char *document)
{
    const TestEntry entries[] = {TYPES, {"word/document.xml", document}, END};
    return test_examine(test_make_package(entries), "plan.docx");
}

static void the_text_of_a_word_file_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *document;
        const char *text;
    } cases[] = {
        {"paragraphs end lines",
         "<d><p><r><t>one</t></r></p><p><t>two</t><tab/><t>three</t></p></d>",
         "one\ntwo\tthree\n"},
        {"what was inserted counts, what was deleted does not",
         "<d><p><ins><r><t>new</t></r></ins><del><r><delText>old</delText></r></del></p></d>",
         "new\n"},
        {"fall-backs for older programs are left out",
         "<d><p><A><Choice><t>once</t></Choice><Fallback><t>once</t></Fallback></A></p></d>",
         "once\n"},
        {"a pound sign and an é in windows-1252",
         "<?xml version='1.0' encoding='windows-1252'?><p><t>\xa3"
         "5 caf\xe9 \x80</t></p>",
         "£5 café €\n"},
        {"a pound sign and a euro in ISO-8859-15",
         "<?xml version='1.0' encoding='ISO-8859-15'?><p><t>\xa3 \xa4</t></p>", "£ €\n"},
        {"predefined entities", "<p><t>a &amp; b &#163;</t></p>", "a & b £\n"},
        {"entities of one's own are dropped",
         "<!DOCTYPE p [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><p><t>x&b;y</t></p>",
         "xy\n"},
        {"files of others are not asked for",
         "<!DOCTYPE p [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><p><t>x&f;y</t></p>",
         "xy\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDocumentFacts) facts = examine_word(cases[i].document);
        if (strcmp(test_text_of(facts), cases[i].text) != 0)
            fail_msg("%s: \"%s\"", cases[i].name, test_text_of(facts));
        assert_string_equal(facts->media_type, WORD_TYPE);
        assert_int_equal(facts->pages, -1);
        assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_NO);
    }
}

static void entities_do_not_explode(void **state)
{
    (void)state;
    g_autoptr(GString) bomb = g_string_new("<!DOCTYPE p [<!ENTITY e0 'ha'>");
    for (guint i = 1; i < 40; i++)
        g_string_append_printf(bomb, "<!ENTITY e%u '&e%u;&e%u;&e%u;'>", i, i - 1, i - 1,
                               i - 1);
    g_string_append(bomb, "]><p a='&e39;'><t>&e39;</t></p>");
    g_autoptr(LodgeDocumentFacts) facts = examine_word(bomb->str);
    assert_true(facts->text_bytes < 10);
}

static void elements_nested_too_deep_stop_at_the_limit(void **state)
{
    (void)state;
    static const struct {
        guint depth;
        gboolean is_hit;
    } cases[] = {{LODGE_LIMIT_XML_DEPTH - 10, FALSE}, {100000, TRUE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) document = g_string_new("<p><t>top</t></p>");
        g_string_insert(document, 0, "<d>");
        for (guint depth = 0; depth < cases[i].depth; depth++)
            g_string_append(document, "<x>");
        for (guint depth = 0; depth < cases[i].depth; depth++)
            g_string_append(document, "</x>");
        g_string_append(document, "</d>");
        g_autoptr(LodgeDocumentFacts) facts = examine_word(document->str);
        assert_string_equal(test_text_of(facts), "top\n");
        assert_int_equal(test_has(facts->limits_hit, "xml-depth"), cases[i].is_hit);
    }
}

static void packages_that_unpack_too_far_stop_at_the_limit(void **state)
{
    (void)state;
    static const char spaces[] = "                                                        "
                                 "                                                        ";
    const TestEntry entries[] = {TYPES, END};
    g_autoptr(LodgeDocumentFacts) facts = test_examine(
        test_make_big_package(entries, "word/document.xml", spaces, 600 * 1000), "a.docx");
    assert_true(test_has(facts->limits_hit, "archive-ratio") ||
                test_has(facts->limits_hit, "archive-entry-bytes"));
    assert_int_equal(facts->examination, LODGE_EXAMINED_PARTLY);
}

static void packages_of_too_many_entries_stop_at_the_limit(void **state)
{
    (void)state;
    const guint count = LODGE_LIMIT_ARCHIVE_ENTRIES + 1;
    g_autofree TestEntry *entries = g_new0(TestEntry, count + 1);
    for (guint i = 0; i < count; i++)
        entries[i] = (TestEntry){"x", ""};
    g_autoptr(LodgeDocumentFacts) facts = test_examine(test_make_package(entries), "a.zip");
    assert_true(test_has(facts->limits_hit, "archive-entries"));
}

static void text_beyond_the_limit_is_counted_and_cut(void **state)
{
    (void)state;
    g_autoptr(GString) document = g_string_new("<d>");
    while (document->len < 4 * LODGE_LIMIT_DOCUMENT_TEXT_BYTES)
        g_string_append_printf(document, "<p><t>%zu é</t></p>", document->len);
    g_string_append(document, "</d>");
    g_autoptr(LodgeDocumentFacts) facts = examine_word(document->str);
    assert_in_range(strlen(test_text_of(facts)), LODGE_LIMIT_DOCUMENT_TEXT_BYTES - 3,
                    LODGE_LIMIT_DOCUMENT_TEXT_BYTES);
    assert_true(facts->text_bytes > LODGE_LIMIT_DOCUMENT_TEXT_BYTES);
    assert_true(test_has(facts->limits_hit, "document-text-bytes"));
    assert_int_equal(facts->examination, LODGE_EXAMINED_PARTLY);
}

static void what_a_word_file_carries_is_named(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        TYPES,
        {"word/document.xml", "<p><t>plan</t></p>"},
        {"word/vbaProject.bin", "x"},
        {"word/embeddings/sheet.xlsx", "x"},
        {"word/_rels/document.xml.rels",
         "<R><Relationship Type='http://x/hyperlink' TargetMode='External'/>"
         "<Relationship Type='http://x/attachedTemplate' TargetMode='External'/></R>"},
        {"docProps/app.xml", "<Properties><Pages> 4 </Pages></Properties>"},
        {"docProps/core.xml", "<c xmlns:dc='d'><dc:title>Our plan</dc:title></c>"},
        {"_xmlsignatures/origin.sigs", ""},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts =
        test_examine(test_make_package(entries), "a.docx");
    assert_true(facts->macros);
    assert_true(facts->is_signed);
    assert_true(test_has(facts->active_content, "external-relationship"));
    assert_true(test_has(facts->active_content, "embedded-files"));
    assert_int_equal(facts->pages, 4);
    assert_string_equal(facts->title, "Our plan");
    assert_int_equal(facts->examination, LODGE_EXAMINED);
}

static void a_hyperlink_alone_is_no_active_content(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        TYPES,
        {"word/document.xml", "<p><t>plan</t></p>"},
        {"word/_rels/document.xml.rels",
         "<R><Relationship Type='http://x/hyperlink' TargetMode='External'/></R>"},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts =
        test_examine(test_make_package(entries), "a.docx");
    assert_null(facts->active_content[0]);
}

static void an_opendocument_text_is_read(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        {"mimetype", ODT_TYPE},
        {"content.xml",
         "<o xmlns:t='t'><t:tracked-changes><t:p>gone</t:p></t:tracked-changes>"
         "<t:h>Plan</t:h><t:p>one<t:s/>two<t:tab/>three</t:p></o>"},
        {"meta.xml", "<m xmlns:d='d'><d:title>Our plan</d:title>"
                     "<d:document-statistic d:page-count='3'/></m>"},
        {"Basic/Standard/Module1.xml", "<x/>"},
        {"META-INF/manifest.xml", MANIFEST("")},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts = test_examine(test_make_package(entries), "a.odt");
    assert_string_equal(test_text_of(facts), "Plan\none two\tthree\n");
    assert_int_equal(facts->pages, 3);
    assert_true(facts->macros);
    assert_string_equal(facts->title, "Our plan");
    assert_string_equal(facts->media_type, ODT_TYPE);
}

static void a_locked_opendocument_text_is_called_locked(void **state)
{
    (void)state;
    const TestEntry entries[] = {
        {"mimetype", ODT_TYPE},
        {"content.xml", "\x01\x02\x03 not XML at all"},
        {"META-INF/manifest.xml",
         MANIFEST("<m:file-entry m:full-path='content.xml'><m:encryption-data/>"
                  "</m:file-entry>")},
        END,
    };
    g_autoptr(LodgeDocumentFacts) facts = test_examine(test_make_package(entries), "a.odt");
    assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_PASSWORD);
    assert_int_equal(facts->pages_text->len, 0);
    assert_false(facts->damaged);
    assert_non_null(strstr(facts->why, "password"));
}

/* ---- the rest ---- */

static void files_that_are_not_read_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *name;
        const char *media_type;
        const char *why;
    } cases[] = {
        {"", "plan.pdf", "application/octet-stream", "empty"},
        {"this is no plan at all\n", "plan.pdf", "text/plain", "called a PDF"},
        {"this is no plan at all\n", "plan.txt", "text/plain", "text/plain"},
        {"GIF89a", "plan.gif", "image/gif", "image/gif"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDocumentFacts) facts =
            test_examine_text(cases[i].bytes, cases[i].name);
        assert_string_equal(facts->media_type, cases[i].media_type);
        assert_int_equal(facts->examination, LODGE_NOT_EXAMINED_TYPE);
        assert_non_null(strstr(facts->why, cases[i].why));
        assert_int_equal(facts->pages, -1);
    }
}

static void put_ole_name(guint8 *entry, const char *name)
{
    for (gsize i = 0; name[i]; i++)
        entry[2 * i] = (guint8)name[i];
    entry[64] = (guint8)((strlen(name) + 1) * 2);
    entry[66] = 2;
}

static void ole_containers_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *stream;
        const char *media_type;
        LodgeEncryption encrypted;
        gboolean macros;
    } cases[] = {
        {"WordDocument", "application/msword", LODGE_ENCRYPTED_UNKNOWN, FALSE},
        {"Workbook", "application/vnd.ms-excel", LODGE_ENCRYPTED_UNKNOWN, FALSE},
        {"EncryptedPackage", "application/x-ole-storage", LODGE_ENCRYPTED_PASSWORD, FALSE},
        {"_VBA_PROJECT", "application/x-ole-storage", LODGE_ENCRYPTED_UNKNOWN, TRUE},
        {"Something", "application/x-ole-storage", LODGE_ENCRYPTED_UNKNOWN, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint8 file[1024] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
        put_ole_name(file + 512 + 128, cases[i].stream);
        g_autoptr(LodgeDocumentFacts) facts =
            test_examine(test_make_file(file, sizeof file), "plan.doc");
        assert_string_equal(facts->media_type, cases[i].media_type);
        assert_int_equal(facts->encrypted, cases[i].encrypted);
        assert_int_equal(facts->macros, cases[i].macros);
        assert_non_null(facts->why);
    }
}

static void a_zip_of_anything_is_a_zip(void **state)
{
    (void)state;
    const TestEntry entries[] = {{"plan.pdf", "%PDF-1.7"}, {"../../etc/passwd", "x"}, END};
    g_autoptr(LodgeDocumentFacts) facts = test_examine(test_make_package(entries), "a.zip");
    assert_string_equal(facts->media_type, "application/zip");
    assert_int_equal(facts->examination, LODGE_NOT_EXAMINED_TYPE);
}

static void a_size_that_is_not_true_is_our_fault(void **state)
{
    (void)state;
    int fd = test_make_file("abc", 3);
    g_autoptr(GError) error = NULL;
    assert_null(lodge_document_examine(fd, 4, NULL, NULL, &error));
    assert_true(g_error_matches(error, LODGE_DOCUMENT_ERROR, LODGE_DOCUMENT_ERROR_IO));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_a_word_file_is_read),
        cmocka_unit_test(entities_do_not_explode),
        cmocka_unit_test(elements_nested_too_deep_stop_at_the_limit),
        cmocka_unit_test(packages_that_unpack_too_far_stop_at_the_limit),
        cmocka_unit_test(packages_of_too_many_entries_stop_at_the_limit),
        cmocka_unit_test(text_beyond_the_limit_is_counted_and_cut),
        cmocka_unit_test(what_a_word_file_carries_is_named),
        cmocka_unit_test(a_hyperlink_alone_is_no_active_content),
        cmocka_unit_test(an_opendocument_text_is_read),
        cmocka_unit_test(a_locked_opendocument_text_is_called_locked),
        cmocka_unit_test(files_that_are_not_read_are_named),
        cmocka_unit_test(ole_containers_are_told_apart),
        cmocka_unit_test(a_zip_of_anything_is_a_zip),
        cmocka_unit_test(a_size_that_is_not_true_is_our_fault),
    };
    return cmocka_run_group_tests_name("document", tests, test_prepare, NULL);
}
