#include "intake/examine.h"

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

/* After the first document that could not be read no other is tried: its reason is theirs. */
static gboolean examine_part(LodgeAirlock *airlock,
                             LodgeReading *reading,
                             const LodgePart *part,
                             int leaves_fd,
                             LodgeExamineCarve carve,
                             gpointer data,
                             GError **fault_out,
                             GError **error)
{
    int fd = carve(leaves_fd, part, data, error);
    if (fd < 0)
        return FALSE;
    LodgeDocumentFacts *facts =
        *fault_out == NULL ? lodge_airlock_read_document(airlock, fd, part->name,
                                                         part->declared_type, fault_out)
                           : NULL;
    close(fd);
    if (facts == NULL)
        return TRUE;
    /* The parent knows what it handed in; the reader is not asked. */
    g_strlcpy(facts->sha256, part->sha256, sizeof facts->sha256);
    facts->size_bytes = part->size_bytes;
    g_ptr_array_add(reading->documents, facts);
    return TRUE;
}

LodgeReading *lodge_examine_message(LodgeAirlock *airlock,
                                    int input_fd,
                                    int leaves_fd,
                                    LodgeExamineCarve carve,
                                    gpointer data,
                                    GError **fault_out,
                                    GError **error)
{
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    LodgeMessageFacts *message =
        lodge_airlock_read_message(airlock, input_fd, leaves_fd, error);
    if (message == NULL)
        return NULL;
    lodge_message_facts_free(reading->message);
    reading->message = message;
    g_free(reading->reader_version);
    reading->reader_version = g_strdup(LODGE_VERSION);
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind != LODGE_PART_DOCUMENT || part->stream_offset < 0 ||
            lodge_reading_find_document(reading, part->sha256) != NULL)
            continue;
        if (!examine_part(airlock, reading, part, leaves_fd, carve, data, fault_out, error))
            return NULL;
    }
    return g_steal_pointer(&reading);
}
