#include "parsers/document/package.h"

#include "parsers/text/limits.h"

#include <archive.h>
#include <archive_entry.h>

struct LodgePackage {
    struct archive *archive;
    struct archive_entry *entry; /* the archive's */
    LodgeDocumentFacts *facts;
    gint64 container_bytes;
    guint entries;
    gint64 entry_bytes;    /* unpacked of the current entry */
    gint64 unpacked_bytes; /* of all */
    gboolean is_over;
};

LodgePackage *lodge_package_open(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    LodgePackage *package = g_new0(LodgePackage, 1);
    package->facts = facts;
    package->container_bytes = (gint64)input->size_bytes;
    package->archive = archive_read_new();
    if (!package->archive ||
        archive_read_support_format_zip_seekable(package->archive) != ARCHIVE_OK ||
        archive_read_open_memory(package->archive, input->bytes, input->size_bytes) !=
            ARCHIVE_OK) {
        facts->damaged = TRUE;
        package->is_over = TRUE;
    }
    return package;
}

void lodge_package_free(LodgePackage *package)
{
    if (!package)
        return;
    archive_read_free(package->archive);
    g_free(package);
}

static void stop_at_limit(LodgePackage *package, const char *limit)
{
    lodge_examiner_note_limit(package->facts, limit);
    package->is_over = TRUE;
}

gboolean lodge_package_next(LodgePackage *package, const char **name_out)
{
    if (package->is_over)
        return FALSE;
    int status = archive_read_next_header(package->archive, &package->entry);
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        package->facts->damaged = package->facts->damaged || status != ARCHIVE_EOF;
        package->is_over = TRUE;
        return FALSE;
    }
    if (++package->entries > LODGE_LIMIT_ARCHIVE_ENTRIES) {
        stop_at_limit(package, "archive-entries");
        return FALSE;
    }
    package->entry_bytes = 0;
    const char *name = archive_entry_pathname(package->entry);
    *name_out = name ? name : "";
    return TRUE;
}

/* Counts what was unpacked; FALSE when that is too much. The ratio is of no interest in what is small. */
static gboolean is_within_limits(LodgePackage *package, gsize size_bytes)
{
    package->entry_bytes += (gint64)size_bytes;
    package->unpacked_bytes += (gint64)size_bytes;
    if (package->entry_bytes > LODGE_LIMIT_ARCHIVE_ENTRY_BYTES)
        stop_at_limit(package, "archive-entry-bytes");
    else if (package->unpacked_bytes > 1024 * 1024 &&
             package->unpacked_bytes / LODGE_LIMIT_ARCHIVE_RATIO > package->container_bytes)
        stop_at_limit(package, "archive-ratio");
    return !package->is_over;
}

gboolean lodge_package_read(LodgePackage *package, const char **bytes_out, gsize *size_out)
{
    const void *block = NULL;
    size_t size_bytes = 0;
    la_int64_t offset = 0;
    if (package->is_over)
        return FALSE;
    int status = archive_read_data_block(package->archive, &block, &size_bytes, &offset);
    if (status == ARCHIVE_EOF)
        return FALSE;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        package->facts->damaged = TRUE;
        package->is_over = status == ARCHIVE_FATAL;
        return FALSE;
    }
    if (!is_within_limits(package, size_bytes))
        return FALSE;
    *bytes_out = block;
    *size_out = size_bytes;
    return TRUE;
}

char *lodge_package_read_small(LodgePackage *package, gsize max_bytes)
{
    GString *text = g_string_new(NULL);
    const char *bytes = NULL;
    gsize size_bytes = 0;
    while (text->len < max_bytes && lodge_package_read(package, &bytes, &size_bytes))
        g_string_append_len(text, bytes, (gssize)MIN(size_bytes, max_bytes - text->len));
    return g_string_free(text, FALSE);
}

gboolean lodge_package_is_encrypted(const LodgePackage *package)
{
    return archive_entry_is_data_encrypted(package->entry) > 0;
}
