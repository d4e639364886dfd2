#include "spool/journal.h"
#include "parsers/text/instant.h"
#include "parsers/text/json.h"
#include "spool/spool_error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_DIGITS 12
#define NAME_SUFFIX ".jsonl"
#define FRAME_BYTES 1024 /* more than header and END record together */
#define FRAME_DEPTH 4
#define SEGMENT_MODE 0400

void lodge_journal_position_clear(LodgeJournalPosition *position)
{
    memset(position, 0, sizeof *position);
    memset(position->sha256, '0', LODGE_DIGEST_SIZE - 1);
}

void lodge_journal_segment_free(LodgeJournalSegment *segment)
{
    if (segment == NULL)
        return;
    g_ptr_array_unref(segment->rows);
    g_free(segment);
}

char *lodge_journal_name(guint64 segment)
{
    return g_strdup_printf("journal/%012" G_GUINT64_FORMAT NAME_SUFFIX, segment);
}

static gboolean G_GNUC_PRINTF(3, 4)
    damaged(GError **error, guint64 number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *name = lodge_journal_name(number);
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                "%s %s: run lodge verify and restore the journal from a backup", name,
                words);
    return FALSE;
}

/* ---- which segments there are ---- */

static gboolean parse_name(const char *name, guint64 *number_out)
{
    if (strlen(name) != NAME_DIGITS + strlen(NAME_SUFFIX) ||
        strspn(name, "0123456789") != NAME_DIGITS || !g_str_has_suffix(name, NAME_SUFFIX))
        return FALSE;
    *number_out = g_ascii_strtoull(name, NULL, 10);
    return *number_out > 0;
}

static gboolean count_entry(const char *name, guint64 *count, guint64 *last, GError **error)
{
    guint64 number = 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return TRUE;
    if (!parse_name(name, &number)) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "journal/%s is not a segment: move it out of the spool", name);
        return FALSE;
    }
    (*count)++;
    *last = MAX(*last, number);
    return TRUE;
}

gboolean
lodge_journal_count(const LodgeDurableRoot *root, guint64 *count_out, GError **error)
{
    g_autofree char *path = lodge_durable_root_join(root, "journal");
    int fd = openat(lodge_durable_root_fd(root), "journal",
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        lodge_spool_error_set(error, errno, "read", path);
        if (fd >= 0)
            close(fd);
        return FALSE;
    }
    guint64 count = 0, last = 0;
    gboolean good = TRUE;
    const struct dirent *entry;
    while (good && (errno = 0, entry = readdir(dir)) != NULL)
        good = count_entry(entry->d_name, &count, &last, error);
    if (good && errno != 0) {
        lodge_spool_error_set(error, errno, "read", path);
        good = FALSE;
    }
    closedir(dir);
    if (good && count != last)
        good = damaged(error, last,
                       "is the last of only %" G_GUINT64_FORMAT
                       " segments, so some are missing",
                       count);
    if (good)
        *count_out = count;
    return good;
}

/* ---- reading one ---- */

static char *
read_whole(const LodgeDurableRoot *root, guint64 number, gsize *size_out, GError **error)
{
    g_autofree char *name = lodge_journal_name(number);
    g_autofree char *path = lodge_durable_root_join(root, name);
    int fd = openat(lodge_durable_root_fd(root), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        lodge_spool_error_set(error, errno, "open", path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (status.st_size <= 0 || status.st_size > LODGE_JOURNAL_SEGMENT_BYTES) {
        close(fd);
        damaged(error, number, "is empty or longer than a segment can be");
        return NULL;
    }
    gsize size = (gsize)status.st_size, done = 0;
    g_autofree char *bytes = g_malloc(size + 1);
    ssize_t count = 1;
    while (done < size && (count > 0 || (count < 0 && errno == EINTR))) {
        count = read(fd, bytes + done, size - done);
        done += count > 0 ? (gsize)count : 0;
    }
    int failure = count < 0 ? errno : 0;
    close(fd);
    if (done < size) {
        lodge_spool_error_set(error, failure != 0 ? failure : EIO, "read", path);
        return NULL;
    }
    bytes[size] = '\0';
    *size_out = size;
    return g_steal_pointer(&bytes);
}

/* Both frames are read the same way: a few members, all required. */
static LodgeJsonDocument *parse_frame(const char *line, gsize size, GError **error)
{
    return lodge_json_parse(line, size, FRAME_BYTES, FRAME_DEPTH, error);
}

static gboolean
parse_header(const char *line, gsize size, LodgeJournalSegment *segment, GError **error)
{
    g_autoptr(LodgeJsonDocument) document = parse_frame(line, size, error);
    if (document == NULL)
        return FALSE;
    const LodgeJsonNode *root = lodge_json_root(document);
    const char *kind = lodge_json_get_string(document, root, "lodge");
    gint64 format = lodge_json_get_int(document, root, "format");
    gint64 number = lodge_json_get_int(document, root, "segment");
    const char *previous = lodge_json_get_string(document, root, "previous");
    segment->at_us = lodge_json_get_instant(document, root, "at");
    if (!lodge_json_finish(document, error))
        return FALSE;
    if (g_strcmp0(kind, "journal") != 0 || number != (gint64)segment->number)
        lodge_json_fail(document, "its header is another segment's");
    else if (format != LODGE_JOURNAL_FORMAT)
        lodge_json_fail(document, "its format is not one this version of lodge reads");
    else if (!lodge_digest_is_valid(previous))
        lodge_json_fail(document, "its header does not name the segment before");
    else
        g_strlcpy(segment->previous, previous, LODGE_DIGEST_SIZE);
    return lodge_json_finish(document, error);
}

static gboolean
parse_end(const char *bytes, gsize before, gsize size, guint64 rows, GError **error)
{
    g_autoptr(LodgeJsonDocument) document =
        parse_frame(bytes + before, size - before - 1, error);
    if (document == NULL)
        return FALSE;
    const LodgeJsonNode *root = lodge_json_root(document);
    gint64 count = lodge_json_get_int(document, root, "end");
    const char *sha256 = lodge_json_get_string(document, root, "sha256");
    char found[LODGE_DIGEST_SIZE];
    lodge_digest_compute(bytes, before, found);
    if (lodge_json_finish(document, NULL) && count != (gint64)rows)
        lodge_json_fail(document, "its END record counts other rows");
    else if (lodge_json_finish(document, NULL) && g_strcmp0(sha256, found) != 0)
        lodge_json_fail(document, "its bytes were altered");
    return lodge_json_finish(document, error);
}

/* Rows between the first and the last line, copied. */
static void split_rows(const char *from, const char *to, GPtrArray *rows)
{
    while (from < to) {
        const char *end = memchr(from, '\n', (gsize)(to - from));
        g_ptr_array_add(rows, g_strndup(from, (gsize)(end - from)));
        from = end + 1;
    }
}

static gboolean
parse_segment(LodgeJournalSegment *segment, const char *bytes, gsize size, GError **error)
{
    const char *header_end = memchr(bytes, '\n', size);
    const char *last_end = bytes[size - 1] == '\n' ? bytes + size - 1 : NULL;
    const char *end = last_end != NULL ? memrchr(bytes, '\n', size - 1) : NULL;
    if (header_end == NULL || end == NULL) {
        g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_SHAPE,
                    "its END record is missing");
        return FALSE;
    }
    if (!parse_header(bytes, (gsize)(header_end - bytes), segment, error))
        return FALSE;
    split_rows(header_end + 1, end + 1, segment->rows);
    return parse_end(bytes, (gsize)(end + 1 - bytes), size, segment->rows->len, error);
}

LodgeJournalSegment *
lodge_journal_load(const LodgeDurableRoot *root, guint64 number, GError **error)
{
    gsize size = 0;
    g_autofree char *bytes = read_whole(root, number, &size, error);
    if (bytes == NULL)
        return NULL;
    g_autoptr(LodgeJournalSegment) segment = g_new0(LodgeJournalSegment, 1);
    segment->number = number;
    segment->rows = g_ptr_array_new_with_free_func(g_free);
    segment->size_bytes = size;
    lodge_digest_compute(bytes, size, segment->sha256);
    g_autoptr(GError) reason = NULL;
    if (!parse_segment(segment, bytes, size, &reason)) {
        damaged(error, number, "is damaged (%s)", reason->message);
        return NULL;
    }
    return g_steal_pointer(&segment);
}

gboolean lodge_journal_check_follows(const LodgeJournalSegment *segment,
                                     const LodgeJournalPosition *position,
                                     GError **error)
{
    if (segment->number == position->segment + 1 &&
        strcmp(segment->previous, position->sha256) == 0)
        return TRUE;
    return damaged(error, segment->number,
                   "does not continue segment %" G_GUINT64_FORMAT
                   ": one of them was altered",
                   position->segment);
}

void lodge_journal_advance(LodgeJournalPosition *position,
                           const LodgeJournalSegment *segment)
{
    position->segment = segment->number;
    position->seq += segment->rows->len;
    g_strlcpy(position->sha256, segment->sha256, LODGE_DIGEST_SIZE);
}

/* ---- writing one ---- */

static char *format_header(const LodgeJournalPosition *position, gint64 now_us)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "lodge", "journal");
    lodge_json_add_int(writer, "format", LODGE_JOURNAL_FORMAT);
    lodge_json_add_int(writer, "segment", (gint64)position->segment + 1);
    lodge_json_add_string(writer, "previous", position->sha256);
    lodge_json_add_instant(writer, "at", now_us);
    lodge_json_end_object(writer);
    return lodge_json_finish_text(writer);
}

static char *format_end(guint64 count, const char *sha256)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_int(writer, "end", (gint64)count);
    lodge_json_add_string(writer, "sha256", sha256);
    lodge_json_end_object(writer);
    return lodge_json_finish_text(writer);
}

static GString *format_segment(const LodgeJournalPosition *position,
                               const GString *rows,
                               guint64 count,
                               gint64 now_us)
{
    GString *text = g_string_sized_new(rows->len + FRAME_BYTES);
    g_autofree char *header = format_header(position, now_us);
    g_string_append_printf(text, "%s\n", header);
    g_string_append_len(text, rows->str, (gssize)rows->len);
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(text->str, text->len, sha256);
    g_autofree char *end = format_end(count, sha256);
    g_string_append_printf(text, "%s\n", end);
    return text;
}

gboolean lodge_journal_append(LodgeDurableRoot *root,
                              LodgeJournalPosition *position,
                              const GString *rows,
                              guint64 count,
                              gint64 now_us,
                              gboolean *placed_out,
                              GError **error)
{
    *placed_out = FALSE;
    if (rows->len > LODGE_JOURNAL_SEGMENT_BYTES - FRAME_BYTES) {
        g_set_error(
            error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO,
            "this transaction has too many events for one segment: commit more often");
        return FALSE;
    }
    g_autoptr(GString) text = format_segment(position, rows, count, now_us);
    g_autofree char *target = lodge_journal_name(position->segment + 1);
    g_autoptr(LodgeDurableFile) file = lodge_durable_file_new(root, "segment", error);
    if (file == NULL || !lodge_durable_file_write(file, text->str, text->len, error) ||
        !lodge_durable_file_sync(file, SEGMENT_MODE, error) ||
        !lodge_durable_file_place(file, target, error))
        return FALSE;
    *placed_out = TRUE;
    position->segment++;
    position->seq += count;
    lodge_digest_compute(text->str, text->len, position->sha256);
    return lodge_durable_directory_sync(root, "journal", error);
}
