#include "parsers/document/doc.h"

#include "parsers/document/codepage.h"
#include "parsers/document/doc_marks.h"
#include "parsers/document/fields.h"
#include "parsers/document/little_endian.h"
#include "parsers/document/ole_summary.h"
#include "parsers/text/limits.h"

#include <string.h>

#define WORD_MARK 0xA5EC
#define WORD_6_MARK 0xA5DC
#define WORD_97 193 /* nFib: from here on there is a piece table for every document */
#define FIB_BYTES 0x1AA
#define COMMENT_BYTES 34 /* of a reference and its place */
#define TEMPLATE_STRING 1
#define STRINGS_MAX 32
#define PIECE_OF_BYTES 0x40000000 /* windows-1252, and its place is doubled */
#define PIECE_PLACE 0x3FFFFFFF

enum {
    FLAG_COMPLEX = 0x0004,
    FLAG_ENCRYPTED = 0x0100,
    FLAG_TABLE_1 = 0x0200,
    FLAG_OBFUSCATED = 0x8000,
};

/* Where the header (FIB) says what lies where: an offset into the table stream, then a length. */
enum { COMMENTS_AT = 0xBA, CHARACTERS_AT = 0xFA, STRINGS_AT = 0x19A, PIECES_AT = 0x1A2 };

typedef struct {
    const guint8 *bytes;
    gsize size_bytes;
} Range;

typedef struct {
    LodgeDocumentFacts *facts;
    Range word, table;
    GString *text;
    LodgeFields *fields;
    LodgeDocMarks *marks; /* NULL: not known */
    gsize budget;         /* letters that may still be looked at */
} Doc;

static Range range_of(GBytes *bytes)
{
    Range range = {NULL, 0};
    range.bytes = g_bytes_get_data(bytes, &range.size_bytes);
    return range;
}

/* What the header places into the table stream; empty where it leads out of it. */
static Range find_part(const Doc *doc, gsize at)
{
    guint32 offset = lodge_le32(doc->word.bytes, doc->word.size_bytes, at);
    guint32 length = lodge_le32(doc->word.bytes, doc->word.size_bytes, at + 4);
    if (offset >= doc->table.size_bytes || length > doc->table.size_bytes - offset)
        return (Range){NULL, 0};
    return (Range){doc->table.bytes + offset, length};
}

/* ---- letters ---- */

static void append(Doc *doc, gunichar letter)
{
    char bytes[6];
    int length = g_unichar_to_utf8(letter, bytes);
    if (lodge_fields_is_instruction(doc->fields))
        lodge_fields_add(doc->fields, bytes, (gsize)length);
    else
        g_string_append_len(doc->text, bytes, length);
}

/* [MS-DOC] 2.4.1: what the letters below the blank stand for. */
static void put(Doc *doc, gunichar letter)
{
    switch (letter) {
    case 0x13:
        lodge_fields_begin(doc->fields);
        break;
    case 0x14:
        lodge_fields_separate(doc->fields);
        break;
    case 0x15:
        lodge_fields_end(doc->fields);
        break;
    case 0x0B:
    case 0x0C:
    case 0x0D:
        append(doc, '\n');
        break;
    case 0x07:
    case 0x09:
        append(doc, '\t');
        break;
    case 0x1E:
        append(doc, '-');
        break;
    default:
        if (letter >= 0x20)
            append(doc, g_unichar_validate(letter) ? letter : 0xFFFD);
    }
}

static gboolean is_deleted(const Doc *doc, gsize at)
{
    return doc->marks && lodge_doc_marks_is_deleted(doc->marks, at);
}

static void put_bytes(Doc *doc, gsize at, gsize letters)
{
    for (gsize i = 0; i < letters && at + i < doc->word.size_bytes; i++) {
        if (!is_deleted(doc, at + i))
            put(doc, lodge_codepage_decode(LODGE_CODEPAGE_WINDOWS_LATIN,
                                           doc->word.bytes[at + i]));
    }
}

static void put_utf16(Doc *doc, gsize at, gsize letters)
{
    gunichar high = 0;
    for (gsize i = 0; i < letters && at + 2 * i + 1 < doc->word.size_bytes; i++) {
        gunichar unit = lodge_le16(doc->word.bytes, doc->word.size_bytes, at + 2 * i);
        if (is_deleted(doc, at + 2 * i))
            continue;
        if (unit >= 0xD800 && unit < 0xDC00) {
            high = unit;
            continue;
        }
        if (high && unit >= 0xDC00 && unit < 0xE000)
            unit = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
        high = 0;
        put(doc, unit);
    }
}

/* ---- pieces ---- */

/* The piece table behind whatever stands before it in the Clx; empty if there is none. */
static Range find_pieces(const Doc *doc)
{
    Range clx = find_part(doc, PIECES_AT);
    gsize at = 0;
    while (at + 3 <= clx.size_bytes && clx.bytes[at] == 0x01)
        at += 3 + (gsize)lodge_le16(clx.bytes, clx.size_bytes, at + 1);
    if (at + 5 > clx.size_bytes || clx.bytes[at] != 0x02)
        return (Range){NULL, 0};
    gsize length = lodge_le32(clx.bytes, clx.size_bytes, at + 1);
    return (Range){clx.bytes + at + 5, MIN(length, clx.size_bytes - at - 5)};
}

/* Characters are numbered through all the texts of a document: [start, end) is one of them. */
typedef struct {
    guint64 start, end;
} Stretch;

/* The letters of a piece that belong to the stretch. FALSE: too much; hostile tables name the same bytes over
 * and over. */
static gboolean put_piece(Doc *doc, Range pieces, gsize count, gsize i, Stretch wanted)
{
    guint64 first = lodge_le32(pieces.bytes, pieces.size_bytes, i * 4);
    guint64 last = lodge_le32(pieces.bytes, pieces.size_bytes, i * 4 + 4);
    guint32 place =
        lodge_le32(pieces.bytes, pieces.size_bytes, (count + 1) * 4 + i * 8 + 2);
    guint64 start = MAX(first, wanted.start), end = MIN(last, wanted.end);
    if (start >= end)
        return TRUE;
    if (end - start > doc->budget) {
        lodge_examiner_note_limit(doc->facts, "ole-stream-bytes");
        return FALSE;
    }
    doc->budget -= end - start;
    if (place & PIECE_OF_BYTES)
        put_bytes(doc, (place & PIECE_PLACE) / 2 + (start - first), end - start);
    else
        put_utf16(doc, (place & PIECE_PLACE) + (start - first) * 2, end - start);
    return TRUE;
}

static gboolean read_stretch(Doc *doc, Stretch wanted)
{
    Range pieces = find_pieces(doc);
    gsize count = pieces.size_bytes >= 4 ? (pieces.size_bytes - 4) / 12 : 0;
    for (gsize i = 0; i < count && put_piece(doc, pieces, count, i, wanted); i++)
        ;
    return count > 0;
}

/* The main text, and what stands in boxes: behind notes, headers and comments. */
static gboolean read_pieces(Doc *doc)
{
    static const gsize between[] = {0x50, 0x54, 0x58, 0x5C, 0x60};
    guint64 main_end = lodge_le32(doc->word.bytes, doc->word.size_bytes, 0x4C);
    guint64 boxes = main_end;
    for (gsize i = 0; i < G_N_ELEMENTS(between); i++)
        boxes += lodge_le32(doc->word.bytes, doc->word.size_bytes, between[i]);
    guint64 length = lodge_le32(doc->word.bytes, doc->word.size_bytes, 0x64);
    return read_stretch(doc, (Stretch){0, main_end}) &&
           read_stretch(doc, (Stretch){boxes, boxes + length});
}

/* Word 6 and 95: from one place to another, unless saved "fast". */
static gboolean read_old_text(Doc *doc, guint16 flags)
{
    guint32 start = lodge_le32(doc->word.bytes, doc->word.size_bytes, 0x18);
    guint32 letters = lodge_le32(doc->word.bytes, doc->word.size_bytes, 0x34);
    if (flags & FLAG_COMPLEX || start >= doc->word.size_bytes)
        return FALSE;
    put_bytes(doc, start, letters);
    return TRUE;
}

/* ---- what was left in ---- */

static void count_left_in(Doc *doc)
{
    LodgeDocumentDetails *details = doc->facts->details;
    Range comments = find_part(doc, COMMENTS_AT);
    Range places = find_part(doc, CHARACTERS_AT);
    details->comments =
        comments.size_bytes >= 4 ? (gint64)(comments.size_bytes - 4) / COMMENT_BYTES : 0;
    doc->marks = lodge_doc_marks_new(doc->word.bytes, doc->word.size_bytes, places.bytes,
                                     places.size_bytes);
    details->tracked_changes = lodge_doc_marks_count(doc->marks);
    details->dde_fields = details->links = details->external = 0;
}

/* The strings that belong to the document; the second is the path of its template. */
static void find_template(Doc *doc)
{
    Range strings = find_part(doc, STRINGS_AT);
    gsize at = 6;
    if (lodge_le16(strings.bytes, strings.size_bytes, 0) != 0xFFFF)
        return;
    for (guint i = 0; i < STRINGS_MAX && at + 2 <= strings.size_bytes; i++) {
        gsize length = (gsize)lodge_le16(strings.bytes, strings.size_bytes, at) * 2;
        if (i == TEMPLATE_STRING && length <= strings.size_bytes - at - 2) {
            g_autofree char *path = lodge_codepage_convert(LODGE_CODEPAGE_UTF16,
                                                           strings.bytes + at + 2, length);
            if (lodge_examiner_is_remote(path))
                lodge_examiner_note_external(doc->facts, "template", path);
            return;
        }
        at += 2 + length;
    }
}

/* ---- the whole ---- */

static void note_lock(const Doc *doc, guint16 flags)
{
    const char *method = "rc4";
    if (flags & FLAG_OBFUSCATED)
        method = "xor";
    else if (lodge_le16(doc->table.bytes, doc->table.size_bytes, 2) == 2)
        method = "rc4-cryptoapi";
    doc->facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
    doc->facts->details->encryption = g_strdup(method);
    lodge_examiner_note_why(doc->facts, "it is locked with a password");
}

static gboolean read_text(Doc *doc, guint16 flags)
{
    if (lodge_le16(doc->word.bytes, doc->word.size_bytes, 2) < WORD_97)
        return read_old_text(doc, flags);
    if (doc->word.size_bytes < FIB_BYTES)
        return FALSE;
    count_left_in(doc);
    find_template(doc);
    return read_pieces(doc);
}

static void examine_unlocked(Doc *doc, guint16 flags)
{
    doc->facts->encrypted = LODGE_ENCRYPTED_NO;
    doc->text = g_string_new(NULL);
    doc->fields = lodge_fields_new(doc->facts);
    if (read_text(doc, flags))
        lodge_examiner_add_page(doc->facts, doc->text->str, doc->text->len);
    else
        lodge_examiner_note_why(doc->facts, "its text cannot be found in it");
    lodge_fields_free(doc->fields);
    lodge_doc_marks_free(doc->marks);
    g_string_free(doc->text, TRUE);
}

static void count_objects(const LodgeOleFile *file, LodgeDocumentFacts *facts)
{
    int pool = lodge_ole_file_find(file, LODGE_OLE_ROOT, "ObjectPool");
    facts->details->embedded =
        pool != LODGE_OLE_NONE ? lodge_ole_file_count_children(file, pool) : 0;
    if (facts->details->embedded > 0)
        lodge_examiner_note_active(facts, "embedded-files");
}

void lodge_doc_examine(const LodgeOleFile *file, LodgeDocumentFacts *facts)
{
    int word = lodge_ole_file_find(file, LODGE_OLE_ROOT, "WordDocument");
    g_autoptr(GBytes) word_bytes =
        lodge_ole_file_read(file, word, LODGE_LIMIT_OLE_STREAM_BYTES);
    Doc doc = {.facts = facts,
               .word = range_of(word_bytes),
               .budget = LODGE_LIMIT_OLE_STREAM_BYTES};
    guint16 mark = lodge_le16(doc.word.bytes, doc.word.size_bytes, 0);
    guint16 flags = lodge_le16(doc.word.bytes, doc.word.size_bytes, 0x0A);
    int table = lodge_ole_file_find(file, LODGE_OLE_ROOT,
                                    flags & FLAG_TABLE_1 ? "1Table" : "0Table");
    g_autoptr(GBytes) table_bytes =
        lodge_ole_file_read(file, table, LODGE_LIMIT_OLE_STREAM_BYTES);
    doc.table = range_of(table_bytes);
    if (mark != WORD_MARK && mark != WORD_6_MARK) {
        facts->damaged = TRUE;
        lodge_examiner_note_why(facts, "its text cannot be found in it");
    } else if (flags & FLAG_ENCRYPTED) {
        note_lock(&doc, flags);
    } else {
        lodge_ole_summary_read(file, facts);
        count_objects(file, facts);
        examine_unlocked(&doc, flags);
    }
    lodge_examiner_conclude(facts);
}
