#include "parsers/mail/message.h"

#include "parsers/text/limits.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define HEAD                                                                               \
    "From: MAILER-DAEMON@a.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
#define STATUS "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
#define END "--b--\r\n"

typedef struct {
    const char *name, *message;
    const char *ids;      /* separated by blanks */
    const char *delivery; /* "recipient original action status diagnostic;" for each */
} Case;

static const Case cases[] = {
    {"headers alone",
     HEAD "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID: "
          "<one@x.example>\r\n" END,
     "one@x.example", ""},
    {"the whole mail",
     HEAD "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\nMessage-ID:\r\n "
          "<one@x.example>\r\n\r\ntext\r\n" END,
     "one@x.example", ""},
    {"a mail in base64",
     HEAD "--b\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: "
          "base64\r\n\r\nTWVzc2FnZS1JRDogPG9uZUB4LmV4YW1wbGU+Cg==\r\n" END,
     "one@x.example", ""},
    {"the text of a bounce without parts",
     "From: MAILER-DAEMON@a.example\r\n\r\nSorry.\r\n\r\nmessage-id: <one@x.example>\r\n",
     "one@x.example", ""},
    {"a passed-on mail in a passed-on mail",
     HEAD "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <one@x>\r\nContent-Type: "
          "message/rfc822\r\n\r\nMessage-ID: <two@x>\r\n\r\ntext\r\n" END,
     "one@x two@x", ""},
    {"an id that is no clean one",
     HEAD
     "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <\xc3\xa9@x>\r\n" END,
     "", ""},
    {"its own id is none of a mail inside",
     "From: a@b.example\r\nMessage-ID: <own@x>\r\n\r\ntext\r\n", "", ""},
    {"one recipient",
     HEAD STATUS "Reporting-MTA: dns; a.example\r\n\r\nFinal-Recipient: RFC822; "
                 "<f@b.example>\r\nOriginal-Recipient: rfc822;o@b.example\r\nAction: "
                 "Failed\r\nStatus: 5.1.1 (no such user)\r\nDiagnostic-Code: smtp; 550\r\n "
                 "no\r\n" END,
     "", "f@b.example o@b.example failed 5.1.1 (no such user) 550 no;"},
    {"two of them, and one without an end",
     HEAD STATUS "Reporting-MTA: dns; a\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: "
                 "delayed\r\n\r\nFinal-Recipient: rfc822; c@d\r\nAction: failed\r\n",
     "", "a@b - delayed - -;c@d - failed - -;"},
    {"fields that say nothing of anybody",
     HEAD STATUS "Reporting-MTA: dns; a\r\n\r\nAction: failed\r\n" END, "", ""},
    {"not a field at all", HEAD STATUS "nonsense\r\n" END, "", ""},
};

static char *list_delivery(const LodgeMessageFacts *facts)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < facts->delivery->len; i++) {
        const LodgeDeliveryStatus *status = g_ptr_array_index(facts->delivery, i);
        const char *const values[] = {status->recipient, status->original, status->action,
                                      status->status, status->diagnostic};
        for (gsize k = 0; k < G_N_ELEMENTS(values); k++)
            g_string_append_printf(list, "%s%s", k > 0 ? " " : "",
                                   values[k] != NULL ? values[k] : "-");
        g_string_append_c(list, ';');
    }
    return g_string_free(list, FALSE);
}

static void every_case(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeMessageFacts) facts =
            corpus_read_bytes(cases[i].message, strlen(cases[i].message), -1);
        g_autofree char *ids = g_strjoinv(" ", facts->returned_ids);
        g_autofree char *delivery = list_delivery(facts);
        if (strcmp(ids, cases[i].ids) != 0 || strcmp(delivery, cases[i].delivery) != 0)
            fail_msg("%s: '%s', '%s'", cases[i].name, ids, delivery);
    }
}

static void more_than_we_take_is_named(void **state)
{
    (void)state;
    g_autoptr(GString) message = g_string_new(HEAD STATUS "Reporting-MTA: dns; a\r\n\r\n");
    for (guint i = 0; i < 2 * LODGE_LIMIT_RETURNED_IDS; i++)
        g_string_append_printf(message, "Final-Recipient: rfc822; a%u@b\r\n\r\n", i);
    for (guint i = 0; i < 2 * LODGE_LIMIT_RETURNED_IDS; i++)
        g_string_append_printf(message,
                               "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                               "Message-ID: <%u@x>\r\n",
                               i);
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(message->str, message->len, -1);
    assert_int_equal(facts->delivery->len, LODGE_LIMIT_RETURNED_IDS);
    assert_int_equal(g_strv_length(facts->returned_ids), LODGE_LIMIT_RETURNED_IDS);
    assert_true(g_strv_contains((const char *const *)facts->limits_hit, "delivery-status"));
    assert_true(g_strv_contains((const char *const *)facts->limits_hit, "returned-ids"));
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(more_than_we_take_is_named),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
