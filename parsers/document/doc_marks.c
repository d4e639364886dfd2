#include "parsers/document/doc_marks.h"

#include "parsers/document/little_endian.h"

#define PAGE_BYTES 512
#define PAGE_NUMBER_MASK 0x003FFFFF
#define MARK_DELETED 0x0800 /* sprmCFRMarkDel */
#define MARK_INSERTED 0x0801
#define OPERAND_VARIES 6

typedef struct {
    guint32 start, end;
    gboolean is_deleted;
} Stretch;

struct LodgeDocMarks {
    GArray *stretches; /* Stretch, in the order of the file */
};

/* Bytes of a property's operand, by the top three bits of its number. */
static gsize operand_bytes(guint16 property, const guint8 *operand, gsize left)
{
    static const gsize sizes[] = {1, 1, 2, 4, 2, 2, 0, 3};
    guint kind = property >> 13;
    if (kind != OPERAND_VARIES)
        return sizes[kind];
    return left > 0 ? (gsize)operand[0] + 1 : 1;
}

/* The mark that is set in these properties, or 0. A deletion of what was inserted is a deletion. */
static guint16 find_mark(const guint8 *properties, gsize size_bytes)
{
    guint16 found = 0;
    for (gsize at = 0; at + 2 < size_bytes;) {
        guint16 property = lodge_le16(properties, size_bytes, at);
        const guint8 *operand = properties + at + 2;
        if (property == MARK_DELETED && operand[0] == 1)
            return MARK_DELETED;
        if (property == MARK_INSERTED && operand[0] == 1)
            found = MARK_INSERTED;
        at += 2 + operand_bytes(property, operand, size_bytes - at - 2);
    }
    return found;
}

static void add_stretch(GArray *stretches, guint32 start, guint32 end, gboolean is_deleted)
{
    Stretch *last =
        stretches->len > 0 ? &g_array_index(stretches, Stretch, stretches->len - 1) : NULL;
    if (end <= start || (last && start < last->end))
        return; /* out of order: not a table that Word wrote */
    if (last && last->end == start && last->is_deleted == is_deleted) {
        last->end = end;
        return;
    }
    Stretch stretch = {start, end, is_deleted};
    g_array_append_val(stretches, stretch);
}

static void read_page(const guint8 *page, GArray *stretches)
{
    gsize count = page[PAGE_BYTES - 1];
    gsize offsets = (count + 1) * 4;
    if (offsets + count >= PAGE_BYTES)
        return;
    for (gsize i = 0; i < count; i++) {
        gsize at = (gsize)page[offsets + i] * 2;
        if (at == 0 || at >= PAGE_BYTES - 1)
            continue;
        gsize size_bytes = MIN((gsize)page[at], PAGE_BYTES - 2 - at);
        guint16 mark = find_mark(page + at + 1, size_bytes);
        if (mark != 0)
            add_stretch(stretches, lodge_le32(page, PAGE_BYTES, i * 4),
                        lodge_le32(page, PAGE_BYTES, i * 4 + 4), mark == MARK_DELETED);
    }
}

LodgeDocMarks *lodge_doc_marks_new(const guint8 *word,
                                   gsize word_bytes,
                                   const guint8 *places,
                                   gsize places_bytes)
{
    LodgeDocMarks *marks = g_new0(LodgeDocMarks, 1);
    marks->stretches = g_array_new(FALSE, FALSE, sizeof(Stretch));
    gsize pages = places_bytes >= 4 ? (places_bytes - 4) / 8 : 0;
    pages = MIN(pages, word_bytes / PAGE_BYTES); /* each lies somewhere in the file */
    for (gsize i = 0; i < pages; i++) {
        gsize number = lodge_le32(places, places_bytes, (pages + 1) * 4 + i * 4);
        gsize at = (number & PAGE_NUMBER_MASK) * PAGE_BYTES;
        if (at + PAGE_BYTES <= word_bytes)
            read_page(word + at, marks->stretches);
    }
    return marks;
}

void lodge_doc_marks_free(LodgeDocMarks *marks)
{
    if (!marks)
        return;
    g_array_unref(marks->stretches);
    g_free(marks);
}

guint lodge_doc_marks_count(const LodgeDocMarks *marks)
{
    return marks->stretches->len;
}

gboolean lodge_doc_marks_is_deleted(const LodgeDocMarks *marks, gsize at)
{
    guint low = 0, high = marks->stretches->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const Stretch *stretch = &g_array_index(marks->stretches, Stretch, middle);
        if (at >= stretch->start && at < stretch->end)
            return stretch->is_deleted;
        if (at < stretch->start)
            high = middle;
        else
            low = middle + 1;
    }
    return FALSE;
}
