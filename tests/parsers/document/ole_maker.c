#include "tests/parsers/document/ole_maker.h"

#include <string.h>

#define SECTOR 512
#define MINI 64
#define CUTOFF 4096
#define END_OF_CHAIN 0xFFFFFFFE
#define TABLE_SECTOR 0xFFFFFFFD
#define FREE 0xFFFFFFFF

static void put16(GByteArray *bytes, gsize at, guint16 number)
{
    bytes->data[at] = (guint8)number;
    bytes->data[at + 1] = (guint8)(number >> 8);
}

static void put32(GByteArray *bytes, gsize at, guint32 number)
{
    put16(bytes, at, (guint16)number);
    put16(bytes, at + 2, (guint16)(number >> 16));
}

static void grow(GByteArray *bytes, gsize size_bytes)
{
    gsize old = bytes->len;
    g_byte_array_set_size(bytes, (guint)size_bytes);
    if (size_bytes > old)
        memset(bytes->data + old, 0, size_bytes - old);
}

static void pad(GByteArray *bytes, gsize unit)
{
    grow(bytes, (bytes->len + unit - 1) / unit * unit);
}

/* ---- the container ---- */

typedef struct {
    GByteArray *body;  /* sectors from 0 on */
    GByteArray *table; /* where each goes on */
    GByteArray *mini, *mini_table;
    GByteArray *directory;
} Container;

static guint32 add_chain(
    GByteArray *store, GByteArray *table, gsize unit, const void *bytes, gsize size_bytes)
{
    guint32 first = (guint32)(store->len / unit);
    gsize count = (size_bytes + unit - 1) / unit;
    g_byte_array_append(store, bytes, (guint)size_bytes);
    pad(store, unit);
    for (gsize i = 0; i < count; i++) {
        gsize at = table->len;
        grow(table, at + 4);
        put32(table, at, i + 1 < count ? first + (guint32)i + 1 : END_OF_CHAIN);
    }
    return count > 0 ? first : END_OF_CHAIN;
}

static void add_entry(
    Container *container, const char *name, guint8 kind, guint32 start, gsize size_bytes)
{
    gsize at = container->directory->len;
    grow(container->directory, at + 128);
    guint8 *entry = container->directory->data + at;
    for (gsize i = 0; name[i]; i++)
        entry[2 * i] = (guint8)name[i];
    put16(container->directory, at + 64, (guint16)((strlen(name) + 1) * 2));
    entry[66] = kind;
    put32(container->directory, at + 68, FREE);
    put32(container->directory, at + 72, FREE);
    put32(container->directory, at + 76, FREE);
    put32(container->directory, at + 116, start);
    put32(container->directory, at + 120, (guint32)size_bytes);
}

/* One after the other to the right: a tree, if not a balanced one. */
static void link_entries(Container *container, guint count)
{
    if (count > 0)
        put32(container->directory, 76, 1);
    for (guint i = 1; i < count; i++)
        put32(container->directory, (gsize)i * 128 + 72, i + 1);
}

static GByteArray *assemble(Container *container)
{
    GByteArray *file = g_byte_array_new();
    guint32 directory = add_chain(container->body, container->table, SECTOR,
                                  container->directory->data, container->directory->len);
    guint32 mini_table = add_chain(container->body, container->table, SECTOR,
                                   container->mini_table->data, container->mini_table->len);
    gsize sectors = container->body->len / SECTOR;
    gsize tables = (sectors + SECTOR / 4 - 1) / (SECTOR / 4 - 1);
    for (gsize i = 0; i < tables; i++) {
        gsize at = container->table->len;
        grow(container->table, at + 4);
        put32(container->table, at, TABLE_SECTOR);
    }
    grow(file, SECTOR);
    memcpy(file->data, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    put16(file, 0x1E, 9);
    put16(file, 0x20, 6);
    put32(file, 0x2C, (guint32)tables);
    put32(file, 0x30, directory);
    put32(file, 0x38, CUTOFF);
    put32(file, 0x3C, mini_table);
    put32(file, 0x44, END_OF_CHAIN);
    for (gsize i = 0; i < 109; i++)
        put32(file, 0x4C + i * 4, i < tables ? (guint32)(sectors + i) : FREE);
    g_byte_array_append(file, container->body->data, container->body->len);
    g_byte_array_append(file, container->table->data, container->table->len);
    pad(file, SECTOR);
    return file;
}

GByteArray *test_make_ole(const TestStream *streams)
{
    Container container = {g_byte_array_new(), g_byte_array_new(), g_byte_array_new(),
                           g_byte_array_new(), g_byte_array_new()};
    guint count = 0;
    add_entry(&container, "Root Entry", 5, END_OF_CHAIN, 0);
    for (; streams[count].name; count++) {
        const TestStream *stream = &streams[count];
        gboolean is_small = stream->size_bytes < CUTOFF;
        guint32 start = is_small ? add_chain(container.mini, container.mini_table, MINI,
                                             stream->bytes, stream->size_bytes)
                                 : add_chain(container.body, container.table, SECTOR,
                                             stream->bytes, stream->size_bytes);
        add_entry(&container, stream->name, 2, start, stream->size_bytes);
    }
    link_entries(&container, count);
    put32(container.directory, 116,
          add_chain(container.body, container.table, SECTOR, container.mini->data,
                    container.mini->len));
    put32(container.directory, 120, container.mini->len);
    GByteArray *file = assemble(&container);
    g_byte_array_unref(container.body);
    g_byte_array_unref(container.table);
    g_byte_array_unref(container.mini);
    g_byte_array_unref(container.mini_table);
    g_byte_array_unref(container.directory);
    return file;
}

/* ---- the document ---- */

#define TEXT_AT 0x600
#define PAGE_AT 0x400 /* of character properties */

/* Where a part of the table stream lies, told at `header` in the header. */
static void place(GByteArray *word, gsize header, const GByteArray *table, gsize start)
{
    put32(word, header, (guint32)start);
    put32(word, header + 4, (guint32)(table->len - start));
}

static void add32(GByteArray *bytes, guint32 number)
{
    grow(bytes, bytes->len + 4);
    put32(bytes, bytes->len - 4, number);
}

static void add_piece(GByteArray *table, guint32 where)
{
    gsize at = table->len;
    grow(table, at + 8);
    put32(table, at + 2, where);
}

static void add_pieces(
    const TestDoc *doc, GByteArray *word, GByteArray *table, guint32 latin, guint32 unicode)
{
    guint pieces = MAX(doc->pieces, 1) + (unicode > 0 ? 1 : 0);
    gsize start = table->len;
    g_byte_array_append(table, (const guint8 *)"\x01\x02\x00\xAA\xBB\x02",
                        6); /* some properties first */
    add32(table, pieces * 12 + 4);
    for (guint i = 0; i <= MAX(doc->pieces, 1); i++)
        add32(table, i * latin);
    if (unicode > 0)
        add32(table, MAX(doc->pieces, 1) * latin + unicode);
    for (guint i = 0; i < MAX(doc->pieces, 1); i++)
        add_piece(table, 0x40000000 | TEXT_AT * 2);
    if (unicode > 0)
        add_piece(table, TEXT_AT + latin);
    place(word, 0x1A2, table, start);
    put32(word, 0x4C, MAX(doc->pieces, 1) * latin + unicode);
}

/* One page of character properties with up to two runs that are marked. */
static void add_marks(const TestDoc *doc, GByteArray *word, GByteArray *table)
{
    static const guint8 deleted[] = {3, 0x00, 0x08, 1}, inserted[] = {3, 0x01, 0x08, 1};
    gsize start = table->len;
    add32(table, TEXT_AT);
    add32(table, TEXT_AT + (guint32)(doc->deleted + doc->inserted));
    add32(table, PAGE_AT / 512);
    place(word, 0xFA, table, start);
    put32(word, PAGE_AT, TEXT_AT);
    put32(word, PAGE_AT + 4, TEXT_AT + (guint32)doc->deleted);
    put32(word, PAGE_AT + 8, TEXT_AT + (guint32)(doc->deleted + doc->inserted));
    word->data[PAGE_AT + 12] = 100;
    word->data[PAGE_AT + 13] = 110;
    memcpy(word->data + PAGE_AT + 200, deleted, sizeof deleted);
    memcpy(word->data + PAGE_AT + 220, inserted, sizeof inserted);
    word->data[PAGE_AT + 511] = doc->inserted > 0 ? 2 : 1;
}

static void add_strings(const TestDoc *doc, GByteArray *word, GByteArray *table)
{
    gsize start = table->len, length = strlen(doc->template);
    g_byte_array_append(table, (const guint8 *)"\xFF\xFF\x02\x00\x00\x00\x00\x00", 8);
    gsize at = table->len;
    grow(table, at + 2 + length * 2);
    put16(table, at, (guint16)length);
    for (gsize i = 0; i < length; i++)
        put16(table, at + 2 + i * 2, (guint8)doc->template[i]);
    place(word, 0x19A, table, start);
}

void test_make_doc(const TestDoc *doc, GByteArray *word, GByteArray *table)
{
    const char *latin = doc->latin ? doc->latin : "";
    glong units = 0;
    g_autofree gunichar2 *unicode =
        g_utf8_to_utf16(doc->unicode ? doc->unicode : "", -1, NULL, &units, NULL);
    grow(word, TEXT_AT);
    put16(word, 0, 0xA5EC);
    put16(word, 2, doc->version != 0 ? doc->version : 193);
    put16(word, 0x0A, doc->flags | 0x0200);
    put32(word, 0x18, TEXT_AT);
    put32(word, 0x34, (guint32)strlen(latin));
    g_byte_array_append(word, (const guint8 *)latin, (guint)strlen(latin));
    for (glong i = 0; i < units; i++) {
        grow(word, word->len + 2);
        put16(word, word->len - 2, unicode[i]);
    }
    add32(table, 0); /* nothing lies at 0: that would be "not there" */
    add_pieces(doc, word, table, (guint32)strlen(latin), (guint32)units);
    if (doc->deleted > 0)
        add_marks(doc, word, table);
    if (doc->template)
        add_strings(doc, word, table);
    if (doc->comments > 0) {
        gsize start = table->len;
        grow(table, start + 4 + doc->comments * 34);
        place(word, 0xBA, table, start);
    }
}

GByteArray *test_make_doc_file(const TestDoc *doc)
{
    g_autoptr(GByteArray) word = g_byte_array_new();
    g_autoptr(GByteArray) table = g_byte_array_new();
    test_make_doc(doc, word, table);
    const TestStream streams[] = {{"WordDocument", word->data, word->len},
                                  {"1Table", table->data, table->len},
                                  {NULL, NULL, 0}};
    return test_make_ole(streams);
}
