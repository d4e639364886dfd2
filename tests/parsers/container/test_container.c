#include "parsers/container/container.h"

#include "parsers/container/zip_directory.h"
#include "parsers/mail/message.h"
#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    const char *name, *content;
} Entry;

static int make_fd(const void *bytes, gsize size)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    return fd;
}

static GBytes *zip(const Entry *entries, guint count)
{
    static char out[1024 * 1024];
    size_t used = 0;
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_open_memory(archive, out, sizeof out, &used);
    for (guint i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        gsize size = strlen(entries[i].content);
        archive_entry_set_pathname(entry, entries[i].name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, (la_int64_t)size);
        archive_write_header(archive, entry);
        archive_write_data(archive, entries[i].content, size);
        archive_entry_free(entry);
    }
    archive_write_free(archive);
    return g_bytes_new(out, used);
}

static LodgeContainerFacts *open_bytes(GBytes *bytes, int leaves, gint64 max_bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    int fd = make_fd(data, size);
    g_autoptr(GError) error = NULL;
    LodgeContainerFacts *facts =
        lodge_container_open(fd, (gint64)size, leaves, max_bytes, &error);
    close(fd);
    if (facts == NULL)
        fail_msg("%s", error->message);
    return facts;
}

static const Entry two[] = {{"folder/one.txt", "first"}, {"two.txt", "second one"}};

static void members_are_handed_back_where_the_facts_say(void **state)
{
    (void)state;
    g_autoptr(GBytes) bytes = zip(two, 2);
    int leaves = make_fd("", 0);
    g_autoptr(LodgeContainerFacts) facts = open_bytes(bytes, leaves, 1000);
    assert_int_equal(facts->form, LODGE_CONTAINER_ZIP);
    assert_null(facts->trouble);
    assert_int_equal(facts->members->len, 2);
    static const char *const names[] = {"one.txt", "two.txt"};
    for (guint i = 0; i < 2; i++) {
        const LodgePart *part = g_ptr_array_index(facts->members, i);
        char content[32] = "", sha256[LODGE_DIGEST_SIZE];
        assert_string_equal(part->name, names[i]);
        assert_int_equal(part->kind, LODGE_PART_DOCUMENT);
        assert_int_equal(
            pread(leaves, content, (gsize)part->size_bytes, part->stream_offset),
            part->size_bytes);
        assert_string_equal(content, two[i].content);
        lodge_digest_compute(content, strlen(content), sha256);
        assert_string_equal(part->sha256, sha256);
    }
    close(leaves);
}

static void what_is_no_container_of_ours_has_no_form(void **state)
{
    (void)state;
    static const Entry word[] = {{"[Content_Types].xml", "<Types/>"},
                                 {"word/document.xml", "<d/>"}};
    static const Entry book[] = {{"mimetype", "application/epub+zip"}, {"a", "b"}};
    static const Entry program[] = {{"META-INF/MANIFEST.MF", "x"}, {"a", "b"}};
    GBytes *all[] = {zip(word, 2), zip(book, 2), zip(program, 2),
                     g_bytes_new_static("%PDF-1.7 and more than enough bytes", 35),
                     g_bytes_new_static("", 0)};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        int leaves = make_fd("", 0);
        g_autoptr(LodgeContainerFacts) facts = open_bytes(all[i], leaves, 1000);
        assert_int_equal(facts->form, LODGE_CONTAINER_NONE);
        assert_int_equal(facts->members->len, 0);
        close(leaves);
        g_bytes_unref(all[i]);
    }
}

/* Not one byte more than was allowed, and what was cut is named and not handed back. */
static void no_more_is_unpacked_than_is_allowed(void **state)
{
    (void)state;
    g_autoptr(GBytes) bytes = zip(two, 2);
    int leaves = make_fd("", 0);
    g_autoptr(LodgeContainerFacts) facts = open_bytes(bytes, leaves, 8);
    assert_string_equal(facts->trouble, "container-bytes");
    const LodgePart *second = g_ptr_array_index(facts->members, 1);
    assert_int_equal(second->kind, LODGE_PART_OTHER);
    assert_string_equal(second->trouble, "container-bytes");
    assert_int_equal(second->stream_offset, -1);
    assert_true(lseek(leaves, 0, SEEK_END) <= 8);
    close(leaves);
}

static void every_cut_of_a_zip_is_survived(void **state)
{
    (void)state;
    g_autoptr(GBytes) whole = zip(two, 2);
    for (gsize size = 0; size < g_bytes_get_size(whole); size++) {
        g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, size);
        int leaves = make_fd("", 0);
        g_autoptr(LodgeContainerFacts) facts = open_bytes(cut, leaves, 1000);
        assert_true(facts->form == LODGE_CONTAINER_NONE || facts->trouble != NULL ||
                    facts->members->len == 2);
        close(leaves);
    }
}

/* The n-th place, from 0, at which these bytes stand. */
static guint8 *find(GByteArray *archive, const void *bytes, gsize size, guint nth)
{
    guint8 *at = archive->data, *end = archive->data + archive->len;
    while ((at = memmem(at, (gsize)(end - at), bytes, size)) != NULL && nth-- > 0)
        at++;
    assert_non_null(at);
    return at;
}

static void change_listed_name(GByteArray *archive)
{
    memcpy(find(archive, "two.txt", 7, 1), "tow.txt", 7);
}

static void put_nul_into_name(GByteArray *archive)
{
    *find(archive, "two.txt", 7, 0) = 0;
    *find(archive, "two.txt", 7, 0) = 0;
}

static void list_another_method(GByteArray *archive)
{
    *(find(archive, "PK\1\2", 4, 1) + 10) ^= 1;
}

static void list_one_place_for_both(GByteArray *archive)
{
    memset(find(archive, "PK\1\2", 4, 1) + 42, 0, 4);
}

static void list_more_bytes_than_there_are(GByteArray *archive)
{
    *(find(archive, "PK\1\2", 4, 0) + 20) += 100;
}

static void leave_the_list_out(GByteArray *archive)
{
    g_byte_array_set_size(archive, archive->len - 22);
}

static void change_nothing(GByteArray *archive)
{
    (void)archive;
}

static void what_a_zip_says_twice_must_agree(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(GByteArray *archive);
        const char *trouble;
    } cases[] = {
        {"nothing is changed", change_nothing, NULL},
        {"another name at the end", change_listed_name, "contradictory"},
        {"a name that ends early in some programs", put_nul_into_name, "contradictory"},
        {"another method at the end", list_another_method, "contradictory"},
        {"two files in one place", list_one_place_for_both, "archive-overlap"},
        {"a file that reaches into the next", list_more_bytes_than_there_are,
         "archive-overlap"},
        {"no list at its end", leave_the_list_out, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) archive = g_bytes_unref_to_array(zip(two, 2));
        cases[i].change(archive);
        const char *trouble = lodge_zip_directory_find_trouble(archive->data, archive->len);
        if (g_strcmp0(trouble, cases[i].trouble) != 0)
            fail_msg("%s: %s", cases[i].name, trouble != NULL ? trouble : "nothing");
    }
}

static void every_cut_and_every_bit_of_a_list_is_survived(void **state)
{
    (void)state;
    g_autoptr(GBytes) whole = zip(two, 2);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(whole, &size);
    for (gsize at = 0; at < size * 8; at++) {
        g_autofree guint8 *copy = g_memdup2(bytes, size);
        copy[at / 8] ^= (guint8)(1 << at % 8);
        const char *trouble = lodge_zip_directory_find_trouble(copy, size);
        assert_true(trouble == NULL || *trouble != '\0');
        g_autofree guint8 *cut = g_memdup2(bytes, at / 8);
        assert_null(lodge_zip_directory_find_trouble(cut, at / 8));
    }
}

/* A path is told as it stands, and the name is its last step. */
static void paths_are_told_and_not_gone(void **state)
{
    (void)state;
    static const Entry entries[] = {{"../../etc/passwd", "x"},
                                    {"C:\\plans\\plan.txt", "y"}};
    g_autoptr(GBytes) bytes = zip(entries, 2);
    int leaves = make_fd("", 0);
    g_autoptr(LodgeContainerFacts) facts = open_bytes(bytes, leaves, 1000);
    static const char *const names[] = {"passwd", "plan.txt"};
    static const char *const paths[] = {"../../etc/passwd", "C:/plans/plan.txt"};
    for (guint i = 0; i < 2; i++) {
        const LodgePart *part = g_ptr_array_index(facts->members, i);
        assert_string_equal(part->name, names[i]);
        assert_string_equal(part->raw_name, paths[i]);
    }
    close(leaves);
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_handed_back_where_the_facts_say),
        cmocka_unit_test(what_is_no_container_of_ours_has_no_form),
        cmocka_unit_test(no_more_is_unpacked_than_is_allowed),
        cmocka_unit_test(every_cut_of_a_zip_is_survived),
        cmocka_unit_test(what_a_zip_says_twice_must_agree),
        cmocka_unit_test(every_cut_and_every_bit_of_a_list_is_survived),
        cmocka_unit_test(paths_are_told_and_not_gone),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
