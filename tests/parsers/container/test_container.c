#include "parsers/container/container.h"

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
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
