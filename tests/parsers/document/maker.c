#include "tests/parsers/document/maker.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int test_make_file(const void *bytes, gsize size_bytes)
{
    int fd = memfd_create("document", MFD_CLOEXEC);
    g_assert(fd >= 0);
    g_assert(write(fd, bytes, size_bytes) == (ssize_t)size_bytes);
    return fd;
}

static void
add_entry(struct archive *archive, const char *name, const char *content, guint repeat)
{
    gsize length = strlen(content);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)(length * repeat));
    g_assert(archive_write_header(archive, entry) == ARCHIVE_OK);
    for (guint i = 0; i < repeat; i++)
        g_assert(archive_write_data(archive, content, length) == (la_ssize_t)length);
    archive_entry_free(entry);
}

int test_make_big_package(const TestEntry *entries,
                          const char *name,
                          const char *content,
                          guint repeat)
{
    int fd = memfd_create("package", MFD_CLOEXEC);
    struct archive *archive = archive_write_new();
    g_assert(fd >= 0 && archive_write_set_format_zip(archive) == ARCHIVE_OK);
    g_assert(archive_write_open_fd(archive, fd) == ARCHIVE_OK);
    for (; entries->name; entries++)
        add_entry(archive, entries->name, entries->content, 1);
    if (name)
        add_entry(archive, name, content, repeat);
    g_assert(archive_write_close(archive) == ARCHIVE_OK);
    archive_write_free(archive);
    return fd;
}

int test_make_package(const TestEntry *entries)
{
    return test_make_big_package(entries, NULL, NULL, 0);
}

char *test_make_pdf(const char *const *objects)
{
    GString *pdf = g_string_new("%PDF-1.7\n");
    g_autoptr(GString) table = g_string_new("0000000000 65535 f \n");
    guint count = 1;
    for (; objects[count - 1]; count++) {
        g_string_append_printf(table, "%010zu 00000 n \n", pdf->len);
        g_string_append_printf(pdf, "%u 0 obj\n%s\nendobj\n", count, objects[count - 1]);
    }
    gsize start = pdf->len;
    g_string_append_printf(pdf,
                           "xref\n0 %u\n%strailer\n<< /Size %u /Root 1 0 R >>\n"
                           "startxref\n%zu\n%%%%EOF\n",
                           count, table->str, count, start);
    return g_string_free(pdf, FALSE);
}
