/* What was purged is nowhere, the chain verifies, and everything else is as it was. */
#include "tests/spool/support.h"

#include "spool/backup.h"
#include "spool/projection.h"
#include "spool/purge.h"
#include "spool/purged.h"
#include "spool/verify.h"

#include <sys/wait.h>

#define PERSON "jane.roe@purged.example"

typedef struct {
    char *dir;
    LodgeSpool *spool;
    char *gone, *stays; /* references */
} World;

static LodgeEvent *decided_for_person(LodgeTransaction *txn, const char *reference)
{
    LodgeEvent *event = decided(txn, reference);
    event->version = 2;
    g_free(event->from);
    event->from = g_strdup(PERSON);
    g_free(event->reading);
    event->reading = put_text(txn, "{\"reading\":\"" PERSON "\"}");
    LodgeEventDocument *document = lodge_event_document_new();
    document->name = g_strdup("Jane Roe.pdf");
    document->role = g_strdup("plan");
    document->sha256 = put_text(txn, "the plan of Jane Roe");
    document->text = put_text(txn, "the text of Jane Roe");
    g_ptr_array_add(event->documents, document);
    return event;
}

static void add_words(LodgeTransaction *txn, LodgeEventType type, const char *reference)
{
    g_autoptr(LodgeEvent) event = about_receipt(type, reference);
    event->code = g_strdup(type == LODGE_EVENT_ANSWERED ? "retry" : "note");
    event->words = g_strdup("said of Jane Roe");
    event->told = g_strdup("told to Jane Roe");
    event->actor = g_strdup("operator");
    event->retry_at_us = T0 + 60 * SECOND;
    event->smtp_code = 421;
    add(txn, event);
}

static void locate_at(LodgeTransaction *txn,
                      const char *reference,
                      const char *account,
                      const char *folder,
                      guint32 uid)
{
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_LOCATED, T0, reference);
    event->location.account = g_strdup(account);
    event->location.folder = g_strdup(folder);
    event->location.uid = uid;
    event->internaldate_us = T0;
    add(txn, event);
}

/* Everything that can be recorded of a message, with the person in it. */
static char *take_in_person(LodgeTransaction *txn)
{
    char *reference = keep_at(txn, "From: Jane Roe <" PERSON ">\r\n\r\nhello\r\n", 1);
    locate_at(txn, reference, "file", "/srv/Jane Roe/mail.eml", 0);
    locate_at(txn, reference, "file", "/srv/shared.mbox", 1);
    locate_at(txn, reference, "plans", "Archive", 9);
    g_autoptr(LodgeEvent) deferred = lodge_event_new(LODGE_EVENT_DEFERRED, T0, reference);
    deferred->code = g_strdup("reader-unavailable");
    deferred->words = g_strdup("reading Jane Roe failed");
    add(txn, deferred);
    g_autoptr(LodgeEvent) decision = decided_for_person(txn, reference);
    add(txn, decision);
    g_autoptr(LodgeEvent) receipt = owed(txn, reference);
    g_free(receipt->receipt_to);
    receipt->receipt_to = g_strdup(PERSON);
    g_free(receipt->receipt_object);
    receipt->receipt_object =
        put_text(txn, "To: " PERSON "\r\n\r\nthank you, Jane Roe\r\n");
    add(txn, receipt);
    g_autoptr(LodgeEvent) attempt = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
    add(txn, attempt);
    add_words(txn, LODGE_EVENT_ANSWERED, reference);
    add_words(txn, LODGE_EVENT_RETURNED, reference);
    add_words(txn, LODGE_EVENT_RULED, reference);
    add_words(txn, LODGE_EVENT_MARKED, reference);
    return reference;
}

static void write_tree(const World *world, const char *path, const char *who)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeProjection) tree = lodge_projection_new(path);
    g_autoptr(GBytes) bytes = g_bytes_new(who, strlen(who));
    lodge_projection_add_bytes(tree, who, bytes);
    assert_ok(lodge_projection_save(world->spool, tree, &error), error);
}

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(world->spool);
    world->gone = take_in_person(txn);
    commit(txn);
    txn = begin(world->spool);
    world->stays = take_in(txn, "From: somebody else\r\n\r\nhello\r\n", 2);
    locate_at(txn, world->stays, "file", "/srv/shared.mbox", 2);
    commit(txn);
    write_tree(world, "filed/productivity-plans-2024/E07000115-older-name/v2", "Jane Roe");
    write_tree(world, "filed/productivity-plans-2024/E07000115-name/v1", "Jo Bloggs");
    g_autofree char *held = g_build_filename("held", world->gone, NULL);
    write_tree(world, held, "Jane Roe");
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    lodge_spool_close(world->spool);
    remove_dir(world->dir);
    g_free(world->gone);
    g_free(world->stays);
    g_free(world);
    return 0;
}

static gboolean purge(const World *world, LodgeErased *erased, GError **error)
{
    const LodgePurgeOrder order = {world->gone, "address", "operator", "asked by letter"};
    return lodge_purge_run(world->spool, &order, 1, T0 + 100 * SECOND, erased, error);
}

static LodgeErased purge_well(const World *world)
{
    g_autoptr(GError) error = NULL;
    LodgeErased erased = {0};
    assert_ok(purge(world, &erased, &error), error);
    return erased;
}

/* ---- looking for what must not be there ---- */

static const char *wanted_bytes; /* nftw has no place for it */

static int
look_into(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
    (void)status;
    (void)walk;
    if (strcasestr(path, wanted_bytes) != NULL)
        fail_msg("%s is the name of %s", wanted_bytes, path);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    if (flag != FTW_F || !g_file_get_contents(path, &bytes, &size, NULL))
        return 0;
    if (memmem(bytes, size, wanted_bytes, strlen(wanted_bytes)) != NULL)
        fail_msg("%s stands in %s", wanted_bytes, path);
    return 0;
}

static void assert_nowhere(const char *dir)
{
    static const char *const all[] = {"Jane Roe", "jane.roe", "purged.example"};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        wanted_bytes = all[i];
        nftw(dir, look_into, 16, FTW_PHYS);
    }
}

static void assert_verifies(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(dir, FALSE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        fail_msg("%s: %s", problem->object, problem->problem);
    }
    assert_int_equal(report->purged, 1);
    assert_int_equal(report->orphan_objects, 0);
}

/* ---- the tests ---- */

static void what_was_purged_is_nowhere(void **state)
{
    const World *world = *state;
    LodgeErased erased = purge_well(world);
    /* the mail, its reading, document and text, its receipt; what the other message names too has stayed */
    assert_int_equal(erased.objects, 5);
    assert_true(erased.records > 8);
    assert_nowhere(world->dir);
    assert_verifies(world->dir);
    assert_index_is_true(world->spool);
}

static void the_other_message_is_as_it_was(void **state)
{
    const World *world = *state;
    purge_well(world);
    LodgeLedger *ledger = lodge_spool_ledger(world->spool);
    g_autoptr(LodgeLedgerMessage) message = get_message(ledger, world->stays);
    assert_string_equal(message->state, "decided");
    assert_string_equal(message->from, "jo.bloggs@council.example");
    assert_int_equal(message->locations->len, 2);
    const LodgeEventDocument *document = g_ptr_array_index(message->documents, 0);
    assert_true(lodge_spool_has_object(world->spool, document->sha256));
    assert_true(lodge_spool_has_object(world->spool, message->rules));
    g_autofree char *tree = g_build_filename(
        world->dir, "filed/productivity-plans-2024/E07000115-name/v1", NULL);
    assert_true(g_file_test(tree, G_FILE_TEST_IS_DIR));
}

static void assert_told(const World *world)
{
    g_autoptr(GError) error = NULL;
    LodgeLedger *ledger = lodge_spool_ledger(world->spool);
    g_autoptr(LodgeLedgerPurge) purged =
        lodge_ledger_get_purge(ledger, world->gone, &error);
    assert_ok(purged != NULL, error);
    assert_string_equal(purged->rule, "address");
    assert_string_equal(purged->actor, "operator");
    assert_string_equal(purged->reason, "asked by letter");
    assert_int_equal(purged->at_us, T0 + 100 * SECOND);
    g_autoptr(LodgeLedgerMessage) message = get_message(ledger, world->gone);
    assert_string_equal(message->state, "purged");
    assert_string_equal(message->outcome, "accepted");
    assert_string_equal(message->council, "E07000115");
    assert_int_equal(message->version, 2);
    assert_null(message->message_sha256);
    assert_int_equal(message->findings->len, 1);
    assert_int_equal(lodge_ledger_count_receipts_open(ledger, NULL, &error), 1);
    assert_null(lodge_ledger_get_purge(ledger, world->stays, &error));
    assert_null(error);
}

static void what_stays_is_told(void **state)
{
    purge_well(*state);
    assert_told(*state);
}

/* By its place while it lies there, and by its bytes wherever it turns up. */
static void it_is_known_when_it_comes_back(void **state)
{
    const World *world = *state;
    g_autoptr(LodgeLedgerMessage) before =
        get_message(lodge_spool_ledger(world->spool), world->gone);
    purge_well(world);
    g_autoptr(GError) error = NULL;
    LodgeLedger *ledger = lodge_spool_ledger(world->spool);
    g_autoptr(GArray) uids = lodge_ledger_list_uids(ledger, "plans", "INBOX", 7, &error);
    assert_int_equal(uids->len, 2);
    g_autoptr(GArray) moved = lodge_ledger_list_uids(ledger, "plans", "Archive", 0, &error);
    assert_int_equal(moved->len, 1);
    g_autofree char *known =
        lodge_ledger_find_purged(ledger, before->message_sha256, &error);
    assert_string_equal(known, world->gone);
    g_autofree char *another = g_strnfill(64, 'a');
    assert_null(lodge_ledger_find_purged(ledger, another, &error));
    assert_null(error);
    LodgeTransaction *txn = begin(world->spool);
    locate_at(txn, world->gone, "plans", "Elsewhere", 5);
    commit(txn);
    assert_index_is_true(world->spool);
    assert_verifies(world->dir);
}

/* A path that names one message's sender alone goes, one that others came from stays. */
static void a_path_of_its_own_is_not_kept(void **state)
{
    const World *world = *state;
    purge_well(world);
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(world->spool), world->gone);
    assert_int_equal(message->locations->len, 4);
    const LodgeLocation *own = g_ptr_array_index(message->locations, 1);
    const LodgeLocation *shared = g_ptr_array_index(message->locations, 2);
    assert_string_equal(own->folder, "purged-2");
    assert_string_equal(shared->folder, "/srv/shared.mbox");
}

static void an_index_made_anew_is_the_same(void **state)
{
    World *world = *state;
    purge_well(world);
    g_clear_pointer(&world->spool, lodge_spool_close);
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(world->dir, names[i], NULL);
        g_unlink(path);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(world->dir, TRUE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_true(report->repaired);
    assert_int_equal(report->problems->len, 0);
    world->spool = open_spool(world->dir);
    assert_index_is_true(world->spool);
    assert_told(world);
}

static void nothing_is_purged_twice(void **state)
{
    const World *world = *state;
    purge_well(world);
    g_autoptr(GError) error = NULL;
    LodgeErased erased;
    assert_false(purge(world, &erased, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
    assert_non_null(strstr(error->message, "purged already"));
    g_autofree char *marker = g_build_filename(world->dir, LODGE_PURGE_MARKER, NULL);
    assert_false(g_file_test(marker, G_FILE_TEST_EXISTS));
}

/* Which objects others need is known only to who has read all of their records. */
static void a_damaged_spool_is_not_purged(void **state)
{
    const World *world = *state;
    g_autofree char *path = g_build_filename(world->dir, "objects", NULL);
    g_autoptr(LodgeJournalSegment) segment =
        lodge_journal_load(world->spool->root, 2, NULL);
    g_autofree char *record = NULL;
    const char *row = g_ptr_array_index(segment->rows, 1);
    lodge_event_free(lodge_event_parse_row(row, strlen(row), &record, NULL));
    g_autofree char *file = g_strdup_printf("%s/%.2s/%s", path, record, record);
    assert_int_equal(g_unlink(file), 0);
    g_autoptr(GError) error = NULL;
    LodgeErased erased;
    assert_false(purge(world, &erased, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
    g_autoptr(LodgeLedgerMessage) still =
        get_message(lodge_spool_ledger(world->spool), world->gone);
    assert_string_equal(still->state, "decided");
}

/* Files that were put back are seen, and erased again. */
static void what_a_backup_brings_back_is_seen(void **state)
{
    const World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeJournalSegment) segment =
        lodge_journal_load(world->spool->root, 1, NULL);
    g_autofree char *record = NULL;
    const char *row = g_ptr_array_index(segment->rows, 0);
    lodge_event_free(lodge_event_parse_row(row, strlen(row), &record, NULL));
    g_autofree char *file =
        g_strdup_printf("%s/objects/%.2s/%s", world->dir, record, record);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    assert_true(g_file_get_contents(file, &bytes, &size, NULL));
    purge_well(world);
    assert_true(g_file_set_contents(file, bytes, (gssize)size, NULL));
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(world->dir, FALSE, T0, NULL, NULL, &error);
    assert_int_equal(report->problems->len, 1);
    const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, 0);
    assert_non_null(strstr(problem->problem, "was purged"));
    LodgeErased erased = {0};
    assert_ok(lodge_purge_again(world->spool, &erased, &error), error);
    assert_int_equal(erased.records, 1);
    assert_nowhere(world->dir);
    assert_verifies(world->dir);
}

static void backup_to(const World *world, const char *target, LodgeErased *erased)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeBackupReport) report =
        lodge_backup_run(world->dir, target, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_int_equal(report->problems->len, 0);
    *erased = report->erased;
}

/* A copy that had it loses it, one that is made afterwards never has it. */
static void a_backup_follows(void **state)
{
    const World *world = *state;
    char *parent = make_dir();
    g_autofree char *old = g_build_filename(parent, "old", NULL);
    g_autofree char *fresh = g_build_filename(parent, "fresh", NULL);
    LodgeErased erased;
    backup_to(world, old, &erased);
    assert_int_equal(erased.objects, 0);
    purge_well(world);
    backup_to(world, old, &erased);
    assert_int_equal(erased.objects, 5);
    backup_to(world, fresh, &erased);
    const char *const copies[] = {old, fresh};
    for (guint i = 0; i < G_N_ELEMENTS(copies); i++) {
        assert_nowhere(copies[i]);
        g_autoptr(LodgeSpool) restored = open_spool(copies[i]);
        assert_index_is_true(restored);
        assert_verifies(copies[i]);
    }
    remove_dir(parent);
}

/* ---- what a reader keeps open ---- */

static void a_reader_is_waited_for_by_name(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    LodgeLedger *reader = lodge_spool_open_ledger(world->spool, &error);
    assert_ok(lodge_ledger_execute(reader, "BEGIN", &error), error);
    assert_known(reader, world->gone);
    sqlite3_busy_timeout(world->spool->ledger->db, 1);
    LodgeErased erased;
    assert_false(purge(world, &erased, &error));
    assert_non_null(strstr(error->message, "not erased yet"));
    lodge_ledger_close(reader);
    g_clear_pointer(&world->spool, lodge_spool_close);
    world->spool = open_spool(world->dir);
    assert_nowhere(world->dir);
    assert_verifies(world->dir);
    assert_index_is_true(world->spool);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_was_purged_is_nowhere),
        CASE(the_other_message_is_as_it_was),
        CASE(what_stays_is_told),
        CASE(it_is_known_when_it_comes_back),
        CASE(a_path_of_its_own_is_not_kept),
        CASE(an_index_made_anew_is_the_same),
        CASE(nothing_is_purged_twice),
        CASE(a_damaged_spool_is_not_purged),
        CASE(what_a_backup_brings_back_is_seen),
        CASE(a_backup_follows),
        CASE(a_reader_is_waited_for_by_name),
    };
    return cmocka_run_group_tests_name("purge", tests, NULL, NULL);
}
