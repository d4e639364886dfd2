#include "parsers/document/ole.h"

#include "parsers/document/doc.h"
#include "parsers/document/little_endian.h"
#include "parsers/document/media_type.h"
#include "parsers/document/ole_summary.h"

#include <string.h>

#define WORD "application/msword"
#define EXCEL "application/vnd.ms-excel"
#define FILE_PASS 0x002F
#define RIGHTS_SPACE "DRMEncryptedDataSpace" /* [MS-OFFCRYPTO] 2.2.2 */
#define WORKBOOK_BYTES 4096                  /* where it must come */
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
    {RIGHTS_SPACE, LODGE_MEDIA_TYPE_OLE,
     "it is an Office document locked by rights management", TRUE},
    {"EncryptedPackage", LODGE_MEDIA_TYPE_OLE,
     "it is an Office document locked with a password", TRUE},
    {"WordDocument", WORD, NULL, FALSE},
    {"Workbook", EXCEL, "it is an Excel workbook", FALSE},
    {"Book", EXCEL, "it is an Excel workbook", FALSE},
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

/* ---- what is encrypted, and how ---- */

static void set_encryption(LodgeDocumentFacts *facts, const char *method)
{
    g_free(facts->details->encryption);
    facts->details->encryption = g_strdup(method);
}

/* [MS-OFFCRYPTO] 2.3.4: the version of the stream EncryptionInfo. */
static void find_package_encryption(const LodgeOleFile *file, LodgeDocumentFacts *facts)
{
    int stream = lodge_ole_file_find(file, LODGE_OLE_ROOT, "EncryptionInfo");
    g_autoptr(GBytes) whole = lodge_ole_file_read(file, stream, 4);
    gsize size_bytes = 0;
    const guint8 *bytes = g_bytes_get_data(whole, &size_bytes);
    guint16 major = lodge_le16(bytes, size_bytes, 0);
    guint16 minor = lodge_le16(bytes, size_bytes, 2);
    if (major == 4 && minor == 4)
        set_encryption(facts, "agile");
    else if (minor == 2)
        set_encryption(facts, "standard");
    else if (minor == 3)
        set_encryption(facts, "extensible");
}

/* [MS-XLS] 2.4.117: a FilePass record right after the first one. */
static void find_workbook_encryption(const LodgeOleFile *file, LodgeDocumentFacts *facts)
{
    int stream = lodge_ole_file_find(file, LODGE_OLE_ROOT, "Workbook");
    if (stream == LODGE_OLE_NONE)
        stream = lodge_ole_file_find(file, LODGE_OLE_ROOT, "Book");
    g_autoptr(GBytes) whole = lodge_ole_file_read(file, stream, WORKBOOK_BYTES);
    gsize size_bytes = 0;
    const guint8 *bytes = g_bytes_get_data(whole, &size_bytes);
    facts->encrypted = LODGE_ENCRYPTED_NO;
    for (gsize at = 0; at + 6 <= size_bytes;) {
        gsize length = lodge_le16(bytes, size_bytes, at + 2);
        if (lodge_le16(bytes, size_bytes, at) == FILE_PASS) {
            facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
            set_encryption(facts,
                           lodge_le16(bytes, size_bytes, at + 4) == 0 ? "xor" : "rc4");
            return;
        }
        at += 4 + length;
    }
}

/* ---- the whole ---- */

static void examine_inside(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    g_autoptr(LodgeOleFile) file = lodge_ole_file_open(input);
    if (!file) {
        lodge_examiner_note_why(facts, "its inner order is destroyed");
        return;
    }
    if (strcmp(facts->media_type, WORD) == 0) {
        lodge_doc_examine(file, facts);
    } else if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD) {
        if (has_entry(input, RIGHTS_SPACE))
            set_encryption(facts, "rights");
        else
            find_package_encryption(file, facts);
    } else {
        if (strcmp(facts->media_type, EXCEL) == 0)
            find_workbook_encryption(file, facts);
        lodge_ole_summary_read(file, facts);
    }
}

void lodge_ole_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    set_type(facts, LODGE_MEDIA_TYPE_OLE);
    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        if (!has_entry(input, contents[i].name))
            continue;
        set_type(facts, contents[i].media_type);
        if (contents[i].why)
            lodge_examiner_note_why(facts, contents[i].why);
        if (contents[i].is_locked)
            facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
        break;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(macro_storages); i++)
        facts->macros = facts->macros || has_entry(input, macro_storages[i]);
    examine_inside(input, facts);
    if (strcmp(facts->media_type, LODGE_MEDIA_TYPE_OLE) == 0)
        lodge_examiner_note_why(facts, "it is an OLE container of unknown content");
}
