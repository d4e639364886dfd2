#include "tests/parsers/mail/corpus.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

char *corpus_path(const char *name)
{
    const char *root = g_getenv("LODGE_TEST_DATA");
    return root != NULL ? g_build_filename(root, name, NULL) : NULL;
}

GPtrArray *corpus_load_table(const char *path)
{
    g_autofree char *content = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &content, &size, &error))
        g_error("%s", error->message);

    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    for (guint i = 1; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0')
            g_ptr_array_add(rows, g_strsplit(lines[i], "\t", -1));
    }
    return rows;
}

static LodgeMessageFacts *read_fd(int fd, int leaves_fd)
{
    g_autoptr(GError) error = NULL;
    gint64 size = lseek(fd, 0, SEEK_END);
    LodgeMessageFacts *facts = lodge_message_parse(fd, size, leaves_fd, &error);
    if (facts == NULL)
        g_error("%s", error->message);
    close(fd);
    return facts;
}

LodgeMessageFacts *corpus_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        g_error("%s: %s", path, g_strerror(errno));
    return read_fd(fd, -1);
}

int corpus_make_fd(const char *bytes, gsize size)
{
    int fd = memfd_create("message", MFD_CLOEXEC);
    for (gsize done = 0; done < size;) {
        gssize put = write(fd, bytes + done, size - done);
        g_assert(put > 0);
        done += (gsize)put;
    }
    return fd;
}

LodgeMessageFacts *corpus_read_bytes(const char *bytes, gsize size, int leaves_fd)
{
    return read_fd(corpus_make_fd(bytes, size), leaves_fd);
}
