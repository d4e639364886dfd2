#include "tests/spool/support.h"

#include "spool/backup.h"
#include "spool/spool_error.h"
#include "spool/verify.h"

typedef struct {
    char *dir;    /* holds both */
    char *spool;  /* dir/spool */
    char *target; /* dir/backup */
    char *reference;
} World;

static void take_in_another(const World *world, guint32 uid)
{
    LodgeSpool *spool = open_spool(world->spool);
    g_autofree char *bytes = g_strdup_printf("From: jo\r\n\r\nplan %u\r\n", uid);
    LodgeTransaction *txn = begin(spool);
    g_free(keep_at(txn, bytes, uid));
    commit(txn);
    lodge_spool_close(spool);
}

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->spool = g_build_filename(world->dir, "spool", NULL);
    world->target = g_build_filename(world->dir, "backup", NULL);
    LodgeSpool *spool = open_spool(world->spool);
    LodgeTransaction *txn = begin(spool);
    world->reference = take_in(txn, "From: jo\r\n\r\nplan\r\n", 1);
    commit(txn);
    lodge_spool_close(spool);
    take_in_another(world, 2);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    remove_dir(world->dir);
    g_free(world->spool);
    g_free(world->target);
    g_free(world->reference);
    g_free(world);
    return 0;
}

static LodgeBackupReport *back_up(const World *world)
{
    g_autoptr(GError) error = NULL;
    LodgeBackupReport *report =
        lodge_backup_run(world->spool, world->target, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    return report;
}

static void
assert_refused(const World *world, const char *target, int code, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeBackupReport) report =
        lodge_backup_run(world->spool, target, T0, NULL, NULL, &error);
    assert_null(report);
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, code));
    if (strstr(error->message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

static void assert_whole(const World *world)
{
    g_autoptr(GError) error = NULL;
    LodgeVerifyReport *report =
        lodge_verify_run(world->target, TRUE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        fail_msg("%s: %s", problem->object, problem->problem);
    }
    assert_int_equal(report->incoming_files, 0);
    assert_int_equal(report->orphan_objects, 0);
    lodge_verify_report_free(report);
}

static char *in(const char *dir, const char *name)
{
    return g_build_filename(dir, name, NULL);
}

static gboolean exists(const char *dir, const char *name)
{
    g_autofree char *path = in(dir, name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void forget(const char *dir, const char *name)
{
    g_autofree char *path = in(dir, name);
    assert_int_equal(g_unlink(path), 0);
}

static char *first_object(const char *text)
{
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(text, strlen(text), sha256);
    return g_strdup_printf("objects/%.2s/%s", sha256, sha256);
}

static void a_copy_is_a_spool_of_its_own(void **state)
{
    const World *world = *state;
    g_autoptr(LodgeBackupReport) report = back_up(world);
    assert_int_equal(report->segments, 2);
    assert_int_equal(report->segments_copied, 2);
    assert_int_equal(report->objects, report->objects_copied);
    assert_int_equal(report->problems->len, 0);
    assert_false(report->continued);
    assert_false(exists(world->target, "ledger.db"));
    assert_false(exists(world->target, LODGE_BACKUP_MARKER));
    assert_whole(world);
    LodgeSpool *spool = open_spool(world->target);
    assert_known(lodge_spool_ledger(spool), world->reference);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
}

static void a_copy_is_made_beside_a_writer(void **state)
{
    const World *world = *state;
    LodgeSpool *spool = open_spool(world->spool);
    g_autoptr(LodgeBackupReport) report = back_up(world);
    assert_int_equal(report->segments, 2);
    lodge_spool_close(spool);
    assert_whole(world);
}

static void only_what_is_missing_is_copied(void **state)
{
    const World *world = *state;
    lodge_backup_report_free(back_up(world));
    take_in_another(world, 3);
    g_autoptr(LodgeBackupReport) second = back_up(world);
    assert_int_equal(second->segments, 3);
    assert_int_equal(second->segments_copied, 1);
    assert_int_equal(second->objects_copied, 2); /* raw message and record */
    g_autoptr(LodgeBackupReport) third = back_up(world);
    assert_int_equal(third->segments_copied + third->objects_copied, 0);
    assert_int_equal(third->objects, second->objects);
    assert_whole(world);
}

static void what_the_copy_has_lost_comes_again(void **state)
{
    const World *world = *state;
    lodge_backup_report_free(back_up(world));
    g_autofree char *object = first_object("the plan");
    forget(world->target, object);
    g_autoptr(LodgeBackupReport) again = back_up(world);
    assert_int_equal(again->objects_copied, 1);
    assert_whole(world);
}

static void one_that_was_broken_off_is_continued(void **state)
{
    const World *world = *state;
    lodge_backup_report_free(back_up(world));
    g_autofree char *object = first_object("the plan");
    g_autofree char *marker = in(world->target, LODGE_BACKUP_MARKER);
    assert_true(g_file_set_contents(marker, "x", 1, NULL));
    forget(world->target, object);
    forget(world->target,
           "journal/000000000001.jsonl"); /* a cut may keep the later entry */
    g_autoptr(LodgeBackupReport) report = back_up(world);
    assert_true(report->continued);
    assert_int_equal(report->segments_copied, 1);
    assert_int_equal(report->objects_copied, 1);
    assert_false(exists(world->target, LODGE_BACKUP_MARKER));
    assert_whole(world);
}

static void one_that_was_broken_off_is_not_worked_on(void **state)
{
    const World *world = *state;
    lodge_backup_report_free(back_up(world));
    g_autofree char *marker = in(world->target, LODGE_BACKUP_MARKER);
    assert_true(g_file_set_contents(marker, "x", 1, NULL));
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->target, "test", T0, &error));
    assert_non_null(strstr(error->message, "broken off"));
    LodgeVerifyReport *report =
        lodge_verify_run(world->target, FALSE, T0, NULL, NULL, NULL);
    const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, 0);
    assert_string_equal(problem->object, LODGE_BACKUP_MARKER);
    lodge_verify_report_free(report);
    assert_int_equal(g_unlink(marker), 0);
    lodge_spool_close(open_spool(world->target));
}

static void the_backup_of_another_spool_is_refused(void **state)
{
    const World *world = *state;
    g_autofree char *other = in(world->dir, "other");
    LodgeSpool *spool = open_spool(other);
    LodgeTransaction *txn = begin(spool);
    g_free(keep_at(txn, "another message", 9));
    commit(txn);
    lodge_spool_close(spool);
    assert_refused(world, other, LODGE_SPOOL_ERROR_DAMAGED, "journal/000000000001.jsonl");
    assert_false(exists(other, LODGE_BACKUP_MARKER));
    lodge_spool_close(open_spool(other));
}

static void a_backup_that_knows_more_is_refused(void **state)
{
    const World *world = *state;
    lodge_backup_report_free(back_up(world));
    forget(world->spool, "journal/000000000002.jsonl");
    assert_refused(world, world->target, LODGE_SPOOL_ERROR_DAMAGED,
                   "journal/000000000002.jsonl");
    assert_false(exists(world->target, LODGE_BACKUP_MARKER));
}

static void a_directory_in_the_spool_is_refused(void **state)
{
    const World *world = *state;
    g_autofree char *inside = in(world->spool, "backup");
    g_autofree char *deep = in(world->spool, "objects");
    g_autofree char *link = in(world->dir, "link");
    g_autofree char *through = in(link, "backup");
    assert_int_equal(symlink(deep, link), 0);
    assert_refused(world, inside, LODGE_SPOOL_ERROR_MISSING, "lies in the spool");
    assert_refused(world, world->spool, LODGE_SPOOL_ERROR_MISSING, "lies in the spool");
    assert_refused(world, deep, LODGE_SPOOL_ERROR_MISSING, "lies in the spool");
    assert_refused(world, link, LODGE_SPOOL_ERROR_MISSING, "lies in the spool");
    assert_refused(world, through, LODGE_SPOOL_ERROR_MISSING, "lies in the spool");
    assert_false(exists(world->spool, "backup"));
    assert_false(exists(deep, "backup"));
}

static void a_directory_with_other_things_is_refused(void **state)
{
    const World *world = *state;
    g_autofree char *home = in(world->dir, "home");
    g_autofree char *file = in(home, "letter.txt");
    assert_int_equal(g_mkdir(home, 0700), 0);
    assert_true(g_file_set_contents(file, "x", 1, NULL));
    assert_refused(world, home, LODGE_SPOOL_ERROR_MISSING, "neither empty nor a spool");
    assert_int_equal(count_files(home, "."), 1);
}

static void no_link_leads_out_of_the_directory(void **state)
{
    const World *world = *state;
    g_autofree char *outside = in(world->dir, "outside");
    g_autofree char *objects = in(world->target, "objects");
    g_autofree char *plan = first_object("the plan");
    g_autofree char *bucket = g_path_get_dirname(plan);
    g_autofree char *link = in(world->target, bucket);
    assert_int_equal(g_mkdir(outside, 0700), 0);
    lodge_backup_report_free(back_up(world));
    forget(world->target, plan);
    g_autofree char *moved = in(world->dir, "bucket");
    assert_int_equal(g_rename(link, moved), 0);
    assert_int_equal(symlink(outside, link), 0);
    assert_refused(world, world->target, LODGE_SPOOL_ERROR_MISSING, "is no directory");
    assert_int_equal(g_unlink(link), 0);
    g_autofree char *away = in(world->dir, "away");
    assert_int_equal(g_rename(objects, away), 0);
    assert_int_equal(symlink(outside, objects), 0);
    assert_refused(world, world->target, LODGE_SPOOL_ERROR_MISSING, "is no directory");
    assert_int_equal(count_files(outside, "."), 0);
}

static void what_the_spool_has_lost_is_told_and_the_rest_copied(void **state)
{
    const World *world = *state;
    g_autofree char *plan = first_object("the plan");
    forget(world->spool, plan);
    g_autoptr(LodgeBackupReport) report = back_up(world);
    assert_int_equal(report->problems->len, 1);
    assert_non_null(strstr(g_ptr_array_index(report->problems, 0), plan));
    assert_int_equal(report->segments_copied, 2);
    assert_int_equal(report->objects_copied, report->objects - 1);
}

static void an_altered_object_is_not_copied(void **state)
{
    const World *world = *state;
    g_autofree char *plan = first_object("the plan");
    g_autofree char *path = in(world->spool, plan);
    assert_int_equal(g_unlink(path), 0);
    assert_true(g_file_set_contents(path, "the plot", 8, NULL));
    g_autoptr(LodgeBackupReport) report = back_up(world);
    assert_int_equal(report->problems->len, 1);
    assert_false(exists(world->target, plan));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_copy_is_a_spool_of_its_own),
        CASE(a_copy_is_made_beside_a_writer),
        CASE(only_what_is_missing_is_copied),
        CASE(what_the_copy_has_lost_comes_again),
        CASE(one_that_was_broken_off_is_continued),
        CASE(one_that_was_broken_off_is_not_worked_on),
        CASE(the_backup_of_another_spool_is_refused),
        CASE(a_backup_that_knows_more_is_refused),
        CASE(a_directory_in_the_spool_is_refused),
        CASE(a_directory_with_other_things_is_refused),
        CASE(no_link_leads_out_of_the_directory),
        CASE(what_the_spool_has_lost_is_told_and_the_rest_copied),
        CASE(an_altered_object_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
