#include "parsers/mail/smime_shape.h"

#include <string.h>

#define TAG_OID 0x06
#define TAG_OCTETS 0x04
#define TAG_OCTETS_IN_PIECES 0x24
#define TAG_SEQUENCE 0x30
#define TAG_CONTENT 0xa0 /* [0] EXPLICIT */
#define PIECES_NESTING 5 /* as OpenSSL */

typedef struct {
    const guint8 *at, *end;
    gboolean is_open; /* of indefinite length: two zero bytes end it */
} Cursor;

/* Identifier and length at the cursor. It stands behind the element afterwards; or, where the length is
 * indefinite, at the element's first byte. FALSE: nothing more, or nothing known. */
static gboolean next(Cursor *cursor, guint8 *tag_out, Cursor *inner_out)
{
    gsize left = (gsize)(cursor->end - cursor->at);
    if (left < 2 || (cursor->at[0] & 0x1f) == 0x1f ||
        (cursor->at[0] == 0 && cursor->at[1] == 0))
        return FALSE;
    guint8 first = cursor->at[1];
    gsize n_bytes = first & 0x80 ? first & 0x7f : 0;
    if (n_bytes > sizeof(gsize) || left < 2 + n_bytes)
        return FALSE;
    gsize size = n_bytes == 0 ? first & 0x7f : 0;
    for (gsize i = 0; i < n_bytes; i++)
        size = size << 8 | cursor->at[2 + i];

    *tag_out = cursor->at[0];
    cursor->at += 2 + n_bytes;
    left -= 2 + n_bytes;
    inner_out->is_open = first == 0x80;
    inner_out->at = cursor->at;
    inner_out->end = inner_out->is_open || size > left ? cursor->end : cursor->at + size;
    if (!inner_out->is_open)
        cursor->at = inner_out->end;
    return TRUE;
}

static gboolean is_at_end_mark(const Cursor *cursor)
{
    return cursor->end - cursor->at >= 2 && cursor->at[0] == 0 && cursor->at[1] == 0;
}

/* From the first byte of an element of indefinite length to behind its end. */
static void leave_open(Cursor *cursor)
{
    guint depth = 1;
    while (depth > 0) {
        guint8 tag;
        Cursor inner;
        if (is_at_end_mark(cursor)) {
            cursor->at += 2;
            depth--;
        } else if (next(cursor, &tag, &inner)) {
            depth += inner.is_open ? 1 : 0;
        } else {
            cursor->at = cursor->end;
            return;
        }
    }
}

static gboolean pass(Cursor *cursor)
{
    guint8 tag;
    Cursor inner;
    if (!next(cursor, &tag, &inner))
        return FALSE;
    if (inner.is_open)
        leave_open(cursor);
    return TRUE;
}

static gboolean enter(Cursor *cursor, guint8 wanted_tag)
{
    guint8 tag;
    Cursor inner;
    if (!next(cursor, &tag, &inner) || tag != wanted_tag)
        return FALSE;
    *cursor = inner;
    return TRUE;
}

/* ---- the kind ---- */

static gboolean read_form(Cursor *cursor, LodgeSmimeForm *form_out)
{
#define PKCS7(number) "\x2a\x86\x48\x86\xf7\x0d\x01\x07" number
#define SMIME_CONTENT(number) "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01" number
    static const struct {
        const char *oid;
        LodgeSmimeForm form;
    } known[] = {
        {PKCS7("\x02"), LODGE_SMIME_OPAQUE},
        {PKCS7("\x03"), LODGE_SMIME_ENVELOPED},
        {PKCS7("\x04"),
         LODGE_SMIME_ENVELOPED}, /* signed and enveloped at once, as before CMS */
        {PKCS7("\x06"), LODGE_SMIME_ENVELOPED}, /* encrypted with a key agreed elsewhere */
        {SMIME_CONTENT("\x17"), LODGE_SMIME_ENVELOPED}, /* authenticated */
        {SMIME_CONTENT("\x09"), LODGE_SMIME_COMPRESSED},
    };
    guint8 tag;
    Cursor oid;
    if (!next(cursor, &tag, &oid) || tag != TAG_OID)
        return FALSE;
    gsize size = (gsize)(oid.end - oid.at);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strlen(known[i].oid) == size && memcmp(known[i].oid, oid.at, size) == 0) {
            *form_out = known[i].form;
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- the content ---- */

/* An octet string, whole or in pieces, which may be in pieces themselves. */
static void collect(guint8 tag, Cursor inner, guint depth, GByteArray *to)
{
    guint8 piece_tag;
    Cursor piece;

    if (tag == TAG_OCTETS && !inner.is_open)
        g_byte_array_append(to, inner.at, (guint)(inner.end - inner.at));
    if (tag != TAG_OCTETS_IN_PIECES || depth == 0)
        return;
    while (next(&inner, &piece_tag, &piece)) {
        collect(piece_tag, piece, depth - 1, to);
        if (piece.is_open)
            leave_open(&inner);
    }
}

/* SignedData: version, digestAlgorithms, encapContentInfo {type, [0] content OPTIONAL} … */
static GBytes *find_content(Cursor cursor)
{
    guint8 tag;
    Cursor inner;
    gboolean is_there = enter(&cursor, TAG_CONTENT) && enter(&cursor, TAG_SEQUENCE) &&
                        pass(&cursor) && pass(&cursor) && enter(&cursor, TAG_SEQUENCE) &&
                        pass(&cursor) && enter(&cursor, TAG_CONTENT) &&
                        next(&cursor, &tag, &inner) &&
                        (tag == TAG_OCTETS || tag == TAG_OCTETS_IN_PIECES);
    if (!is_there)
        return NULL;
    GByteArray *content = g_byte_array_new();
    collect(tag, inner, PIECES_NESTING, content);
    return g_byte_array_free_to_bytes(content);
}

LodgeSmimeShape lodge_smime_shape_find(GBytes *object)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(object, &size);
    LodgeSmimeShape shape = {LODGE_SMIME_OTHER, NULL, size};

    if (size == 0)
        return shape;
    Cursor cursor = {bytes, bytes + size, FALSE};
    if (!enter(&cursor, TAG_SEQUENCE) || !read_form(&cursor, &shape.form))
        return shape;
    if (shape.form == LODGE_SMIME_OPAQUE)
        shape.content = find_content(cursor);
    if (shape.content != NULL)
        shape.other_bytes -= g_bytes_get_size(shape.content);
    return shape;
}

void lodge_smime_shape_clear(LodgeSmimeShape *shape)
{
    g_clear_pointer(&shape->content, g_bytes_unref);
}
