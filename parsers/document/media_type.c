#include "parsers/document/media_type.h"

#include <magic.h>
#include <string.h>

#define PDF_WINDOW_BYTES 1024
#define XML_WINDOW_BYTES 8192 /* the first element names many namespaces */
/* libmagic looks at the beginning; more only costs */
#define MAGIC_WINDOW_BYTES (64 * 1024)

/* Opened before the cell closes and used by one thread: the one table that cannot be handed down,
 * because the process that loads it is not the one that uses it. */
static magic_t table;

/* libmagic compiles a pattern when it is first tried, and text tries most of them, which takes
 * longer than all else it does. A text of our own has them tried here, so that every reader
 * inherits them and none compiles its own. */
static void compile_patterns(magic_t fresh)
{
    static const char text[] = "Any text will do.\n";
    magic_buffer(fresh, text, strlen(text));
}

gboolean lodge_media_type_prepare(char **why_out)
{
    if (table)
        return TRUE;
    /* nothing that unpacks, and none of the slow guesses at text */
    magic_t fresh =
        magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
                   MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_TOKENS);
    if (!fresh || magic_load(fresh, NULL) != 0) {
        const char *reason = fresh ? magic_error(fresh) : NULL;
        *why_out = g_strdup_printf("libmagic's table cannot be loaded: %s",
                                   reason ? reason : "no memory");
        if (fresh)
            magic_close(fresh);
        return FALSE;
    }
    compile_patterns(fresh);
    table = fresh;
    return TRUE;
}

static gboolean
begins_with(const guint8 *bytes, gsize size_bytes, const char *sign, gsize length)
{
    return size_bytes >= length && memcmp(bytes, sign, length) == 0;
}

/* XML whose first element says so. */
static gboolean is_flat_odt(const guint8 *bytes, gsize size_bytes)
{
    static const char type[] = "application/vnd.oasis.opendocument.text\"";
    gsize window = MIN(size_bytes, XML_WINDOW_BYTES);
    return memmem(bytes, MIN(window, 64), "<?xml", 5) &&
           memmem(bytes, window, "office:document", 15) &&
           memmem(bytes, window, type, strlen(type));
}

static const char *find_by_sign(const guint8 *bytes, gsize size_bytes)
{
    static const struct {
        const char *sign;
        gsize length;
        const char *media_type;
    } signs[] = {
        {"PK\003\004", 4, LODGE_MEDIA_TYPE_ZIP},
        {"PK\005\006", 4, LODGE_MEDIA_TYPE_ZIP}, /* an empty one */
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, LODGE_MEDIA_TYPE_OLE},
        {"{\\rtf", 5, LODGE_MEDIA_TYPE_RTF},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (begins_with(bytes, size_bytes, signs[i].sign, signs[i].length))
            return signs[i].media_type;
    }
    if (is_flat_odt(bytes, size_bytes))
        return LODGE_MEDIA_TYPE_FLAT_ODT;
    /* after the others: a ZIP may hold a stored PDF that early */
    return memmem(bytes, MIN(size_bytes, PDF_WINDOW_BYTES), "%PDF-", 5)
               ? LODGE_MEDIA_TYPE_PDF
               : NULL;
}

char *lodge_media_type_find(const guint8 *bytes, gsize size_bytes)
{
    const char *found = find_by_sign(bytes, size_bytes);
    if (!found && table && size_bytes > 0)
        found = magic_buffer(table, bytes, MIN(size_bytes, MAGIC_WINDOW_BYTES));
    if (!found || !strchr(found, '/') || g_str_has_prefix(found, "inode/"))
        return g_strdup(LODGE_MEDIA_TYPE_UNKNOWN);
    return g_ascii_strdown(found, -1);
}
