#include "parsers/document/ole_summary.h"

#include "parsers/document/codepage.h"
#include "parsers/document/little_endian.h"
#include "parsers/document/stamp.h"

#define SET_BYTES_MAX (64 * 1024)
#define PROPERTIES_MAX 100

enum {
    CODEPAGE = 1,
    TITLE = 2,
    AUTHOR = 4,
    LAST_AUTHOR = 8,
    CREATED = 12,
    SAVED = 13,
    PAGES = 14
};
enum {
    TYPE_I2 = 2,
    TYPE_I4 = 3,
    TYPE_STRING = 30,
    TYPE_WIDE_STRING = 31,
    TYPE_FILETIME = 64
};

typedef struct {
    const guint8 *bytes; /* of the section */
    gsize size_bytes;
    guint codepage;
    LodgeDocumentFacts *facts;
} Section;

/* A property's value behind its type; NULL and 0 where it is of another type. */
static char *dup_string(const Section *section, gsize at)
{
    guint32 type = lodge_le32(section->bytes, section->size_bytes, at);
    gsize length = lodge_le32(section->bytes, section->size_bytes, at + 4);
    if ((type != TYPE_STRING && type != TYPE_WIDE_STRING) || at + 8 > section->size_bytes)
        return NULL;
    if (type == TYPE_WIDE_STRING)
        length *= 2;
    return lodge_codepage_convert(
        type == TYPE_WIDE_STRING ? LODGE_CODEPAGE_UTF16 : section->codepage,
        section->bytes + at + 8, MIN(length, section->size_bytes - at - 8));
}

static char *dup_stamp(const Section *section, gsize at)
{
    if (lodge_le32(section->bytes, section->size_bytes, at) != TYPE_FILETIME)
        return NULL;
    return lodge_stamp_format_filetime(
        lodge_le64(section->bytes, section->size_bytes, at + 4));
}

static void take_string(char **slot, const Section *section, gsize at)
{
    g_autofree char *text = dup_string(section, at);
    lodge_examiner_set_text(slot, text);
}

static void take_pages(const Section *section, gsize at)
{
    guint32 pages = lodge_le32(section->bytes, section->size_bytes, at + 4);
    if (lodge_le32(section->bytes, section->size_bytes, at) == TYPE_I4 && pages > 0 &&
        pages <= G_MAXINT32)
        section->facts->pages = pages;
}

static void take_property(Section *section, guint32 id, gsize at)
{
    LodgeDocumentDetails *details = section->facts->details;
    switch (id) {
    case CODEPAGE:
        if (lodge_le32(section->bytes, section->size_bytes, at) == TYPE_I2)
            section->codepage = lodge_le16(section->bytes, section->size_bytes, at + 4);
        break;
    case TITLE:
        take_string(&section->facts->title, section, at);
        break;
    case AUTHOR:
        take_string(&details->author, section, at);
        break;
    case LAST_AUTHOR:
        take_string(&details->last_author, section, at);
        break;
    case CREATED:
        lodge_examiner_set_stamp(&details->created, dup_stamp(section, at));
        break;
    case SAVED:
        lodge_examiner_set_stamp(&details->modified, dup_stamp(section, at));
        break;
    case PAGES:
        take_pages(section, at);
        break;
    default:
        break;
    }
}

static void take_section(Section *section)
{
    guint32 count = lodge_le32(section->bytes, section->size_bytes, 4);
    for (guint32 i = 0; i < MIN(count, PROPERTIES_MAX); i++) {
        gsize at = 8 + (gsize)i * 8;
        guint32 id = lodge_le32(section->bytes, section->size_bytes, at);
        take_property(section, id, lodge_le32(section->bytes, section->size_bytes, at + 4));
    }
}

void lodge_ole_summary_read(const LodgeOleFile *file, LodgeDocumentFacts *facts)
{
    int stream = lodge_ole_file_find(file, LODGE_OLE_ROOT, "\005SummaryInformation");
    g_autoptr(GBytes) whole = lodge_ole_file_read(file, stream, SET_BYTES_MAX);
    gsize size_bytes = 0;
    const guint8 *bytes = g_bytes_get_data(whole, &size_bytes);
    gsize start = lodge_le32(bytes, size_bytes, 44);
    if (start < 48 || start >= size_bytes)
        return;
    Section section = {bytes + start, size_bytes - start, LODGE_CODEPAGE_WINDOWS_LATIN,
                       facts};
    take_section(&section);
}
