#include "parsers/document/ole.h"

#include "parsers/document/media_type.h"

#include <string.h>

#define HEADER_BYTES 512
#define ENTRY_BYTES 128
#define NAME_LENGTH_AT 64 /* in bytes, the final NUL included */
#define KIND_AT 66        /* 1 storage, 2 stream, 5 root */

/* Names of streams and storages; the first that matches gives the type. */
static const struct {
    const char *name;
    const char *media_type;
    const char *why;
    gboolean is_locked;
} contents[] = {
    {"EncryptedPackage", LODGE_MEDIA_TYPE_OLE,
     "it is an Office document locked with a password", TRUE},
    {"WordDocument", "application/msword",
     "it is a Word document of before 2007 (.doc), which is not read", FALSE},
    {"Workbook", "application/vnd.ms-excel", "it is an Excel workbook", FALSE},
    {"Book", "application/vnd.ms-excel", "it is an Excel workbook", FALSE},
    {"PowerPoint Document", "application/vnd.ms-powerpoint",
     "it is a PowerPoint presentation", FALSE},
    {"__properties_version1.0", "application/vnd.ms-outlook",
     "it is a message saved by Outlook (.msg)", FALSE},
};

static const char *const macro_storages[] = {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA"};

static gboolean is_entry_named(const guint8 *entry, const char *name)
{
    gsize length = strlen(name);
    guint8 kind = entry[KIND_AT];
    if (entry[NAME_LENGTH_AT] != (length + 1) * 2 || entry[NAME_LENGTH_AT + 1] != 0 ||
        (kind != 1 && kind != 2))
        return FALSE;
    for (gsize i = 0; i <= length; i++) { /* UTF-16LE, the NUL too */
        if (entry[2 * i] != (guint8)name[i] || entry[2 * i + 1] != 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean has_entry(const LodgeDocumentBytes *input, const char *name)
{
    for (gsize at = HEADER_BYTES; at + ENTRY_BYTES <= input->size_bytes;
         at += ENTRY_BYTES) {
        if (is_entry_named(input->bytes + at, name))
            return TRUE;
    }
    return FALSE;
}

static void set_type(LodgeDocumentFacts *facts, const char *media_type)
{
    g_free(facts->media_type);
    facts->media_type = g_strdup(media_type);
}

void lodge_ole_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    set_type(facts, LODGE_MEDIA_TYPE_OLE);
    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        if (!has_entry(input, contents[i].name))
            continue;
        set_type(facts, contents[i].media_type);
        lodge_examiner_note_why(facts, contents[i].why);
        if (contents[i].is_locked)
            facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
        break;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(macro_storages); i++)
        facts->macros = facts->macros || has_entry(input, macro_storages[i]);
    lodge_examiner_note_why(facts, "it is an OLE container of unknown content");
}
