#include "parsers/mail/transfer.h"

#include <gmime/gmime.h>

#define CHUNK_BYTES (64 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeFilter, g_object_unref)

/* ---- damage ---- */

/* What must hold over all bytes of an encoded content, seen as they pass. */
typedef struct {
    GMimeContentEncoding encoding;
    gsize significant; /* base64 characters so far, padding included */
    gsize padding;
    int hex_wanted; /* quoted-printable: characters still owed after "=" */
    gboolean is_damaged;
} Inspection;

static void inspect_base64(Inspection *inspection, const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        char c = bytes[i];
        if (g_ascii_isalnum(c) || c == '+' || c == '/') {
            inspection->significant++;
            inspection->is_damaged |= inspection->padding > 0;
        } else if (c == '=') {
            inspection->significant++;
            inspection->padding++;
        } else if (!g_ascii_isspace(c)) {
            inspection->is_damaged = TRUE;
        }
    }
}

/* "=" must be followed by two hexadecimal digits, or by blanks and the line's end. */
static void inspect_quoted_printable(Inspection *inspection, const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        char c = bytes[i];
        if (inspection->hex_wanted == 0) {
            inspection->hex_wanted = c == '=' ? 2 : 0;
        } else if (g_ascii_isxdigit(c)) {
            inspection->hex_wanted--;
        } else {
            inspection->is_damaged |= inspection->hex_wanted == 1 || !g_ascii_isspace(c);
            if (c == '\n' || !g_ascii_isspace(c))
                inspection->hex_wanted = 0;
        }
    }
}

static void inspect(Inspection *inspection, const char *bytes, gsize size)
{
    if (inspection->encoding == GMIME_CONTENT_ENCODING_BASE64)
        inspect_base64(inspection, bytes, size);
    else if (inspection->encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
        inspect_quoted_printable(inspection, bytes, size);
}

static void mark_damage(const Inspection *inspection, LodgeMarks *marks)
{
    gboolean is_base64 = inspection->encoding == GMIME_CONTENT_ENCODING_BASE64;

    if (is_base64 && (inspection->is_damaged || inspection->significant % 4 != 0))
        lodge_marks_add_defect(marks, "corrupt-base64");
    if (!is_base64 && inspection->is_damaged)
        lodge_marks_add_defect(marks, "corrupt-quoted-printable");
}

/* ---- decoding ---- */

static GMimeContentEncoding find_encoding(const LodgeMimeNode *node, LodgeMarks *marks)
{
    GMimeContentEncoding encoding =
        node->encoding != NULL ? g_mime_content_encoding_from_string(node->encoding)
                               : GMIME_CONTENT_ENCODING_DEFAULT;

    if (encoding == GMIME_CONTENT_ENCODING_DEFAULT && node->encoding != NULL)
        lodge_marks_add_defect(marks, "unknown-encoding");
    return encoding;
}

static GMimeFilter *make_decoder(GMimeContentEncoding encoding)
{
    switch (encoding) {
    case GMIME_CONTENT_ENCODING_BASE64:
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
    case GMIME_CONTENT_ENCODING_UUENCODE:
        return g_mime_filter_basic_new(encoding, FALSE);
    default:
        return NULL;
    }
}

static gboolean pass_chunk(GMimeFilter *decoder,
                           char *bytes,
                           gsize size,
                           LodgeTransferTake take,
                           gpointer data,
                           GError **error)
{
    gsize prespace = 0;

    if (decoder != NULL)
        g_mime_filter_filter(decoder, bytes, size, 0, &bytes, &size, &prespace);
    return size == 0 || take(data, bytes, size, error);
}

static gboolean
pass_end(GMimeFilter *decoder, LodgeTransferTake take, gpointer data, GError **error)
{
    char none[1] = "";
    char *bytes = none;
    gsize size = 0;
    gsize prespace = 0;

    if (decoder == NULL)
        return TRUE;
    g_mime_filter_complete(decoder, none, 0, 0, &bytes, &size, &prespace);
    return size == 0 || take(data, bytes, size, error);
}

gboolean lodge_transfer_decode(const LodgeSource *source,
                               const LodgeMimeNode *node,
                               LodgeMarks *marks,
                               LodgeTransferTake take,
                               gpointer data,
                               GError **error)
{
    Inspection inspection = {.encoding = find_encoding(node, marks)};
    g_autoptr(GMimeFilter) decoder = make_decoder(inspection.encoding);
    g_autofree char *chunk = g_malloc(CHUNK_BYTES);

    for (gint64 at = node->content_start; at < node->content_end;) {
        gsize wanted = (gsize)MIN(node->content_end - at, CHUNK_BYTES);
        gsize size = 0;
        if (!lodge_source_read(source, at, chunk, wanted, &size, error))
            return FALSE;
        if (size == 0)
            break;
        inspect(&inspection, chunk, size);
        at += (gint64)size;
        if (!pass_chunk(decoder, chunk, size, take, data, error))
            return FALSE;
    }
    if (!pass_end(decoder, take, data, error))
        return FALSE;
    mark_damage(&inspection, marks);
    return TRUE;
}
