/* Documents of 10 MB that unpack to 10 GB, and what becomes of them in the real airlock: each ends within its limits
 * and is told for what it is. Memory is the reader's: that of the parent stays flat. */
#include "intake/learn/airlock.h"
#include "tests/parsers/document/maker.h"
#include "tests/support/cmocka.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define READER LODGE_BINARY_DIR "/parsers/lodge-reader"
#define WALL_MS 2000
#define BLOCK_BYTES (10 * 1000 * 1000)
#define BLOCKS 1000
#define GROWTH_MAX_KIB (8 * 1024)

#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define TYPES                                                                              \
    "<Types><Override PartName='/word/document.xml' ContentType='" WORD_TYPE               \
    ".main+xml'/></Types>"

/* ---- making ---- */

/* Blocks of deflated data that end at a byte and are not the last may stand one after the other. */
static GByteArray *deflate_block(char letter)
{
    g_autoptr(GZlibCompressor) zlib =
        g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
    g_autofree char *plain = g_strnfill(BLOCK_BYTES, letter);
    GByteArray *out = g_byte_array_new();
    guint8 piece[65536];
    gsize at = 0, written = sizeof piece;
    while (at < BLOCK_BYTES || written == sizeof piece) {
        gsize read = 0;
        g_converter_convert(G_CONVERTER(zlib), plain + at, BLOCK_BYTES - at, piece,
                            sizeof piece, G_CONVERTER_FLUSH, &read, &written, NULL);
        g_byte_array_append(out, piece, (guint)written);
        at += read;
    }
    return out;
}

/* 10 GB of one letter as deflated data; `head`, deflated as it stands, comes first. */
static GByteArray *make_bomb(const char *head, char letter)
{
    g_autoptr(GByteArray) block = deflate_block(letter);
    GByteArray *bomb = g_byte_array_new();
    guint16 size = GUINT16_TO_LE((guint16)strlen(head));
    guint16 inverted = (guint16)~size;
    g_byte_array_append(bomb, (const guint8 *)"\0", 1); /* a stored block */
    g_byte_array_append(bomb, (const guint8 *)&size, 2);
    g_byte_array_append(bomb, (const guint8 *)&inverted, 2);
    g_byte_array_append(bomb, (const guint8 *)head, (guint)strlen(head));
    for (guint i = 0; i < BLOCKS; i++)
        g_byte_array_append(bomb, block->data, block->len);
    g_byte_array_append(bomb, (const guint8 *)"\x03\x00", 2); /* the last block, empty */
    return bomb;
}

static void add_text(GByteArray *file, const char *text)
{
    g_byte_array_append(file, (const guint8 *)text, (guint)strlen(text));
}

/* A PDF without a table of its objects, which readers make themselves; object 4 is the bomb. */
static int make_pdf(const char *catalogue, const char *page, char letter)
{
    g_autoptr(GByteArray) bomb = make_bomb("", letter);
    g_autoptr(GByteArray) pdf = g_byte_array_new();
    g_autofree char *head = g_strdup_printf(
        "%%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R %s >>\nendobj\n"
        "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>\nendobj\n"
        "4 0 obj\n<< /Filter /FlateDecode /Length %u >>\nstream\n",
        catalogue, page, bomb->len + 2);
    add_text(pdf, head);
    add_text(pdf, "\x78\x9c");
    g_byte_array_append(pdf, bomb->data, bomb->len);
    add_text(pdf, "\nendstream\nendobj\ntrailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n");
    return test_make_file(pdf->data, pdf->len);
}

static void add_number(GByteArray *file, guint32 number, gsize size_bytes)
{
    guint32 little = GUINT32_TO_LE(number);
    g_byte_array_append(file, (const guint8 *)&little, (guint)size_bytes);
}

/* What local and central header of a ZIP have in common. */
static void
add_zip_header(GByteArray *file, const char *name, guint32 packed, gboolean is_deflated)
{
    add_number(file, 20, 2);
    add_number(file, 0, 2);
    add_number(file, is_deflated ? 8 : 0, 2);
    add_number(file, 0, 4); /* time */
    add_number(file, 0, 4); /* checksum: wrong */
    add_number(file, packed, 4);
    add_number(file, packed, 4); /* unpacked: a lie */
    add_number(file, (guint32)strlen(name), 2);
    add_number(file, 0, 2);
}

static void add_zip_entry(GByteArray *file,
                          GByteArray *directory,
                          const char *name,
                          const void *bytes,
                          guint size_bytes,
                          gboolean is_deflated)
{
    guint32 at = file->len;
    add_text(file, "PK\x03\x04");
    add_zip_header(file, name, size_bytes, is_deflated);
    add_text(file, name);
    g_byte_array_append(file, bytes, size_bytes);
    add_text(directory, "PK\x01\x02");
    add_number(directory, 20, 2);
    add_zip_header(directory, name, size_bytes, is_deflated);
    add_number(directory, 0, 4); /* comment, disk */
    add_number(directory, 0, 2);
    add_number(directory, 0, 4);
    add_number(directory, at, 4);
    add_text(directory, name);
}

/* A Word file whose text is `head` and 10 GB of one letter. */
static int make_word(const char *head, char letter)
{
    g_autoptr(GByteArray) bomb = make_bomb(head, letter);
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_autoptr(GByteArray) directory = g_byte_array_new();
    add_zip_entry(file, directory, "[Content_Types].xml", TYPES, (guint)strlen(TYPES),
                  FALSE);
    add_zip_entry(file, directory, "word/document.xml", bomb->data, bomb->len, TRUE);
    guint32 at = file->len;
    g_byte_array_append(file, directory->data, directory->len);
    add_text(file, "PK\x05\x06");
    add_number(file, 0, 4);
    add_number(file, 2, 2);
    add_number(file, 2, 2);
    add_number(file, directory->len, 4);
    add_number(file, at, 4);
    add_number(file, 0, 2);
    return test_make_file(file->data, file->len);
}

/* ---- reading ---- */

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static LodgeDocumentFacts *read_and_close(LodgeAirlock *airlock, int fd)
{
    g_autoptr(GError) error = NULL;
    long before = peak_kib();
    LodgeDocumentFacts *facts =
        lodge_airlock_read_document(airlock, fd, "plan.pdf", NULL, &error);
    if (!facts)
        fail_msg("%s", error->message);
    if (peak_kib() - before > GROWTH_MAX_KIB)
        fail_msg("%ld KiB more in the parent", peak_kib() - before);
    close(fd);
    return facts;
}

static gboolean has_limit(const LodgeDocumentFacts *facts, const char *limit)
{
    return g_strv_contains((const char *const *)facts->limits_hit, limit);
}

static void a_page_without_end_runs_into_the_time_limit(void **state)
{
    g_autoptr(LodgeDocumentFacts) facts =
        read_and_close(*state, make_pdf("", "/Contents 4 0 R", ' '));
    assert_int_equal(facts->examination, LODGE_NOT_EXAMINED_LIMIT);
    assert_non_null(facts->why);
}

static void metadata_without_end_is_cut(void **state)
{
    g_autoptr(LodgeDocumentFacts) facts =
        read_and_close(*state, make_pdf("/Metadata 4 0 R", "", 'x'));
    assert_int_equal(facts->pages, 1);
    assert_true(facts->examination == LODGE_EXAMINED ||
                facts->examination == LODGE_EXAMINED_PARTLY);
    assert_null(facts->details->conformance[0]);
}

static void a_picture_without_end_is_not_unpacked(void **state)
{
    g_autoptr(LodgeDocumentFacts) facts = read_and_close(
        *state, make_pdf("", "/Resources << /XObject << /I 4 0 R >> >>", 'x'));
    assert_int_equal(facts->pages, 1);
}

static void a_word_file_without_end_is_cut_at_the_limit(void **state)
{
    static const char *const heads[] = {"<d><p><t>", "<!DOCTYPE d [<!ENTITY e '", "<d a='"};
    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
        g_autoptr(LodgeDocumentFacts) facts =
            read_and_close(*state, make_word(heads[i], 'x'));
        assert_string_equal(facts->media_type, WORD_TYPE);
        assert_int_equal(facts->examination, LODGE_EXAMINED_PARTLY);
        if (!has_limit(facts, "archive-entry-bytes") && !has_limit(facts, "archive-ratio"))
            fail_msg("%s: no limit is named", heads[i]);
    }
}

static int start(void **state)
{
    const LodgeAirlockOptions options = {.reader_path = READER, .wall_ms = WALL_MS};
    g_autoptr(GError) error = NULL;
    *state = lodge_airlock_new(&options, &error);
    if (!*state)
        fprintf(stderr, "%s\n", error->message);
    return *state ? 0 : -1;
}

static int stop(void **state)
{
    lodge_airlock_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_without_end_runs_into_the_time_limit),
        cmocka_unit_test(metadata_without_end_is_cut),
        cmocka_unit_test(a_picture_without_end_is_not_unpacked),
        cmocka_unit_test(a_word_file_without_end_is_cut_at_the_limit),
    };
    return cmocka_run_group_tests_name("bombs", tests, start, stop);
}
