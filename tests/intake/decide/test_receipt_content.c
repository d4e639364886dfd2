#include "intake/decide/receipt_content.h"

#include "parsers/text/json.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

static const LodgeReceiptContent *receipt_of(const LodgeDecision *decision)
{
    assert_int_equal(decision->receipts->len, 1);
    return g_ptr_array_index(decision->receipts, 0);
}

static const char ordinary[] =
    "Your Productivity Plan has been received and filed.\n"
    "\n"
    "It arrived on time. It had to arrive before Saturday 20 July 2024 at\n"
    "00:00 BST, which is the end of Friday 19 July 2024.\n"
    "\n"
    "Reference: PP24-000123-K\n"
    "Council: Tonbridge and Malling Borough Council (E07000115)\n"
    "From: officer@tmbc.gov.uk\n"
    "Subject: Our Productivity Plan\n"
    "Received: Thursday 18 July 2024 at 11:00:02 BST, by the clock of our\n"
    "mail server mx.dept.gov.uk\n"
    "Version: 1\n"
    "\n"
    "Files that arrived with it:\n"
    "1. Productivity Plan.pdf (the plan): PDF document, 123,456 bytes, 3\n"
    "  pages\n"
    "\n"
    "You do not need to do anything more.\n"
    "\n"
    "This receipt is not a view on the plan.\n"
    "\n"
    "If you have a question, write to plans-help@dept.gov.uk and give the\n"
    "reference PP24-000123-K.\n"
    "\n"
    "This message was written by a machine, for Productivity plans intake.\n"
    "\n"
    "Keep this message. With the following numbers (SHA-256) you can show\n"
    "later exactly which files arrived.\n"
    "\n"
    "Productivity Plan.pdf\n";

static void an_ordinary_receipt_reads_like_this(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = receipt_of(decision);
    const LodgePart *part = g_ptr_array_index(world->message->parts, 2);
    g_autofree char *expected = g_strdup_printf("%s%s\n", ordinary, part->sha256);
    assert_string_equal(receipt->text, expected);
    assert_string_equal(receipt->kind, "decision");
    assert_string_equal(receipt->id, "PP24-000123-K.1");
    assert_string_equal(receipt->subject,
                        "Auto: Received PP24-000123-K: Our Productivity Plan");
    assert_string_equal(receipt->message_id, "receipt.PP24-000123-K.1@intake.dept.gov.uk");
    assert_string_equal(receipt->in_reply_to, "one@tmbc.gov.uk");
    assert_string_equal(receipt->references[0], "one@tmbc.gov.uk");
    assert_null(receipt->references[1]);
}

static void assert_says(const char *text, const char *words)
{
    g_autofree char *line = g_strdup(text);
    g_strdelimit(line, "\n", ' ');
    if (strstr(line, words) == NULL)
        fail_msg("\"%s\" is not said in:\n%s", words, text);
}

static void a_held_message_gets_a_receipt_that_says_what_to_do(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    LodgeDocumentFacts *facts = g_ptr_array_index(world->reading->documents, 0);
    facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = receipt_of(decision);
    assert_string_equal(receipt->kind, "received");
    assert_says(receipt->text, "Your message has been received. A person will check it.");
    assert_says(receipt->text, "It arrived on time.");
    assert_says(receipt->text, "cannot be opened without a password");
    assert_says(receipt->text, "Send it again without a password.");
}

static void a_late_plan_is_told_so(void **state)
{
    (void)state;
    static const struct {
        const char *policy, *kind, *words;
    } cases[] = {
        {"file", "decision", "has been received and filed. It arrived late."},
        {"hold", "received", "A person will check it. It arrived late."},
        {"reject", "decision", "but it could not be filed. It arrived late."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WorldRules rules = {.late_policy = cases[i].policy, .deadline = "2024-07-18T00:00"};
        g_autoptr(World) world = world_new_with(&rules);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const LodgeReceiptContent *receipt = receipt_of(decision);
        assert_string_equal(receipt->kind, cases[i].kind);
        g_autofree char *flat = g_strdup(receipt->text);
        g_strdelimit(flat, "\n", ' ');
        g_auto(GStrv) words = g_strsplit(flat, "  ", -1);
        g_autofree char *joined = g_strjoinv(" ", words);
        assert_says(joined, cases[i].words);
    }
}

static void an_extension_and_the_hour_are_told(void **state)
{
    (void)state;
    WorldRules rules = {.deadline = "2024-07-17T17:00",
                        .extension_council = "*",
                        .extension_until = "2024-07-29T17:00"};
    g_autoptr(World) world = world_new_with(&rules);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = receipt_of(decision);
    assert_says(receipt->text,
                "before Monday 29 July 2024 at 17:00 BST. This is an extended deadline.");
    assert_says(receipt->text, "A later deadline was set: the election");
}

static void a_proven_stranger_is_told_only_that_it_came(void **state)
{
    (void)state;
    static const char *const senders[] = {"someone@elsewhere.example",
                                          "officer@tonbridge.example"};
    for (gsize i = 0; i < G_N_ELEMENTS(senders); i++) {
        g_autoptr(World) world = world_new();
        world_set_from(world, senders[i]);
        world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "pass",
                         "header", "from", strchr(senders[i], '@') + 1);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const LodgeReceiptContent *receipt = receipt_of(decision);
        assert_string_equal(receipt->kind, "received");
        assert_says(
            receipt->text,
            "We cannot yet tell for which council it was sent. A person will look at it.");
        assert_says(receipt->text, "This receipt is not a view on the plan.");
        assert_null(strstr(receipt->text, "Tonbridge"));
        assert_null(strstr(receipt->text, ".pdf"));
        assert_null(strstr(receipt->evidence, "findings"));
        assert_null(strstr(receipt->evidence, "attachments"));
        assert_null(strstr(receipt->evidence, "clocks"));
    }
}

static void a_second_receipt_is_chained_to_the_first(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world->history->receipts = 1;
    world_set(&world->history->last_receipt_message_id,
              "receipt.PP24-000123-K.1@intake.dept.gov.uk");
    g_strfreev(world->message->references);
    world->message->references = g_strsplit("zero@tmbc.gov.uk b\x1b", " ", -1);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = receipt_of(decision);
    assert_string_equal(receipt->id, "PP24-000123-K.2");
    g_autofree char *references = g_strjoinv(" ", receipt->references);
    assert_string_equal(references, "zero@tmbc.gov.uk one@tmbc.gov.uk "
                                    "receipt.PP24-000123-K.1@intake.dept.gov.uk");
}

/* The whole dossier: the hop that counts, those above, our mailbox, and what was never weighed. */
static void assert_clocks(LodgeJsonDocument *json,
                          const LodgeJsonNode *received,
                          const GPtrArray *expected)
{
    static const char *const checks[] = {"border-hop", "hop-below", "internaldate", "date"};
    const LodgeJsonNode *clocks = lodge_json_get_array(json, received, "clocks");
    assert_int_equal(lodge_json_array_length(clocks), G_N_ELEMENTS(checks));
    assert_int_equal(expected->len, G_N_ELEMENTS(checks));
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        const LodgeJsonNode *clock = lodge_json_array_object(json, clocks, i);
        const LodgeRung *rung = g_ptr_array_index(expected, i);
        assert_string_equal(lodge_json_get_string(json, clock, "check"), checks[i]);
        assert_string_equal(lodge_json_get_string(json, clock, "result"), rung->result);
        assert_string_equal(lodge_json_get_string(json, clock, "words"), rung->words);
    }
}

static void the_evidence_is_json_that_names_everything(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = receipt_of(decision);
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(receipt->evidence, strlen(receipt->evidence), 65536, 8, NULL);
    assert_non_null(json);
    const LodgeJsonNode *root = lodge_json_root(json);
    assert_string_equal(lodge_json_get_string(json, root, "receipt"), "PP24-000123-K.1");
    assert_string_equal(lodge_json_get_string(json, root, "council"), TONBRIDGE);
    assert_string_equal(lodge_json_get_string(json, root, "outcome"), "accepted");
    assert_true(
        lodge_digest_is_valid(lodge_json_get_string(json, root, "register_sha256")));
    const LodgeJsonNode *received = lodge_json_get_object(json, root, "received");
    assert_int_equal(lodge_json_get_instant(json, received, "at"),
                     world_instant("2024-07-18T10:00:02Z"));
    assert_clocks(json, received, decision->received->clocks);
    const LodgeJsonNode *files = lodge_json_get_array(json, root, "attachments");
    const LodgeJsonNode *file = lodge_json_array_object(json, files, 0);
    assert_int_equal(lodge_json_get_int(json, file, "pages"), 3);
    const LodgeJsonNode *deadline = lodge_json_get_object(json, root, "deadline");
    assert_string_equal(lodge_json_get_string(json, deadline, "zone"), "Europe/London");
    assert_true(lodge_json_finish(json, NULL));
}

/* ---- whatever a stranger writes ---- */

static const char *const hostile[] = {
    "a\r\nBcc: victim@example.com",
    "a\nb",
    "a\x1b]0;owned\x07",
    "a\x1b[2J\x7f",
    "left\u202eright",
    "a\u2028b\xc2\x85-c",
    "invalid \xff\xfe bytes",
    "{1} {2} %s %n",
    "",
};

static void write_everywhere(World *world, const char *text)
{
    LodgePart *part = g_ptr_array_index(world->message->parts, 2);
    LodgeDocumentFacts *facts = g_ptr_array_index(world->reading->documents, 0);
    world_set(&world->message->subject, text);
    world_set(&world->message->message_id, text);
    world_set(&world->message->body_text, text);
    world_set(&part->name, text);
    world_set(&facts->title, text);
    g_strfreev(facts->active_content);
    facts->active_content = g_new0(char *, 2);
    facts->active_content[0] = g_strdup(text);
    facts->pages = 9;
    g_strfreev(world->message->references);
    world->message->references = g_new0(char *, 2);
    world->message->references[0] = g_strdup(text);
    LodgeReceived *hop = g_ptr_array_index(world->message->received, 0);
    world_set(&hop->helo, text);
    world_set(&hop->text, text);
}

static void assert_clean(const char *what, const char *text, gboolean lines)
{
    if (text == NULL)
        return;
    assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if ((letter == '\n' && lines) || (!g_unichar_iscntrl(letter) && letter != 0x202e &&
                                          letter != 0x2028 && letter != 0x85))
            continue;
        fail_msg("U+%04X in the %s", letter, what);
    }
}

static void no_control_character_of_a_stranger_reaches_a_receipt(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
        g_autoptr(World) world = world_new();
        write_everywhere(world, hostile[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const LodgeReceiptContent *receipt = receipt_of(decision);
        assert_clean("subject", receipt->subject, FALSE);
        assert_clean("text", receipt->text, TRUE);
        assert_clean("address", receipt->to, FALSE);
        assert_clean("Message-ID", receipt->message_id, FALSE);
        assert_clean("In-Reply-To", receipt->in_reply_to, FALSE);
        assert_clean("evidence", receipt->evidence, FALSE);
        for (gsize n = 0; receipt->references[n] != NULL; n++)
            assert_clean("References", receipt->references[n], FALSE);
        g_auto(GStrv) lines = g_strsplit(receipt->text, "\n", -1);
        for (gsize n = 0; lines[n] != NULL; n++) {
            assert_true(g_utf8_strlen(lines[n], -1) <= 72);
            assert_false(g_str_has_prefix(lines[n], "Bcc:"));
        }
    }
}

static void the_words_are_those_we_use(void **state)
{
    (void)state;
    static const char *const forbidden[] = {"accepted", "approved", " valid", "compliant",
                                            NULL};
    static const char *const policies[] = {"file", "hold", "reject"};
    for (gsize i = 0; i < G_N_ELEMENTS(policies); i++) {
        WorldRules rules = {.late_policy = policies[i], .deadline = "2024-07-18T00:00"};
        g_autoptr(World) world = world_new_with(&rules);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        for (gsize f = 0; forbidden[f] != NULL; f++)
            assert_null(strstr(receipt_of(decision)->text, forbidden[f]));
        assert_says(receipt_of(decision)->text, "This receipt is not a view on the plan.");
    }
}

/* Every sentence of a wording is said somewhere, else it would be edited in vain. */
static void every_wording_of_a_receipt_is_used(void **state)
{
    (void)state;
    static const char *const by_timeliness[] = {"on-time", "late", "not-open",
                                                "undetermined", NULL};
    g_autofree char *source = NULL;
    assert_true(g_file_get_contents(LODGE_SOURCE_DIR "/intake/decide/receipt_text.c",
                                    &source, NULL, NULL));
    const LodgeWordingEntry *entry;
    for (guint i = 0; (entry = lodge_wording_nth(i)) != NULL; i++) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", entry->id);
        if (entry->kind == LODGE_WORDING_RECEIPT && strstr(source, quoted) == NULL &&
            !g_strv_contains(by_timeliness, entry->id))
            fail_msg("[receipt %s] is never said", entry->id);
    }
}

static void a_receipt_speaks_in_the_department_s_words(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_autoptr(GError) error = NULL;
    if (!lodge_rules_set_wording(
            world->rules,
            "[receipt no-view]\nwords = We have no view on your plan.\n"
            "[receipt filed]\nwords = Thank you: the {noun} is on file.\n"
            "[receipt on-time]\nwords = It came in time.\n"
            "[receipt question]\nwords = Ask {help}, and say {reference}.\n"
            "[finding theme-not-found]\nwords = We looked for {2} in {1}.\n",
            "test", &error))
        fail_msg("%s", error->message);
    world_clear_documents(world);
    world_add_document(
        world, "Productivity Plan.pdf", PDF, 3,
        "Productivity Plan 2024. Transforming services. Technology and data.");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
    static const char *const said[] = {
        "Thank you: the Productivity Plan is on file.\n",
        "It came in time. It had to arrive before ",
        "- We looked for ",
        "We have no view on your plan.\n",
        "Ask plans-help@dept.gov.uk, and say PP24-000123-K.\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(said); i++)
        if (strstr(receipt->text, said[i]) == NULL)
            fail_msg("'%s' is not in:\n%s", said[i], receipt->text);
    assert_null(strstr(receipt->text, "is not a view on the plan"));
    assert_null(strstr(receipt->text, "on time"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_receipt_reads_like_this),
        cmocka_unit_test(a_held_message_gets_a_receipt_that_says_what_to_do),
        cmocka_unit_test(a_late_plan_is_told_so),
        cmocka_unit_test(an_extension_and_the_hour_are_told),
        cmocka_unit_test(a_proven_stranger_is_told_only_that_it_came),
        cmocka_unit_test(a_second_receipt_is_chained_to_the_first),
        cmocka_unit_test(the_evidence_is_json_that_names_everything),
        cmocka_unit_test(no_control_character_of_a_stranger_reaches_a_receipt),
        cmocka_unit_test(the_words_are_those_we_use),
        cmocka_unit_test(every_wording_of_a_receipt_is_used),
        cmocka_unit_test(a_receipt_speaks_in_the_department_s_words),
    };
    return cmocka_run_group_tests_name("intake/decide/receipt_content", tests, NULL, NULL);
}
