#include "tests/spool/support.h"

#include "spool/search.h"

typedef struct {
    char *dir;
    GString *found; /* "event/what " each */
    guint unreadable;
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->found = g_string_new(NULL);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    remove_dir(world->dir);
    g_string_free(world->found, TRUE);
    g_free(world);
    return 0;
}

static void found(const LodgeSearchHit *hit, gpointer data)
{
    World *world = data;
    g_string_append_printf(world->found, "%s/%s ",
                           lodge_event_type_format(hit->event->type), hit->what);
}

static void unreadable(const LodgeSearchHit *hit, gpointer data)
{
    (void)hit;
    World *world = data;
    world->unreadable++;
}

static const char *search(World *world, const char *text)
{
    g_autoptr(GError) error = NULL;
    const LodgeSearchReport report = {found, unreadable, NULL, world};
    g_string_set_size(world->found, 0);
    world->unreadable = 0;
    assert_ok(lodge_search_run(world->dir, text, &report, &error), error);
    return world->found->str;
}

static void take_in_one(const World *world, const char *bytes)
{
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_free(take_in(txn, bytes, 1));
    commit(txn);
    lodge_spool_close(spool);
}

static void each_place_is_told_once_for_each_event(void **state)
{
    take_in_one(*state, "From: Jo.Bloggs@Council.example\r\n\r\nplan\r\n");
    assert_string_equal(search(*state, "jo.bloggs@council.example"),
                        "kept/message_sha256 decided/record owed/record ");
    assert_string_equal(search(*state, "JO.BLOGGS@COUNCIL.EXAMPLE"),
                        "kept/message_sha256 decided/record owed/record ");
    assert_string_equal(search(*state, "the plan"), "decided/document ");
    assert_string_equal(search(*state, "nobody@nowhere.example"), "");
}

/* Wherever an object is cut into pieces while it is read. */
static void a_text_across_two_pieces_is_found(void **state)
{
    static const gsize pieces[] = {128 * 1024, 256 * 1024};
    LodgeSpool *spool = open_spool(((World *)*state)->dir);
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++)
        for (gsize before = 0; before <= 12; before++) {
            g_autofree char *bytes = g_strnfill(300 * 1024, 'j');
            g_autofree char *needle =
                g_strdup_printf("jo%u-%" G_GSIZE_FORMAT "@there", i, before);
            memcpy(bytes + pieces[i] - before, needle, strlen(needle));
            LodgeTransaction *txn = begin(spool);
            g_free(keep_at(txn, bytes, (guint32)(100 * i + before + 1)));
            commit(txn);
            assert_string_equal(search(*state, needle), "kept/message_sha256 ");
        }
    lodge_spool_close(spool);
}

static void what_is_missing_is_told(void **state)
{
    World *world = *state;
    take_in_one(world, "From: jo\r\n\r\nplan\r\n");
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute("the plan", 8, sha256);
    g_autofree char *path =
        g_strdup_printf("%s/objects/%.2s/%s", world->dir, sha256, sha256);
    assert_int_equal(g_unlink(path), 0);
    assert_string_equal(search(world, "the plan"), "");
    assert_int_equal(world->unreadable, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(each_place_is_told_once_for_each_event),
        CASE(a_text_across_two_pieces_is_found),
        CASE(what_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
