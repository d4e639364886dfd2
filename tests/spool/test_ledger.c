/* What the walk asks the index, and what it is told at each step of a message's life. */
#include "tests/spool/support.h"

typedef struct {
    char *dir;
    LodgeSpool *spool;
    LodgeLedger *ledger;
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->spool = open_spool(world->dir);
    world->ledger = lodge_spool_ledger(world->spool);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    assert_index_is_true(world->spool);
    lodge_spool_close(world->spool);
    remove_dir(world->dir);
    g_free(world);
    return 0;
}

static void record(const World *world, const LodgeEvent *event)
{
    LodgeTransaction *txn = begin(world->spool);
    add(txn, event);
    commit(txn);
}

static char *keep(const World *world, const char *bytes, guint32 uid)
{
    LodgeTransaction *txn = begin(world->spool);
    char *reference = keep_at(txn, bytes, uid);
    commit(txn);
    return reference;
}

static char *decide(
    const World *world, const char *bytes, guint32 uid, const char *outcome, guint version)
{
    LodgeTransaction *txn = begin(world->spool);
    char *reference = keep_at(txn, bytes, uid);
    g_autoptr(LodgeEvent) event = decided(txn, reference);
    g_free(event->outcome);
    event->outcome = g_strdup(outcome);
    event->version = version;
    add(txn, event);
    commit(txn);
    return reference;
}

static guint count_pending(const World *world, gint64 now_us)
{
    g_autoptr(GPtrArray) pending =
        lodge_ledger_list_pending(world->ledger, &DUE(now_us), NULL);
    assert_non_null(pending);
    return pending->len;
}

static void a_deferred_message_is_pending_again_when_it_is_due(void **state)
{
    World *world = *state;
    g_autofree char *reference = keep(world, "m", 1);
    assert_int_equal(count_pending(world, T0), 1);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_DEFERRED, T0, reference);
    event->code = g_strdup("reader-unavailable");
    event->words = g_strdup("the reader could not be started");
    event->attempt = 1;
    event->retry_at_us = T0 + 60 * SECOND;
    record(world, event);
    assert_int_equal(count_pending(world, T0), 0);
    assert_int_equal(count_pending(world, T0 + 60 * SECOND), 1);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    assert_string_equal(message->state, "pending");
    assert_string_equal(message->deferred_code, "reader-unavailable");
    assert_string_equal(message->deferred_words, "the reader could not be started");
    assert_int_equal(message->attempts, 1);
    assert_int_equal(message->retry_at_us, T0 + 60 * SECOND);
    assert_true(message->decided_us == LODGE_INSTANT_UNKNOWN);
}

/* The clock was a day ahead when the next try was set, and was put right. */
static void a_clock_that_was_ahead_keeps_no_message_waiting(void **state)
{
    World *world = *state;
    const gint64 day_us = 24 * 3600 * SECOND;
    const gint64 hour_us = 3600 * SECOND;
    g_autofree char *reference = keep(world, "m", 1);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_DEFERRED, T0, reference);
    event->code = g_strdup("reader-unavailable");
    event->attempt = 1;
    event->retry_at_us = T0 + day_us + 5 * SECOND;
    record(world, event);
    const struct {
        gint64 now_us;
        guint due;
    } cases[] = {{T0 + day_us, 0}, {T0 + day_us + 5 * SECOND, 1}, {T0, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const LodgeLedgerDue due = {cases[i].now_us, cases[i].now_us + hour_us};
        g_autoptr(GPtrArray) pending = lodge_ledger_list_pending(world->ledger, &due, NULL);
        assert_int_equal(pending->len, cases[i].due);
    }
}

/* What is due has been taken up; only what will be due says when to look again. */
static void the_next_due_message_is_one_that_is_not_due_yet(void **state)
{
    World *world = *state;
    gint64 due_us = 0;
    g_autofree char *first = keep(world, "m1", 1);
    assert_non_null(first);
    g_autofree char *second = keep(world, "m2", 2);
    assert_true(lodge_ledger_find_pending_due(world->ledger, T0, &due_us, NULL));
    assert_true(due_us == LODGE_INSTANT_UNKNOWN);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_DEFERRED, T0, second);
    event->code = g_strdup("reader-unavailable");
    event->retry_at_us = T0 + 5 * SECOND;
    record(world, event);
    assert_true(lodge_ledger_find_pending_due(world->ledger, T0, &due_us, NULL));
    assert_true(due_us == T0 + 5 * SECOND);
    assert_true(
        lodge_ledger_find_pending_due(world->ledger, T0 + 5 * SECOND, &due_us, NULL));
    assert_true(due_us == LODGE_INSTANT_UNKNOWN);
}

static void
answer(const World *world, const char *reference, const char *code, gint64 retry_at_us)
{
    g_autoptr(LodgeEvent) attempted = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
    record(world, attempted);
    if (code == NULL)
        return;
    g_autoptr(LodgeEvent) answered = about_receipt(LODGE_EVENT_ANSWERED, reference);
    answered->code = g_strdup(code);
    answered->smtp_code = 451;
    answered->words = g_strdup("451 later");
    answered->retry_at_us = retry_at_us;
    record(world, answered);
}

/* What is due at T0 + 10 s and T0 + 10000 s after one attempt that ended so. */
static void a_receipt_is_due_until_it_is_at_an_end(void **state)
{
    World *world = *state;
    const struct {
        const char *code;
        gint64 retry_at_us;
        guint due_soon, due_later;
        const char *state;
    } cases[] = {
        {NULL, 0, 1, 1, "attempted"},
        {"sent", 0, 0, 0, "sent"},
        {"refused", T0 + 600 * SECOND, 0, 0, "refused"},
        {"retry", T0 + 600 * SECOND, 0, 1, "retry"},
        {"unknown", T0 + 600 * SECOND, 0, 1, "unknown"},
        {"unknown", 0, 0, 0, "unknown"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *bytes = g_strdup_printf("mail %u", i);
        LodgeTransaction *txn = begin(world->spool);
        g_autofree char *reference = take_in(txn, bytes, i + 1);
        commit(txn);
        answer(world, reference, cases[i].code, cases[i].retry_at_us);
        g_autoptr(GPtrArray) soon =
            lodge_ledger_list_receipts_due(world->ledger, &DUE(T0 + 10 * SECOND), NULL);
        g_autoptr(GPtrArray) later =
            lodge_ledger_list_receipts_due(world->ledger, &DUE(T0 + 10000 * SECOND), NULL);
        assert_int_equal(soon->len, cases[i].due_soon);
        assert_int_equal(later->len, cases[i].due_later);
        gint64 due_us = 0;
        assert_int_equal(lodge_ledger_count_receipts_open(world->ledger, &due_us, NULL),
                         later->len);
        if (later->len > 0)
            assert_int_equal(((LodgeLedgerReceipt *)g_ptr_array_index(later, 0))->due_us,
                             due_us);
        else
            assert_true(due_us == LODGE_INSTANT_UNKNOWN);
        g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(message->receipts, 0);
        assert_string_equal(receipt->state, cases[i].state);
        assert_int_equal(receipt->attempts, 1);
        answer(world, reference, "sent", 0);
    }
}

static void a_clock_that_was_ahead_keeps_no_receipt_waiting(void **state)
{
    World *world = *state;
    const gint64 day_us = 24 * 3600 * SECOND;
    const LodgeLedgerDue before = {T0 - day_us, T0 - day_us + 3600 * SECOND};
    LodgeTransaction *txn = begin(world->spool);
    g_autofree char *owed = take_in(txn, "m1", 1);
    assert_non_null(owed);
    g_autofree char *cut_off = take_in(txn, "m2", 2);
    g_autofree char *to_retry = take_in(txn, "m3", 3);
    commit(txn);
    answer(world, cut_off, NULL, 0);
    answer(world, to_retry, "retry", T0 + 600 * SECOND);
    g_autoptr(GPtrArray) due = lodge_ledger_list_receipts_due(world->ledger, &before, NULL);
    assert_int_equal(due->len, 3);
}

static void the_first_report_that_a_receipt_came_back_counts(void **state)
{
    World *world = *state;
    LodgeTransaction *txn = begin(world->spool);
    g_autofree char *reference = take_in(txn, "returned", 10);
    commit(txn);
    answer(world, reference, "sent", 0);
    static const char *const words[] = {"5.1.1 no such user", "5.2.2 full"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(LodgeEvent) returned = about_receipt(LODGE_EVENT_RETURNED, reference);
        returned->at_us += i * SECOND;
        returned->words = g_strdup(words[i]);
        record(world, returned);
    }
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    const LodgeLedgerReceipt *receipt = g_ptr_array_index(message->receipts, 0);
    assert_string_equal(receipt->state, "sent");
    assert_true(receipt->returned_us == T0 + 2 * SECOND);
    assert_string_equal(receipt->returned_words, words[0]);
}

/* The server was down as a whole: the attempt says nothing about the receipt. */
static void the_result_says_how_many_attempts_count(void **state)
{
    World *world = *state;
    LodgeTransaction *txn = begin(world->spool);
    g_autofree char *reference = take_in(txn, "counted", 9);
    commit(txn);
    g_autoptr(LodgeEvent) attempted = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
    attempted->attempt = 1;
    g_autoptr(LodgeEvent) answered = about_receipt(LODGE_EVENT_ANSWERED, reference);
    answered->code = g_strdup("retry");
    answered->attempt = 0;
    answered->retry_at_us = T0 + 600 * SECOND;
    record(world, attempted);
    record(world, answered);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    const LodgeLedgerReceipt *receipt = g_ptr_array_index(message->receipts, 0);
    assert_string_equal(receipt->state, "retry");
    assert_int_equal(receipt->attempts, 0);
}

/* ---- the order of the outbox, and how often somebody was answered ---- */

typedef struct {
    const char *id; /* what follows the reference: ".1" */
    const char *kind, *to, *council;
    gint64 owed_us;
} Owed;

/* A message of its own that owes this receipt; the receipt's id. */
static char *owe(const World *world, guint32 uid, const Owed *wanted)
{
    g_autofree char *bytes = g_strdup_printf("owes %u", uid);
    LodgeTransaction *txn = begin(world->spool);
    g_autofree char *reference = keep_at(txn, bytes, uid);
    g_autoptr(LodgeEvent) decision = decided(txn, reference);
    g_free(decision->council);
    decision->council = g_strdup(wanted->council);
    add(txn, decision);
    g_autoptr(LodgeEvent) event = owed(txn, reference);
    event->at_us = wanted->owed_us;
    g_free(event->receipt);
    event->receipt = g_strconcat(reference, wanted->id, NULL);
    g_free(event->receipt_kind);
    event->receipt_kind = g_strdup(wanted->kind);
    g_free(event->receipt_to);
    event->receipt_to = g_strdup(wanted->to);
    add(txn, event);
    commit(txn);
    return g_strdup(event->receipt);
}

static void attempt(const World *world, const char *receipt, const char *code, gint64 at_us)
{
    g_autofree char *reference = g_strndup(receipt, strlen(receipt) - 2);
    g_autoptr(LodgeEvent) attempted =
        lodge_event_new(LODGE_EVENT_ATTEMPTED, at_us, reference);
    attempted->receipt = g_strdup(receipt);
    attempted->attempt = 1;
    record(world, attempted);
    if (code == NULL)
        return;
    g_autoptr(LodgeEvent) answered =
        lodge_event_new(LODGE_EVENT_ANSWERED, at_us, reference);
    answered->receipt = g_strdup(receipt);
    answered->attempt = 1;
    answered->code = g_strdup(code);
    answered->retry_at_us = at_us;
    record(world, answered);
}

static void first_receipts_go_before_all_others_and_each_class_by_due_time(void **state)
{
    World *world = *state;
    const struct {
        Owed owed;
        guint place;
    } cases[] = {
        {{".2", "reminder", "a@x.example", NULL, T0 + 1}, 6},
        {{".3", "correction", "a@x.example", NULL, T0 + 2}, 5},
        {{".2", "decision", "a@x.example", NULL, T0 + 9}, 4},
        {{".2", "decision", "a@x.example", NULL, T0 + 3}, 3},
        {{".1", "received", "a@x.example", NULL, T0 + 8}, 1},
        {{".1", "decision", "a@x.example", NULL, T0 + 7}, 0},
        {{".1", "received", "a@x.example", NULL, T0 + 8}, 2},
        {{".1", "whatever", "a@x.example", NULL, T0}, 8},
        {{".1", "reminder", "a@x.example", NULL, T0 + 5}, 7},
    };
    g_auto(GStrv) expected = g_new0(char *, G_N_ELEMENTS(cases) + 1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *id = owe(world, i + 1, &cases[i].owed);
        expected[cases[i].place] = id;
    }
    g_autoptr(GPtrArray) due =
        lodge_ledger_list_receipts_due(world->ledger, &DUE(T0 + SECOND), NULL);
    assert_int_equal(due->len, G_N_ELEMENTS(cases));
    for (guint i = 0; i < due->len; i++) {
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(due, i);
        assert_string_equal(receipt->id, expected[i]);
    }
}

/* A hundred that no server takes, due since yesterday; and two councils that have just written. */
static void a_backlog_of_retries_and_fresh_receipts_take_turns(void **state)
{
    World *world = *state;
    const Owed old = {".1", "received", "a@x.example", NULL, T0};
    const Owed fresh = {".1", "received", "b@y.example", NULL, T0 + 1000 * SECOND};
    for (guint32 uid = 1; uid <= 100; uid++) {
        g_autofree char *id = owe(world, uid, &old);
        attempt(world, id, "retry", T0 + uid * SECOND);
    }
    g_autofree char *first = owe(world, 101, &fresh);
    g_autofree char *second = owe(world, 102, &fresh);
    g_autoptr(GPtrArray) due =
        lodge_ledger_list_receipts_due(world->ledger, &DUE(T0 + 2000 * SECOND), NULL);
    assert_int_equal(due->len, 102);
    const LodgeLedgerReceipt *at[4];
    for (guint i = 0; i < 4; i++)
        at[i] = g_ptr_array_index(due, i);
    assert_string_equal(at[0]->id, first);
    assert_int_equal(at[1]->due_us, T0 + 1 * SECOND);
    assert_string_equal(at[2]->id, second);
    assert_int_equal(at[3]->due_us, T0 + 2 * SECOND);
}

static guint count_answers(const World *world,
                           LodgeLedgerAnswered whom,
                           const char *name,
                           gint64 since_us)
{
    g_autoptr(GError) error = NULL;
    guint count = 4711;
    assert_ok(
        lodge_ledger_count_answers(world->ledger, whom, name, since_us, &count, &error),
        error);
    return count;
}

static void answers_are_counted_by_address_domain_and_council(void **state)
{
    World *world = *state;
    const Owed owed[] = {
        {".1", "received", "Officer@One.example", "E07000001", T0 + 1},
        {".1", "decision", "officer@one.example", "E07000001", T0 + 2},
        {".1", "decision", "other@one.EXAMPLE", "E07000001", T0 + 3},
        {".1", "decision", "clerk@shared.example", "E07000001", T0 + 4},
        {".1", "decision", "clerk@shared.example", "E07000002", T0 + 5},
        {".1", "received", "clerk@shared.example", NULL, T0 + 6},
        {".1", "received", "who@stranger.example", NULL, T0 + 7},
        {".1", "received", "who@stranger.example", NULL, T0 + 8},
        {".2", "decision", "officer@one.example", "E07000001", T0 + 9},
        {".1", "reminder", "officer@one.example", "E07000001", T0 + 9},
    };
    for (guint i = 0; i < G_N_ELEMENTS(owed); i++)
        g_free(owe(world, i + 1, &owed[i]));
    const struct {
        const char *name;
        LodgeLedgerAnswered whom;
        const char *of;
        gint64 since_us;
        guint expected;
    } cases[] = {
        {"an address, whatever its case, without the first for its council",
         LODGE_LEDGER_TO_ADDRESS, "OFFICER@one.example", T0, 1},
        {"its domain", LODGE_LEDGER_TO_DOMAIN, "One.Example", T0, 2},
        {"its council, all of them", LODGE_LEDGER_FOR_COUNCIL, "E07000001", T0, 4},
        {"who sends for two councils", LODGE_LEDGER_TO_ADDRESS, "clerk@shared.example", T0,
         1},
        {"the other council", LODGE_LEDGER_FOR_COUNCIL, "E07000002", T0, 1},
        {"a stranger", LODGE_LEDGER_TO_ADDRESS, "who@stranger.example", T0, 2},
        {"exactly an hour ago is an hour ago", LODGE_LEDGER_TO_ADDRESS,
         "who@stranger.example", T0 + 7, 1},
        {"nobody", LODGE_LEDGER_TO_ADDRESS, "ten@shared.example", T0, 0},
        {"a domain above", LODGE_LEDGER_TO_DOMAIN, "example", T0, 0},
        {"no council of ours", LODGE_LEDGER_FOR_COUNCIL, "E07000009", T0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint count = count_answers(world, cases[i].whom, cases[i].of, cases[i].since_us);
        if (count != cases[i].expected)
            fail_msg("%s: %u", cases[i].name, count);
    }
}

/* Decisions of one batch see each other. */
static void an_answer_owed_in_this_transaction_counts_already(void **state)
{
    World *world = *state;
    LodgeTransaction *txn = begin(world->spool);
    g_free(take_in(txn, "one", 1));
    g_free(take_in(txn, "two", 2));
    assert_int_equal(
        count_answers(world, LODGE_LEDGER_TO_ADDRESS, "jo.bloggs@council.example", T0), 1);
    assert_int_equal(count_answers(world, LODGE_LEDGER_FOR_COUNCIL, "E07000115", T0), 2);
    commit(txn);
}

static void what_left_or_may_have_left_is_counted_by_when(void **state)
{
    World *world = *state;
    const Owed owed = {".1", "decision", "a@x.example", NULL, T0};
    const struct {
        const char *code; /* NULL: no answer yet */
        gint64 at_us;
        guint expected; /* in all so far, since T0 */
    } cases[] = {
        {"sent", T0 + 10, 1},    {"sent", T0, 1},         {"retry", T0 + 20, 1},
        {"refused", T0 + 20, 1}, {"unknown", T0 + 20, 2}, {NULL, T0 + 30, 3},
        {NULL, T0 - 30, 3},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = owe(world, i + 1, &owed);
        attempt(world, id, cases[i].code, cases[i].at_us);
        guint gone = 0;
        assert_true(lodge_ledger_count_receipts_gone(world->ledger, T0, &gone, NULL));
        assert_int_equal(gone, cases[i].expected);
    }
}

static void a_message_says_whether_it_may_be_answered(void **state)
{
    World *world = *state;
    LodgeTransaction *txn = begin(world->spool);
    g_autofree char *reference = keep_at(txn, "capped", 1);
    g_autoptr(LodgeEvent) event = decided(txn, reference);
    event->may_answer = g_strdup("council-capped");
    add(txn, event);
    commit(txn);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    assert_string_equal(message->may_answer, "council-capped");
    g_autofree char *older = decide(world, "older", 2, "held", 0);
    g_autoptr(LodgeLedgerMessage) silent = get_message(world->ledger, older);
    assert_null(silent->may_answer);
}

static void an_answer_to_a_receipt_that_is_not_owed_is_refused(void **state)
{
    World *world = *state;
    g_autofree char *reference = keep(world, "m", 1);
    g_autoptr(LodgeEvent) event = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
    LodgeTransaction *txn = begin(world->spool);
    g_autoptr(GError) error = NULL;
    assert_false(lodge_transaction_add(txn, event, &error));
    assert_non_null(strstr(error->message, "owed"));
    lodge_transaction_rollback(txn);
    g_clear_error(&error);
    txn = begin(world->spool);
    g_free(event->reference);
    event->reference = g_strdup("PP24-000099-X");
    assert_false(lodge_transaction_add(txn, event, &error));
    assert_non_null(strstr(error->message, "no such message"));
    lodge_transaction_rollback(txn);
}

static guint count_unmarked(const World *world, guint32 uidvalidity)
{
    g_autoptr(GPtrArray) marks =
        lodge_ledger_list_unmarked(world->ledger, "plans", "INBOX", uidvalidity, NULL);
    assert_non_null(marks);
    return marks->len;
}

static void only_decided_messages_are_to_be_marked_each_location_once(void **state)
{
    World *world = *state;
    g_free(keep(world, "pending", 1));
    g_autofree char *reference = decide(world, "decided", 2, "accepted", 1);
    assert_int_equal(count_unmarked(world, 7), 1);
    assert_int_equal(count_unmarked(world, 8), 0);
    g_autoptr(LodgeEvent) located = lodge_event_new(LODGE_EVENT_LOCATED, T0, reference);
    located->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, 3};
    record(world, located);
    assert_int_equal(count_unmarked(world, 7), 2);
    g_autoptr(LodgeEvent) marked = lodge_event_new(LODGE_EVENT_MARKED, T0, reference);
    marked->code = g_strdup("keyword");
    marked->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, 2};
    record(world, marked);
    assert_int_equal(count_unmarked(world, 7), 1);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    assert_true(message->marked);
}

static void known_uids_are_sorted_and_per_epoch(void **state)
{
    World *world = *state;
    const guint32 uids[] = {9, 3, 4000000000u, 5};
    for (guint i = 0; i < G_N_ELEMENTS(uids); i++) {
        g_autofree char *bytes = g_strdup_printf("mail %u", i);
        g_free(keep(world, bytes, uids[i]));
    }
    /* Other bytes at a place that is known: one UID, two messages. */
    g_free(keep(world, "rendered anew", 5));
    g_autoptr(GArray) known =
        lodge_ledger_list_uids(world->ledger, "plans", "INBOX", 7, NULL);
    const guint32 expected[] = {3, 5, 9, 4000000000u};
    assert_int_equal(known->len, G_N_ELEMENTS(expected));
    assert_memory_equal(known->data, expected, sizeof expected);
    g_autoptr(GArray) other =
        lodge_ledger_list_uids(world->ledger, "plans", "INBOX", 8, NULL);
    assert_int_equal(other->len, 0);
}

static void the_same_file_taken_twice_is_one_location(void **state)
{
    World *world = *state;
    g_autofree char *reference = keep(world, "m", 1);
    g_autoptr(LodgeEvent) located = lodge_event_new(LODGE_EVENT_LOCATED, T0, reference);
    located->location = (LodgeLocation){g_strdup("file"), g_strdup("/tmp/a.eml"), 0, 0};
    record(world, located);
    record(world, located);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    assert_int_equal(message->locations->len, 2);
}

static void a_mailbox_remembers_its_last_pass_and_its_epochs(void **state)
{
    World *world = *state;
    const guint32 epochs[] = {5, 6, 5};
    for (guint i = 0; i < G_N_ELEMENTS(epochs); i++) {
        g_autoptr(LodgeEvent) event =
            lodge_event_new(LODGE_EVENT_PASSED, T0 + (gint64)i * SECOND, NULL);
        event->account = g_strdup("plans");
        event->complete = TRUE;
        event->folders =
            g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_folder_free);
        LodgeEventFolder *folder = lodge_event_folder_new("INBOX");
        folder->uidvalidity = epochs[i];
        folder->present = i + 10;
        g_ptr_array_add(event->folders, folder);
        record(world, event);
    }
    g_autoptr(GPtrArray) passes = lodge_ledger_list_passes(world->ledger, NULL);
    assert_int_equal(passes->len, 1);
    const LodgeLedgerPass *pass = g_ptr_array_index(passes, 0);
    assert_int_equal(pass->at_us, T0 + 2 * SECOND);
    assert_true(pass->complete);
    assert_int_equal(((LodgeEventFolder *)g_ptr_array_index(pass->folders, 0))->present,
                     12);
    g_autoptr(GArray) seen =
        lodge_ledger_list_epochs(world->ledger, "plans", "INBOX", NULL);
    assert_int_equal(seen->len, 2);
    assert_int_equal(g_array_index(seen, guint32, 0), 6);
    assert_int_equal(g_array_index(seen, guint32, 1), 5);
}

static void record_look(
    World *world, guint32 uidvalidity, gint64 looked_us, guint32 uidnext, guint64 unseen)
{
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_PASSED, T0, NULL);
    event->account = g_strdup("plans");
    event->folders =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_folder_free);
    LodgeEventFolder *folder = lodge_event_folder_new("INBOX");
    folder->uidvalidity = uidvalidity;
    folder->uidnext = uidnext;
    folder->vanished = 3;
    folder->looked_us = looked_us;
    folder->unseen = unseen;
    folder->unseen_uids = unseen > 0 ? g_strdup("10-11") : NULL;
    folder->unseen_since_us = unseen > 0 ? T0 : LODGE_INSTANT_UNKNOWN;
    g_ptr_array_add(event->folders, folder);
    record(world, event);
}

static void
the_last_look_is_remembered_per_epoch_and_outlives_a_pass_without_one(void **state)
{
    World *world = *state;
    gint64 earliest_us = 0;
    assert_true(lodge_ledger_get_earliest_look(world->ledger, "plans", &earliest_us, NULL));
    assert_int_equal(earliest_us, LODGE_INSTANT_UNKNOWN);
    record_look(world, 7, T0 + SECOND, 10, 0);
    record_look(world, 8, T0 + 2 * SECOND, 4, 0);
    record_look(world, 7, LODGE_INSTANT_UNKNOWN, 99, 0); /* did not come to its end */
    g_autoptr(LodgeEvent) elsewhere = lodge_event_new(LODGE_EVENT_PASSED, T0, NULL);
    elsewhere->account = g_strdup("plans");
    record(world, elsewhere);
    LodgeLedgerLook look;
    assert_true(lodge_ledger_get_look(world->ledger, "plans", "INBOX", 7, &look, NULL));
    assert_int_equal(look.at_us, T0 + SECOND);
    assert_int_equal(look.uidnext, 10);
    assert_int_equal(look.vanished, 3);
    assert_true(lodge_ledger_get_look(world->ledger, "plans", "INBOX", 8, &look, NULL));
    assert_int_equal(look.uidnext, 4);
    assert_true(lodge_ledger_get_look(world->ledger, "plans", "INBOX", 9, &look, NULL));
    assert_int_equal(look.at_us, LODGE_INSTANT_UNKNOWN);
    assert_true(lodge_ledger_get_earliest_look(world->ledger, "plans", &earliest_us, NULL));
    assert_int_equal(earliest_us, T0 + SECOND);
}

static void arrivals_are_what_was_kept_since_and_where_it_was_first(void **state)
{
    World *world = *state;
    g_free(keep(world, "before", 1));
    record_look(world, 7, T0 + SECOND, 10, 0);
    LodgeLedgerLook look;
    assert_true(lodge_ledger_get_look(world->ledger, "plans", "INBOX", 7, &look, NULL));
    g_autofree char *reference = keep(world, "after", 2);
    g_autoptr(LodgeEvent) located = lodge_event_new(LODGE_EVENT_LOCATED, T0, reference);
    located->location = (LodgeLocation){g_strdup("plans"), g_strdup("Trash"), 3, 1};
    record(world, located);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    g_autoptr(GPtrArray) arrivals = lodge_ledger_list_arrivals(
        world->ledger, message->location.account, look.seq, NULL);
    assert_int_equal(arrivals->len, 1);
    const LodgeLedgerArrival *arrival = g_ptr_array_index(arrivals, 0);
    assert_string_equal(arrival->message_sha256, message->message_sha256);
    assert_string_equal(arrival->folder, message->location.folder);
    assert_true(arrival->seq > look.seq);
    g_autoptr(GPtrArray) others =
        lodge_ledger_list_arrivals(world->ledger, "other", look.seq, NULL);
    assert_int_equal(others->len, 0);
}

static void what_came_and_went_stays_told_when_later_passes_are_clean(void **state)
{
    World *world = *state;
    record_look(world, 7, T0 + SECOND, 12, 2);
    record_look(world, 7, T0 + 2 * SECOND, 13, 1);
    record_look(world, 7, T0 + 3 * SECOND, 13, 0);
    g_autoptr(GPtrArray) all = lodge_ledger_list_unseen(world->ledger, T0, NULL);
    assert_int_equal(all->len, 2);
    const LodgeLedgerUnseen *latest = g_ptr_array_index(all, 0);
    assert_int_equal(latest->count, 1);
    assert_int_equal(latest->until_us, T0 + 2 * SECOND);
    const LodgeLedgerUnseen *first = g_ptr_array_index(all, 1);
    assert_string_equal(first->account, "plans");
    assert_string_equal(first->folder, "INBOX");
    assert_int_equal(first->uidvalidity, 7);
    assert_int_equal(first->count, 2);
    assert_string_equal(first->uids, "10-11");
    assert_int_equal(first->since_us, T0);
    g_autoptr(GPtrArray) late =
        lodge_ledger_list_unseen(world->ledger, T0 + 2 * SECOND, NULL);
    assert_int_equal(late->len, 1);
}

static void history_is_what_was_decided_before_and_is_no_duplicate(void **state)
{
    World *world = *state;
    g_autofree char *first = decide(world, "1", 1, "accepted", 1);
    g_free(decide(world, "2", 2, "duplicate", 0));
    g_autofree char *third = decide(world, "3", 3, "held", 0);
    g_autofree char *fourth = decide(world, "4", 4, "not-a-submission", 0);
    const char *call = "productivity-plans-2024";
    g_autoptr(GPtrArray) same =
        lodge_ledger_list_same_content(world->ledger, call, "key-1", fourth, NULL);
    assert_int_equal(same->len, 2);
    const LodgeLedgerPast *past = g_ptr_array_index(same, 0);
    assert_string_equal(past->reference, first);
    assert_int_equal(g_strv_length(past->document_sha256s), 1);
    assert_true(lodge_digest_is_valid(past->document_sha256s[0]));
    g_autoptr(GPtrArray) council =
        lodge_ledger_list_council(world->ledger, call, "E07000115", third, NULL);
    assert_int_equal(council->len, 1);
    g_autoptr(GPtrArray) all =
        lodge_ledger_list_council(world->ledger, call, "E07000115", NULL, NULL);
    assert_int_equal(all->len, 2);
    g_autoptr(GPtrArray) other =
        lodge_ledger_list_council(world->ledger, "another-call", "E07000115", NULL, NULL);
    assert_int_equal(other->len, 0);
}

static void a_later_decision_replaces_and_is_projected_anew(void **state)
{
    World *world = *state;
    g_autofree char *reference = decide(world, "1", 1, "held", 0);
    g_autoptr(LodgeEvent) projected = lodge_event_new(LODGE_EVENT_PROJECTED, T0, reference);
    record(world, projected);
    g_autoptr(GPtrArray) none = lodge_ledger_list_unprojected(world->ledger, NULL);
    assert_int_equal(none->len, 0);
    LodgeTransaction *txn = begin(world->spool);
    g_autoptr(LodgeEvent) event = decided(txn, reference);
    g_ptr_array_set_size(event->findings, 0);
    add(txn, event);
    commit(txn);
    g_autoptr(GPtrArray) one = lodge_ledger_list_unprojected(world->ledger, NULL);
    assert_int_equal(one->len, 1);
    g_autoptr(LodgeLedgerMessage) message = get_message(world->ledger, reference);
    assert_string_equal(message->outcome, "accepted");
    assert_int_equal(message->findings->len, 0);
    assert_int_equal(message->documents->len, 1);
    g_autoptr(GPtrArray) lines = lodge_ledger_list_timeline(world->ledger, reference, NULL);
    const char *const expected[][2] = {{"kept", "productivity-plans-2024"},
                                       {"decided", "held, on-time"},
                                       {"projected", NULL},
                                       {"decided", "accepted, on-time"}};
    assert_int_equal(lines->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < lines->len; i++) {
        const LodgeLedgerLine *line = g_ptr_array_index(lines, i);
        assert_string_equal(line->type, expected[i][0]);
        assert_true(g_strcmp0(line->words, expected[i][1]) == 0);
    }
}

typedef struct {
    LodgeLedger *ledger;
    GString *references;
    guint limit;
} Visit;

static gboolean visit(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)error;
    Visit *into = data;
    g_string_append_printf(into->references, "%.11s ", message->reference);
    /* Asking the same handle in between disturbs nothing. */
    g_autoptr(LodgeLedgerMessage) same = get_message(into->ledger, message->reference);
    assert_int_equal(same->locations->len, message->locations->len);
    return --into->limit > 0;
}

static void visits_are_in_order_and_filtered(void **state)
{
    World *world = *state;
    g_free(decide(world, "1", 1, "held", 0));
    g_free(keep(world, "2", 2));
    g_free(decide(world, "3", 3, "accepted", 1));
    const struct {
        LodgeLedgerFilter filter;
        guint limit;
        const char *expected;
    } cases[] = {
        {{NULL, NULL, NULL, NULL}, 10, "PP24-000001 PP24-000002 PP24-000003 "},
        {{NULL, "pending", NULL, NULL}, 10, "PP24-000002 "},
        {{NULL, NULL, "held", NULL}, 10, "PP24-000001 "},
        {{NULL, NULL, NULL, "E07000115"}, 10, "PP24-000001 PP24-000003 "},
        {{"another", NULL, NULL, NULL}, 10, ""},
        {{NULL, NULL, NULL, NULL}, 2, "PP24-000001 PP24-000002 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) references = g_string_new(NULL);
        Visit into = {world->ledger, references, cases[i].limit};
        g_autoptr(GError) error = NULL;
        assert_ok(lodge_ledger_visit_messages(world->ledger, &cases[i].filter, visit, &into,
                                              &error),
                  error);
        assert_string_equal(references->str, cases[i].expected);
    }
}

static gboolean refuse(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)data;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO, "no %s",
                message->reference);
    return FALSE;
}

static void a_visitors_error_is_handed_on(void **state)
{
    World *world = *state;
    g_autofree char *reference = keep(world, "1", 1);
    g_autoptr(GError) error = NULL;
    assert_false(lodge_ledger_visit_messages(world->ledger, NULL, refuse, NULL, &error));
    assert_non_null(strstr(error->message, reference));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_deferred_message_is_pending_again_when_it_is_due),
        CASE(a_clock_that_was_ahead_keeps_no_message_waiting),
        CASE(the_next_due_message_is_one_that_is_not_due_yet),
        CASE(a_clock_that_was_ahead_keeps_no_receipt_waiting),
        CASE(a_receipt_is_due_until_it_is_at_an_end),
        CASE(the_result_says_how_many_attempts_count),
        CASE(the_first_report_that_a_receipt_came_back_counts),
        CASE(first_receipts_go_before_all_others_and_each_class_by_due_time),
        CASE(a_backlog_of_retries_and_fresh_receipts_take_turns),
        CASE(answers_are_counted_by_address_domain_and_council),
        CASE(an_answer_owed_in_this_transaction_counts_already),
        CASE(what_left_or_may_have_left_is_counted_by_when),
        CASE(a_message_says_whether_it_may_be_answered),
        CASE(an_answer_to_a_receipt_that_is_not_owed_is_refused),
        CASE(only_decided_messages_are_to_be_marked_each_location_once),
        CASE(known_uids_are_sorted_and_per_epoch),
        CASE(the_same_file_taken_twice_is_one_location),
        CASE(a_mailbox_remembers_its_last_pass_and_its_epochs),
        CASE(the_last_look_is_remembered_per_epoch_and_outlives_a_pass_without_one),
        CASE(arrivals_are_what_was_kept_since_and_where_it_was_first),
        CASE(what_came_and_went_stays_told_when_later_passes_are_clean),
        CASE(history_is_what_was_decided_before_and_is_no_duplicate),
        CASE(a_later_decision_replaces_and_is_projected_anew),
        CASE(visits_are_in_order_and_filtered),
        CASE(a_visitors_error_is_handed_on),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
