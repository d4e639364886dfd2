#include "tests/parsers/document/closed_cell.h"

#include "parsers/cell/cell.h"
#include "parsers/report/report.h"
#include "parsers/text/limits.h"
#include "tests/parsers/document/maker.h"
#include "tests/support/cmocka.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

G_NORETURN static void examine_and_end(int fd, const char *name, int report_fd)
{
    const LodgeCellProfile profile = {.cpu_s = 20,
                                      .memory_bytes = LODGE_LIMIT_READER_MEMORY_BYTES,
                                      .written_bytes = 1024 * 1024,
                                      .descriptors = 64};
    struct stat status;
    g_autoptr(GError) error = NULL;
    if (fstat(fd, &status) != 0 || !lodge_cell_close(&profile, &error))
        _exit(2);
    g_autoptr(LodgeDocumentFacts) facts =
        lodge_document_examine(fd, status.st_size, name, NULL, &error);
    if (!facts)
        _exit(3);
    g_autoptr(GBytes) report = lodge_report_format_document(facts);
    gsize size_bytes = 0;
    const char *bytes = g_bytes_get_data(report, &size_bytes);
    _exit(write(report_fd, bytes, size_bytes) == (ssize_t)size_bytes ? 0 : 4);
}

static GBytes *read_all(int fd)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 chunk[65536];
    ssize_t got;
    while ((got = read(fd, chunk, sizeof chunk)) > 0)
        g_byte_array_append(bytes, chunk, (guint)got);
    return g_byte_array_free_to_bytes(bytes);
}

LodgeDocumentFacts *test_examine(int fd, const char *name)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        examine_and_end(fd, name, ends[1]);
    close(ends[1]);
    g_autoptr(GBytes) report = read_all(ends[0]);
    close(ends[0]);
    close(fd);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    g_autoptr(GError) error = NULL;
    LodgeDocumentFacts *facts = lodge_report_parse_document(report, &error);
    if (!facts)
        fail_msg("%s", error->message);
    return facts;
}

LodgeDocumentFacts *test_examine_text(const char *bytes, const char *name)
{
    return test_examine(test_make_file(bytes, strlen(bytes)), name);
}

gboolean test_has(GStrv list, const char *word)
{
    return g_strv_contains((const char *const *)list, word);
}

const char *test_text_of(const LodgeDocumentFacts *facts)
{
    return facts->pages_text->len > 0 ? g_ptr_array_index(facts->pages_text, 0) : "";
}

int test_prepare(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    if (lodge_document_prepare(&error))
        return 0;
    fprintf(stderr, "%s\n", error->message);
    return -1;
}
