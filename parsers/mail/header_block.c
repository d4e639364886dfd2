#include "parsers/mail/header_block.h"

#include "parsers/text/limits.h"
#include <string.h>

#define FIELD_NAME_MAX_BYTES 200

struct LodgeHeaderBlock {
    LodgeMarks *marks; /* borrowed */
    gboolean keep_all;
    GPtrArray *fields;      /* LodgeRawField, kept */
    LodgeRawField *current; /* the one that may continue; NULL: none, or not kept */
    gboolean in_field;
    gboolean has_crlf, has_bare_lf; /* lines that end so */
    guint seen;
    gsize kept_bytes;
};

static void free_field(gpointer data)
{
    LodgeRawField *field = data;
    g_free(field->name);
    g_string_free(field->raw, TRUE);
    g_free(field);
}

LodgeHeaderBlock *lodge_header_block_new(LodgeMarks *marks, gboolean keep_all)
{
    LodgeHeaderBlock *block = g_new0(LodgeHeaderBlock, 1);
    block->marks = marks;
    block->keep_all = keep_all;
    block->fields = g_ptr_array_new_with_free_func(free_field);
    return block;
}

void lodge_header_block_free(LodgeHeaderBlock *block)
{
    if (block == NULL)
        return;
    g_ptr_array_unref(block->fields);
    g_free(block);
}

/* Where the ":" of a header line stands, or 0. ftext is printable ASCII; blanks may stand before the
 * ":" (RFC 5322 section 4.5). */
static gsize find_colon(const LodgePiece *piece, gsize *name_size_out)
{
    gsize size = 0;

    while (size < piece->size && size < FIELD_NAME_MAX_BYTES && piece->bytes[size] > ' ' &&
           piece->bytes[size] < 0x7f && piece->bytes[size] != ':')
        size++;
    gsize colon = size;
    while (colon < piece->size &&
           (piece->bytes[colon] == ' ' || piece->bytes[colon] == '\t'))
        colon++;
    if (size == 0 || colon == piece->size || piece->bytes[colon] != ':')
        return 0;
    *name_size_out = size;
    return colon;
}

static gboolean describes_part(const char *name)
{
    static const char *const names[] = {"content-type", "content-transfer-encoding",
                                        "content-disposition", "content-id", "subject"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(name, names[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

static void append(LodgeHeaderBlock *block, const char *bytes, gsize size)
{
    if (block->current == NULL)
        return;
    block->current->size_bytes += (gint64)size;
    gsize field_room = LODGE_LIMIT_HEADER_FIELD_BYTES - block->current->raw->len;
    gsize block_room = LODGE_LIMIT_HEADER_BLOCK_BYTES - block->kept_bytes;

    if (size > field_room)
        lodge_marks_add_limit(block->marks, "header-field-bytes");
    if (size > block_room)
        lodge_marks_add_limit(block->marks, "header-block-bytes");
    gsize kept = MIN(size, MIN(field_room, block_room));
    g_string_append_len(block->current->raw, bytes, (gssize)kept);
    block->kept_bytes += kept;
}

static void end_field(LodgeHeaderBlock *block)
{
    GString *raw = block->current != NULL ? block->current->raw : NULL;

    if (raw != NULL && raw->len > 0 && raw->str[raw->len - 1] == '\n')
        g_string_truncate(raw, raw->len - 1);
    if (raw != NULL && raw->len > 0 && raw->str[raw->len - 1] == '\r')
        g_string_truncate(raw, raw->len - 1);
    block->current = NULL;
}

static void
begin_field(LodgeHeaderBlock *block, const LodgePiece *piece, gsize size, gsize colon)
{
    g_autofree char *copy = g_strndup(piece->bytes, size);

    block->in_field = TRUE;
    block->seen++;
    if (!block->keep_all && !describes_part(copy))
        return;
    if (block->fields->len >= LODGE_LIMIT_HEADER_FIELDS) {
        lodge_marks_add_limit(block->marks, "header-fields");
        return;
    }
    if (block->kept_bytes >= LODGE_LIMIT_HEADER_BLOCK_BYTES - FIELD_NAME_MAX_BYTES) {
        lodge_marks_add_limit(block->marks, "header-block-bytes");
        return;
    }
    block->current = g_new0(LodgeRawField, 1);
    block->current->name = g_steal_pointer(&copy);
    block->current->raw = g_string_new(NULL);
    block->current->offset = piece->offset;
    block->current->size_bytes = (gint64)colon + 1;
    block->kept_bytes += size;
    g_ptr_array_add(block->fields, block->current);
}

static gboolean is_mbox_line(const LodgePiece *piece)
{
    return (piece->size > 5 && memcmp(piece->bytes, "From ", 5) == 0) ||
           (piece->size > 6 && memcmp(piece->bytes, ">From ", 6) == 0);
}

static void note_line_end(LodgeHeaderBlock *block, const LodgePiece *piece)
{
    gboolean is_crlf =
        piece->ends_line && piece->size > 1 && piece->bytes[piece->size - 2] == '\r';

    /* An LF that is a piece of its own says nothing of what stood before it. */
    gboolean is_cut = piece->size == 1 && !piece->starts_line;

    block->has_crlf |= is_crlf;
    block->has_bare_lf |= piece->ends_line && !is_crlf && !is_cut;
}

LodgeHeaderState lodge_header_block_feed(LodgeHeaderBlock *block, const LodgePiece *piece)
{
    gsize name_size = 0;

    note_line_end(block, piece);
    if (!piece->starts_line) {
        append(block, piece->bytes, piece->size);
        return LODGE_HEADER_CONTINUES;
    }
    if (piece->bytes[0] == '\n' ||
        (piece->size > 1 && piece->bytes[0] == '\r' && piece->bytes[1] == '\n'))
        return LODGE_HEADER_ENDED;
    if (piece->bytes[0] == ' ' || piece->bytes[0] == '\t') {
        if (!block->in_field)
            return LODGE_HEADER_BROKEN;
        append(block, piece->bytes, piece->size);
        return LODGE_HEADER_CONTINUES;
    }
    gsize colon = find_colon(piece, &name_size);
    if (colon == 0)
        return is_mbox_line(piece) && block->seen == 0 ? LODGE_HEADER_CONTINUES
                                                       : LODGE_HEADER_BROKEN;
    end_field(block);
    begin_field(block, piece, name_size, colon);
    append(block, piece->bytes + colon + 1, piece->size - colon - 1);
    return LODGE_HEADER_CONTINUES;
}

guint lodge_header_block_finish(LodgeHeaderBlock *block)
{
    end_field(block);
    return block->seen;
}

const GPtrArray *lodge_header_block_fields(const LodgeHeaderBlock *block)
{
    return block->fields;
}

gboolean lodge_header_block_is_whole(const LodgeHeaderBlock *block)
{
    return block->seen == block->fields->len;
}

gboolean lodge_header_block_mixes_line_ends(const LodgeHeaderBlock *block)
{
    return block->has_crlf && block->has_bare_lf;
}

char *lodge_raw_field_text(const LodgeRawField *field)
{
    g_autoptr(GString) text = g_string_sized_new(field->raw->len + 1);

    for (gsize i = 0; i < field->raw->len; i++) {
        if (field->raw->str[i] != '\0')
            g_string_append_c(text, field->raw->str[i]);
    }
    return g_strdup(text->str);
}

char *lodge_header_block_find(const LodgeHeaderBlock *block, const char *name)
{
    for (guint i = 0; i < block->fields->len; i++) {
        const LodgeRawField *field = g_ptr_array_index(block->fields, i);
        if (g_ascii_strcasecmp(field->name, name) == 0)
            return lodge_raw_field_text(field);
    }
    return NULL;
}
