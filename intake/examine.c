#include "intake/examine.h"

#include "parsers/text/limits.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

gboolean lodge_examine_copy(int leaves_fd,
                            const LodgePart *part,
                            gboolean (*sink)(const void *, gsize, gpointer, GError **),
                            gpointer data,
                            GError **error)
{
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    char sha256[LODGE_DIGEST_SIZE];
    char buffer[64 * 1024];
    gint64 done = 0;
    while (done < part->size_bytes) {
        gsize wanted = (gsize)MIN((gint64)sizeof buffer, part->size_bytes - done);
        ssize_t size = pread(leaves_fd, buffer, wanted, part->stream_offset + done);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0) {
            g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO,
                        "part %s: the reader's documents end early", part->path);
            return FALSE;
        }
        lodge_digest_update(digest, buffer, (gsize)size);
        if (!sink(buffer, (gsize)size, data, error))
            return FALSE;
        done += size;
    }
    lodge_digest_finish(digest, sha256);
    if (strcmp(sha256, part->sha256) == 0)
        return TRUE;
    g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO,
                "part %s: its bytes are not those the reader reported", part->path);
    return FALSE;
}

gboolean lodge_examine_write(const void *bytes, gsize size, gpointer data, GError **error)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t put = write(GPOINTER_TO_INT(data), at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO,
                        "what is to be read apart cannot be written: %s",
                        g_strerror(errno));
            return FALSE;
        }
        at += put;
        size -= (gsize)put;
    }
    return TRUE;
}

/* ---- what is going on ---- */

typedef struct {
    LodgeAirlock *airlock;
    const LodgeExamineFiles *files;
    LodgeReading *reading;
    GArray *leaves; /* int, one for each part: the file in which its bytes stand */
    GArray *opened; /* int: those of containers, to be closed */
    guint containers;
    guint members;
    gint64 unpacked_bytes;
    GError **fault_out;
} Examining;

static int leaves_of(const Examining *at, guint part)
{
    return g_array_index(at->leaves, int, part);
}

/* ---- documents ---- */

/* After the first document that could not be read no other is tried: its reason is theirs. */
static LodgeDocumentFacts *find_facts(Examining *at, const LodgePart *part, int fd)
{
    if (*at->fault_out != NULL)
        return NULL;
    LodgeDocumentFacts *known =
        at->files->recall != NULL ? at->files->recall(part, at->files->data) : NULL;
    return known != NULL ? known
                         : lodge_airlock_read_document(at->airlock, fd, part->name,
                                                       part->declared_type, at->fault_out);
}

static gboolean
examine_part(Examining *at, const LodgePart *part, int leaves_fd, GError **error)
{
    int fd = at->files->carve(leaves_fd, part, at->files->data, error);
    if (fd < 0)
        return FALSE;
    LodgeDocumentFacts *facts = find_facts(at, part, fd);
    close(fd);
    if (facts == NULL)
        return TRUE;
    /* The parent knows what it handed in; the reader is not asked. */
    g_strlcpy(facts->sha256, part->sha256, sizeof facts->sha256);
    facts->size_bytes = part->size_bytes;
    g_ptr_array_add(at->reading->documents, facts);
    return TRUE;
}

/* ---- containers ---- */

static gboolean has_ending(const LodgePart *part, const char *ending)
{
    gsize size = part->name != NULL ? strlen(part->name) : 0;
    return size >= strlen(ending) &&
           g_ascii_strcasecmp(part->name + size - strlen(ending), ending) == 0;
}

static gboolean is_type(const LodgePart *part, const char *type)
{
    return g_strcmp0(part->sniffed_type, type) == 0 ||
           g_strcmp0(part->declared_type, type) == 0;
}

static gboolean may_be_container(const LodgePart *part)
{
    return g_strcmp0(part->sniffed_type, "application/zip") == 0 ||
           is_type(part, "application/ms-tnef") ||
           is_type(part, "application/vnd.ms-tnef") || has_ending(part, "winmail.dat");
}

/* One that says what it is the mail's own reader has entered; a program that calls every file an octet-stream sends
 * them, too. */
static gboolean may_be_message(const LodgePart *part)
{
    return is_type(part, "message/rfc822") || has_ending(part, ".eml");
}

static guint depth_of(const LodgePart *part)
{
    guint depth = 0;
    for (const char *at = part->path; *at != '\0'; at++)
        depth += *at == '/';
    return depth;
}

static gboolean is_within_limits(const Examining *at, LodgePart *part)
{
    const char *limit = NULL;
    if (depth_of(part) >= LODGE_LIMIT_CONTAINER_NESTING)
        limit = "container-nesting";
    else if (at->containers >= LODGE_LIMIT_CONTAINERS)
        limit = "containers";
    if (limit != NULL && part->trouble == NULL)
        part->trouble = g_strdup(limit);
    return limit == NULL;
}

/* The part's bytes in a file of their own; -1 with error set. */
static int set_apart(Examining *at, guint index, GError **error)
{
    int fd = at->files->scratch(at->files->data, error);
    if (fd >= 0 &&
        !lodge_examine_copy(leaves_of(at, index),
                            g_ptr_array_index(at->reading->message->parts, index),
                            lodge_examine_write, GINT_TO_POINTER(fd), error)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Takes the member. */
static void
add_member(Examining *at, const LodgePart *container, LodgePart *member, int leaves)
{
    char *path = g_strdup_printf("%s/%s", container->path, member->path);
    g_free(member->path);
    member->path = path;
    g_free(member->container);
    member->container = g_strdup(container->path);
    g_ptr_array_add(at->reading->message->parts, member);
    g_array_append_val(at->leaves, leaves);
    at->members++;
    at->unpacked_bytes += member->size_bytes;
}

static gboolean is_full(const Examining *at, LodgePart *container)
{
    gboolean full = at->members >= LODGE_LIMIT_CONTAINER_MEMBERS ||
                    at->reading->message->parts->len >= LODGE_LIMIT_PARTS;
    if (full && container->trouble == NULL)
        container->trouble = g_strdup("container-members");
    return full;
}

/* Steals the documents of `parts`; the rest is of no interest here. */
static void take_members(Examining *at, LodgePart *container, GPtrArray *parts, int leaves)
{
    g_ptr_array_set_free_func(parts, NULL);
    for (guint i = 0; i < parts->len; i++) {
        LodgePart *member = g_ptr_array_index(parts, i);
        gboolean wanted = member->kind == LODGE_PART_DOCUMENT ||
                          member->kind == LODGE_PART_DECORATION || member->trouble != NULL;
        if (wanted && !is_full(at, container))
            add_member(at, container, member, leaves);
        else
            lodge_part_free(member);
    }
    g_ptr_array_set_size(parts, 0);
}

static void become_container(LodgePart *part, const char *trouble)
{
    part->kind = LODGE_PART_CONTAINER;
    part->stream_offset = -1;
    if (part->trouble == NULL)
        part->trouble = g_strdup(trouble);
}

static gboolean open_container(Examining *at,
                               LodgePart *part,
                               int fd,
                               int leaves,
                               gboolean *opened_out,
                               GError **error)
{
    g_autoptr(LodgeContainerFacts) facts = lodge_airlock_read_container(
        at->airlock, fd, leaves, LODGE_LIMIT_CONTAINER_BYTES - at->unpacked_bytes, error);
    if (facts == NULL)
        return FALSE;
    *opened_out = facts->form != LODGE_CONTAINER_NONE;
    if (!*opened_out) {
        part->trouble = g_strdup(facts->trouble);
        return TRUE;
    }
    gboolean is_empty = facts->members->len == 0 && facts->trouble == NULL;
    become_container(part, is_empty ? "empty" : facts->trouble);
    take_members(at, part, facts->members, leaves);
    return TRUE;
}

static gboolean open_message(Examining *at,
                             LodgePart *part,
                             int fd,
                             int leaves,
                             gboolean *opened_out,
                             GError **error)
{
    g_autoptr(LodgeMessageFacts) facts =
        lodge_airlock_read_message(at->airlock, fd, leaves, error);
    if (facts == NULL)
        return FALSE;
    *opened_out = facts->parseable;
    if (!facts->parseable)
        return TRUE;
    become_container(part, facts->limits_hit[0]);
    take_members(at, part, facts->parts, leaves);
    return TRUE;
}

/* FALSE: for a reason of ours, which keeps the whole message waiting. */
static gboolean open_part(Examining *at, guint index, gboolean *opened_out, GError **error)
{
    LodgePart *part = g_ptr_array_index(at->reading->message->parts, index);
    gboolean is_message = may_be_message(part);
    *opened_out = FALSE;
    if ((!is_message && !may_be_container(part)) || !is_within_limits(at, part))
        return TRUE;
    int fd = set_apart(at, index, error);
    int leaves = fd >= 0 ? at->files->scratch(at->files->data, error) : -1;
    gboolean done = FALSE;
    if (leaves >= 0) {
        at->containers++;
        g_array_append_val(at->opened, leaves);
        done = is_message ? open_message(at, part, fd, leaves, opened_out, error)
                          : open_container(at, part, fd, leaves, opened_out, error);
    }
    if (fd >= 0)
        close(fd);
    return done;
}

/* ---- the message ---- */

static gboolean examine_one(Examining *at, guint index, GError **error)
{
    const LodgePart *part = g_ptr_array_index(at->reading->message->parts, index);
    gboolean opened = FALSE;
    if (part->kind != LODGE_PART_DOCUMENT || part->stream_offset < 0)
        return TRUE;
    if (!open_part(at, index, &opened, error))
        return FALSE;
    if (opened || lodge_reading_find_document(at->reading, part->sha256) != NULL)
        return TRUE;
    return examine_part(at, part, leaves_of(at, index), error);
}

/* Parts are added while they are gone through: what lay in a container may be one. */
static gboolean examine_all(Examining *at, int leaves_fd, GError **error)
{
    const GPtrArray *parts = at->reading->message->parts;
    gboolean done = TRUE;
    for (guint i = 0; i < parts->len; i++)
        g_array_append_val(at->leaves, leaves_fd);
    for (guint i = 0; done && i < parts->len; i++)
        done = examine_one(at, i, error);
    /* Where the bytes stood is nothing to remember: it was in another file. */
    for (guint i = 0; i < parts->len; i++) {
        LodgePart *part = g_ptr_array_index(parts, i);
        if (part->container != NULL)
            part->stream_offset = -1;
    }
    return done;
}

/* Takes `message`. */
static LodgeReading *
examine(Examining *at, LodgeMessageFacts *message, int leaves_fd, GError **error)
{
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    lodge_message_facts_free(reading->message);
    reading->message = message;
    g_free(reading->reader_version);
    reading->reader_version = g_strdup(LODGE_VERSION);
    at->reading = reading;
    at->leaves = g_array_new(FALSE, FALSE, sizeof(int));
    at->opened = g_array_new(FALSE, FALSE, sizeof(int));
    gboolean done = examine_all(at, leaves_fd, error);
    for (guint i = 0; i < at->opened->len; i++)
        close(g_array_index(at->opened, int, i));
    g_array_unref(at->leaves);
    g_array_unref(at->opened);
    return done ? g_steal_pointer(&reading) : NULL;
}

LodgeReading *lodge_examine_message(LodgeAirlock *airlock,
                                    int input_fd,
                                    int leaves_fd,
                                    const LodgeExamineFiles *files,
                                    GError **fault_out,
                                    GError **error)
{
    LodgeMessageFacts *message =
        lodge_airlock_read_message(airlock, input_fd, leaves_fd, error);
    if (message == NULL)
        return NULL;
    Examining at = {.airlock = airlock, .files = files, .fault_out = fault_out};
    return examine(&at, message, leaves_fd, error);
}

/* The file as the only part of a message that there is not. Its type is left for whoever reads it to say. */
static gboolean
describe_file(int fd, const char *name, LodgeMessageFacts *message, GError **error)
{
    LodgePart *part = lodge_part_new();
    g_ptr_array_add(message->parts, part);
    part->kind = LODGE_PART_DOCUMENT;
    g_free(part->path);
    part->path = g_strdup("1");
    g_free(part->declared_type);
    part->declared_type = g_strdup("application/octet-stream");
    part->name = g_strdup(name);
    part->stream_offset = 0;
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    char buffer[64 * 1024];
    ssize_t size;
    while ((size = pread(fd, buffer, sizeof buffer, part->size_bytes)) > 0) {
        if (part->size_bytes == 0 && size >= 4 && memcmp(buffer, "PK", 2) == 0)
            part->sniffed_type = g_strdup("application/zip");
        lodge_digest_update(digest, buffer, (gsize)size);
        part->size_bytes += size;
    }
    lodge_digest_finish(digest, part->sha256);
    if (size == 0)
        return TRUE;
    g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO,
                "the file cannot be read: %s", g_strerror(errno));
    return FALSE;
}

LodgeReading *lodge_examine_file(LodgeAirlock *airlock,
                                 int input_fd,
                                 const char *name,
                                 const LodgeExamineFiles *files,
                                 GError **fault_out,
                                 GError **error)
{
    g_autoptr(LodgeMessageFacts) message = lodge_message_facts_new();
    if (!describe_file(input_fd, name, message, error))
        return NULL;
    Examining at = {.airlock = airlock, .files = files, .fault_out = fault_out};
    return examine(&at, g_steal_pointer(&message), input_fd, error);
}
