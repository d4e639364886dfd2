/* Every mail of the bulk data against what two other readers agree on. An exception is either listed
 * here with its reason or a failure. */
#include "parsers/text/json.h"
#include "tests/parsers/mail/corpus.h"

#include "tests/support/cmocka.h"
#include <string.h>

/* columns of mime/index.tsv */
enum { FILE_NAME, SET, LEAF_PARTS, TYPES, NAMES };

typedef struct {
    const char *file, *reason;
} Exception;

#define SIGNED_WRAPPER "a signed S/MIME wrapper is opened, and what it wraps is listed"
#define NAMED_BY_DISPOSITION                                                               \
    "name= on Content-Disposition is no parameter of it, but it is the name that people see"

static const Exception exceptions[] = {
    {"mime-tools/double-content-disposition-param.eml", NAMED_BY_DISPOSITION},
    {"mime-tools/double-content-disposition.eml", NAMED_BY_DISPOSITION},
    {"mime-tools/double-content-id.eml", NAMED_BY_DISPOSITION},
    {"mime-tools/double-content-transfer-encoding.eml", NAMED_BY_DISPOSITION},
    {"mime-tools/double-content-type.eml", NAMED_BY_DISPOSITION},
    {"python-email/msg_19.eml",
     "its first line is no header field: not a message, and said to be none"},
    {"mail-parser/rfc--008.eml",
     "the attached message is base64-encoded and entered all the same"},
    {"notmuch/pkcs7--smime-onepart-signed.eml", SIGNED_WRAPPER},
    {"notmuch/protected-headers--smime-onepart-signed.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--105.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--107.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--108.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--109.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--110.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--113.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--124.eml", SIGNED_WRAPPER},
    {"mailcore2/parser--input--mbox--jwz--125.eml", SIGNED_WRAPPER},
};

typedef struct {
    guint files, agreed, excused;
} Score;

static gboolean is_leaf(const LodgePart *part)
{
    /* what stands uuencoded in a text is no part of MIME, and no other reader here lists it */
    return part->kind != LODGE_PART_MESSAGE && part->kind != LODGE_PART_MULTIPART &&
           part->container == NULL;
}

/* JSON lists, as the table writes them: types of all leaves, names of all leaves. */
static void describe(const LodgeMessageFacts *facts,
                     char **types_out,
                     char **names_out,
                     guint *leaves_out)
{
    LodgeJsonWriter *types = lodge_json_writer_new();
    LodgeJsonWriter *names = lodge_json_writer_new();

    *leaves_out = 0;
    lodge_json_begin_array(types, NULL);
    lodge_json_begin_array(names, NULL);
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        if (!is_leaf(part))
            continue;
        (*leaves_out)++;
        lodge_json_add_string(types, NULL, part->declared_type);
        lodge_json_add_string(names, NULL, part->name);
    }
    lodge_json_end_array(types);
    lodge_json_end_array(names);
    *types_out = lodge_json_finish_text(types);
    *names_out = lodge_json_finish_text(names);
}

/* The table's JSON in the writer's spelling and in NFC. */
static char *respell(const char *json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(json, strlen(json), 1 << 20, 8, &error);
    assert_non_null(document);
    g_autofree char *text = lodge_json_node_text(lodge_json_root(document));
    return g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
}

static gboolean agrees(GStrv row, const LodgeMessageFacts *facts, char **difference_out)
{
    g_autofree char *types = NULL;
    g_autofree char *names = NULL;
    guint leaves = 0;

    describe(facts, &types, &names, &leaves);
    *difference_out =
        g_strdup_printf("%u leaves, types %s, names %s", leaves, types, names);
    if (strcmp(row[LEAF_PARTS], "-") != 0 &&
        g_ascii_strtoull(row[LEAF_PARTS], NULL, 10) != leaves)
        return FALSE;
    if (strcmp(row[TYPES], "-") != 0) {
        g_autofree char *expected = respell(row[TYPES]);
        if (strcmp(expected, types) != 0)
            return FALSE;
    }
    if (strcmp(row[NAMES], "-") != 0) {
        g_autofree char *expected = respell(row[NAMES]);
        if (strcmp(expected, names) != 0)
            return FALSE;
    }
    return TRUE;
}

static const char *find_reason(const char *file)
{
    for (guint i = 0; i < G_N_ELEMENTS(exceptions); i++) {
        if (strcmp(exceptions[i].file, file) == 0)
            return exceptions[i].reason;
    }
    return NULL;
}

static gboolean judge_file(GStrv row, const char *folder, Score *score)
{
    g_autofree char *path = g_build_filename(folder, row[FILE_NAME], NULL);
    g_autoptr(LodgeMessageFacts) facts = corpus_read(path);
    g_autofree char *difference = NULL;
    const char *reason = find_reason(row[FILE_NAME]);

    score->files++;
    if (agrees(row, facts, &difference)) {
        score->agreed++;
        return TRUE;
    }
    if (reason != NULL) {
        score->excused++;
        print_message("  %s: %s\n", row[FILE_NAME], reason);
        return TRUE;
    }
    print_error("  %s: gave %s; expected %s leaves, %s, %s\n", row[FILE_NAME], difference,
                row[LEAF_PARTS], row[TYPES], row[NAMES]);
    return FALSE;
}

static void every_mail_is_taken_apart_as_two_other_readers_agree(void **state)
{
    (void)state;
    g_autofree char *folder = corpus_path("mime");
    if (folder == NULL) {
        print_message("LODGE_TEST_DATA is unset: 604 mails are not read\n");
        skip();
    }
    g_autofree char *index = g_build_filename(folder, "index.tsv", NULL);
    g_autoptr(GPtrArray) rows = corpus_load_table(index);
    g_autoptr(GHashTable) scores =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    guint failed = 0;

    for (guint i = 0; i < rows->len; i++) {
        GStrv row = g_ptr_array_index(rows, i);
        Score *score = g_hash_table_lookup(scores, row[SET]);
        if (score == NULL) {
            score = g_new0(Score, 1);
            g_hash_table_insert(scores, row[SET], score);
        }
        failed += judge_file(row, folder, score) ? 0 : 1;
    }
    GHashTableIter iter;
    gpointer set, score;
    g_hash_table_iter_init(&iter, scores);
    while (g_hash_table_iter_next(&iter, &set, &score))
        print_message("%s: %u of %u agree, %u excused\n", (char *)set,
                      ((Score *)score)->agreed, ((Score *)score)->files,
                      ((Score *)score)->excused);
    assert_int_equal(failed, 0);
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mail_is_taken_apart_as_two_other_readers_agree),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
