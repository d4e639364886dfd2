#include "parsers/container/members.h"

#include "parsers/container/zip_directory.h"
#include "parsers/mail/charset.h"
#include "parsers/text/limits.h"
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define SMALL_BYTES (1024 * 1024) /* the ratio is of no interest in what is small */

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_read_free)

static gboolean looks_like_zip(const void *bytes, gsize size)
{
    return size > 22 &&
           (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0 ||
            memcmp(bytes, "PK00PK\3\4", 8) == 0);
}

static Archive *open_archive(const void *bytes, gsize size)
{
    g_autoptr(Archive) archive = archive_read_new();
    if (archive == NULL ||
        archive_read_support_format_zip_seekable(archive) != ARCHIVE_OK ||
        archive_read_open_memory(archive, bytes, size) != ARCHIVE_OK)
        return NULL;
    return g_steal_pointer(&archive);
}

static gboolean is_good(int status)
{
    return status == ARCHIVE_OK || status == ARCHIVE_WARN;
}

/* UTF-8 where the entry says so, or looks so; else the bytes as they are. */
static const char *name_of(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname_utf8(entry);
    if (name == NULL)
        name = archive_entry_pathname(entry);
    return name != NULL ? name : "";
}

/* What says no more is in the character set of the first PCs (APPNOTE.TXT, appendix D). */
static char *decode_name(struct archive_entry *entry)
{
    const char *name = name_of(entry);
    return g_utf8_validate(name, -1, NULL)
               ? g_strdup(name)
               : lodge_charset_to_utf8("cp437", name, strlen(name));
}

/* What is a document of its own has one of these among its entries. */
static gboolean marks_document(const char *name)
{
    static const char *const marks[] = {"[Content_Types].xml", "mimetype",
                                        "META-INF/MANIFEST.MF", "META-INF/manifest.xml"};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strcmp(name, marks[i]) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_document(const void *bytes, gsize size)
{
    g_autoptr(Archive) archive = open_archive(bytes, size);
    struct archive_entry *entry;
    for (guint i = 0; archive != NULL && i < LODGE_LIMIT_ARCHIVE_ENTRIES &&
                      is_good(archive_read_next_header(archive, &entry));
         i++)
        if (marks_document(name_of(entry)))
            return TRUE;
    return FALSE;
}

/* Directories, and what a Mac puts beside each file. */
static gboolean is_no_file(struct archive_entry *entry)
{
    const char *name = name_of(entry);
    const char *slash = strrchr(name, '/');
    const char *last = slash != NULL ? slash + 1 : name;
    return archive_entry_filetype(entry) == AE_IFDIR || *last == '\0' ||
           g_str_has_prefix(name, "__MACOSX/") || g_str_has_prefix(last, "._") ||
           strcmp(last, ".DS_Store") == 0;
}

static const char *why_closed(struct archive_entry *entry)
{
    if (archive_entry_is_data_encrypted(entry) > 0)
        return "password";
    mode_t type = archive_entry_filetype(entry);
    return type == AE_IFREG || type == 0 ? NULL : "link";
}

typedef struct {
    LodgeMembers *members;
    Archive *archive;
    gsize container_bytes;
    gint64 unpacked_bytes;
    gint64 entry_start; /* how much of the container was read when its bytes began */
} Zip;

static gboolean swells(gint64 unpacked_bytes, gint64 packed_bytes)
{
    return unpacked_bytes > SMALL_BYTES &&
           unpacked_bytes / LODGE_LIMIT_ARCHIVE_RATIO > packed_bytes;
}

/* Of the file alone, and of all. A bomb is told from what is only large. */
static const char *check_limits(Zip *zip, gsize size)
{
    gint64 entry_bytes = zip->members->current->size_bytes + (gint64)size;
    gint64 packed_bytes = archive_filter_bytes(zip->archive, -1) - zip->entry_start;
    zip->unpacked_bytes += (gint64)size;
    if (swells(zip->unpacked_bytes, (gint64)zip->container_bytes) ||
        (packed_bytes > 0 && swells(entry_bytes, packed_bytes)))
        return "archive-ratio";
    return entry_bytes > LODGE_LIMIT_ARCHIVE_ENTRY_BYTES ? "archive-entry-bytes" : NULL;
}

static void stop_at(Zip *zip, const char *limit)
{
    lodge_members_spoil(zip->members, limit);
    lodge_members_set_trouble(zip->members, limit);
    zip->members->is_over = TRUE;
}

static void read_entry(Zip *zip)
{
    const void *block = NULL;
    size_t size = 0;
    la_int64_t offset = 0;
    int status;
    zip->entry_start = archive_filter_bytes(zip->archive, -1);
    while (
        is_good(status = archive_read_data_block(zip->archive, &block, &size, &offset))) {
        const char *limit = check_limits(zip, size);
        if (limit != NULL) {
            stop_at(zip, limit);
            return;
        }
        if (!lodge_members_take(zip->members, block, size))
            return;
    }
    if (status == ARCHIVE_EOF)
        lodge_members_end(zip->members);
    else
        lodge_members_spoil(zip->members, "damaged");
}

static void read_entries(Zip *zip)
{
    struct archive_entry *entry;
    int status = ARCHIVE_EOF;
    guint entries = 0;
    while (!zip->members->is_over &&
           is_good(status = archive_read_next_header(zip->archive, &entry))) {
        if (++entries > LODGE_LIMIT_ARCHIVE_ENTRIES) {
            lodge_members_set_trouble(zip->members, "archive-entries");
            return;
        }
        if (is_no_file(entry))
            continue;
        g_autofree char *name = decode_name(entry);
        if (!lodge_members_begin(zip->members, name))
            return;
        const char *closed = why_closed(entry);
        if (closed != NULL)
            lodge_members_spoil(zip->members, closed);
        else
            read_entry(zip);
    }
    if (!zip->members->is_over && status != ARCHIVE_EOF)
        lodge_members_set_trouble(zip->members, "damaged");
}

gboolean lodge_members_read_zip(LodgeMembers *members, const void *bytes, gsize size)
{
    if (!looks_like_zip(bytes, size) || is_document(bytes, size))
        return FALSE;
    members->facts->form = LODGE_CONTAINER_ZIP;
    const char *trouble = lodge_zip_directory_find_trouble(bytes, size);
    if (trouble != NULL)
        lodge_members_set_trouble(members, trouble);
    if (g_strcmp0(trouble, "archive-overlap") == 0)
        return TRUE;
    g_autoptr(Archive) archive = open_archive(bytes, size);
    Zip zip = {.members = members, .archive = archive, .container_bytes = size};
    if (archive == NULL)
        lodge_members_set_trouble(members, "damaged");
    else
        read_entries(&zip);
    return TRUE;
}
