#include "intake/answer/conversation.h"

#include "tests/support/cmocka.h"
#include <string.h>

/* A conversation in one string: "> " a command, "< " a reply line, "body" and "all" the
 * message, "again" the next message. */
static void play(LodgeConversation *conversation, const char *script)
{
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = NULL;
        if (g_str_equal(lines[i], "body") || g_str_equal(lines[i], "all")) {
            lodge_conversation_hand_over(conversation, lines[i][0] == 'a');
            continue;
        }
        if (g_str_equal(lines[i], "again")) {
            lodge_conversation_begin(conversation);
            continue;
        }
        assert_true(strlen(lines[i]) >= 2);
        line = g_strconcat(lines[i] + 2, "\r\n", NULL);
        if (lines[i][0] == '>')
            lodge_conversation_add_command(conversation, line, strlen(line));
        else
            lodge_conversation_add_reply(conversation, line, strlen(line));
    }
}

#define HELLO "< 220 mx\n> EHLO us\n< 250-mx\n< 250-SIZE 1000\n< 250 8BITMIME\n"
#define MAIL HELLO "> MAIL FROM:<a@b> SIZE=10\n"
#define RCPT MAIL "< 250 ok\n> RCPT TO:<c@d>\n"
#define DATA RCPT "< 250 ok\n> DATA\n"
#define BODY DATA "< 354 go\nbody\n"
#define ALL BODY "all\n"

static void the_last_step_decides_what_became_of_the_message(void **state)
{
    (void)state;
    static const struct {
        const char *name, *script;
        LodgeCourierResult result;
        int code;
        gboolean whole_server;
    } cases[] = {
        {"nobody answers", "again", LODGE_RETRY, 0, TRUE},
        {"the greeting is 554", "< 554 no", LODGE_RETRY, 554, TRUE},
        {"the greeting is 421", "< 421 busy", LODGE_RETRY, 421, TRUE},
        {"EHLO is refused", "< 220 mx\n> EHLO us\n< 550 no", LODGE_RETRY, 550, TRUE},
        {"login is refused", HELLO "> AUTH PLAIN AHUAcA==\n< 535 no", LODGE_RETRY, 535,
         TRUE},
        {"login is refused for now",
         HELLO "> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> dQ==\n< 454 later", LODGE_RETRY, 454,
         TRUE},
        {"no answer to MAIL", MAIL "again\n> MAIL FROM:<a@b>", LODGE_RETRY, 0, FALSE},
        {"MAIL is refused", MAIL "< 550 no", LODGE_REFUSED, 550, FALSE},
        {"MAIL is put off", MAIL "< 451 later", LODGE_RETRY, 451, FALSE},
        {"MAIL wants a login first", MAIL "< 530 5.7.0 log in", LODGE_RETRY, 530, TRUE},
        {"the recipient is unknown", RCPT "< 550 no such user", LODGE_REFUSED, 550, FALSE},
        {"the recipient is greylisted", RCPT "< 450 later", LODGE_RETRY, 450, FALSE},
        {"too many connections", RCPT "< 432 4.3.2 limit", LODGE_RETRY, 432, TRUE},
        {"the server goes away", RCPT "< 421 bye", LODGE_RETRY, 421, TRUE},
        {"a reply that was cut after a continuation line", RCPT "< 550-no", LODGE_RETRY, 0,
         FALSE},
        {"DATA is refused", DATA "< 554 no", LODGE_REFUSED, 554, FALSE},
        {"no answer to DATA", DATA, LODGE_RETRY, 0, FALSE},
        {"lost in the middle of the body", BODY, LODGE_RETRY, 0, FALSE},
        {"lost after the whole body", ALL, LODGE_UNKNOWN, 0, FALSE},
        {"the body is taken", ALL "< 250 queued", LODGE_SENT, 250, FALSE},
        {"taken on several lines", ALL "< 250-thank\n< 250 you", LODGE_SENT, 250, FALSE},
        {"taken with another success code", ALL "< 251 forwarded", LODGE_SENT, 251, FALSE},
        {"the body is refused", ALL "< 554 spam", LODGE_REFUSED, 554, FALSE},
        {"the body is put off", ALL "< 451 later", LODGE_RETRY, 451, FALSE},
        {"the server closes instead of taking it", ALL "< 421 bye", LODGE_RETRY, 421, TRUE},
        {"an answer that means nothing there", ALL "< 354 go on", LODGE_UNKNOWN, 354,
         FALSE},
        {"no code at all", ALL "< hello", LODGE_UNKNOWN, 0, FALSE},
        {"what is said after QUIT changes nothing", RCPT "< 550 no\n> QUIT\n< 221 bye",
         LODGE_REFUSED, 550, FALSE},
        {"the message after a refused one starts anew",
         RCPT "< 550 no\n> QUIT\n< 221 bye\nagain\n" ALL "< 250 ok", LODGE_SENT, 250,
         FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeConversation) conversation = lodge_conversation_new();
        g_autofree char *script = g_strdup(cases[i].script);
        g_strchomp(script);
        play(conversation, script);
        gboolean whole_server = FALSE;
        LodgeCourierResult result = lodge_conversation_judge(conversation, &whole_server);
        int code = lodge_conversation_code(conversation);
        if (result != cases[i].result || code != cases[i].code ||
            whole_server != cases[i].whole_server)
            fail_msg("%s: %s %d %s", cases[i].name, lodge_courier_result_format(result),
                     code, whole_server ? "whole server" : "");
    }
}

static void a_sasl_line_is_never_taken_for_a_command(void **state)
{
    (void)state;
    g_autoptr(LodgeConversation) conversation = lodge_conversation_new();
    play(conversation, HELLO "> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> DATA");
    assert_int_equal(lodge_conversation_stage(conversation), LODGE_STAGE_AUTH);
}

static void offers_are_those_of_the_last_ehlo(void **state)
{
    (void)state;
    g_autoptr(LodgeConversation) conversation = lodge_conversation_new();
    play(conversation,
         HELLO "> STARTTLS\n< 220 go\n> EHLO us\n< 250-mx\n< 250-SIZE 5000\n"
               "< 250-AUTH PLAIN LOGIN\n< 250 DSN\n> AUTH PLAIN AHUAcA==\n< 235 ok");
    GPtrArray *offers = lodge_conversation_offers(conversation);
    assert_int_equal(offers->len, 3);
    assert_string_equal(g_ptr_array_index(offers, 1), "AUTH PLAIN LOGIN");
    assert_int_equal(lodge_conversation_size_limit(conversation), 5000);
    assert_true(lodge_conversation_has_logged_in(conversation));
}

static void a_reply_is_kept_as_one_bounded_text(void **state)
{
    (void)state;
    g_autoptr(LodgeConversation) conversation = lodge_conversation_new();
    play(conversation, RCPT "< 550-5.1.1 no such\n< 550 5.1.1 user");
    assert_string_equal(lodge_conversation_reply(conversation), "5.1.1 no such 5.1.1 user");
    g_autofree char *flood = g_strnfill(5000, 'x');
    for (guint i = 0; i < 100; i++) {
        g_autofree char *line = g_strdup_printf("250-%s\r\n", flood);
        lodge_conversation_add_command(conversation, "EHLO us\r\n", 9);
        lodge_conversation_add_reply(conversation, line, strlen(line));
        lodge_conversation_add_reply(conversation, line, strlen(line));
    }
    for (guint i = 0; i < 1000; i++)
        lodge_conversation_add_reply(conversation, "250-x\r\n", 7);
    assert_int_equal(strlen(lodge_conversation_reply(conversation)), 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_step_decides_what_became_of_the_message),
        cmocka_unit_test(a_sasl_line_is_never_taken_for_a_command),
        cmocka_unit_test(offers_are_those_of_the_last_ehlo),
        cmocka_unit_test(a_reply_is_kept_as_one_bounded_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
