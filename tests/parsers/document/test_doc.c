/* Word documents of before 2007 and what else comes in OLE containers. */
#include "parsers/text/limits.h"
#include "tests/parsers/document/closed_cell.h"
#include "tests/parsers/document/maker.h"
#include "tests/parsers/document/ole_maker.h"
#include "tests/support/cmocka.h"
#include <string.h>

static LodgeDocumentFacts *examine_bytes(const GByteArray *file)
{
    return test_examine(test_make_file(file->data, file->len), "plan.doc");
}

static LodgeDocumentFacts *examine_doc(const TestDoc *doc)
{
    g_autoptr(GByteArray) file = test_make_doc_file(doc);
    return examine_bytes(file);
}

static LodgeDocumentFacts *
examine_streams(const char *name, const void *bytes, gsize size_bytes)
{
    const TestStream streams[] = {
        {name, bytes, size_bytes}, {"Other", "x", 1}, {NULL, NULL, 0}};
    g_autoptr(GByteArray) file = test_make_ole(streams);
    return examine_bytes(file);
}

static void the_text_of_an_old_word_document_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        TestDoc doc;
        const char *text;
    } cases[] = {
        {"a pound sign and an é in windows-1252",
         {.latin = "\xa3 5\rcaf\xe9 \x80"},
         "£ 5\ncafé €"},
        {"and in UTF-16 behind it",
         {.latin = "a ", .unicode = "£ é \U0001f600"},
         "a £ é \U0001f600"},
        {"the result of a field, not its instruction",
         {.latin = "a\x13 HYPERLINK \"http://x\" \x14here\x15z"},
         "ahere"
         "z"},
        {"cells, lines, hyphens",
         {.latin = "a\x07"
                   "b\x0b"
                   "c\x1e"
                   "d\x1f"
                   "e\x01"},
         "a\tb\nc-de"},
        {"what was deleted is left out, what was inserted stays",
         {.latin = "oldnewrest", .deleted = 3, .inserted = 3},
         "newrest"},
        {"Word 95, in one piece", {.version = 104, .latin = "caf\xe9"}, "café"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDocumentFacts) facts = examine_doc(&cases[i].doc);
        if (strcmp(test_text_of(facts), cases[i].text) != 0)
            fail_msg("%s: \"%s\"", cases[i].name, test_text_of(facts));
        assert_string_equal(facts->media_type, "application/msword");
        assert_int_equal(facts->examination, LODGE_EXAMINED);
        assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_NO);
        assert_int_equal(facts->pages, -1);
    }
}

/* Beyond 4,096 bytes streams lie in sectors of the file, not in the root's stream. */
static void a_long_old_word_document_is_read(void **state)
{
    (void)state;
    g_autoptr(GString) latin = g_string_new(NULL);
    while (latin->len < 100000)
        g_string_append(latin, "A line of \xa3 5.\r");
    const TestDoc doc = {.latin = latin->str};
    g_autoptr(LodgeDocumentFacts) facts = examine_doc(&doc);
    /* a pound sign takes two bytes more than one */
    assert_int_equal(strlen(test_text_of(facts)),
                     latin->len + latin->len / strlen("A line of x 5.\r"));
    assert_int_equal(facts->examination, LODGE_EXAMINED);
}

static void what_was_left_in_an_old_word_document_is_counted(void **state)
{
    (void)state;
    const TestDoc doc = {.latin = "oldnewrest\x13 DDEAUTO cmd \x14r\x15",
                         .deleted = 3,
                         .inserted = 3,
                         .comments = 2,
                         .template = "\\\\server\\share\\t.dot"};
    g_autoptr(LodgeDocumentFacts) facts = examine_doc(&doc);
    assert_int_equal(facts->details->tracked_changes, 2);
    assert_int_equal(facts->details->comments, 2);
    assert_int_equal(facts->details->dde_fields, 1);
    assert_int_equal(facts->details->external, 1);
    assert_true(test_has(facts->active_content, "dde"));
    assert_true(test_has(facts->active_content, "remote-template"));
}

static void a_locked_old_word_document_is_called_locked(void **state)
{
    (void)state;
    static const struct {
        guint16 flags;
        const char *method;
    } cases[] = {{0x0100, "rc4"}, {0x8100, "xor"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const TestDoc doc = {.flags = cases[i].flags, .latin = "not to be read"};
        g_autoptr(LodgeDocumentFacts) facts = examine_doc(&doc);
        assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_PASSWORD);
        assert_string_equal(facts->details->encryption, cases[i].method);
        assert_int_equal(facts->pages_text->len, 0);
        assert_non_null(strstr(facts->why, "password"));
    }
}

/* The same bytes named a thousand times over. */
static void pieces_that_unfold_too_far_stop_at_the_limit(void **state)
{
    (void)state;
    g_autofree char *latin = g_strnfill(1024 * 1024, 'x');
    const TestDoc doc = {.latin = latin, .pieces = 1000};
    g_autoptr(LodgeDocumentFacts) facts = examine_doc(&doc);
    assert_true(test_has(facts->limits_hit, "ole-stream-bytes"));
    assert_int_equal(facts->examination, LODGE_EXAMINED_PARTLY);
}

/* Each byte of the streams' heads as something else: nothing may happen but other facts. */
static void broken_old_word_documents_are_survived(void **state)
{
    (void)state;
    static const TestDoc doc = {.latin = "oldnewrest \x13 DATE \x14r\x15",
                                .unicode = "é",
                                .deleted = 3,
                                .comments = 1,
                                .template = "t"};
    g_autoptr(GByteArray) file = test_make_doc_file(&doc);
    for (guint at = 8; at < file->len; at += 97) {
        guint8 kept = file->data[at];
        file->data[at] = (guint8)~kept;
        g_autoptr(LodgeDocumentFacts) facts = examine_bytes(file);
        assert_non_null(facts);
        file->data[at] = kept;
    }
}

static void a_chain_of_sectors_that_is_a_knot_ends(void **state)
{
    (void)state;
    g_autofree char *latin = g_strnfill(20000, 'x');
    const TestDoc doc = {.latin = latin};
    g_autoptr(GByteArray) file = test_make_doc_file(&doc);
    gsize tables = (gsize)(file->data[0x4C] | file->data[0x4D] << 8);
    for (gsize at = (tables + 1) * 512; at < file->len; at += 4)
        memset(file->data + at, 0, 4); /* every sector is followed by the first */
    g_autoptr(LodgeDocumentFacts) facts = examine_bytes(file);
    assert_non_null(facts);
}

static void a_truncated_old_word_document_is_not_called_whole(void **state)
{
    (void)state;
    const TestDoc doc = {.latin = "the plan"};
    g_autoptr(GByteArray) file = test_make_doc_file(&doc);
    g_byte_array_set_size(file, 1024);
    g_autoptr(LodgeDocumentFacts) facts = examine_bytes(file);
    assert_true(facts->examination != LODGE_EXAMINED);
    assert_non_null(facts->why);
}

static void the_lock_of_a_new_document_in_an_old_container_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        const char *method;
    } cases[] = {{"\x04\0\x04\0", "agile"},
                 {"\x03\0\x02\0", "standard"},
                 {"\x04\0\x03\0", "extensible"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const TestStream streams[] = {{"EncryptedPackage", "x", 1},
                                      {"EncryptionInfo", cases[i].version, 4},
                                      {NULL, NULL, 0}};
        g_autoptr(GByteArray) file = test_make_ole(streams);
        g_autoptr(LodgeDocumentFacts) facts = examine_bytes(file);
        assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_PASSWORD);
        assert_string_equal(facts->details->encryption, cases[i].method);
    }
}

/* Without a password, but only for those whom a server lets in. */
static void a_document_under_rights_management_is_called_so(void **state)
{
    (void)state;
    const TestStream streams[] = {
        {"EncryptedPackage", "x", 1}, {"DRMEncryptedDataSpace", "x", 1}, {NULL, NULL, 0}};
    g_autoptr(GByteArray) file = test_make_ole(streams);
    g_autoptr(LodgeDocumentFacts) facts = examine_bytes(file);
    assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_PASSWORD);
    assert_string_equal(facts->details->encryption, "rights");
    assert_non_null(strstr(facts->why, "rights management"));
}

static void a_locked_workbook_is_called_locked(void **state)
{
    (void)state;
    static const char open[] = "\x09\x08\x04\0\0\x06\x05\0\x0A\0\0\0";
    static const char locked[] = "\x09\x08\x04\0\0\x06\x05\0\x2F\0\x06\0\x01\0\x01\0\x01\0";
    g_autoptr(LodgeDocumentFacts) first =
        examine_streams("Workbook", open, sizeof open - 1);
    g_autoptr(LodgeDocumentFacts) second =
        examine_streams("Workbook", locked, sizeof locked - 1);
    assert_string_equal(first->media_type, "application/vnd.ms-excel");
    assert_int_equal(first->encrypted, LODGE_ENCRYPTED_NO);
    assert_int_equal(second->encrypted, LODGE_ENCRYPTED_PASSWORD);
    assert_string_equal(second->details->encryption, "rc4");
}

/* The set of properties: code page, title, author, saved, pages. */
static void an_old_document_says_who_wrote_it(void **state)
{
    (void)state;
    static const guint8 properties[] =
        {
            0xFE, 0xFF, 0, 0, 0,    0,    2,    0,    0,    0,    0,    0,
            0,    0,    0, 0, 0,    0,    0,    0,    0,    0,    0,    0, /* 24 */
            1,    0,    0, 0, 0,    0,    0,    0,    0,    0,    0,    0,
            0,    0,    0, 0, 0,    0,    0,    0,    48,   0,    0,    0, /* 48 */
            116,  0,    0, 0, 5,    0,    0,    0,    1,    0,    0,    0,
            48,   0,    0, 0, 2,    0,    0,    0,    56,   0,    0,    0, /* 24 */
            4,    0,    0, 0, 72,   0,    0,    0,    13,   0,    0,    0,
            84,   0,    0, 0, 14,   0,    0,    0,    96,   0,    0,    0, /* 48 */
            2,    0,    0, 0, 0xE4, 0x04, 0,    0,                         /* at 48: 1252 */
            30,   0,    0, 0, 5,    0,    0,    0,    'a',  0xA3, 'b',  0xE9,
            0,    0,    0, 0,                                                 /* at 56 */
            30,   0,    0, 0, 3,    0,    0,    0,    'A',  'B',  0,    0,    /* at 72 */
            64,   0,    0, 0, 0x00, 0xEE, 0x5F, 0x92, 0xE8, 0xD1, 0xDA, 0x01, /* at 84 */
            3,    0,    0, 0, 4,    0,    0,    0,                            /* at 96 */
        };
    g_autoptr(GByteArray) word = g_byte_array_new();
    g_autoptr(GByteArray) table = g_byte_array_new();
    const TestDoc doc = {.latin = "plan"};
    test_make_doc(&doc, word, table);
    const TestStream streams[] = {{"WordDocument", word->data, word->len},
                                  {"1Table", table->data, table->len},
                                  {"\005SummaryInformation", properties, sizeof properties},
                                  {NULL, NULL, 0}};
    g_autoptr(GByteArray) file = test_make_ole(streams);
    g_autoptr(LodgeDocumentFacts) facts = examine_bytes(file);
    assert_string_equal(facts->title, "a£bé");
    assert_string_equal(facts->details->author, "AB");
    assert_true(g_str_has_prefix(facts->details->modified, "2024-07-09T"));
    assert_int_equal(facts->pages, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_an_old_word_document_is_read),
        cmocka_unit_test(a_long_old_word_document_is_read),
        cmocka_unit_test(what_was_left_in_an_old_word_document_is_counted),
        cmocka_unit_test(a_locked_old_word_document_is_called_locked),
        cmocka_unit_test(pieces_that_unfold_too_far_stop_at_the_limit),
        cmocka_unit_test(broken_old_word_documents_are_survived),
        cmocka_unit_test(a_chain_of_sectors_that_is_a_knot_ends),
        cmocka_unit_test(a_truncated_old_word_document_is_not_called_whole),
        cmocka_unit_test(the_lock_of_a_new_document_in_an_old_container_is_named),
        cmocka_unit_test(a_document_under_rights_management_is_called_so),
        cmocka_unit_test(a_locked_workbook_is_called_locked),
        cmocka_unit_test(an_old_document_says_who_wrote_it),
    };
    return cmocka_run_group_tests_name("doc", tests, test_prepare, NULL);
}
