#include "parsers/mail/sniff.h"

#include <magic.h>
#include <string.h>
#include <time.h>

#define PDF_WINDOW_BYTES 1024 /* PDF 1.7, implementation note 13: readers look this far */
#define OPENDOCUMENT "application/vnd.oasis.opendocument."
#define OPENXML "application/vnd.openxmlformats-officedocument."

/* Held open for the process: loading reads files. */
static magic_t magic_database;

/* libmagic compiles a pattern when it is first tried, and text tries most of them, which takes
 * longer than all else it does. A text of our own has them tried here, so that every reader
 * inherits them and none compiles its own. */
static void compile_patterns(magic_t database)
{
    static const char text[] = "Any text will do.\n";
    magic_buffer(database, text, strlen(text));
}

gboolean lodge_sniff_prepare(const char **reason_out)
{
    if (magic_database != NULL)
        return TRUE;
    magic_t database = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
                                  MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_TOKENS);
    if (database == NULL) {
        *reason_out = "out of memory";
        return FALSE;
    }
    if (magic_load(database, NULL) != 0) {
        *reason_out = g_intern_string(magic_error(database));
        magic_close(database);
        return FALSE;
    }
    tzset(); /* libmagic converts dates that it finds; the first conversion reads the zone */
    compile_patterns(database);
    magic_database = database;
    return TRUE;
}

static gboolean
begins_with(const char *bytes, gsize size, const char *magic, gsize magic_size)
{
    return size >= magic_size && memcmp(bytes, magic, magic_size) == 0;
}

/* The names of local file headers in the window, whatever their sizes claim. */
static const char *type_of_openxml(const char *bytes, gsize size)
{
    static const struct {
        const char *folder, *type;
    } folders[] = {{"word/", OPENXML "wordprocessingml.document"},
                   {"xl/", OPENXML "spreadsheetml.sheet"},
                   {"ppt/", OPENXML "presentationml.presentation"}};
    const char *end = bytes + size;
    gboolean is_package = FALSE;
    const char *found = NULL;

    for (const char *at = bytes; (at = memmem(at, (gsize)(end - at), "PK\3\4", 4)) != NULL;
         at += 4) {
        if (end - at < 30)
            break;
        gsize name_size = (gsize)(guchar)at[26] | (gsize)(guchar)at[27] << 8;
        const char *name = at + 30;
        name_size = MIN(name_size, (gsize)(end - name));
        is_package |= begins_with(name, name_size, "[Content_Types].xml", 19) ||
                      begins_with(name, name_size, "_rels/.rels", 11);
        for (guint i = 0; found == NULL && i < G_N_ELEMENTS(folders); i++) {
            if (begins_with(name, name_size, folders[i].folder, strlen(folders[i].folder)))
                found = folders[i].type;
        }
    }
    return is_package ? found : NULL;
}

/* OpenDocument and EPUB store their type, uncompressed, as the first entry. */
static char *type_of_first_entry(const char *bytes, gsize size)
{
    if (size < 38 || memcmp(bytes + 26, "\10\0", 2) != 0 ||
        memcmp(bytes + 30, "mimetype", 8) != 0)
        return NULL;
    gsize extra = (gsize)(guchar)bytes[28] | (gsize)(guchar)bytes[29] << 8;
    gsize type_size = (gsize)(guchar)bytes[22] | (gsize)(guchar)bytes[23] << 8;
    if (size < 38 + extra + type_size || type_size > 100)
        return NULL;
    g_autofree char *type = g_strndup(bytes + 38 + extra, type_size);
    return g_str_has_prefix(type, "application/") && g_str_is_ascii(type)
               ? g_ascii_strdown(type, -1)
               : NULL;
}

static char *type_of_zip(const char *bytes, gsize size)
{
    char *type = type_of_first_entry(bytes, size);
    if (type != NULL)
        return type;
    const char *openxml = type_of_openxml(bytes, size);
    return g_strdup(openxml != NULL ? openxml : "application/zip");
}

char *lodge_sniff_type(const void *bytes, gsize size_bytes)
{
    gsize size = MIN(size_bytes, LODGE_SNIFF_WINDOW_BYTES);

    if (size == 0)
        return NULL;
    /* Containers first: a file in them begins soon, and would be taken for a PDF behind junk. */
    if (begins_with(bytes, size, "PK\3\4", 4))
        return type_of_zip(bytes, size);
    if (begins_with(bytes, size, "\x78\x9f\x3e\x22", 4))
        return g_strdup("application/ms-tnef");
    if (begins_with(bytes, size, "\0\5\x16\7", 4))
        return g_strdup("application/applefile");
    if (memmem(bytes, MIN(size, PDF_WINDOW_BYTES), "%PDF-", 5) != NULL)
        return g_strdup("application/pdf");
    if (begins_with(bytes, size, "{\\rtf", 5))
        return g_strdup("application/rtf");

    g_return_val_if_fail(magic_database != NULL, g_strdup("application/octet-stream"));
    const char *type = magic_buffer(magic_database, bytes, size);
    /* libmagic needs the end of a compound file to tell Word from Excel */
    if (begins_with(bytes, size, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) &&
        (type == NULL || strstr(type, "CDF") != NULL ||
         g_str_has_suffix(type, "octet-stream")))
        return g_strdup("application/x-ole-storage");
    if (type == NULL || strchr(type, '/') == NULL || !g_str_is_ascii(type))
        return g_strdup("application/octet-stream");
    return g_ascii_strdown(type, -1);
}

gboolean lodge_sniff_is_document(const char *type)
{
    static const char *const prefixes[] = {"application/pdf",
                                           "application/zip",
                                           "application/ms-tnef",
                                           "application/rtf",
                                           "text/rtf",
                                           "application/msword",
                                           "application/vnd.ms-",
                                           "application/x-ole-storage",
                                           OPENXML,
                                           OPENDOCUMENT};
    for (guint i = 0; type != NULL && i < G_N_ELEMENTS(prefixes); i++) {
        if (g_str_has_prefix(type, prefixes[i]))
            return TRUE;
    }
    return FALSE;
}
