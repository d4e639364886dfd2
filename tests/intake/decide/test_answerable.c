#include "intake/decide/answerable.h"
#include "intake/decide/automatic.h"
#include "intake/decide/ruling.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *name;
    const char *field, *value; /* header to add, or NULL */
    const char *from;          /* sender, proven; NULL: the officer */
    const char *expected;
} Case;

static const Case cases[] = {
    {"an ordinary mail", NULL, NULL, NULL, "yes"},
    {"Auto-Submitted: no is a person", "Auto-Submitted", "no", NULL, "yes"},
    {"No in capitals with a comment", "auto-submitted", "NO (by hand)", NULL, "yes"},
    {"Auto-Submitted: auto-replied", "Auto-Submitted", "auto-replied; owner-email=x@y",
     NULL, "auto-submitted"},
    {"an unknown keyword is a machine, too", "Auto-Submitted", "x-robot", NULL,
     "auto-submitted"},
    {"Precedence: bulk", "Precedence", "bulk", NULL, "precedence"},
    {"Precedence: Junk", "Precedence", "Junk", NULL, "precedence"},
    {"Precedence: first-class is a person", "Precedence", "first-class", NULL, "yes"},
    {"a mailing list", "List-Id", "<all.tmbc.gov.uk>", NULL, "mailing-list"},
    {"a newsletter", "List-Unsubscribe", "<https://x>", NULL, "mailing-list"},
    {"X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress", "All", NULL,
     "auto-response-suppress"},
    {"X-Auto-Response-Suppress: DR, OOF", "X-Auto-Response-Suppress", "DR, OOF", NULL,
     "auto-response-suppress"},
    {"no delivery and read receipts, please: ours is neither", "X-Auto-Response-Suppress",
     "DR, RN, NRN", NULL, "yes"},
    {"our own loop header", "X-Intake-Loop", "intake.dept.gov.uk", NULL, "loop"},
    {"a loop header of whichever gateway", "X-Intake-Loop", "elsewhere.example", NULL,
     "loop"},
    {"our own help address", NULL, NULL, "plans-help@dept.gov.uk", "own-address"},
    {"our own domain", NULL, NULL, "x@intake.dept.gov.uk", "own-address"},
    {"an owner-, who is no person, as Sender", "Sender", "Members <owner-all@tmbc.gov.uk>",
     NULL, "system-sender"},
    {"a request address as Sender, without brackets", "Sender", " all-request@tmbc.gov.uk",
     NULL, "system-sender"},
    {"Sender that is a person", "Sender", "Secretary <pa@tmbc.gov.uk>", NULL, "yes"},
    {"Sender that is a gateway's no-reply", "Sender", "no-reply@tmbc.gov.uk", NULL, "yes"},
    {"an empty Auto-Submitted says nothing", "Auto-Submitted", "", NULL, "yes"},
    {"Auto-Submitted: auto-generated", "Auto-Submitted", " auto-generated (by a scanner)",
     NULL, "auto-submitted"},
    {"Auto-Submitted: auto-notified", "Auto-Submitted", "auto-notified", NULL,
     "auto-submitted"},
    {"Precedence: list", "Precedence", "list", NULL, "precedence"},
    {"Mailman before it knew List-Id", "X-Mailman-Version", "2.0.4", NULL, "mailing-list"},
    {"List-Post", "List-Post", "<mailto:all@tmbc.gov.uk>", NULL, "mailing-list"},
    {"X-Auto-Response-Suppress: AutoReply", "X-Auto-Response-Suppress", "AutoReply", NULL,
     "auto-response-suppress"},
    {"X-Autoreply, though Auto-Submitted is absent", "X-Autoreply", "yes", NULL,
     "automatic"},
    {"Precedence: auto_reply", "Precedence", "auto_reply", NULL, "automatic"},
    {"MAILER-DAEMON", NULL, NULL, "MAILER-DAEMON@tmbc.gov.uk", "system-address"},
    {"postmaster", NULL, NULL, "postmaster@tmbc.gov.uk", "system-address"},
    {"no-reply with a tail", NULL, NULL, "no-reply-planning@tmbc.gov.uk", "system-address"},
    {"a list's request address", NULL, NULL, "members-request@tmbc.gov.uk",
     "system-address"},
    {"a list's owner", NULL, NULL, "owner-members@tmbc.gov.uk", "system-address"},
    {"Norbert Oreply is a person", NULL, NULL, "n.oreply@tmbc.gov.uk", "yes"},
    {"an address with a quoted part is not written to", NULL, NULL, "\"a b\"@tmbc.gov.uk",
     "address-unusable"},
    {"nor one with angle brackets", NULL, NULL, "a>b@tmbc.gov.uk", "address-unusable"},
    {"nor one with a bare line end", NULL, NULL, "a\nb@tmbc.gov.uk", "address-unusable"},
    {"nor one with letters that SMTP has no way to carry", NULL, NULL,
     "m\u00fcller@tmbc.gov.uk", "address-unusable"},
    {"nor one with a line end", NULL, NULL, "a\r\nBcc: x@tmbc.gov.uk", "address-unusable"},
};

static void check_case(const Case *at)
{
    g_autoptr(World) world = world_new();
    if (at->field != NULL)
        world_add_header(world, at->field, at->value);
    if (at->from != NULL) {
        const char *domain = strrchr(at->from, '@') + 1;
        world_set_from(world, at->from);
        world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "pass",
                         "header", "from", domain);
    }
    g_autoptr(LodgeDecision) decision = world_decide(world);
    if (strcmp(decision->may_answer, at->expected) != 0)
        fail_msg("%s: %s", at->name, decision->may_answer);
    guint receipts = strcmp(at->expected, "yes") == 0 ? 1 : 0;
    if (decision->receipts->len != receipts)
        fail_msg("%s: %u receipts", at->name, decision->receipts->len);
}

static void we_answer_people_who_are_who_they_say(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

static void what_is_automatic_is_filed_all_the_same(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_header(world, "Auto-Submitted", "auto-generated");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
    assert_int_equal(decision->receipts->len, 0);
}

static void a_null_return_path_is_not_answered_but_an_absent_one_is(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_set(&world->message->return_path, "");
    g_autoptr(LodgeDecision) null = world_decide(world);
    assert_string_equal(null->may_answer, "null-return-path");
    world_set(&world->message->return_path, NULL);
    g_autoptr(LodgeDecision) absent = world_decide(world);
    assert_string_equal(absent->may_answer, "yes");
}

static void a_forger_and_an_unproven_sender_get_no_answer(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_results(world);
    g_autoptr(LodgeDecision) unproven = world_decide(world);
    assert_string_equal(unproven->may_answer, "unproven");
    world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "fail",
                     "header", "from", "tmbc.gov.uk");
    g_autoptr(LodgeDecision) forged = world_decide(world);
    assert_string_equal(forged->may_answer, "forged");
    assert_int_equal(forged->receipts->len, 0);
}

static void the_answer_goes_to_from_and_never_to_reply_to(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_ptr_array_add(world->message->reply_to, lodge_address_new("evil@example.com", NULL));
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
    assert_string_equal(receipt->to, "officer@tmbc.gov.uk");
}

static void a_question_without_document_or_call_is_left_to_a_person(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_set(&world->message->subject, "A question");
    world_set(&world->message->body_text, "How are you?");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_HELD);
    assert_string_equal(decision->may_answer, "nothing-to-answer");
}

static void the_return_path_of_a_list_is_not_answered(void **state)
{
    (void)state;
    static const struct {
        const char *path, *expected;
    } paths[] = {{"owner-all@tmbc.gov.uk", "system-sender"},
                 {"all-bounces@tmbc.gov.uk", "system-sender"},
                 {"MAILER-DAEMON@tmbc.gov.uk", "system-sender"},
                 {"no-reply@gateway.example", "yes"},
                 {"SRS0=x=y=tmbc.gov.uk=officer@dept.gov.uk", "yes"}};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(World) world = world_new();
        world_set(&world->message->return_path, paths[i].path);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        assert_string_equal(decision->may_answer, paths[i].expected);
    }
}

/* ---- a row of the table each ---- */

static void duplicate(World *w)
{
    LodgePast *past = world_add_past(w->history->same_content, "PP24-000001-X", TONBRIDGE,
                                     1, "2024-07-18T09:00:00Z");
    past->receipts = 1;
}
static void not_a_submission(World *w)
{
    world_clear_documents(w);
    world_set_from(w, "sales@shop.example");
    world_set(&w->message->subject, "Chairs");
}
static void loop(World *w)
{
    world_add_header(w, "X-Intake-Loop", "x");
}
static void null_return_path(World *w)
{
    world_set(&w->message->return_path, "");
}
static void auto_submitted(World *w)
{
    world_add_header(w, "Auto-Submitted", "auto-replied");
}
static void report(World *w)
{
    world_set(&((LodgePart *)g_ptr_array_index(w->message->parts, 0))->declared_type,
              "multipart/report");
}
static void mailing_list(World *w)
{
    world_add_header(w, "List-Id", "<all.tmbc.gov.uk>");
}
static void precedence(World *w)
{
    world_add_header(w, "Precedence", "bulk");
}
static void suppress(World *w)
{
    world_add_header(w, "X-Auto-Response-Suppress", "All");
}
static void malformed(World *w)
{
    w->message->parseable = FALSE;
}
static void no_single_address(World *w)
{
    world_add_from(w, "mayor@tmbc.gov.uk");
}
static void proven_from(World *w, const char *address)
{
    world_set_from(w, address);
    world_add_method(world_add_results(w, 0, "mx.dept.gov.uk"), "dmarc", "pass", "header",
                     "from", strrchr(address, '@') + 1);
}
static void own_address(World *w)
{
    proven_from(w, "plans-help@dept.gov.uk");
}
static void system_address(World *w)
{
    proven_from(w, "no-reply@tmbc.gov.uk");
}
static void system_sender(World *w)
{
    world_add_header(w, "Sender", "owner-all@tmbc.gov.uk");
}
static void forged(World *w)
{
    world_clear_results(w);
    world_add_method(world_add_results(w, 0, "mx.dept.gov.uk"), "dmarc", "fail", "header",
                     "from", "tmbc.gov.uk");
}
static void unproven(World *w)
{
    world_clear_results(w);
}
static void deceptive(World *w)
{
    world_set_from(w, "agent@evil.example");
    world_add_method(world_add_results(w, 0, "mx.dept.gov.uk"), "dmarc", "pass", "header",
                     "from", "evil.example");
    world_add_header(w, "Sender", "officer@tmbc.gov.uk");
}
static void address_unusable(World *w)
{
    proven_from(w, "\"a b\"@tmbc.gov.uk");
}
static void automatic(World *w)
{
    world_add_header(w, "X-Autorespond", "thank you");
}
static void nothing_to_answer(World *w)
{
    world_clear_documents(w);
    world_set(&w->message->subject, "A question");
    world_set(&w->message->body_text, "How are you?");
}

/* Decided again after an extension, say, and nothing of it is new to the council. */
static void already_told(World *world)
{
    world->history->receipts = 1;
    world_set(&world->history->last_receipt_kind, "decision");
    LodgePast *previous = world_add_past(world->history->council, "PP24-000001-M",
                                         TONBRIDGE, 1, "2024-07-18T10:00:00Z");
    g_ptr_array_steal_index(world->history->council, world->history->council->len - 1);
    world_set(&previous->outcome, "accepted");
    world_set(&previous->timeliness, "on-time");
    lodge_past_free(world->history->previous);
    world->history->previous = previous;
    lodge_history_add_given(world->history, TONBRIDGE, 1, 1);
}

/* A council that was answered today already, so that it may be capped. */
static LodgeAnswered *answered_before(World *w)
{
    if (w->history->answered == NULL) {
        w->history->answered = lodge_answered_new();
        lodge_answered_add_council(w->history->answered, TONBRIDGE,
                                   (LodgeAnsweredCount){3, 3});
    }
    return w->history->answered;
}
static void address_capped(World *w)
{
    answered_before(w)->address = (LodgeAnsweredCount){2, 2};
    w->rules->caps.address.hour = 2;
}
static void domain_capped(World *w)
{
    answered_before(w)->domain = (LodgeAnsweredCount){1, 5};
    w->rules->caps.domain.day = 5;
}
static void council_capped(World *w)
{
    answered_before(w);
    w->rules->caps.council.hour = 3;
}

static const struct {
    const char *code;
    void (*change)(World *);
} reasons[] = {
    {"duplicate", duplicate},
    {"not-a-submission", not_a_submission},
    {"loop", loop},
    {"null-return-path", null_return_path},
    {"auto-submitted", auto_submitted},
    {"report", report},
    {"mailing-list", mailing_list},
    {"precedence", precedence},
    {"auto-response-suppress", suppress},
    {"malformed", malformed},
    {"no-single-address", no_single_address},
    {"own-address", own_address},
    {"system-address", system_address},
    {"system-sender", system_sender},
    {"forged", forged},
    {"unproven", unproven},
    {"deceptive", deceptive},
    {"address-unusable", address_unusable},
    {"automatic", automatic},
    {"nothing-to-answer", nothing_to_answer},
    {"already-told", already_told},
    {"address-capped", address_capped},
    {"domain-capped", domain_capped},
    {"council-capped", council_capped},
};

/* Each reason alone silences an ordinary mail, and no row is without its test. */
static void every_row_of_the_table_silences_by_itself(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(reasons); i++) {
        LodgeAnswerableRow row = lodge_answerable_row(i);
        if (row.code == NULL || strcmp(row.code, reasons[i].code) != 0)
            fail_msg("row %u is %s, not %s", i, row.code, reasons[i].code);
        assert_true(row.words != NULL && *row.words != '\0');
        assert_string_equal(lodge_answerable_words(row.code), row.words);
        g_autoptr(World) world = world_new();
        reasons[i].change(world);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (strcmp(decision->may_answer, row.code) != 0)
            fail_msg("%s: %s", row.code, decision->may_answer);
        assert_int_equal(decision->receipts->len, 0);
    }
    assert_null(lodge_answerable_row(G_N_ELEMENTS(reasons)).code);
    assert_null(lodge_answerable_words("yes"));
}

/* Two reasons together: the one that stands above is told, and it stays silent. */
static void any_two_reasons_are_as_silent_as_one(void **state)
{
    (void)state;
    for (guint a = 0; a < G_N_ELEMENTS(reasons); a++)
        for (guint b = 0; b < G_N_ELEMENTS(reasons); b++) {
            g_autoptr(World) world = world_new();
            reasons[a].change(world);
            reasons[b].change(world);
            g_autoptr(LodgeDecision) decision = world_decide(world);
            if (strcmp(decision->may_answer, "yes") == 0 || decision->receipts->len > 0)
                fail_msg("%s and %s: answered", reasons[a].code, reasons[b].code);
        }
}

static void a_message_that_is_not_answered_anyway_keeps_its_own_reason(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(reasons); i++) {
        g_autoptr(World) world = world_new();
        reasons[i].change(world);
        if (lodge_answerable_is_capped(reasons[i].code))
            continue;
        address_capped(world);
        domain_capped(world);
        council_capped(world);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (strcmp(decision->may_answer, reasons[i].code) != 0)
            fail_msg("%s: %s", reasons[i].code, decision->may_answer);
    }
}

static void an_ordinary_day(World *w)
{
    (void)w;
}
static void a_stranger(World *w)
{
    proven_from(w, "officer@strangers.example");
}
static void a_copy_of_one_that_was_not_answered(World *w)
{
    a_stranger(w);
    world_add_past(w->history->same_content, "PP24-000001-X", NULL, 0, NULL);
}
static void a_second_version(World *w)
{
    world_add_past(w->history->council, "PP24-000001-X", TONBRIDGE, 1,
                   "2024-07-18T09:00:00Z");
}

/* Outcome, version, findings, whom it repeats: the same with and without caps. */
static void a_cap_takes_the_receipt_away_and_nothing_else(void **state)
{
    (void)state;
    void (*const days[])(World *) = {an_ordinary_day, a_stranger,
                                     a_copy_of_one_that_was_not_answered, a_second_version};
    for (guint i = 0; i < G_N_ELEMENTS(days); i++) {
        g_autoptr(World) world = world_new();
        days[i](world);
        g_autoptr(LodgeDecision) plain = world_decide(world);
        address_capped(world);
        g_autoptr(LodgeDecision) capped = world_decide(world);
        assert_string_equal(plain->may_answer, "yes");
        assert_int_equal(plain->receipts->len, 1);
        assert_string_equal(capped->may_answer, "address-capped");
        assert_int_equal(capped->receipts->len, 0);
        g_free(capped->may_answer);
        capped->may_answer = g_strdup("yes");
        g_ptr_array_set_size(plain->receipts, 0);
        g_autoptr(GBytes) one = lodge_decision_format(plain);
        g_autoptr(GBytes) other = lodge_decision_format(capped);
        assert_true(g_bytes_equal(one, other));
    }
}

/* Decided again, for whatever reason, and told something new: a person's doing, not a machine's. */
static void what_is_decided_again_is_never_capped(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    address_capped(world);
    g_autoptr(LodgeDecision) first = world_decide(world);
    assert_string_equal(first->may_answer, "address-capped");
    already_told(world);
    world_set(&world->history->previous->outcome, "held");
    g_autoptr(LodgeDecision) again = world_decide(world);
    assert_string_equal(again->may_answer, "yes");
    lodge_past_free(g_steal_pointer(&world->history->previous));
    g_autoptr(LodgeDecision) once_more = world_decide(world);
    assert_string_equal(once_more->may_answer, "address-capped");
    world->evidence->ruling = lodge_ruling_new(LODGE_RULING_ACCEPT);
    g_autoptr(LodgeDecision) ruled = world_decide(world);
    assert_string_equal(ruled->may_answer, "yes");
}

/* Rules and histories that were stored before there were caps. */
static void without_caps_or_without_counts_nobody_is_capped(void **state)
{
    (void)state;
    g_autoptr(World) uncapped = world_new();
    answered_before(uncapped)->address = (LodgeAnsweredCount){1000, 1000};
    g_autoptr(LodgeDecision) one = world_decide(uncapped);
    assert_string_equal(one->may_answer, "yes");
    g_autoptr(World) uncounted = world_new();
    uncounted->rules->caps = (LodgeCaps){{1, 1}, {1, 1}, {1, 1}};
    g_autoptr(LodgeDecision) other = world_decide(uncounted);
    assert_string_equal(other->may_answer, "yes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(we_answer_people_who_are_who_they_say),
        cmocka_unit_test(what_is_automatic_is_filed_all_the_same),
        cmocka_unit_test(a_null_return_path_is_not_answered_but_an_absent_one_is),
        cmocka_unit_test(a_forger_and_an_unproven_sender_get_no_answer),
        cmocka_unit_test(the_answer_goes_to_from_and_never_to_reply_to),
        cmocka_unit_test(a_question_without_document_or_call_is_left_to_a_person),
        cmocka_unit_test(the_return_path_of_a_list_is_not_answered),
        cmocka_unit_test(every_row_of_the_table_silences_by_itself),
        cmocka_unit_test(any_two_reasons_are_as_silent_as_one),
        cmocka_unit_test(a_message_that_is_not_answered_anyway_keeps_its_own_reason),
        cmocka_unit_test(a_cap_takes_the_receipt_away_and_nothing_else),
        cmocka_unit_test(what_is_decided_again_is_never_capped),
        cmocka_unit_test(without_caps_or_without_counts_nobody_is_capped),
    };
    return cmocka_run_group_tests_name("intake/decide/answerable", tests, NULL, NULL);
}
