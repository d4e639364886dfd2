#include "parsers/mail/dkim_header.h"

#include "parsers/mail/dkim_hash.h"
#include "parsers/text/limits.h"
#include <string.h>

/* What the block keeps of the fields, and the names, blanks and line ends that it does not. */
#define HEADER_MAX_BYTES (LODGE_LIMIT_HEADER_BLOCK_BYTES + 64 * 1024)

struct LodgeDkimHeader {
    GString *bytes;
    GArray *fields;                /* LodgeCanonField */
    const LodgeHeaderBlock *block; /* borrowed: the names */
};

void lodge_dkim_header_free(LodgeDkimHeader *header)
{
    if (header == NULL)
        return;
    g_string_free(header->bytes, TRUE);
    g_array_unref(header->fields);
    g_free(header);
}

static gint64 count_bytes(const GPtrArray *fields)
{
    gint64 bytes = 0;

    for (guint i = 0; i < fields->len; i++) {
        const LodgeRawField *field = g_ptr_array_index(fields, i);
        bytes += field->size_bytes;
    }
    return bytes;
}

/* Notes offsets; addresses are settled at the end, because the bytes may move until then. */
static void add_field(LodgeDkimHeader *header, gsize start)
{
    GString *bytes = header->bytes;

    if (bytes->len - start < 2 || memcmp(bytes->str + bytes->len - 2, "\r\n", 2) != 0)
        g_string_append(bytes, "\r\n");
    LodgeCanonField field = {NULL, bytes->len - start, 0};
    const char *colon = memchr(bytes->str + start, ':', field.size);
    field.colon = (gsize)(colon - bytes->str) - start; /* or it would be no field */
    g_array_append_val(header->fields, field);
}

static void append_with_crlf(GString *out, const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] == '\n')
            g_string_append_c(out, '\r');
        g_string_append_c(out, bytes[i]);
    }
}

static gboolean read_fields(LodgeDkimHeader *header,
                            const GPtrArray *fields,
                            const LodgeSource *source,
                            GString *raw,
                            GError **error)
{
    for (guint i = 0; i < fields->len; i++) {
        const LodgeRawField *field = g_ptr_array_index(fields, i);
        gsize got = 0, start = raw->len;
        g_string_set_size(raw, start + (gsize)field->size_bytes);
        if (!lodge_source_read(source, field->offset, raw->str + start,
                               (gsize)field->size_bytes, &got, error))
            return FALSE;
    }
    gboolean bare_lf = memmem(raw->str, raw->len, "\r\n", 2) == NULL;
    gsize at = 0;
    for (guint i = 0; i < fields->len; i++) {
        const LodgeRawField *field = g_ptr_array_index(fields, i);
        gsize start = header->bytes->len;
        if (bare_lf)
            append_with_crlf(header->bytes, raw->str + at, (gsize)field->size_bytes);
        else
            g_string_append_len(header->bytes, raw->str + at, (gssize)field->size_bytes);
        add_field(header, start);
        at += (gsize)field->size_bytes;
    }
    return TRUE;
}

LodgeDkimHeader *lodge_dkim_header_load(const LodgeHeaderBlock *block,
                                        const LodgeSource *source,
                                        GError **error)
{
    const GPtrArray *fields = lodge_header_block_fields(block);
    gint64 size_bytes = count_bytes(fields);

    if (!lodge_header_block_is_whole(block) || size_bytes > HEADER_MAX_BYTES)
        return NULL;
    g_autoptr(GString) raw = g_string_sized_new((gsize)size_bytes + 1);
    g_autoptr(LodgeDkimHeader) header = g_new0(LodgeDkimHeader, 1);
    header->block = block;
    header->bytes = g_string_sized_new((gsize)size_bytes + 3);
    header->fields = g_array_new(FALSE, FALSE, sizeof(LodgeCanonField));
    if (!read_fields(header, fields, source, raw, error))
        return NULL;
    gsize at = 0;
    for (guint i = 0; i < header->fields->len; i++) {
        LodgeCanonField *field = &g_array_index(header->fields, LodgeCanonField, i);
        field->bytes = header->bytes->str + at;
        at += field->size;
    }
    return g_steal_pointer(&header);
}

guint lodge_dkim_header_count(const LodgeDkimHeader *header)
{
    return header->fields->len;
}

const LodgeCanonField *lodge_dkim_header_field(const LodgeDkimHeader *header, guint index)
{
    return &g_array_index(header->fields, LodgeCanonField, index);
}

/* The lowest field of that name not yet taken, or -1. */
static gint64 select_field(const LodgeDkimHeader *header, const char *name, gboolean *taken)
{
    const GPtrArray *fields = lodge_header_block_fields(header->block);

    for (guint i = fields->len; i > 0; i--) {
        const LodgeRawField *field = g_ptr_array_index(fields, i - 1);
        if (!taken[i - 1] && g_ascii_strcasecmp(field->name, name) == 0) {
            taken[i - 1] = TRUE;
            return (gint64)i - 1;
        }
    }
    return -1;
}

static void hash_field(const LodgeDkimHeader *header,
                       LodgeDkimHash *hash,
                       guint index,
                       gboolean is_relaxed,
                       const LodgeDkimHole *hole)
{
    const LodgeCanonField *field = lodge_dkim_header_field(header, index);
    g_autoptr(GString) canon = g_string_sized_new(field->size + 1);

    lodge_field_canon_append(canon, field, is_relaxed, hole != NULL ? hole->start : 0,
                             hole != NULL ? hole->size : 0);
    /* The signature's own field is hashed without its last CRLF. */
    lodge_dkim_hash_update(hash, canon->str, canon->len - (hole != NULL ? 2 : 0));
}

void lodge_dkim_header_digest(const LodgeDkimHeader *header,
                              LodgeDkimSignature *signature,
                              guint own,
                              LodgeDkimHole hole,
                              gboolean is_sha1)
{
    g_autoptr(LodgeDkimHash) hash = lodge_dkim_hash_new(is_sha1);
    g_autofree gboolean *taken = g_new0(gboolean, header->fields->len);

    taken[own] = TRUE; /* it may name others like itself, never itself */
    for (guint i = 0; signature->signed_headers[i] != NULL; i++) {
        gint64 index = select_field(header, signature->signed_headers[i], taken);
        if (index >= 0)
            hash_field(header, hash, (guint)index, signature->relaxed_header, NULL);
    }
    hash_field(header, hash, own, signature->relaxed_header, &hole);
    lodge_dkim_hash_peek(hash, signature->header_digest);
}

void lodge_dkim_header_digest_seal(const LodgeDkimHeader *header,
                                   LodgeDkimSignature *seal,
                                   const guint *fields,
                                   guint count,
                                   LodgeDkimHole hole,
                                   gboolean is_sha1)
{
    g_autoptr(LodgeDkimHash) hash = lodge_dkim_hash_new(is_sha1);

    for (guint i = 0; i < count; i++)
        hash_field(header, hash, fields[i], TRUE, i + 1 == count ? &hole : NULL);
    lodge_dkim_hash_peek(hash, seal->header_digest);
}
