/* winmail.dat as programs write it, as the wire leaves it, and as nobody should write it. */
#include "parsers/container/container.h"
#include "parsers/mail/message.h"
#include "tests/parsers/container/tnef_maker.h"

#include "tests/support/cmocka.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_BYTES (1024 * 1024)
#define PDF "%PDF-1.4 a plan\n"
enum { NAME = 0x3707, SHORT_NAME = 0x3704, DATA = 0x3701, METHOD = 0x3705, CID = 0x3712 };

typedef struct {
    LodgeContainerFacts *facts;
    int leaves;
} Opened;

static Opened open_tnef(const GByteArray *tnef, gsize size)
{
    int input = memfd_create("tnef", MFD_CLOEXEC);
    Opened opened = {NULL, memfd_create("leaves", MFD_CLOEXEC)};
    assert_true(input >= 0 && opened.leaves >= 0);
    assert_int_equal(write(input, tnef->data, size), size);
    g_autoptr(GError) error = NULL;
    opened.facts =
        lodge_container_open(input, (gint64)size, opened.leaves, MAX_BYTES, &error);
    if (opened.facts == NULL)
        fail_msg("%s", error->message);
    close(input);
    return opened;
}

static void opened_clear(Opened *opened)
{
    lodge_container_facts_free(opened->facts);
    close(opened->leaves);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Opened, opened_clear)

static const LodgePart *member(const Opened *opened, guint nth)
{
    assert_true(nth < opened->facts->members->len);
    return g_ptr_array_index(opened->facts->members, nth);
}

static void assert_content(const Opened *opened, guint nth, const char *expected)
{
    const LodgePart *part = member(opened, nth);
    g_autofree char *bytes = g_malloc0((gsize)part->size_bytes + 1);
    assert_int_equal(
        pread(opened->leaves, bytes, (gsize)part->size_bytes, part->stream_offset),
        part->size_bytes);
    assert_string_equal(bytes, expected);
}

/* One attachment of that name, in Unicode, with that content. */
static void add_file(GByteArray *tnef, const char *name, const char *content)
{
    g_autoptr(GByteArray) listed = g_byte_array_new();
    test_property_add_text(listed, NAME, name);
    test_tnef_begin(tnef);
    test_tnef_add_data(tnef, content);
    test_tnef_add_properties(tnef, 1, listed);
}

/* Of the container or of one in it; NULL: nothing is amiss. */
static const char *find_trouble(const LodgeContainerFacts *facts)
{
    const char *trouble = facts->trouble;
    for (guint i = 0; trouble == NULL && i < facts->members->len; i++)
        trouble = ((const LodgePart *)g_ptr_array_index(facts->members, i))->trouble;
    return trouble;
}

static void files_come_with_their_long_names(void **state)
{
    (void)state;
    g_autoptr(GByteArray) tnef = test_tnef_new();
    add_file(tnef, "Plän für 2024 \U0001F600.pdf", PDF);
    add_file(tnef, "C:\\plans\\minutes.txt", "minutes");
    g_auto(Opened) opened = open_tnef(tnef, tnef->len);
    assert_int_equal(opened.facts->form, LODGE_CONTAINER_TNEF);
    assert_null(find_trouble(opened.facts));
    assert_string_equal(member(&opened, 0)->name, "Plän für 2024 \U0001F600.pdf");
    assert_string_equal(member(&opened, 0)->sniffed_type, "application/pdf");
    assert_string_equal(member(&opened, 1)->name, "minutes.txt");
    assert_content(&opened, 0, PDF);
    assert_content(&opened, 1, "minutes");
}

static void a_name_is_taken_from_the_best_of_its_places(void **state)
{
    (void)state;
    static const struct {
        const char *title, *short_name, *long_name, *expected;
    } cases[] = {
        {"PLAN~1.PDF", NULL, NULL, "PLAN~1.PDF"},
        {"PLAN~1.PDF", "PLAN~1.PDF", "The plan.pdf", "The plan.pdf"},
        {"Pl\xe4n.pdf", NULL, NULL, "Plän.pdf"}, /* in the code page that is named */
        {"title.pdf", "short.pdf", NULL, "short.pdf"},
        {NULL, NULL, NULL, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
        guint32 count = 0;
        test_tnef_add(tnef, TEST_OF_MESSAGE, 0x00069007, "\xe4\4\0\0\0\0\0\0",
                      8); /* 1252 */
        test_tnef_begin(tnef);
        if (cases[i].title != NULL)
            test_tnef_add(tnef, TEST_OF_ATTACHMENT, 0x00018010, cases[i].title,
                          strlen(cases[i].title) + 1);
        test_tnef_add_data(tnef, PDF);
        if (cases[i].long_name != NULL && ++count)
            test_property_add_text(listed, NAME, cases[i].long_name);
        if (cases[i].short_name != NULL && ++count)
            test_property_add_bytes(listed, 0x1e, SHORT_NAME, cases[i].short_name,
                                    strlen(cases[i].short_name) + 1);
        test_tnef_add_properties(tnef, count, listed);
        g_auto(Opened) opened = open_tnef(tnef, tnef->len);
        assert_string_equal(member(&opened, 0)->name, cases[i].expected);
    }
}

/* Money, times, classes, several values, names of one's own: each must be stepped over. */
static void properties_of_every_type_are_passed_over(void **state)
{
    (void)state;
    static const guint16 types[] = {0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0b, 0x14, 0x40};
    g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
    guint32 count = 0;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++, count++)
        test_property_add_fixed(listed, types[i], (guint16)(0x4000 + i), 7);
    static const char own[] = "\x1f\0\1\x80guid-of-16-bytes\1\0\0\0\6\0\0\0a\0b\0\0\0\0\0"
                              "\1\0\0\0\2\0\0\0\0\0\0\0";
    g_byte_array_append(listed, (const guint8 *)own, sizeof own - 1);
    static const char several[] = "\x03\x10\2\x41\3\0\0\0aaaabbbbcccc";
    g_byte_array_append(listed, (const guint8 *)several, sizeof several - 1);
    test_property_add_text(listed, NAME, "plan.pdf");
    test_tnef_begin(tnef);
    test_tnef_add_data(tnef, PDF);
    test_tnef_add_properties(tnef, count + 3, listed);
    g_auto(Opened) opened = open_tnef(tnef, tnef->len);
    assert_null(opened.facts->trouble);
    assert_string_equal(member(&opened, 0)->name, "plan.pdf");
}

static void a_file_may_stand_among_the_properties(void **state)
{
    (void)state;
    g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
    test_property_add_text(listed, NAME, "plan.pdf");
    test_property_add_bytes(listed, 0x102, DATA, PDF, strlen(PDF));
    test_tnef_begin(tnef);
    test_tnef_add_properties(tnef, 2, listed);
    g_auto(Opened) opened = open_tnef(tnef, tnef->len);
    assert_content(&opened, 0, PDF);
}

static void an_attached_message_is_a_winmail_dat_of_its_own(void **state)
{
    (void)state;
    g_autoptr(GByteArray) inner = test_tnef_new(), tnef = test_tnef_new(),
                          listed = g_byte_array_new(), object = g_byte_array_new();
    add_file(inner, "plan.pdf", PDF);
    g_byte_array_append(object, (const guint8 *)"interface-16byte", 16);
    g_byte_array_append(object, inner->data, inner->len);
    test_property_add_text(listed, 0x3001, "Fwd: the plan");
    test_property_add_fixed(listed, 0x03, METHOD, 5);
    test_property_add_bytes(listed, 0x0d, DATA, object->data, object->len);
    test_tnef_begin(tnef);
    test_tnef_add_properties(tnef, 3, listed);
    g_auto(Opened) opened = open_tnef(tnef, tnef->len);
    const LodgePart *part = member(&opened, 0);
    assert_string_equal(part->name, "Fwd: the plan");
    assert_string_equal(part->sniffed_type, "application/ms-tnef");
    assert_int_equal(part->size_bytes, inner->len);
}

static void what_is_elsewhere_or_of_another_kind_is_named(void **state)
{
    (void)state;
    static const struct {
        guint32 method;
        const char *object;
        const char *trouble;
    } cases[] = {
        {7, NULL, "link"},
        {2, NULL, "link"},
        {6, "interface-16byte a picture of Paint", "unsupported"},
        {1, NULL, "damaged"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
        guint32 count = 2;
        test_property_add_text(listed, NAME, "plan.pdf");
        test_property_add_fixed(listed, 0x03, METHOD, cases[i].method);
        if (cases[i].object != NULL && ++count)
            test_property_add_bytes(listed, 0x0d, DATA, cases[i].object,
                                    strlen(cases[i].object));
        test_tnef_begin(tnef);
        test_tnef_add_properties(tnef, count, listed);
        g_auto(Opened) opened = open_tnef(tnef, tnef->len);
        assert_int_equal(member(&opened, 0)->kind, LODGE_PART_OTHER);
        assert_string_equal(member(&opened, 0)->trouble, cases[i].trouble);
    }
}

static void a_logo_in_the_text_is_decoration_and_a_document_never(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        LodgePartKind kind;
    } cases[] = {{"GIF89a\1\1\1\1 a logo", LODGE_PART_DECORATION},
                 {PDF, LODGE_PART_DOCUMENT}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
        test_property_add_text(listed, CID, "image001@council");
        test_tnef_begin(tnef);
        test_tnef_add_data(tnef, cases[i].content);
        test_tnef_add_properties(tnef, 1, listed);
        g_auto(Opened) opened = open_tnef(tnef, tnef->len);
        assert_int_equal(member(&opened, 0)->kind, cases[i].kind);
    }
}

static void a_wrong_sum_or_a_strange_property_costs_no_file(void **state)
{
    (void)state;
    g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
    test_property_add_text(listed, NAME, "first.pdf");
    static const char strange[] = "\x33\0\1\x41what is it?";
    g_byte_array_append(listed, (const guint8 *)strange, sizeof strange - 1);
    test_tnef_begin(tnef);
    test_tnef_add_data(tnef, PDF);
    test_tnef_add_properties(tnef, 2, listed);
    add_file(tnef, "second.pdf", PDF);
    tnef->data[tnef->len - 1] ^= 0x55;
    g_auto(Opened) opened = open_tnef(tnef, tnef->len);
    assert_string_equal(opened.facts->trouble, "damaged");
    assert_string_equal(member(&opened, 0)->name, "first.pdf");
    assert_string_equal(member(&opened, 1)->name, "second.pdf");
    assert_content(&opened, 0, PDF);
    assert_content(&opened, 1, PDF);
}

static void every_cut_is_told_and_costs_nothing_that_came_before(void **state)
{
    (void)state;
    g_autoptr(GByteArray) tnef = test_tnef_new();
    add_file(tnef, "first.pdf", PDF);
    gsize first = tnef->len;
    guint untold = 0;
    add_file(tnef, "second.pdf", PDF);
    for (gsize size = 6; size < tnef->len; size++) {
        g_auto(Opened) opened = open_tnef(tnef, size);
        untold += find_trouble(opened.facts) == NULL;
        if (size >= first)
            assert_content(&opened, 0, PDF);
    }
    /* before the first, and behind a file's bytes or its name, the end looks like one */
    assert_int_equal(untold, 4);
}

/* The last value of a list may lack the bytes that pad it, and the last attribute of a file its sum. */
static void what_is_left_out_at_an_end_costs_no_file(void **state)
{
    (void)state;
    g_autoptr(GByteArray) tnef = test_tnef_new(), listed = g_byte_array_new();
    test_property_add_bytes(listed, 0x102, DATA, PDF, strlen(PDF));
    test_property_add_bytes(listed, 0x1e, NAME, "plan.pdf", 9);
    g_byte_array_set_size(listed, listed->len - 3);
    test_tnef_begin(tnef);
    test_tnef_add_properties(tnef, 2, listed);
    for (gsize left_out = 0; left_out <= 2; left_out++) {
        g_auto(Opened) opened = open_tnef(tnef, tnef->len - left_out);
        assert_string_equal(member(&opened, 0)->name, "plan.pdf");
        assert_content(&opened, 0, PDF);
        assert_int_equal(opened.facts->trouble != NULL, left_out > 0);
    }
}

static void a_size_that_lies_takes_no_memory(void **state)
{
    (void)state;
    static const char big[] = "\x78\x9f\x3e\x22\1\0\2\x0f\x80\6\0\xff\xff\xff\xff";
    static const char many[] = "\xff\xff\xff\xff\x03\x10\2\x41\xff\xff\xff\xff";
    g_autoptr(GByteArray) tnef = g_byte_array_new(), listing = test_tnef_new();
    g_byte_array_append(tnef, (const guint8 *)big, sizeof big - 1);
    g_auto(Opened) first = open_tnef(tnef, tnef->len);
    assert_string_equal(first.facts->trouble, "damaged");
    test_tnef_begin(listing);
    test_tnef_add(listing, TEST_OF_ATTACHMENT, 0x00069005, many, sizeof many - 1);
    g_auto(Opened) second = open_tnef(listing, listing->len);
    assert_string_equal(second.facts->trouble, "damaged");
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_with_their_long_names),
        cmocka_unit_test(a_name_is_taken_from_the_best_of_its_places),
        cmocka_unit_test(properties_of_every_type_are_passed_over),
        cmocka_unit_test(a_file_may_stand_among_the_properties),
        cmocka_unit_test(an_attached_message_is_a_winmail_dat_of_its_own),
        cmocka_unit_test(what_is_elsewhere_or_of_another_kind_is_named),
        cmocka_unit_test(a_logo_in_the_text_is_decoration_and_a_document_never),
        cmocka_unit_test(a_wrong_sum_or_a_strange_property_costs_no_file),
        cmocka_unit_test(every_cut_is_told_and_costs_nothing_that_came_before),
        cmocka_unit_test(what_is_left_out_at_an_end_costs_no_file),
        cmocka_unit_test(a_size_that_lies_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
