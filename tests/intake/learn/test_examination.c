/* Documents of the world through the real airlock, against what other readers said of them. */
#include "intake/learn/airlock.h"
#include "tests/intake/learn/tsv.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define READER LODGE_BINARY_DIR "/parsers/lodge-reader"

typedef struct {
    const char *fact;
    guint agree, differ, open;
    GString *names;
} Tally;

static void tally_init(Tally *tally, const char *fact)
{
    *tally = (Tally){.fact = fact, .names = g_string_new(NULL)};
}

static void
count(Tally *tally, gboolean is_open, gboolean agrees, const char *file, const char *said)
{
    if (is_open) {
        tally->open++;
    } else if (agrees) {
        tally->agree++;
    } else {
        tally->differ++;
        g_string_append_printf(tally->names, "    %s (%s)\n", file, said);
    }
}

/* At least `least` in a hundred of those with an expected answer agree. */
static void finish(Tally *tally, guint least)
{
    guint total = tally->agree + tally->differ;
    printf("%-16s agree %u of %u, not stated %u\n", tally->fact, tally->agree, total,
           tally->open);
    if (tally->differ > 0 && (g_getenv("V") || tally->agree * 100 < total * least))
        printf("%s", tally->names->str);
    g_string_free(tally->names, TRUE);
    assert_true(tally->agree * 100 >= total * least);
}

static const char *data_folder(void)
{
    const char *folder = g_getenv("LODGE_TEST_DATA");
    if (!folder) {
        printf("LODGE_TEST_DATA is not set: the documents there are not examined\n");
        skip();
    }
    return folder;
}

static LodgeDocumentFacts *
examine(LodgeAirlock *airlock, const char *folder, const char *set, const char *file)
{
    g_autofree char *path = g_build_filename(folder, set, file, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    g_autoptr(GError) error = NULL;
    LodgeDocumentFacts *facts =
        lodge_airlock_read_document(airlock, fd, file, NULL, &error);
    if (!facts)
        fail_msg("%s: %s", file, error->message);
    close(fd);
    if (g_getenv("V"))
        printf("  %s: %s %s pages %d enc %s dam %d why %s\n", file, facts->media_type,
               lodge_examination_format(facts->examination), (int)facts->pages,
               lodge_encryption_format(facts->encrypted), facts->damaged, facts->why);
    return facts;
}

static TestTable *load_table(const char *folder, const char *set)
{
    g_autofree char *path = g_build_filename(folder, set, "index.tsv", NULL);
    TestTable *table = test_table_load(path);
    assert_non_null(table);
    return table;
}

static gboolean has_active(const LodgeDocumentFacts *facts, const char *code)
{
    return g_strv_contains((const char *const *)facts->active_content, code);
}

static void pdfs_of_the_world_are_examined_as_others_do(void **state)
{
    const char *folder = data_folder();
    g_autoptr(TestTable) table = load_table(folder, "pdf");
    Tally counted, uncounted, encrypted, javascript, embedded, scanned, damaged;
    tally_init(&counted, "pages");
    tally_init(&uncounted, "no pages");
    tally_init(&encrypted, "encrypted");
    tally_init(&javascript, "javascript");
    tally_init(&embedded, "embedded files");
    tally_init(&scanned, "no text");
    tally_init(&damaged, "damaged");
    for (guint i = 0; i < test_table_count_rows(table); i++) {
        const char *file = test_table_get(table, i, "file");
        g_autoptr(LodgeDocumentFacts) facts = examine(*state, folder, "pdf", file);
        const char *pages = test_table_get(table, i, "pages");
        gboolean is_number = g_ascii_isdigit(*pages);
        g_autofree char *said =
            g_strdup_printf("%d, expected %s", (int)facts->pages, pages);
        if (is_number)
            count(&counted, FALSE,
                  facts->pages == atoi(pages) ||
                      (facts->pages == -1 &&
                       strcmp(test_table_get(table, i, "readers_with_a_count"), "3") != 0),
                  file, said);
        else
            count(&uncounted, FALSE, facts->pages == -1, file, said);
        const char *enc = test_table_get(table, i, "encrypted");
        count(&encrypted,
              strcmp(enc, "unclear") == 0 || facts->encrypted == LODGE_ENCRYPTED_UNKNOWN,
              strcmp(enc, lodge_encryption_format(facts->encrypted)) == 0, file, enc);
        const char *js = test_table_get(table, i, "javascript");
        count(&javascript,
              strcmp(js, "unknown") == 0 || facts->encrypted == LODGE_ENCRYPTED_PASSWORD,
              (strcmp(js, "yes") == 0) == has_active(facts, "javascript"), file, js);
        const char *ef = test_table_get(table, i, "embedded_files");
        count(&embedded, *ef == '-' || facts->encrypted == LODGE_ENCRYPTED_PASSWORD,
              (*ef != '0') == has_active(facts, "embedded-files"), file, ef);
        const char *tc = test_table_get(table, i, "text_characters");
        count(&scanned, !is_number || facts->pages < 1,
              (strcmp(tc, "0") == 0) == facts->scanned, file, tc);
        const char *dm = test_table_get(table, i, "damaged");
        count(&damaged, strcmp(dm, "password") == 0 || strcmp(dm, "warnings") == 0,
              (strcmp(dm, "errors") == 0) == facts->damaged, file, dm);
    }
    finish(&counted, 1);
    finish(&uncounted, 1);
    finish(&encrypted, 1);
    finish(&javascript, 1);
    finish(&embedded, 1);
    finish(&scanned, 1);
    finish(&damaged, 1);
}

static void office_files_of_the_world_are_examined_as_others_do(void **state)
{
    const char *folder = data_folder();
    g_autoptr(TestTable) table = load_table(folder, "office");
    Tally container, encrypted, macros, external, pages, damaged;
    tally_init(&container, "container");
    tally_init(&encrypted, "encrypted");
    tally_init(&macros, "macros");
    tally_init(&external, "external");
    tally_init(&pages, "stored pages");
    tally_init(&damaged, "damaged");
    for (guint i = 0; i < test_table_count_rows(table); i++) {
        const char *file = test_table_get(table, i, "file");
        g_autoptr(LodgeDocumentFacts) facts = examine(*state, folder, "office", file);
        const char *kind = test_table_get(table, i, "container");
        gboolean is_ooxml = strstr(facts->media_type, "officedocument") ||
                            strstr(facts->media_type, "ms-word");
        gboolean is_odf = strstr(facts->media_type, "oasis") != NULL;
        gboolean is_known = strcmp(kind, "OOXML") == 0 || strcmp(kind, "ODF") == 0;
        count(&container, !is_known, strcmp(kind, "OOXML") == 0 ? is_ooxml : is_odf, file,
              facts->media_type);
        const char *enc = test_table_get(table, i, "encrypted");
        count(&encrypted, FALSE,
              (strcmp(enc, "no") != 0) == (facts->encrypted == LODGE_ENCRYPTED_PASSWORD),
              file, enc);
        const char *mac = test_table_get(table, i, "macros");
        count(&macros, FALSE, (strcmp(mac, "no") != 0) == facts->macros, file, mac);
        const char *ext = test_table_get(table, i, "external_not_hyperlink");
        count(&external, !g_ascii_isdigit(*ext) || strcmp(kind, "OOXML") != 0,
              (strcmp(ext, "0") != 0) == has_active(facts, "external-relationship"), file,
              ext);
        const char *dp = test_table_get(table, i, "declared_pages");
        g_autofree char *said = g_strdup_printf("%d, expected %s", (int)facts->pages, dp);
        count(&pages, !is_known,
              (g_ascii_isdigit(*dp) && atoi(dp) > 0 ? atoi(dp) : -1) == (int)facts->pages,
              file, said);
        const char *dam = test_table_get(table, i, "damage");
        count(&damaged, FALSE, (strcmp(dam, "-") != 0) == facts->damaged, file, dam);
    }
    finish(&container, 1);
    finish(&encrypted, 1);
    finish(&macros, 1);
    finish(&external, 1);
    finish(&pages, 1);
    finish(&damaged, 1);
}

static int start_airlock(void **state)
{
    LodgeAirlockOptions options = {.reader_path = READER, .wall_ms = 10000};
    g_autoptr(GError) error = NULL;
    *state = lodge_airlock_new(&options, &error);
    if (!*state)
        fprintf(stderr, "%s\n", error->message);
    return *state ? 0 : -1;
}

static int stop_airlock(void **state)
{
    lodge_airlock_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdfs_of_the_world_are_examined_as_others_do),
        cmocka_unit_test(office_files_of_the_world_are_examined_as_others_do),
    };
    return cmocka_run_group_tests_name("examination", tests, start_airlock, stop_airlock);
}
