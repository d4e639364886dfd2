#include "intake/learn/passage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_QUARK(lodge_passage_error_quark, lodge_passage_error)

#define CHUNK_BYTES (256 * 1024)

static gboolean set_failure(GError **error, const char *what)
{
    g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO, "%s: %s", what,
                g_strerror(errno));
    return FALSE;
}

/* SHA-256 of a range, by pread: positions belong to others. */
static gboolean
digest_range(int fd, gint64 offset, gint64 size_bytes, char hex_out[LODGE_DIGEST_SIZE])
{
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    g_autofree guint8 *chunk = g_malloc(CHUNK_BYTES);
    while (size_bytes > 0) {
        ssize_t got = pread(fd, chunk, (gsize)MIN(size_bytes, CHUNK_BYTES), (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got == 0 ? EIO : errno; /* shorter than it was a moment ago */
            return FALSE;
        }
        lodge_digest_update(digest, chunk, (gsize)got);
        offset += got;
        size_bytes -= got;
    }
    lodge_digest_finish(digest, hex_out);
    return TRUE;
}

/* A descriptor of its own position and without the right to write, where /proc gives one. */
static int reopen_input(int fd)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    int own = open(path, O_RDONLY | O_CLOEXEC);
    if (own < 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
        own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return own;
}

static gint64 size_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? (gint64)status.st_size : -1;
}

/* ---- the report against what we can see ---- */

static gboolean set_lie(GError **error, const char *what)
{
    g_set_error_literal(error, LODGE_PASSAGE_ERROR, LODGE_PASSAGE_ERROR_LIE, what);
    return FALSE;
}

/* Each leaf handed back lies inside the file, behind the one before, and is what it claims. */
static gboolean check_leaves(const GPtrArray *parts, int leaves_fd, GError **error)
{
    gint64 total = size_of(leaves_fd);
    gint64 free_from = 0;
    for (guint i = 0; i < parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(parts, i);
        if (part->stream_offset < 0)
            continue;
        if (part->stream_offset < free_from || part->size_bytes < 0 ||
            part->size_bytes > total - part->stream_offset)
            return set_lie(error, "a part lies outside the stream of leaves");
        free_from = part->stream_offset + part->size_bytes;
        char sha256[LODGE_DIGEST_SIZE];
        if (!digest_range(leaves_fd, part->stream_offset, part->size_bytes, sha256))
            return set_failure(error, "cannot read a leaf again");
        if (strcmp(sha256, part->sha256) != 0)
            return set_lie(error, "a part is not the one that its digest names");
    }
    return TRUE;
}

static gboolean take_message(LodgePassage *passage, GBytes *report, GError **error)
{
    g_autoptr(LodgeMessageFacts) facts = lodge_report_parse_message(report, error);
    if (!facts)
        return FALSE;
    if (facts->size_bytes != passage->size_bytes)
        return set_lie(error, "it speaks of a message of another size");
    if (!check_leaves(facts->parts, passage->leaves_fd, error))
        return FALSE;
    passage->message = g_steal_pointer(&facts);
    return TRUE;
}

static gboolean take_document(LodgePassage *passage, GBytes *report, GError **error)
{
    g_autoptr(LodgeDocumentFacts) facts = lodge_report_parse_document(report, error);
    if (!facts)
        return FALSE;
    if (facts->size_bytes != passage->size_bytes ||
        strcmp(facts->sha256, passage->sha256) != 0)
        return set_lie(error, "it speaks of another document");
    passage->document = g_steal_pointer(&facts);
    return TRUE;
}

static gboolean take_container(LodgePassage *passage, GBytes *report, GError **error)
{
    g_autoptr(LodgeContainerFacts) facts = lodge_report_parse_container(report, error);
    if (!facts)
        return FALSE;
    if (facts->size_bytes != passage->size_bytes ||
        strcmp(facts->sha256, passage->sha256) != 0)
        return set_lie(error, "it speaks of another container");
    if (size_of(passage->leaves_fd) > passage->leaves_max_bytes)
        return set_lie(error, "more was unpacked than it was asked for");
    if (!check_leaves(facts->members, passage->leaves_fd, error))
        return FALSE;
    passage->container = g_steal_pointer(&facts);
    return TRUE;
}

/* ---- the door ---- */

gboolean lodge_passage_open(LodgePassage *passage, int input_fd, GError **error)
{
    passage->input_fd = reopen_input(input_fd);
    if (passage->input_fd < 0)
        return set_failure(error, "cannot open the input again");
    passage->size_bytes = size_of(passage->input_fd);
    if (passage->size_bytes < 0)
        return set_failure(error, "cannot size the input");
    if (passage->kind != LODGE_READ_MESSAGE &&
        !digest_range(passage->input_fd, 0, passage->size_bytes, passage->sha256))
        return set_failure(error, "cannot read the input");
    return TRUE;
}

void lodge_passage_close(LodgePassage *passage)
{
    if (passage->input_fd >= 0)
        close(passage->input_fd);
    passage->input_fd = -1;
}

gboolean lodge_passage_empty_leaves(const LodgePassage *passage, GError **error)
{
    int fd = passage->leaves_fd;
    if (fd < 0 || (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0))
        return TRUE;
    return set_failure(error, "cannot empty the file for leaves");
}

gboolean lodge_passage_take_report(LodgePassage *passage, GBytes *report, GError **error)
{
    if (passage->kind == LODGE_READ_MESSAGE)
        return take_message(passage, report, error);
    return passage->kind == LODGE_READ_CONTAINER ? take_container(passage, report, error)
                                                 : take_document(passage, report, error);
}
