/* Mails as Postfix, Exim, Exchange, Gmail, qmail, sendmail and the answering programs write them. */
#include "intake/decide/kind.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define FIELDS 4

typedef struct {
    const char *name;
    const char *from;        /* NULL: the officer */
    const char *return_path; /* NULL: of From; "": <> */
    const char *subject;
    const char *body;
    struct {
        const char *name, *value;
    } fields[FIELDS];
    const char *root;  /* type of the root, or NULL */
    const char *parts; /* types of its parts, or NULL: just the body */
    const char *kind;
} Case;

static const Case cases[] = {
    {"Postfix: a bounce",
     "MAILER-DAEMON@mx.dept.gov.uk",
     "",
     "Undelivered Mail Returned to Sender",
     "This is the mail system at host mx.",
     {{"Auto-Submitted", "auto-replied"}},
     "multipart/report",
     "message/delivery-status text/rfc822-headers",
     "bounce"},
    {"Postfix: still trying",
     "MAILER-DAEMON@mx.dept.gov.uk",
     "",
     "Delayed Mail (still being retried)",
     NULL,
     {{"Auto-Submitted", "auto-replied"}},
     "multipart/report",
     "message/delivery-status",
     "bounce"},
    {"Postfix: told in UTF-8",
     "MAILER-DAEMON@mx.dept.gov.uk",
     "",
     "Undelivered Mail Returned to Sender",
     NULL,
     {{NULL, NULL}},
     "multipart/report",
     "message/global-delivery-status",
     "bounce"},
    {"Exim: a bounce of old, all in the text",
     "Mailer-Daemon@mail.tmbc.gov.uk",
     "",
     "Mail delivery failed: returning message to sender",
     "This message was created automatically by mail delivery software.",
     {{"X-Failed-Recipients", "x@tmbc.gov.uk"}, {"Auto-Submitted", "auto-replied"}},
     NULL,
     NULL,
     "bounce"},
    {"Exim: delayed",
     "Mailer-Daemon@mail.tmbc.gov.uk",
     "",
     "Warning: message 1abcDE-00 delayed 24 hours",
     NULL,
     {{"Auto-Submitted", "auto-replied"}},
     NULL,
     NULL,
     "bounce"},
    {"Exchange Online: not delivered",
     "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@tmbc.onmicrosoft.com",
     "",
     "Undeliverable: Auto: Received PP24-000123-K",
     NULL,
     {{"X-MS-Exchange-Message-Is-Ndr", ""}, {"Auto-Submitted", "auto-replied"}},
     "multipart/report",
     "message/delivery-status message/rfc822",
     "bounce"},
    {"Exchange of old: from the postmaster, without a machine part",
     "postmaster@tmbc.gov.uk",
     NULL,
     "Undeliverable: Received",
     "Delivery has failed to these recipients or groups:",
     {{NULL, NULL}},
     NULL,
     NULL,
     "bounce"},
    {"Gmail: address not found",
     "mailer-daemon@googlemail.com",
     "",
     "Delivery Status Notification (Failure)",
     NULL,
     {{"X-Failed-Recipients", "x@gmail.com"}, {"Auto-Submitted", "auto-replied"}},
     "multipart/report",
     "message/delivery-status message/rfc822",
     "bounce"},
    {"qmail: only its text says so",
     "MAILER-DAEMON@tmbc.gov.uk",
     "",
     "failure notice",
     "Hi. This is the qmail-send program at tmbc.gov.uk.",
     {{NULL, NULL}},
     NULL,
     NULL,
     "bounce"},
    {"qmail behind a gateway that renames the sender",
     "gateway@tmbc.gov.uk",
     "",
     "failure notice",
     "Hi. This is the qmail-send program at tmbc.gov.uk.",
     {{NULL, NULL}},
     NULL,
     NULL,
     "bounce"},
    {"sendmail: returned mail in a mixed message",
     "MAILER-DAEMON@tmbc.gov.uk",
     NULL,
     "Returned mail: Host unknown",
     NULL,
     {{NULL, NULL}},
     "multipart/mixed",
     "message/rfc822",
     "bounce"},
    {"the report has lost its machine part",
     "postmaster@tmbc.gov.uk",
     "",
     "Report",
     NULL,
     {{"Content-Type", "multipart/report; report-type=delivery-status; boundary=x"}},
     "multipart/report",
     NULL,
     "bounce"},
    {"a postmaster who asks a question is a person",
     "postmaster@tmbc.gov.uk",
     NULL,
     "Our DKIM key",
     "May we send our plan?",
     {{NULL, NULL}},
     NULL,
     NULL,
     "question"},
    {"a person who forwards a bounce is a person",
     NULL,
     NULL,
     "Undeliverable: Productivity Plan",
     "This is the qmail-send program at tmbc.gov.uk",
     {{NULL, NULL}},
     NULL,
     NULL,
     "question"},
    {"a person who attaches the machine part to a mail of his own",
     NULL,
     NULL,
     "my mail came back",
     NULL,
     {{NULL, NULL}},
     "multipart/mixed",
     "message/delivery-status",
     "question"},

    {"a read receipt",
     NULL,
     "",
     "Read: Received PP24-000123-K",
     NULL,
     {{NULL, NULL}},
     "multipart/report",
     "message/disposition-notification",
     "disposition"},
    {"a read receipt whose machine part was stripped",
     NULL,
     "",
     "Read: x",
     NULL,
     {{"Content-Type", "multipart/report; report-type=\"disposition-notification\""}},
     "multipart/report",
     NULL,
     "disposition"},
    {"a complaint of a mail provider",
     "staff@hotmail.example",
     NULL,
     "complaint",
     NULL,
     {{NULL, NULL}},
     "multipart/report",
     "message/feedback-report message/rfc822",
     "complaint"},

    {"our own receipt come back",
     "plans-help@dept.gov.uk",
     NULL,
     "Auto: Received PP24-000122-L",
     NULL,
     {{"X-Intake-Loop", "intake.dept.gov.uk"}, {"Auto-Submitted", "auto-replied"}},
     NULL,
     NULL,
     "own-receipt"},
    {"a receipt of another department's gateway",
     "help@other.gov.uk",
     NULL,
     "Auto: Received",
     NULL,
     {{"X-Intake-Loop", "intake.other.gov.uk"}},
     NULL,
     NULL,
     "auto-reply"},

    {"Outlook: out of office",
     NULL,
     "",
     "Automatic reply: Auto: Received PP24-000123-K",
     NULL,
     {{"Auto-Submitted", "auto-generated"}, {"X-Auto-Response-Suppress", "All"}},
     NULL,
     NULL,
     "auto-reply"},
    {"Sieve's vacation",
     NULL,
     "",
     "Auto: away",
     NULL,
     {{"Auto-Submitted", "auto-replied"}},
     NULL,
     NULL,
     "auto-reply"},
    {"Gmail: on holiday",
     NULL,
     NULL,
     "Away Re: Received",
     NULL,
     {{"Precedence", "bulk"}, {"X-Autoreply", "yes"}},
     NULL,
     NULL,
     "auto-reply"},
    {"Precedence: auto_reply",
     NULL,
     NULL,
     "I am away",
     NULL,
     {{"Precedence", "auto_reply"}},
     NULL,
     NULL,
     "auto-reply"},
    {"X-Autorespond",
     NULL,
     NULL,
     "Thank you",
     NULL,
     {{"X-Autorespond", "Received"}},
     NULL,
     NULL,
     "auto-reply"},
    {"a subject and one mark more",
     NULL,
     NULL,
     "Out of office: Received",
     NULL,
     {{"Precedence", "junk"}},
     NULL,
     NULL,
     "auto-reply"},
    {"a null return path and nothing else",
     NULL,
     "",
     "Thank you",
     NULL,
     {{NULL, NULL}},
     NULL,
     NULL,
     "auto-reply"},
    {"a subject alone is a person's",
     NULL,
     NULL,
     "Out of office on the 19th: who files?",
     NULL,
     {{NULL, NULL}},
     NULL,
     NULL,
     "question"},
    {"who asks for silence is no machine",
     NULL,
     NULL,
     "A question",
     NULL,
     {{"X-Auto-Response-Suppress", "All"}},
     NULL,
     NULL,
     "question"},
    {"Auto-Submitted: no is a person",
     NULL,
     NULL,
     "A question",
     NULL,
     {{"Auto-Submitted", "no"}},
     NULL,
     NULL,
     "question"},
    {"X-Autoreply: no is a person",
     NULL,
     NULL,
     "A question",
     NULL,
     {{"X-Autoreply", "no"}},
     NULL,
     NULL,
     "question"},

    {"a mailing list",
     "a@lists.example",
     "bounces@lists.example",
     "[all] hello",
     NULL,
     {{"List-Id", "<all.lists.example>"}},
     NULL,
     NULL,
     "list"},
    {"a newsletter",
     "news@shop.example",
     NULL,
     "Cheap chairs",
     NULL,
     {{"List-Unsubscribe", "<https://shop.example/u>"}},
     NULL,
     NULL,
     "list"},
    {"bulk mail",
     "news@shop.example",
     NULL,
     "Cheap chairs",
     NULL,
     {{"Precedence", "bulk"}},
     NULL,
     NULL,
     "list"},

    {"an invitation",
     NULL,
     NULL,
     "Productivity Plans 2024: a talk",
     NULL,
     {{NULL, NULL}},
     "multipart/alternative",
     "text/calendar",
     "calendar"},
    {"advertising",
     "sales@shop.example",
     NULL,
     "Cheap chairs",
     NULL,
     {{NULL, NULL}},
     NULL,
     NULL,
     "unrelated"},
    {"a stranger who names the call",
     "x@shop.example",
     NULL,
     "Productivity Plans 2024?",
     NULL,
     {{NULL, NULL}},
     NULL,
     NULL,
     "question"},
};

static void set_parts(World *world, const Case *at)
{
    if (at->root != NULL)
        world_set(
            &((LodgePart *)g_ptr_array_index(world->message->parts, 0))->declared_type,
            at->root);
    g_auto(GStrv) types = g_strsplit(at->parts == NULL ? "" : at->parts, " ", -1);
    for (guint i = 0; types[i] != NULL; i++) {
        g_autofree char *path = g_strdup_printf("%u", i + 2);
        LodgePartKind kind = LODGE_PART_REPORT;
        if (strcmp(types[i], "message/rfc822") == 0)
            kind = LODGE_PART_MESSAGE;
        if (strcmp(types[i], "text/calendar") == 0)
            kind = LODGE_PART_OTHER;
        world_add_part(world, path, kind, types[i], NULL);
    }
}

static World *make(const Case *at)
{
    World *world = world_new();
    world_clear_documents(world);
    const char *from = at->from == NULL ? "officer@tmbc.gov.uk" : at->from;
    world_set_from(world, from);
    world_set(&world->message->return_path,
              at->return_path == NULL ? from : at->return_path);
    world_set(&world->message->subject, at->subject);
    world_set(&world->message->body_text, at->body);
    for (gsize i = 0; i < FIELDS && at->fields[i].name != NULL; i++)
        world_add_header(world, at->fields[i].name, at->fields[i].value);
    set_parts(world, at);
    return world;
}

static void each_mail_is_of_its_kind(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = make(&cases[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const char *kind = lodge_kind_format(decision->kind);
        if (strcmp(kind, cases[i].kind) != 0)
            fail_msg("%s: %s", cases[i].name, kind);
        gboolean none = decision->outcome == LODGE_NOT_A_SUBMISSION;
        gboolean person = strcmp(kind, "question") == 0;
        if (none == person)
            fail_msg("%s: %s", cases[i].name, lodge_outcome_format(decision->outcome));
        if (none && decision->receipts->len > 0)
            fail_msg("%s is answered", cases[i].name);
    }
}

/* Whatever marks a council's mail bears, its plan is decided like any other; only nobody is answered. */
static void a_council_s_plan_is_filed_whatever_kind_of_mail_brings_it(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (cases[i].from != NULL || strcmp(cases[i].kind, "question") == 0 ||
            strcmp(cases[i].kind, "calendar") == 0)
            continue;
        g_autoptr(World) world = make(&cases[i]);
        world_add_document(world, "Productivity Plan.pdf", PDF, 3, PLAN_TEXT);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        assert_string_equal(lodge_kind_format(decision->kind), cases[i].kind);
        if (decision->outcome != LODGE_ACCEPTED || decision->version != 1)
            fail_msg("%s: %s", cases[i].name, lodge_outcome_format(decision->outcome));
        if (decision->receipts->len > 0)
            fail_msg("%s is answered", cases[i].name);
    }
}

static void an_invitation_with_a_plan_is_a_submission(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_part(world, "4", LODGE_PART_OTHER, "text/calendar", NULL);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->kind, LODGE_KIND_SUBMISSION);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
    assert_string_equal(decision->may_answer, "yes");
}

/* The Message-ID of a receipt proves nothing unless the mail also says that it is ours. */
static void our_receipt_is_known_by_its_message_id(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_set(&world->message->message_id, "receipt.PP24-000122-L.1@intake.dept.gov.uk");
    g_autoptr(LodgeDecision) stranger = world_decide(world);
    assert_int_equal(stranger->kind, LODGE_KIND_QUESTION);
    world_set_from(world, "plans-help@dept.gov.uk");
    g_autoptr(LodgeDecision) ours = world_decide(world);
    assert_int_equal(ours->kind, LODGE_KIND_OWN_RECEIPT);
}

static void an_answer_to_our_receipt_that_says_out_of_office_is_one(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_set(&world->message->subject, "Out of Office: Received");
    g_strfreev(world->message->in_reply_to);
    world->message->in_reply_to =
        g_strsplit("receipt.PP24-000122-L.1@intake.dept.gov.uk", " ", -1);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->kind, LODGE_KIND_AUTO_REPLY);
}

/* Some programs answer without "Re:"; a machine puts its own words before ours. */
static void an_answer_under_the_subject_of_our_receipt_is_a_person_s(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_set(&world->message->subject, "Auto: Received PP24-000123-K: our plan");
    g_strfreev(world->message->in_reply_to);
    world->message->in_reply_to =
        g_strsplit("receipt.PP24-000123-K.1@intake.dept.gov.uk", " ", -1);
    g_autoptr(LodgeDecision) person = world_decide(world);
    assert_int_equal(person->kind, LODGE_KIND_SUBMISSION);
    world_set(&world->message->subject, "AUTO: Correction PP24-000123-K: our plan");
    g_autoptr(LodgeDecision) corrected = world_decide(world);
    assert_int_equal(corrected->kind, LODGE_KIND_SUBMISSION);
    world_set(&world->message->subject, "Auto: Auto: Received PP24-000123-K: our plan");
    g_autoptr(LodgeDecision) machine = world_decide(world);
    assert_int_equal(machine->kind, LODGE_KIND_AUTO_REPLY);
}

static void strangers_newsletter(World *world)
{
    world_clear_documents(world);
    world_set_from(world, "news@shop.example");
    world_set(&world->message->subject, "Chairs");
    world_add_header(world, "List-Unsubscribe", "<https://shop.example/u>");
}

static void a_stranger_s_newsletter_needs_a_document_about_the_call(void **state)
{
    (void)state;
    g_autoptr(World) chairs = world_new();
    strangers_newsletter(chairs);
    world_add_document(chairs, "chairs.pdf", PDF, 1, "chairs");
    g_autoptr(LodgeDecision) advertising = world_decide(chairs);
    assert_int_equal(advertising->outcome, LODGE_NOT_A_SUBMISSION);
    assert_non_null(world_find(advertising, "list-message"));
    g_autoptr(World) list = world_new();
    strangers_newsletter(list);
    world_add_document(list, "scan.pdf", PDF, 3, PLAN_TEXT);
    g_autoptr(LodgeDecision) plan = world_decide(list);
    assert_int_equal(plan->outcome, LODGE_HELD);
    assert_string_equal(plan->may_answer, "mailing-list");
}

static void a_question_through_a_council_s_list_is_left_to_a_person(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_add_header(world, "List-Id", "<all.tmbc.gov.uk>");
    g_autoptr(LodgeDecision) about = world_decide(world);
    assert_int_equal(about->outcome, LODGE_HELD);
    world_set(&world->message->subject, "The Christmas party");
    g_autoptr(LodgeDecision) party = world_decide(world);
    assert_int_equal(party->outcome, LODGE_NOT_A_SUBMISSION);
}

static void what_could_not_be_read_is_a_submission_in_doubt(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world->message->parseable = FALSE;
    world_add_header(world, "Auto-Submitted", "auto-replied");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->kind, LODGE_KIND_SUBMISSION);
    assert_int_equal(decision->outcome, LODGE_HELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mail_is_of_its_kind),
        cmocka_unit_test(a_council_s_plan_is_filed_whatever_kind_of_mail_brings_it),
        cmocka_unit_test(an_invitation_with_a_plan_is_a_submission),
        cmocka_unit_test(our_receipt_is_known_by_its_message_id),
        cmocka_unit_test(an_answer_to_our_receipt_that_says_out_of_office_is_one),
        cmocka_unit_test(an_answer_under_the_subject_of_our_receipt_is_a_person_s),
        cmocka_unit_test(a_stranger_s_newsletter_needs_a_document_about_the_call),
        cmocka_unit_test(a_question_through_a_council_s_list_is_left_to_a_person),
        cmocka_unit_test(what_could_not_be_read_is_a_submission_in_doubt),
    };
    return cmocka_run_group_tests_name("intake/decide/kind", tests, NULL, NULL);
}
