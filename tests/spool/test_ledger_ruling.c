/* What persons ruled, as the index tells it, live and rebuilt. */
#include "tests/spool/support.h"

#include "spool/spool_internal.h"

static LodgeEvent *ruled(const char *reference, const char *action)
{
    LodgeEvent *event = lodge_event_new(LODGE_EVENT_RULED, T0 + 9 * SECOND, reference);
    event->code = g_strdup(action);
    event->actor = g_strdup("alice");
    event->words = g_strdup("rang the council");
    return event;
}

static void a_ruling_is_told_with_who_and_why(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = take_in(txn, "m", 1);
    g_autoptr(LodgeEvent) event = ruled(reference, "accept");
    event->council = g_strdup("E07000115");
    event->timeliness = g_strdup("on-time");
    event->told = g_strdup("We had the wrong address on our list.");
    add(txn, event);
    g_autoptr(LodgeEvent) note = ruled(reference, "note");
    add(txn, note);
    commit(txn);
    g_autoptr(GPtrArray) rulings =
        lodge_ledger_list_rulings(lodge_spool_ledger(spool), reference, NULL);
    assert_int_equal(rulings->len, 2);
    const LodgeLedgerRuling *first = g_ptr_array_index(rulings, 0);
    assert_string_equal(first->action, "accept");
    assert_string_equal(first->council, "E07000115");
    assert_string_equal(first->timeliness, "on-time");
    assert_string_equal(first->actor, "alice");
    assert_string_equal(first->reason, "rang the council");
    assert_string_equal(first->told, "We had the wrong address on our list.");
    assert_int_equal(first->at_us, T0 + 9 * SECOND);
    const LodgeLedgerRuling *second = g_ptr_array_index(rulings, 1);
    assert_string_equal(second->action, "note");
    assert_null(second->told);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
    remove_dir(dir);
}

/* "resend" makes a receipt that was at an end due again. */
static void a_receipt_that_is_sent_again_is_due_at_once(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = take_in(txn, "m", 1);
    g_autoptr(LodgeEvent) attempted = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
    g_autoptr(LodgeEvent) answered = about_receipt(LODGE_EVENT_ANSWERED, reference);
    answered->code = g_strdup("sent");
    answered->attempt = 1;
    add(txn, attempted);
    add(txn, answered);
    commit(txn);
    LodgeLedger *ledger = lodge_spool_ledger(spool);
    g_autoptr(GPtrArray) before =
        lodge_ledger_list_receipts_due(ledger, &DUE(T0 + 100 * SECOND), NULL);
    assert_int_equal(before->len, 0);
    txn = begin(spool);
    g_autoptr(LodgeEvent) event = ruled(reference, "resend");
    event->receipt = g_strdup(answered->receipt);
    add(txn, event);
    commit(txn);
    g_autoptr(GPtrArray) after =
        lodge_ledger_list_receipts_due(ledger, &DUE(T0 + 100 * SECOND), NULL);
    assert_int_equal(after->len, 1);
    const LodgeLedgerReceipt *receipt = g_ptr_array_index(after, 0);
    assert_string_equal(receipt->id, answered->receipt);
    assert_int_equal(receipt->attempts, 0);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
    remove_dir(dir);
}

/* The courier was at it when "resend" was ordered: its result is that of the sending before. */
static void what_is_to_be_sent_again_while_it_is_sent_is_due_afterwards(void **state)
{
    (void)state;
    const char *const results[] = {"sent", "refused", "retry", "unknown"};
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        char *dir = make_dir();
        LodgeSpool *spool = open_spool(dir);
        LodgeTransaction *txn = begin(spool);
        g_autofree char *reference = take_in(txn, "m", 1);
        g_autoptr(LodgeEvent) attempted = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
        attempted->attempt = 7;
        g_autoptr(LodgeEvent) resend = ruled(reference, "resend");
        resend->receipt = g_strdup(attempted->receipt);
        g_autoptr(LodgeEvent) answered = about_receipt(LODGE_EVENT_ANSWERED, reference);
        answered->code = g_strdup(results[i]);
        answered->attempt = 7;
        answered->retry_at_us = T0 + 9000 * SECOND;
        add(txn, attempted);
        add(txn, resend);
        add(txn, answered);
        commit(txn);
        g_autoptr(GPtrArray) due = lodge_ledger_list_receipts_due(
            lodge_spool_ledger(spool), &DUE(T0 + 100 * SECOND), NULL);
        assert_int_equal(due->len, 1);
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(due, 0);
        assert_string_equal(receipt->state, "owed");
        assert_int_equal(receipt->attempts, 0);
        assert_index_is_true(spool);
        lodge_spool_close(spool);
        remove_dir(dir);
    }
}

static void decide_as(LodgeTransaction *txn, const char *reference, guint version)
{
    g_autoptr(LodgeEvent) event = decided(txn, reference);
    event->version = version;
    g_free(event->outcome);
    event->outcome = g_strdup(version > 0 ? "accepted" : "rejected");
    add(txn, event);
}

/* A plan that was taken off file again leaves its number behind. */
static void a_version_that_was_given_stays_given(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *first = keep_at(txn, "m", 1);
    g_autofree char *second = keep_at(txn, "n", 2);
    decide_as(txn, first, 1);
    decide_as(txn, second, 2);
    decide_as(txn, first, 0);
    decide_as(txn, second, 2);
    commit(txn);
    LodgeLedger *ledger = lodge_spool_ledger(spool);
    g_autoptr(LodgeLedgerMessage) message = get_message(ledger, first);
    g_autoptr(GPtrArray) versions =
        lodge_ledger_list_versions(ledger, message->call, message->council, NULL);
    assert_int_equal(versions->len, 2);
    const LodgeLedgerVersion *one = g_ptr_array_index(versions, 0);
    assert_int_equal(one->version, 1);
    assert_string_equal(one->reference, first);
    g_autoptr(GPtrArray) own = lodge_ledger_list_versions_of(ledger, second, NULL);
    assert_int_equal(own->len, 1);
    assert_int_equal(((const LodgeLedgerVersion *)g_ptr_array_index(own, 0))->version, 2);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
    remove_dir(dir);
}

static void what_was_ruled_on_is_known_to_history(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = keep_at(txn, "m", 1);
    decide_as(txn, reference, 0);
    commit(txn);
    LodgeLedger *ledger = lodge_spool_ledger(spool);
    g_autoptr(LodgeLedgerMessage) message = get_message(ledger, reference);
    static const char *const actions[] = {"note", "reject"};
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        txn = begin(spool);
        g_autoptr(LodgeEvent) event = ruled(reference, actions[i]);
        add(txn, event);
        commit(txn);
        g_autoptr(GPtrArray) pasts =
            lodge_ledger_list_council(ledger, message->call, message->council, "", NULL);
        assert_int_equal(pasts->len, 1);
        const LodgeLedgerPast *past = g_ptr_array_index(pasts, 0);
        assert_int_equal(past->ruled, i == 1);
    }
    lodge_spool_close(spool);
    remove_dir(dir);
}

static void an_extension_is_told_for_its_call_alone(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_EXTENDED, T0, NULL);
    event->call = g_strdup("plans-2024");
    event->council = g_strdup("all");
    event->until_us = T0 + 1000 * SECOND;
    event->until_text = g_strdup("2024-08-02T17:00");
    event->actor = g_strdup("alice");
    event->words = g_strdup("flood");
    add(txn, event);
    commit(txn);
    LodgeLedger *ledger = lodge_spool_ledger(spool);
    g_autoptr(GPtrArray) extensions =
        lodge_ledger_list_extensions(ledger, "plans-2024", NULL);
    assert_int_equal(extensions->len, 1);
    const LodgeLedgerExtension *extension = g_ptr_array_index(extensions, 0);
    assert_string_equal(extension->council, "all");
    assert_int_equal(extension->until_us, T0 + 1000 * SECOND);
    assert_string_equal(extension->until_text, "2024-08-02T17:00");
    assert_string_equal(extension->reason, "flood");
    assert_string_equal(extension->actor, "alice");
    g_autoptr(GPtrArray) others = lodge_ledger_list_extensions(ledger, "plans-2025", NULL);
    assert_int_equal(others->len, 0);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ruling_is_told_with_who_and_why),
        cmocka_unit_test(a_receipt_that_is_sent_again_is_due_at_once),
        cmocka_unit_test(what_is_to_be_sent_again_while_it_is_sent_is_due_afterwards),
        cmocka_unit_test(a_version_that_was_given_stays_given),
        cmocka_unit_test(what_was_ruled_on_is_known_to_history),
        cmocka_unit_test(an_extension_is_told_for_its_call_alone),
    };
    return cmocka_run_group_tests_name("ledger_ruling", tests, NULL, NULL);
}
