#include "intake/answer/receipt.h"

#include "intake/answer/address.h"
#include "parsers/text/display.h"
#include "tests/support/cmocka.h"
#include <gmime/gmime.h>
#include <string.h>

#define NOW_US G_GINT64_CONSTANT(1721429999000000) /* 2024-07-19T22:59:59Z */
#define POUND "\xc2\xa3"

typedef struct {
    LodgeReceiptContent content;
    LodgeRules rules;
    LodgeSmtp smtp;
    char *references[3];
} Fixture;

static void init_fixture(Fixture *fixture)
{
    *fixture = (Fixture){
        .content = {.id = "PP24-000123-K.1",
                    .kind = "decision",
                    .to = "officer@council.gov.uk",
                    .subject = "Auto: Received PP24-000123-K: Productivity Plan",
                    .message_id = "PP24-000123-K.1@intake.example.gov.uk",
                    .in_reply_to = "two@council.gov.uk",
                    .text = "Your plan was received and filed.\n\n-- \nThe team\n",
                    .evidence = "{\"receipt\":\"PP24-000123-K.1\"}"},
        .rules = {.instance_domain = "intake.example.gov.uk"},
        .smtp = {.from_name = "Productivity plans intake",
                 .from_address = "receipts@example.gov.uk",
                 .help_address = "help@example.gov.uk",
                 .envelope_address = "receipts@example.gov.uk",
                 .envelope = LODGE_ENVELOPE_PLUS},
        .references = {"one@council.gov.uk", "two@council.gov.uk", NULL},
    };
    fixture->content.references = fixture->references;
}

static GBytes *compose(const Fixture *fixture, GError **error)
{
    return lodge_receipt_compose(&fixture->content, &fixture->rules, &fixture->smtp, NOW_US,
                                 error);
}

static char *compose_text(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = compose(fixture, &error);
    if (bytes == NULL)
        fail_msg("%s", error->message);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static char *find_boundary(const char *text)
{
    const char *at = strstr(text, "boundary=");
    assert_non_null(at);
    at += strlen("boundary=");
    at += *at == '"';
    return g_strndup(at, strcspn(at, "\"\r"));
}

static void a_receipt_reads_like_this(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    g_autofree char *text = compose_text(&fixture);
    g_autofree char *boundary = find_boundary(text);
    assert_int_equal(strlen(boundary), strlen("lodge-") + 24);
    g_auto(GStrv) pieces = g_strsplit(text, boundary, -1);
    g_autofree char *shown = g_strjoinv("BOUNDARY", pieces);
    assert_string_equal(shown,
                        "From: Productivity plans intake <receipts@example.gov.uk>\r\n"
                        "To: officer@council.gov.uk\r\n"
                        "Subject: Auto: Received PP24-000123-K: Productivity Plan\r\n"
                        "Date: Fri, 19 Jul 2024 22:59:59 +0000\r\n"
                        "Message-ID: <PP24-000123-K.1@intake.example.gov.uk>\r\n"
                        "Reply-To: help@example.gov.uk\r\n"
                        "In-Reply-To: <two@council.gov.uk>\r\n"
                        "References: <one@council.gov.uk>\r\n"
                        " <two@council.gov.uk>\r\n"
                        "Auto-Submitted: auto-replied\r\n"
                        "X-Auto-Response-Suppress: All\r\n"
                        "Precedence: bulk\r\n"
                        "X-Intake-Loop: intake.example.gov.uk\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: multipart/mixed; boundary=BOUNDARY\r\n"
                        "\r\n"
                        "--BOUNDARY\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n"
                        "\r\n"
                        "Your plan was received and filed.\r\n"
                        "\r\n"
                        "-- \r\n"
                        "The team\r\n"
                        "\r\n"
                        "--BOUNDARY\r\n"
                        "Content-Type: application/json; name=receipt.json\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: attachment; filename=receipt.json\r\n"
                        "\r\n"
                        "eyJyZWNlaXB0IjoiUFAyNC0wMDAxMjMtSy4xIn0=\r\n"
                        "\r\n"
                        "--BOUNDARY--\r\n");
}

static void equal_inputs_give_equal_bytes(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    g_autoptr(GBytes) first = compose(&fixture, NULL);
    g_autoptr(GBytes) second = compose(&fixture, NULL);
    assert_true(g_bytes_equal(first, second));
    fixture.content.message_id = "PP24-000123-K.2@intake.example.gov.uk";
    g_autoptr(GBytes) other = compose(&fixture, NULL);
    assert_false(g_bytes_equal(first, other));
}

static void the_boundary_cannot_be_foretold_by_who_is_quoted(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    g_autofree char *before = compose_text(&fixture);
    const char *at = strstr(before, "\r\n--lodge-");
    assert_non_null(at);
    g_autofree char *line = g_strndup(at + 2, strcspn(at + 2, "\r"));
    g_autofree char *text = g_strdup_printf("%s\nContent-Type: text/html\n\nbad\n", line);
    fixture.content.text = text;
    g_autofree char *after = compose_text(&fixture);
    assert_null(strstr(strstr(after, line) + 1, line));
}

/* ---- what strangers write ---- */

static const char *const field_names[] = {
    "From",           "To",
    "Subject",        "Date",
    "Message-ID",     "Reply-To",
    "In-Reply-To",    "References",
    "Auto-Submitted", "X-Auto-Response-Suppress",
    "Precedence",     "X-Intake-Loop",
    "MIME-Version",   "Content-Type",
};

static gboolean is_known_field(const char *line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(field_names); i++)
        if (g_str_has_prefix(line, field_names[i]) && line[strlen(field_names[i])] == ':')
            return TRUE;
    return FALSE;
}

/* Looks at bytes only: exactly our fields, each once, and no line that mail forbids. */
static void check_header(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    assert_non_null(end);
    g_autofree char *header = g_strndup(text, (gsize)(end - text));
    g_auto(GStrv) lines = g_strsplit(header, "\r\n", -1);
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; lines[i] != NULL; i++) {
        assert_null(strpbrk(lines[i], "\r\n"));
        assert_true(strlen(lines[i]) <= 78 || strpbrk(lines[i] + 1, " ") == NULL);
        if (lines[i][0] == ' ') {
            assert_true(lines[i][1] > ' ');
            continue;
        }
        if (!is_known_field(lines[i]))
            fail_msg("a field that is not ours: %s", lines[i]);
        assert_true(g_hash_table_add(seen, g_strndup(lines[i], strcspn(lines[i], ":"))));
    }
}

static char *part_text(GMimeObject *part)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    char *text =
        bytes->len > 0 ? g_strndup((const char *)bytes->data, bytes->len) : g_strdup("");
    g_object_unref(stream);
    return text;
}

/* The text as decide wrote it, each line displayed, with one line end at its end. */
static char *expected_text(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *shown = g_string_new(NULL);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = lodge_display_line(lines[i], 0);
        if (*line != '\0' || lines[i + 1] != NULL)
            g_string_append_printf(shown, "%s\r\n", line);
    }
    return g_string_free(shown, FALSE);
}

static void check_addresses(GMimeMessage *message, const Fixture *fixture)
{
    InternetAddressList *to = g_mime_message_get_to(message);
    assert_int_equal(internet_address_list_length(to), 1);
    InternetAddress *recipient = internet_address_list_get_address(to, 0);
    assert_string_equal(
        internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(recipient)),
        fixture->content.to);
    InternetAddressList *from = g_mime_message_get_from(message);
    assert_int_equal(internet_address_list_length(from), 1);
    InternetAddress *sender = internet_address_list_get_address(from, 0);
    assert_string_equal(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(sender)),
                        fixture->smtp.from_address);
    assert_int_equal(internet_address_list_length(g_mime_message_get_cc(message)), 0);
    assert_int_equal(internet_address_list_length(g_mime_message_get_bcc(message)), 0);
}

static void check_parts(GMimeMessage *message, const Fixture *fixture)
{
    GMimeMultipart *body = GMIME_MULTIPART(g_mime_message_get_mime_part(message));
    assert_int_equal(g_mime_multipart_get_count(body), 2);
    g_autofree char *text = part_text(g_mime_multipart_get_part(body, 0));
    g_autofree char *expected = expected_text(fixture->content.text);
    assert_string_equal(text, expected);
    g_autofree char *json = part_text(g_mime_multipart_get_part(body, 1));
    assert_string_equal(json, fixture->content.evidence);
}

/* Read back by a parser that this box does not have. */
static void check_message(const Fixture *fixture)
{
    g_autofree char *text = compose_text(fixture);
    check_header(text);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, strlen(text));
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    assert_non_null(message);
    check_addresses(message, fixture);
    check_parts(message, fixture);
    g_autofree char *shown = lodge_display_line(fixture->content.subject, 500);
    g_strstrip(shown);
    const char *subject = g_mime_message_get_subject(message);
    assert_string_equal(subject != NULL ? subject : "", shown);
    assert_string_equal(g_mime_message_get_message_id(message),
                        fixture->content.message_id);
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
}

static const char *const hostile[] = {
    "",
    "a\r\nBcc: victim@example.com",
    "a\nBcc: victim@example.com",
    "a\rBcc: victim@example.com",
    "a\r\n\r\n<html>",
    "a\n\n--lodge\nContent-Type: text/html",
    "\xe2\x80\xa8line separator",
    "=?utf-8?q?=0D=0ABcc:_victim@example.com?=",
    "=?utf-8?b?DQpCY2M6IHY=?=",
    "Pl\xc3\xa4ne " POUND " \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
    "\xff\xfe invalid \xc3",
    "\x1b[31mred\x07",
    "\xe2\x80\xae.exe",
    "\" <x@y.example>, z@y.example",
    "From here on",
    ".",
    "..\n.",
    "   ",
    "\t",
    "colon: semicolon; comma, (comment",
};

static void hostile_text_never_makes_a_field_or_a_line(void **state)
{
    (void)state;
    g_autofree char *flood = g_strnfill(5000, 'a');
    for (gsize i = 0; i <= G_N_ELEMENTS(hostile); i++) {
        char *value = i < G_N_ELEMENTS(hostile) ? (char *)hostile[i] : flood;
        for (guint where = 0; where < 6; where++) {
            Fixture fixture;
            init_fixture(&fixture);
            char **places[] = {&fixture.content.subject,     &fixture.smtp.from_name,
                               &fixture.content.in_reply_to, &fixture.references[0],
                               &fixture.content.text,        &fixture.content.evidence};
            *places[where] = value;
            check_message(&fixture);
        }
    }
}

static void random_bytes_never_make_a_field_or_a_line(void **state)
{
    (void)state;
    GRand *random = g_rand_new_with_seed(317);
    for (guint round = 0; round < 600; round++) {
        char noise[4][64];
        for (guint i = 0; i < 4; i++) {
            guint size = (guint)g_rand_int_range(random, 0, 63);
            for (guint j = 0; j < size; j++)
                noise[i][j] = (char)g_rand_int_range(random, 1, 256);
            noise[i][size] = '\0';
        }
        Fixture fixture;
        init_fixture(&fixture);
        fixture.content.subject = noise[0];
        fixture.content.in_reply_to = noise[1];
        fixture.references[0] = noise[2];
        fixture.smtp.from_name = noise[3];
        check_message(&fixture);
    }
    g_rand_free(random);
}

static void a_thread_is_kept_with_its_first_and_last_messages(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < 50; i++)
        g_ptr_array_add(ids, g_strdup_printf("m%u@council.gov.uk", i));
    g_ptr_array_add(ids, NULL);
    fixture.content.references = (GStrv)ids->pdata;
    g_autofree char *text = compose_text(&fixture);
    assert_non_null(
        strstr(text, "References: <m0@council.gov.uk>\r\n <m32@council.gov.uk>"));
    assert_non_null(strstr(text, " <m49@council.gov.uk>\r\n <two@council.gov.uk>\r\n"));
}

static void a_message_without_an_id_is_answered_without_a_thread(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    fixture.content.in_reply_to = NULL;
    fixture.content.references = NULL;
    g_autofree char *text = compose_text(&fixture);
    assert_null(strstr(text, "In-Reply-To:"));
    assert_null(strstr(text, "References:"));
}

static void reply_to_is_left_out_where_from_is_the_help_address(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    fixture.smtp.help_address = "Receipts@example.gov.uk";
    g_autofree char *same = compose_text(&fixture);
    assert_null(strstr(same, "Reply-To:\r\n"));
    assert_null(strstr(same, "\r\nReply-To:"));
    fixture.smtp.help_address = NULL;
    g_autofree char *none = compose_text(&fixture);
    assert_null(strstr(none, "\r\nReply-To:"));
}

static void text_beyond_ascii_is_quoted_printable(void **state)
{
    (void)state;
    Fixture fixture;
    init_fixture(&fixture);
    fixture.content.text = "It cost " POUND "5.\n.\nFrom us\nspace \n";
    g_autofree char *text = compose_text(&fixture);
    assert_non_null(strstr(text, "Content-Transfer-Encoding: quoted-printable\r\n"));
    assert_non_null(strstr(text, "It cost =C2=A35.\r\n"));
    check_message(&fixture);
}

static void what_cannot_be_sent_is_refused_by_name(void **state)
{
    (void)state;
    enum { TO, FROM, HELP, MESSAGE_ID, DOMAIN, TEXT };
    static const struct {
        const char *name;
        guint where;
        char *value;
        const char *words;
        gboolean is_address;
    } cases[] = {
        {"two recipients", TO, "a@b.example, c@d.example", "the recipient's address", TRUE},
        {"a field after the recipient", TO, "a@b.example\r\nBcc: c@d.example",
         "the recipient's address", TRUE},
        {"no sender", FROM, NULL, "the sender's address", TRUE},
        {"a help address with a name", HELP, "Help <a@b.example>", "the help address",
         TRUE},
        {"no Message-ID", MESSAGE_ID, NULL, "Message-ID", FALSE},
        {"a Message-ID with a line end", MESSAGE_ID, "a@b\r\nBcc: c", "Message-ID", FALSE},
        {"a Message-ID in brackets", MESSAGE_ID, "<a@b>", "Message-ID", FALSE},
        {"an instance that is no host", DOMAIN, "a b", "instance domain", FALSE},
        {"no text", TEXT, NULL, "text", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture fixture;
        init_fixture(&fixture);
        char **places[] = {
            [TO] = &fixture.content.to,
            [FROM] = &fixture.smtp.from_address,
            [HELP] = &fixture.smtp.help_address,
            [MESSAGE_ID] = &fixture.content.message_id,
            [DOMAIN] = &fixture.rules.instance_domain,
            [TEXT] = &fixture.content.text,
        };
        *places[cases[i].where] = cases[i].value;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = compose(&fixture, &error);
        if (bytes != NULL || error == NULL ||
            strstr(error->message, cases[i].words) == NULL ||
            strpbrk(error->message, "\r\n") != NULL)
            fail_msg("%s: %s", cases[i].name, error != NULL ? error->message : "composed");
        assert_true(error->domain ==
                    (cases[i].is_address ? LODGE_ADDRESS_ERROR : LODGE_RECEIPT_ERROR));
    }
}

static void the_envelope_sender_names_the_receipt(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        LodgeEnvelope envelope;
        char *address;
        const char *id, *from;
    } cases[] = {
        {"plus", LODGE_ENVELOPE_PLUS, "receipts@x.example", "PP24-000123-K.1",
         "receipts+PP24-000123-K.1@x.example"},
        {"plain", LODGE_ENVELOPE_PLAIN, "receipts@x.example", "PP24-000123-K.1",
         "receipts@x.example"},
        {"an id that is no atom", LODGE_ENVELOPE_PLUS, "receipts@x.example", "a>b",
         "receipts@x.example"},
        {"an id with a line end", LODGE_ENVELOPE_PLUS, "receipts@x.example", "a\r\nb",
         "receipts@x.example"},
        {"a local part that would be too long", LODGE_ENVELOPE_PLUS,
         "receipts-of-the-department-for-levelling-up-housing@x.example", "PP24-000123-K.1",
         "receipts-of-the-department-for-levelling-up-housing@x.example"},
        {"no id", LODGE_ENVELOPE_PLUS, "receipts@x.example", NULL, "receipts@x.example"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeSmtp smtp = {.envelope = cases[i].envelope,
                          .envelope_address = cases[i].address};
        g_autofree char *from = lodge_receipt_envelope_from(&smtp, cases[i].id);
        if (strcmp(from, cases[i].from) != 0)
            fail_msg("%s: %s", cases[i].name, from);
    }
}

int main(void)
{
    g_mime_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_reads_like_this),
        cmocka_unit_test(equal_inputs_give_equal_bytes),
        cmocka_unit_test(the_boundary_cannot_be_foretold_by_who_is_quoted),
        cmocka_unit_test(hostile_text_never_makes_a_field_or_a_line),
        cmocka_unit_test(random_bytes_never_make_a_field_or_a_line),
        cmocka_unit_test(a_thread_is_kept_with_its_first_and_last_messages),
        cmocka_unit_test(a_message_without_an_id_is_answered_without_a_thread),
        cmocka_unit_test(reply_to_is_left_out_where_from_is_the_help_address),
        cmocka_unit_test(text_beyond_ascii_is_quoted_printable),
        cmocka_unit_test(what_cannot_be_sent_is_refused_by_name),
        cmocka_unit_test(the_envelope_sender_names_the_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
