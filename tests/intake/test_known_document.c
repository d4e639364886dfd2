/* The same bytes are examined once: whose facts are taken over, whose are not, and that it spares the examination. */
#include "intake/examine.h"
#include "intake/known_document.h"
#include "parsers/report/report.h"
#include "tests/spool/support.h"
#include <stdlib.h>

#define READER LODGE_BINARY_DIR "/parsers/lodge-reader"
#define LETTER                                                                             \
    "From: jo@council.example\r\nSubject: Our plan\r\nMIME-Version: 1.0\r\n"               \
    "Content-Type: application/pdf; name=plan.pdf\r\n\r\nno PDF at all\r\n"

typedef struct {
    char *dir;
    LodgeSpool *spool;
    char sha256[LODGE_DIGEST_SIZE];
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->spool = open_spool(world->dir);
    lodge_digest_compute("the plan", 8, world->sha256); /* that of support.h's decisions */
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    lodge_spool_close(world->spool);
    remove_dir(world->dir);
    g_free(world);
    return 0;
}

static LodgeDocumentFacts *make_facts(const char *sha256, const char *title)
{
    LodgeDocumentFacts *facts = lodge_document_facts_new();
    g_strlcpy(facts->sha256, sha256, sizeof facts->sha256);
    facts->size_bytes = 8;
    facts->examination = LODGE_EXAMINED;
    facts->pages = 4;
    facts->title = g_strdup(title);
    return facts;
}

/* Decides a message whose reading holds these facts, which it takes. */
static void
decide(const World *world, const char *version, LodgeDocumentFacts *facts, guint32 uid)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    reading->message = lodge_message_facts_new();
    g_free(reading->reader_version);
    reading->reader_version = g_strdup(version);
    g_ptr_array_add(reading->documents, facts);
    g_autoptr(GBytes) bytes = lodge_report_format_reading(reading);
    LodgeTransaction *txn = begin(world->spool);
    g_autofree char *mail = g_strdup_printf("mail %u", uid);
    g_autofree char *reference = keep_at(txn, mail, uid);
    g_autoptr(LodgeEvent) event = decided(txn, reference);
    char sha256[LODGE_DIGEST_SIZE];
    assert_ok(lodge_transaction_put_object(txn, bytes, sha256, &error), error);
    g_free(event->reading);
    event->reading = g_strdup(sha256);
    event->version = uid;
    add(txn, event);
    commit(txn);
}

static char *find_title(const World *world)
{
    g_autoptr(LodgeDocumentFacts) facts =
        lodge_known_document_find(world->spool, world->sha256);
    return facts != NULL ? g_strdup(facts->title) : NULL;
}

#define assert_title(world, expected)                                                      \
    do {                                                                                   \
        g_autofree char *title = find_title(world);                                        \
        if (g_strcmp0(title, expected) != 0)                                               \
            fail_msg("the title is %s", title != NULL ? title : "unknown");                \
    } while (0)

static void what_a_decided_message_brought_is_known(void **state)
{
    const World *world = *state;
    assert_title(world, NULL);
    decide(world, LODGE_VERSION, make_facts(world->sha256, "first"), 1);
    assert_title(world, "first");
    decide(world, LODGE_VERSION, make_facts(world->sha256, "second"), 2);
    assert_title(world, "second");
}

static void another_version_of_the_reader_looks_again(void **state)
{
    const World *world = *state;
    decide(world, "0.0.0", make_facts(world->sha256, "old"), 1);
    assert_title(world, NULL);
}

static void what_was_left_open_is_examined_again(void **state)
{
    static const LodgeExamination open[] = {LODGE_EXAMINED_PARTLY, LODGE_NOT_EXAMINED_TYPE,
                                            LODGE_NOT_EXAMINED_CRASHED,
                                            LODGE_NOT_EXAMINED_LIMIT};
    const World *world = *state;
    for (guint i = 0; i < G_N_ELEMENTS(open); i++) {
        LodgeDocumentFacts *facts = make_facts(world->sha256, "open");
        facts->examination = open[i];
        decide(world, LODGE_VERSION, facts, i + 1);
        assert_title(world, NULL);
    }
    LodgeDocumentFacts *cut = make_facts(world->sha256, "cut");
    g_strfreev(cut->limits_hit);
    cut->limits_hit = g_strdupv((char *[]){"document-pages", NULL});
    decide(world, LODGE_VERSION, cut, 9);
    assert_title(world, NULL);
}

/* support.h's own decisions name a reading that is none. */
static void a_reading_that_cannot_be_read_is_no_obstacle(void **state)
{
    const World *world = *state;
    LodgeTransaction *txn = begin(world->spool);
    g_free(take_in(txn, "mail", 1));
    commit(txn);
    assert_title(world, NULL);
}

/* ---- examining ---- */

static int make_scratch(gpointer data, GError **error)
{
    (void)error;
    FILE *file = tmpfile();
    assert_non_null(file);
    int fd = dup(fileno(file));
    fclose(file);
    (void)data;
    return fd;
}

static int carve(int leaves_fd, const LodgePart *part, gpointer data, GError **error)
{
    int fd = make_scratch(data, error);
    assert_ok(lodge_examine_copy(leaves_fd, part, lodge_examine_write, GINT_TO_POINTER(fd),
                                 error),
              *error);
    return fd;
}

static LodgeDocumentFacts *recall(const LodgePart *part, gpointer data)
{
    assert_string_equal(part->name, "plan.pdf");
    (void)data;
    return make_facts("", "recalled");
}

static char *examine(LodgeDocumentFacts *(*recalling)(const LodgePart *part, gpointer data))
{
    g_autoptr(GError) error = NULL, fault = NULL;
    g_autoptr(LodgeAirlock) airlock =
        lodge_airlock_new(&(LodgeAirlockOptions){.reader_path = READER}, &error);
    assert_ok(airlock != NULL, error);
    int letter = make_scratch(NULL, &error), leaves = make_scratch(NULL, &error);
    assert_true(
        lodge_examine_write(LETTER, strlen(LETTER), GINT_TO_POINTER(letter), &error));
    const LodgeExamineFiles files = {carve, recalling, make_scratch, NULL};
    g_autoptr(LodgeReading) reading =
        lodge_examine_message(airlock, letter, leaves, &files, &fault, &error);
    assert_ok(reading != NULL, error != NULL ? error : fault);
    close(letter);
    close(leaves);
    assert_int_equal(reading->documents->len, 1);
    const LodgeDocumentFacts *facts = g_ptr_array_index(reading->documents, 0);
    const LodgePart *part = g_ptr_array_index(reading->message->parts, 0);
    assert_string_equal(facts->sha256, part->sha256);
    assert_true(facts->size_bytes == part->size_bytes);
    return g_strdup(facts->title != NULL ? facts->title : facts->why);
}

static void what_is_known_is_not_examined(void **state)
{
    (void)state;
    g_autofree char *recalled = examine(recall);
    assert_string_equal(recalled, "recalled");
    g_autofree char *examined = examine(NULL);
    assert_string_equal(examined, "it is called a PDF but is none");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_a_decided_message_brought_is_known),
        CASE(another_version_of_the_reader_looks_again),
        CASE(what_was_left_open_is_examined_again),
        CASE(a_reading_that_cannot_be_read_is_no_obstacle),
        cmocka_unit_test(what_is_known_is_not_examined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
