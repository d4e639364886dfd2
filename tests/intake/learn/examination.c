#include "tests/intake/learn/examination.h"

#include "tests/support/cmocka.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READER LODGE_BINARY_DIR "/parsers/lodge-reader"

int test_start_airlock(void **state)
{
    const LodgeAirlockOptions options = {.reader_path = READER};
    g_autoptr(GError) error = NULL;
    *state = lodge_airlock_new(&options, &error);
    if (!*state)
        fprintf(stderr, "%s\n", error->message);
    return *state ? 0 : -1;
}

int test_stop_airlock(void **state)
{
    lodge_airlock_free(*state);
    return 0;
}

const char *test_case_said(const TestCase *one, const char *column)
{
    return test_table_get(one->table, one->row, column);
}

/* ---- counting ---- */

void test_count(TestTally *tally,
                const TestCase *one,
                gboolean is_open,
                gboolean agrees,
                const char *found)
{
    if (!tally->names)
        tally->names = g_string_new(NULL);
    if (is_open) {
        tally->open++;
    } else if (agrees) {
        tally->agree++;
    } else {
        tally->differ++;
        g_string_append_printf(tally->names, "    %s (%s)\n", one->file, found);
    }
}

void test_count_word(TestTally *tally,
                     const TestCase *one,
                     const char *column,
                     const char *open,
                     const char *found)
{
    const char *expected = test_case_said(one, column);
    test_count(tally, one, g_strcmp0(expected, open) == 0, strcmp(expected, found) == 0,
               found);
}

void test_count_flag(TestTally *tally,
                     const TestCase *one,
                     const char *column,
                     const char *open,
                     const char *no,
                     gboolean found)
{
    const char *expected = test_case_said(one, column);
    test_count(tally, one, g_strcmp0(expected, open) == 0,
               (strcmp(expected, no) != 0) == found, found ? "found" : "not found");
}

void test_count_number(TestTally *tally,
                       const TestCase *one,
                       const char *column,
                       const char *open,
                       gint64 found)
{
    const char *expected = test_case_said(one, column);
    g_autofree char *words =
        g_strdup_printf("%" G_GINT64_FORMAT ", expected %s", found, expected);
    test_count(tally, one, g_strcmp0(expected, open) == 0,
               g_ascii_strtoll(expected, NULL, 10) == found, words);
}

void test_finish(TestTally *tallies, gsize count)
{
    gboolean is_good = TRUE;
    for (gsize i = 0; i < count; i++) {
        TestTally *tally = &tallies[i];
        guint total = tally->agree + tally->differ;
        gboolean is_enough = tally->agree * 100 >= total * tally->least;
        printf("%-22s agree %u of %u, not stated %u\n", tally->fact, tally->agree, total,
               tally->open);
        if (!is_enough || g_getenv("LODGE_TEST_DIFFERENCES"))
            printf("%s", tally->names ? tally->names->str : "");
        is_good = is_good && is_enough && total > 0;
        if (tally->names)
            g_string_free(tally->names, TRUE);
    }
    assert_true(is_good);
}

gint64 test_count_characters(const LodgeDocumentFacts *facts)
{
    gint64 characters = 0;
    for (guint i = 0; i < facts->pages_text->len; i++) {
        const char *text = g_ptr_array_index(facts->pages_text, i);
        for (; *text; text = g_utf8_next_char(text))
            characters += !g_unichar_isspace(g_utf8_get_char(text));
    }
    return characters;
}

/* ---- examining ---- */

static LodgeDocumentFacts *
examine(LodgeAirlock *airlock, const char *path, const char *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autoptr(GError) error = NULL;
    if (fd < 0)
        fail_msg("%s cannot be opened", path);
    LodgeDocumentFacts *facts =
        lodge_airlock_read_document(airlock, fd, file, NULL, &error);
    if (!facts)
        fail_msg("%s: %s", file, error->message);
    close(fd);
    return facts;
}

/* What every file must give, whatever is in it. */
static void check_reader(const TestCase *one)
{
    const LodgeDocumentFacts *facts = one->facts;
    if (facts->examination == LODGE_NOT_EXAMINED_CRASHED ||
        facts->examination == LODGE_NOT_EXAMINED_LIMIT)
        fail_msg("%s: %s", one->file, facts->why);
    assert_true(g_str_has_prefix(facts->sha256, test_case_said(one, "sha256_16")));
    assert_int_equal(facts->size_bytes,
                     g_ascii_strtoll(test_case_said(one, "bytes"), NULL, 10));
}

void test_examine_folder(LodgeAirlock *airlock,
                         const char *set,
                         void (*look)(const TestCase *one, gpointer data),
                         gpointer data)
{
    const char *folder = g_getenv("LODGE_TEST_DATA");
    if (!folder) {
        print_message("LODGE_TEST_DATA is not set: the documents of %s are skipped\n", set);
        skip();
    }
    g_autofree char *index = g_build_filename(folder, set, "index.tsv", NULL);
    g_autoptr(TestTable) table = test_table_load(index);
    assert_non_null(table);
    for (guint i = 0; i < test_table_count_rows(table); i++) {
        const char *file = test_table_get(table, i, "file");
        g_autofree char *path = g_build_filename(folder, set, file, NULL);
        g_autoptr(LodgeDocumentFacts) facts = examine(airlock, path, file);
        const TestCase one = {table, i, file, facts};
        check_reader(&one);
        look(&one, data);
    }
}
