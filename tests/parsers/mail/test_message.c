#include "parsers/mail/message.h"

#include "parsers/report/report.h"
#include "parsers/text/limits.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static LodgeMessageFacts *read_text(const char *text)
{
    return corpus_read_bytes(text, strlen(text), -1);
}

static const LodgePart *part_at(const LodgeMessageFacts *facts, guint index)
{
    assert_true(index < facts->parts->len);
    return g_ptr_array_index(facts->parts, index);
}

static gboolean has(GStrv codes, const char *code)
{
    return g_strv_contains((const char *const *)codes, code);
}

/* "path kind type name size" of each part, one a line. */
static char *outline(const LodgeMessageFacts *facts)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = part_at(facts, i);
        g_string_append_printf(text, "[%s] %s %s %s %" G_GINT64_FORMAT "\n", part->path,
                               lodge_part_kind_format(part->kind), part->declared_type,
                               part->name != NULL ? part->name : "-", part->size_bytes);
    }
    return g_string_free(text, FALSE);
}

static void check_outline(const char *name, const char *message, const char *expected)
{
    g_autoptr(LodgeMessageFacts) facts = read_text(message);
    g_autofree char *found = outline(facts);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: gave\n%s", name, found);
}

/* ---- header ---- */

#define TYPICAL                                                                                \
    "Return-Path: <clerk@council.example>\r\n"                                                 \
    "Received: from a.example (a.example [192.0.2.1]) by mx.gov.example with ESMTPS id 1;\r\n" \
    "\tFri, 19 Jul 2024 15:03:11 +0000\r\n"                                                    \
    "Authentication-Results: mx.gov.example;\r\n dmarc=pass header.from=council.example\r\n"   \
    "From: =?utf-8?Q?Chief_Executive_=C2=A3?= <Clerk@Council.EXAMPLE>\r\n"                     \
    "To: plans@gov.example, Team: a@gov.example, \"B, C\" <b@gov.example>;\r\n"                \
    "Subject: =?iso-8859-1?Q?Plan_=A3?=\r\n =?iso-8859-1?Q?5m?=\r\n"                           \
    "Message-ID: <1@council.example>\r\n"                                                      \
    "In-Reply-To: <0@gov.example>\r\n"                                                         \
    "References: <a@gov.example>\r\n <0@gov.example>\r\n"                                      \
    "Date: Fri, 19 Jul 2024 16:03:10 +0100\r\n"                                                \
    "\r\n"                                                                                     \
    "Dear all\r\n"

static void a_typical_header_is_read(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = read_text(TYPICAL);

    assert_true(facts->parseable);
    assert_int_equal(facts->size_bytes, strlen(TYPICAL));
    assert_string_equal(facts->return_path, "clerk@council.example");
    assert_string_equal(facts->subject, "Plan \xc2\xa3"
                                        "5m");
    assert_string_equal(facts->message_id, "1@council.example");
    assert_string_equal(facts->in_reply_to[0], "0@gov.example");
    assert_string_equal(facts->references[1], "0@gov.example");
    assert_int_equal(facts->date_us, G_GINT64_CONSTANT(1721401390000000));
    assert_int_equal(facts->from_fields, 1);
    const LodgeAddress *from = g_ptr_array_index(facts->from, 0);
    assert_string_equal(from->address, "Clerk@council.example");
    assert_string_equal(from->domain, "council.example");
    assert_string_equal(from->display_name, "Chief Executive \xc2\xa3");
    assert_int_equal(facts->to->len, 3);
    const LodgeAddress *grouped = g_ptr_array_index(facts->to, 2);
    assert_string_equal(grouped->display_name, "B, C");
    const LodgeReceived *received = g_ptr_array_index(facts->received, 0);
    assert_int_equal(received->position, 1);
    assert_string_equal(received->peer_address, "192.0.2.1");
    const LodgeAuthenticationResults *results =
        g_ptr_array_index(facts->authentication_results, 0);
    assert_int_equal(results->position, 2);
    assert_true(results->well_formed);
    const LodgeHeaderField *subject = lodge_message_facts_find_header(facts, "subject", 0);
    assert_string_equal(subject->raw, " =?iso-8859-1?Q?Plan_=A3?=\r\n =?iso-8859-1?Q?5m?=");
    assert_string_equal(facts->body_text, "Dear all\n");
    assert_null(facts->defects[0]);
    assert_null(facts->limits_hit[0]);
}

static const struct {
    const char *name, *from, *addresses; /* joined by blanks */
} from_cases[] = {
    {"a council's address as display name", "\"clerk@council.example\" <x@evil.example>",
     "x@evil.example"},
    {"the same without quotes", "clerk@council.example <x@evil.example>", "x@evil.example"},
    {"the same in an encoded word", "=?utf-8?Q?clerk=40council.example?= <x@evil.example>",
     "x@evil.example"},
    {"two addresses", "clerk@council.example, x@evil.example",
     "clerk@council.example x@evil.example"},
    {"an address hidden inside a word",
     "\"=?utf-8?Q?a\" <x@evil.example>, \"b?=\" <clerk@council.example>",
     "x@evil.example clerk@council.example"},
    {"a comma inside a word", "=?utf-8?Q?Clerk,_Town?= <clerk@council.example>",
     "clerk@council.example"},
    {"a comment", "clerk@council.example (x@evil.example)", "clerk@council.example"},
    {"a group", "Officers: clerk@council.example, x@evil.example;",
     "clerk@council.example x@evil.example"},
    {"no address at all", "undisclosed", "undisclosed"},
    {"a folded address", "Clerk\r\n <clerk@council.example>", "clerk@council.example"},
    {"a registered name of another alphabet", "Clerk <x@xn--mnchen-3ya.example>",
     "x@xn--mnchen-3ya.example"},
    {"the same in its letters", "x@m\xc3\xbcnchen.example", "x@m\xc3\xbcnchen.example"},
    {"two @ in brackets", "Clerk <clerk@council.example@evil.example>", ""},
    {"two @", "clerk@council.example@evil.example", ""},
    {"an @ at the end", "clerk@council.example@", ""},
    {"a second half behind the brackets", "Clerk <clerk@council.example>@evil.example", ""},
    {"a second half behind a quote", "Clerk <clerk@council.example\"@evil.example>", ""},
    {"a second half behind a backslash", "Clerk <clerk@council.example\\@evil.example>",
     ""},
    {"a second half behind a semicolon", "Clerk <clerk@council.example;@evil.example>", ""},
    {"a comment that does not end", "clerk@council.example (x@evil.example", ""},
    {"a lone CR inside a domain", "clerk@council.example\r.evil.example", ""},
    {"a lone CR before another field", "clerk@council.example\rFrom: <x@evil.example>", ""},
    {"a comment behind the brackets", "Clerk <clerk@council.example> (Town)",
     "clerk@council.example"},
    {"a route", "<@council.example,@b.example:x@evil.example>", "x@evil.example"},
    {"a quoted local part", "\"clerk@council.example\"@evil.example",
     "\"clerk@council.example\"@evil.example"},
    {"an empty group", "Officers:;, x@evil.example", "x@evil.example"},
};

static void a_from_field_hides_no_address(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(from_cases); i++) {
        g_autofree char *message = g_strdup_printf("From: %s\r\n\r\nx", from_cases[i].from);
        g_autoptr(LodgeMessageFacts) facts = read_text(message);
        g_autoptr(GString) found = g_string_new(NULL);
        for (guint j = 0; j < facts->from->len; j++) {
            const LodgeAddress *address = g_ptr_array_index(facts->from, j);
            g_string_append_printf(found, "%s%s", j > 0 ? " " : "", address->address);
        }
        if (strcmp(found->str, from_cases[i].addresses) != 0)
            fail_msg("%s: gave %s", from_cases[i].name, found->str);
    }
}

static void a_nul_in_a_from_field_names_nobody(void **state)
{
    (void)state;
    static const char nul[] = "From: clerk@council.exa\0mple\r\n\r\nx";
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(nul, sizeof nul - 1, -1);
    assert_int_equal(facts->from_fields, 1);
    assert_int_equal(facts->from->len, 0);
}

typedef struct {
    const char *name, *message, *defect;
} DefectCase;

static const DefectCase defect_cases[] = {
    {"two From fields", "From: a@b.example\r\nFrom: c@d.example\r\n\r\nx",
     "duplicate-from"},
    {"no From field", "Subject: x\r\n\r\nx", "no-from"},
    {"lone LFs everywhere", "From: a@b.example\nSubject: x\n\nx", "bare-lf"},
    {"a lone LF below the header", "From: a@b.example\r\n\r\nx\n", "bare-lf"},
    {"a lone CR", "From: a@b.example\r\n\r\nx\ry\r\n", "bare-cr"},
    {"8-bit in the header", "From: a@b.example\r\nSubject: \xa3\r\n\r\nx",
     "raw-8bit-header"},
    {"an unknown set in the header", "From: a@b.example\r\nSubject: =?x-no?Q?a?=\r\n\r\nx",
     "unknown-charset"},
    {"an unknown set of the text",
     "From: a@b.example\r\nContent-Type: text/plain; charset=x-no\r\n\r\nx",
     "unknown-charset"},
    {"a multipart without a boundary",
     "From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nx", "missing-boundary"},
    {"a multipart without a delimiter",
     "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nx",
     "missing-boundary"},
    {"a multipart that does not end",
     "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n",
     "truncated-multipart"},
    {"a header line that is none", "From: a@b.example\r\nnonsense\r\n\r\nx",
     "header-malformed"},
    {"damaged base64",
     "From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJ*D\r\n",
     "corrupt-base64"},
    {"cut base64",
     "From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJDR\r\n",
     "corrupt-base64"},
    {"base64 that goes on behind its end",
     "From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nQUI=QUJD\r\n",
     "corrupt-base64"},
    {"damaged quoted-printable",
     "From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=zz\r\n",
     "corrupt-quoted-printable"},
    {"an encoding nobody knows",
     "From: a@b.example\r\nContent-Transfer-Encoding: rot13\r\n\r\nx\r\n",
     "unknown-encoding"},
    {"a type that is none", "From: a@b.example\r\nContent-Type: nonsense\r\n\r\nx",
     "content-type-malformed"},
};

typedef struct {
    const char *name;
    const char *message;
    gsize size; /* 0: it ends at its NUL */
    const char *defects;
} SeveralDefectsCase;

/* What some programs see in a header and others do not. */
static const SeveralDefectsCase trick_cases[] = {
    {"a lone LF between CRLFs", "From: a@b.example\r\nSubject: x\n\r\nx", 0,
     "bare-lf header-mixed-line-ends"},
    {"a lone LF in a fold", "From: a@b.example\r\nSubject: x\n y\r\n\r\nx", 0,
     "bare-lf header-mixed-line-ends"},
    {"a lone CR in a field", "From: a@b.example\r\nX-A: b\rFrom: c@d.example\r\n\r\nx", 0,
     "bare-cr header-torn"},
    {"a NUL in a field", "From: a@b.example\r\nX-A: b\0c\r\n\r\nx", 32,
     "header-torn nul-byte"},
    {"a group in From", "From: all: a@b.example;\r\n\r\nx", 0, "from-group"},
    {"a colon in quotes is no group", "From: \"all: us\" <a@b.example>\r\n\r\nx", 0, ""},
    {"nor one in a comment", "From: a@b.example (all: us)\r\n\r\nx", 0, ""},
    {"nor one in a route", "From: <@c.example:a@b.example>\r\n\r\nx", 0, ""},
    {"an empty group before an address", "From: \"x\":;, a@b.example\r\n\r\nx", 0,
     "from-group"},
    {"two @ in From", "From: a@b.example@c.example\r\n\r\nx", 0,
     "address-malformed from-unclear"},
    {"two @ in To name nobody, and that is all", "From: a@b.example\r\nTo: :\r\n\r\nx", 0,
     ""},
};

static int compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void tricks_with_the_header_are_named(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(trick_cases); i++) {
        const SeveralDefectsCase *at = &trick_cases[i];
        gsize size = at->size > 0 ? at->size : strlen(at->message);
        g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(at->message, size, -1);
        qsort(facts->defects, g_strv_length(facts->defects), sizeof *facts->defects,
              compare_words);
        g_autofree char *found = g_strjoinv(" ", facts->defects);
        if (strcmp(found, at->defects) != 0)
            fail_msg("%s: gave \"%s\"", at->name, found);
    }
}

static void the_look_of_the_one_sender_is_a_fact(void **state)
{
    (void)state;
    static const struct {
        const char *from, *look;
    } rows[] = {
        {"a@devon.example", "devon.exarnple"},
        {"a@d\xd0\xb5von.example", "devon.exarnple"},
        {"a@xn--dvon-v4d.example", "devon.exarnple"},
        {"a@DEVON.example", "devon.exarnple"},
        {"a@b.example, c@d.example", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message = g_strdup_printf("From: %s\r\n\r\nx", rows[i].from);
        g_autoptr(LodgeMessageFacts) facts = read_text(message);
        const LodgeAddress *from = g_ptr_array_index(facts->from, 0);
        if (g_strcmp0(from->look, rows[i].look) != 0)
            fail_msg("%s looks like %s", rows[i].from, from->look);
    }
}

static void each_defect_is_named_and_nothing_else(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(defect_cases); i++) {
        g_autoptr(LodgeMessageFacts) facts = read_text(defect_cases[i].message);
        if (!facts->parseable || g_strv_length(facts->defects) != 1 ||
            !has(facts->defects, defect_cases[i].defect)) {
            g_autofree char *found = g_strjoinv(" ", facts->defects);
            fail_msg("%s: gave \"%s\"", defect_cases[i].name, found);
        }
    }
    static const char nul[] = "From: a@b.example\r\nSubject: a\0b\r\n\r\nx";
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(nul, sizeof nul - 1, -1);
    assert_true(has(facts->defects, "nul-byte"));
    assert_string_equal(facts->subject, "ab");
    assert_string_equal(lodge_message_facts_find_header(facts, "Subject", 0)->raw,
                        " a\\x00b");
}

static void what_is_no_message_is_said_to_be_none(void **state)
{
    (void)state;
    static const char *const none[] = {"",
                                       "\r\n",
                                       "Hello\r\n",
                                       "%PDF-1.7\r\nFrom: a@b\r\n\r\n",
                                       " From: a@b\r\n\r\n",
                                       ":\r\n\r\n",
                                       "From a@b Fri Jul 19 15:03:11 2024\r\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autoptr(LodgeMessageFacts) facts = read_text(none[i]);
        if (facts->parseable || facts->parts->len != 0 || facts->header->len != 0)
            fail_msg("\"%s\" is taken for a message", none[i]);
        assert_int_equal(facts->size_bytes, strlen(none[i]));
    }
}

static void what_stands_before_a_message_is_passed_over(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "From a@b Fri Jul 19 15:03:11 2024\nFrom: a@b.example\n\nx\n",
        ">From a@b Fri Jul 19 15:03:11 2024\nFrom: a@b.example\n\nx\n",
        "\xef\xbb\xbf\x46rom: a@b.example\n\nx\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autoptr(LodgeMessageFacts) facts = read_text(messages[i]);
        assert_true(facts->parseable);
        assert_int_equal(facts->from->len, 1);
        assert_int_equal(facts->header->len, 1);
        assert_string_equal(facts->body_text, "x\n");
    }
}

static void a_header_without_a_body_is_a_message(void **state)
{
    (void)state;
    check_outline("no blank line", "From: a@b.example\r\n", "[1] body text/plain - 0\n");
    check_outline("a cut field", "From: a@b.exam", "[1] body text/plain - 0\n");
}

/* ---- parts ---- */

#define HEAD "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"

static const struct {
    const char *name, *message, *outline;
} shape_cases[] = {
    {"text and a document",
     HEAD
     "preamble\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf; name=p.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\nepilogue",
     "[] multipart multipart/mixed - 0\n[1] body text/plain - 5\n[2] document application/pdf p.pdf 8\n"},
    {"an inline PDF of Apple Mail is a document",
     HEAD
     "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: inline; filename=p.pdf\r\n\r\n%PDF-1.4\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] document application/pdf p.pdf 8\n"},
    {"octet-stream without any disposition is a document",
     HEAD
     "--b\r\nContent-Type: application/octet-stream; name=p.pdf\r\n\r\n%PDF-1.4\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] document application/octet-stream p.pdf 8\n"},
    {"a PDF that calls itself text is a document", HEAD "--b\r\n\r\n%PDF-1.4\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] document text/plain - 8\n"},
    {"a PDF that calls itself an inline image is a document",
     HEAD "--b\r\nContent-Type: image/png\r\nContent-ID: <x>\r\n\r\njunk %PDF-1.4\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] document image/png - 13\n"},
    {"a logo is decoration, a photograph is a document",
     HEAD
     "--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\nx\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: inline\r\n\r\nx\r\n"
     "--b\r\nContent-Type: image/jpeg; name=p.jpg\r\n\r\nx\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] decoration image/png - 1\n[2] decoration image/png - 1\n[3] document image/jpeg p.jpg 1\n"},
    {"named text and attached text are documents",
     HEAD
     "--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] document text/plain a.txt 1\n[2] document text/plain - 1\n"},
    {"signatures, reports and the rest",
     HEAD
     "--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nx\r\n"
     "--b\r\nContent-Type: text/calendar; name=i.ics\r\n\r\nx\r\n--b\r\nContent-Type: message/partial; id=1\r\n\r\nx\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] signature application/pkcs7-signature smime.p7s 1\n[2] report message/delivery-status - 1\n"
     "[3] other text/calendar i.ics 1\n[4] other message/partial - 1\n"},
    {"empty parts are listed",
     HEAD
     "--b\r\n\r\n--b\r\nContent-Type: application/pdf; name=p.pdf\r\n\r\n\r\n--b\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] body text/plain - 0\n[2] document application/pdf p.pdf 0\n[3] body text/plain - 0\n"},
    {"a message inside is entered",
     HEAD
     "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
     "--c\r\n\r\nhi\r\n--c\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n--c--\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 - 0\n[1.TEXT] multipart multipart/mixed - 0\n[1.1] body text/plain - 2\n"
     "[1.2] document application/pdf - 5\n"},
    {"a message inside with one part",
     HEAD "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\n\r\nhi\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 - 0\n[1.1] body text/plain - 2\n"},
    {"a message inside without a header",
     HEAD "--b\r\nContent-Type: message/rfc822\r\n\r\nplain words\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 - 0\n[1.1] body text/plain - 11\n"},
    {"an attached mail without a name is called by its subject",
     HEAD
     "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: =?utf-8?Q?Our_=C2=A3?=\r\n plan\r\n\r\nhi\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 Our \xc2\xa3 plan 0\n[1.1] body text/plain - 2\n"},
    {"an attached mail with a name keeps it",
     HEAD
     "--b\r\nContent-Type: message/rfc822; name=plan.eml\r\n\r\nSubject: other\r\n\r\nhi\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 plan.eml 0\n[1.1] body text/plain - 2\n"},
    {"an attached mail that is encoded is called by its subject, too",
     HEAD
     "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogeEB5DQpTdWJqZWN0OiBTY2FuIEluIFByb2dyZXNzDQoNCmhpDQo=\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 Scan In Progress 0\n[1.1] body text/plain - 4\n"},
    {"a message that is nothing but a message",
     "From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\n\r\nhi",
     "[1] message message/rfc822 - 0\n[1.1] body text/plain - 2\n"},
    {"a message inside that is base64-encoded is entered",
     HEAD
     "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogeEB5DQoNCmhpDQo=\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] message message/rfc822 - 0\n[1.1] body text/plain - 4\n"},
    {"a digest holds messages by default",
     "From: a@b.example\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nFrom: x@y.example\r\n\r\nhi\r\n--b--",
     "[] multipart multipart/digest - 0\n[1] message message/rfc822 - 0\n[1.1] body text/plain - 2\n"},
    {"an outer delimiter ends what is open inside",
     HEAD
     "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nin\r\n--b\r\n\r\nout\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] multipart multipart/mixed - 0\n[1.1] body text/plain - 2\n[2] body text/plain - 3\n"},
    {"a boundary that begins like another is another",
     HEAD
     "--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nin\r\n--bb--\r\n--b\r\n\r\nout\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] multipart multipart/mixed - 0\n[1.1] body text/plain - 2\n[2] body text/plain - 3\n"},
    {"a multipart without a delimiter is one leaf",
     "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\nlost\r\n",
     "[1] other multipart/mixed - 6\n"},
    {"blanks behind a delimiter", HEAD "--b  \t\r\n\r\nx\r\n--b--  \r\n",
     "[] multipart multipart/mixed - 0\n[1] body text/plain - 1\n"},
    {"a delimiter with words behind it is none", HEAD "--b\r\n\r\n--b x\r\n--b--",
     "[] multipart multipart/mixed - 0\n[1] body text/plain - 5\n"},
    {"bare line feeds",
     "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n",
     "[] multipart multipart/mixed - 0\n[1] body text/plain - 1\n"},
};

static void messages_are_taken_apart_as_they_were_put_together(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(shape_cases); i++)
        check_outline(shape_cases[i].name, shape_cases[i].message, shape_cases[i].outline);
}

static void documents_are_handed_back_where_the_facts_say(void **state)
{
    (void)state;
    static const char message[] = HEAD
        "--b\r\n\r\ntext\r\n"
        "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\nLjQK\r\n"
        "--b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n"
        "--b--";
    int leaves = memfd_create("leaves", MFD_CLOEXEC);
    g_autoptr(LodgeMessageFacts) facts =
        corpus_read_bytes(message, strlen(message), leaves);
    char stream[32] = "";
    char digest[LODGE_DIGEST_SIZE];

    assert_int_equal(pread(leaves, stream, sizeof stream, 0), 13);
    assert_memory_equal(stream, "%PDF-1.4\na=bc", 13);
    assert_int_equal(part_at(facts, 1)->stream_offset, -1);
    assert_int_equal(part_at(facts, 2)->stream_offset, 0);
    assert_int_equal(part_at(facts, 2)->size_bytes, 9);
    assert_string_equal(part_at(facts, 2)->sniffed_type, "application/pdf");
    assert_int_equal(part_at(facts, 3)->stream_offset, 9);
    lodge_digest_compute("a=bc", 4, digest);
    assert_string_equal(part_at(facts, 3)->sha256, digest);
    close(leaves);
}

static void the_text_is_the_first_plain_one_else_html_without_tags(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) both = read_text(
        HEAD
        "--b\r\nContent-Type: text/html\r\n\r\n<p>h\r\n--b\r\n\r\nplain\r\n--b\r\n\r\nsecond\r\n--b--");
    assert_string_equal(both->body_text, "plain");

    g_autoptr(LodgeMessageFacts) html = read_text(
        "From: a@b.example\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n"
        "<html><head><title>no</title><style>p {}</style></head><body><!-- no -->\r\n"
        "<p>Plan&nbsp;of  \xa3"
        "5m &amp; more</p><script>no</script><br>1 < 2 &#8217;&bogus;</body></html>");
    assert_string_equal(html->body_text, "Plan of \xc2\xa3"
                                         "5m & more\n\n1 < 2 \xe2\x80\x99&bogus;");
}

#define SIGNS "\xc2\xa3 5 caf\xc3\xa9 \xe2\x82\xac"

/* A pound, an accent and a euro, as councils' programs write them. */
static void letters_of_old_sets_come_out_right(void **state)
{
    (void)state;
    static const struct {
        const char *name, *head, *body, *expected;
    } rows[] = {
        {"windows-1252", "text/plain; charset=windows-1252", "\r\n\r\n\xa3 5 caf\xe9 \x80",
         SIGNS},
        {"windows-1252 that says nothing of it", "text/plain",
         "\r\n\r\n\xa3 5 caf\xe9 \x80", SIGNS},
        {"windows-1252 in quoted-printable", "text/plain; charset=\"Windows-1252\"",
         "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=A3 5 caf=E9 =80", SIGNS},
        {"ISO-8859-15", "text/plain; charset=ISO-8859-15", "\r\n\r\n\xa3 5 caf\xe9 \xa4",
         SIGNS},
        {"UTF-16 with its mark", "text/plain; charset=utf-16",
         "\r\nContent-Transfer-Encoding: base64\r\n\r\n//6jACAANQAgAGMAYQBmAOkAIACsIA==",
         SIGNS},
        {"UTF-16BE without one", "text/plain; charset=UTF-16BE",
         "\r\nContent-Transfer-Encoding: base64\r\n\r\nAKMAIAA1ACAAYwBhAGYA6QAgIKw=",
         SIGNS},
        {"HTML in windows-1252", "text/html; charset=windows-1252",
         "\r\n\r\n<p>&pound; 5 caf\xe9 \x80</p>", SIGNS},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *mail = g_strconcat(
            "From: a@b.example\r\nContent-Type: ", rows[i].head, rows[i].body, NULL);
        g_autoptr(LodgeMessageFacts) facts = read_text(mail);
        if (g_strcmp0(facts->body_text, rows[i].expected) != 0)
            fail_msg("%s: gave %s", rows[i].name, facts->body_text);
    }
}

/* ---- limits ---- */

static char *repeat(const char *head, const char *piece, gsize count, const char *tail)
{
    GString *text = g_string_new(head);
    for (gsize i = 0; i < count; i++)
        g_string_append(text, piece);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

static void check_limit(const char *name, char *message, const char *limit, guint max_parts)
{
    g_autofree char *text = message;
    g_autoptr(LodgeMessageFacts) facts = read_text(text);
    g_autoptr(GBytes) report = lodge_report_format_message(facts);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMessageFacts) back = lodge_report_parse_message(report, &error);

    if (!has(facts->limits_hit, limit) || facts->parts->len > max_parts) {
        g_autofree char *found = g_strjoinv(" ", facts->limits_hit);
        fail_msg("%s: limits \"%s\", %u parts", name, found, facts->parts->len);
    }
    if (back == NULL)
        fail_msg("%s: the report is refused: %s", name, error->message);
}

static void bombs_hit_limits_and_still_fit_into_a_report(void **state)
{
    (void)state;
    check_limit("a field of a megabyte",
                repeat("From: a@b.example\r\nSubject: ", "x", 1000000, "\r\n\r\nx"),
                "header-field-bytes", 1);
    check_limit("a field of quotes", repeat("From: ", "\"", 1000000, "\r\n\r\nx"),
                "header-field-bytes", 1);
    check_limit("a block of 3 MB",
                repeat("From: a@b.example\r\n",
                       "X: 0123456789012345678901234567890123456789\r\n", 70000, "\r\nx"),
                "header-fields", 1);
    check_limit(
        "long fields",
        repeat(
            "From: a@b.example\r\n",
            "X: \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\r\n",
            1999, "\r\nx"),
        "report-bytes", 1);
    check_limit("2,000 addresses",
                repeat("From: x@y.example", ", a@b.example", 2000, "\r\n\r\nx"),
                "addresses", 1);
    check_limit("groups in groups", repeat("To: ", "g: a@b.example; ", 3000, "\r\n\r\nx"),
                "addresses", 1);
    check_limit(
        "200 hops",
        repeat("", "Received: by x; Fri, 19 Jul 2024 15:03:11 +0000\r\n", 200, "\r\nx"),
        "received", 1);
    check_limit("100 verdicts",
                repeat("", "Authentication-Results: x; none\r\n", 100, "\r\nx"),
                "authentication-results", 1);
    check_limit("a verdict of 50 kB",
                repeat("Authentication-Results: x; dkim=pass",
                       " header.d=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1200, "\r\n\r\nx"),
                "value-bytes", 1);
    check_limit("2,000 references", repeat("References:", " <a@b>", 2000, "\r\n\r\nx"),
                "message-ids", 1);
    check_limit("200,000 parts", repeat(HEAD, "--b\r\n\r\nx\r\n", 200000, "--b--"), "parts",
                LODGE_LIMIT_PARTS);
    check_limit(
        "parts with long names",
        repeat(
            HEAD,
            "--b\r\nContent-Type: a/b; name=\"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\"\r\n\r\nx\r\n",
            990, "--b--"),
        "report-bytes", LODGE_LIMIT_PARTS);
    check_limit(
        "a long name",
        repeat("From: a@b.example\r\nContent-Type: a/b; name=\"", "x", 5000, "\"\r\n\r\nx"),
        "name-bytes", 1);
    check_limit("a long text",
                repeat("From: a@b.example\r\n\r\n", "0123456789\r\n", 10000, ""),
                "body-text-bytes", 1);
}

static void nesting_ends_at_its_limit_and_what_is_deeper_is_one_leaf(void **state)
{
    (void)state;
    GString *text = g_string_new("From: a@b.example\r\n");
    for (guint i = 0; i < 500; i++)
        g_string_append_printf(
            text, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
    g_autofree char *message = g_string_free(text, FALSE);
    g_autoptr(LodgeMessageFacts) facts = read_text(message);
    assert_true(has(facts->limits_hit, "nesting"));
    assert_int_equal(facts->parts->len, LODGE_LIMIT_NESTING + 1);
    assert_int_equal(part_at(facts, LODGE_LIMIT_NESTING)->kind, LODGE_PART_OTHER);
    assert_true(part_at(facts, LODGE_LIMIT_NESTING)->size_bytes > 10000);

    g_autofree char *messages =
        repeat("", "Content-Type: message/rfc822\r\n\r\n", 100000, "x");
    g_autoptr(LodgeMessageFacts) nested = read_text(messages);
    assert_true(has(nested->limits_hit, "nesting"));
    assert_int_equal(nested->parts->len, LODGE_LIMIT_NESTING + 1);
}

/* ---- size ---- */

static void write_all(int fd, const char *bytes, gsize size)
{
    while (size > 0) {
        gssize put = write(fd, bytes, size);
        assert_true(put > 0);
        bytes += put;
        size -= (gsize)put;
    }
}

static glong peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void two_hundred_megabytes_pass_in_small_memory(void **state)
{
    (void)state;
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "lodge-mail-XXXXXX", NULL);
    g_autofree char *leaves_path =
        g_build_filename(g_get_tmp_dir(), "lodge-leaves-XXXXXX", NULL);
    int fd = g_mkstemp(path);
    int leaves = g_mkstemp(leaves_path);
    unlink(path);
    unlink(leaves_path);
    g_autofree char *line = repeat(
        "", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n",
        1000, "");
    static const char head[] = HEAD
        "--b\r\nContent-Type: application/pdf; name=p.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    write_all(fd, head, strlen(head));
    gsize lines = strlen(line);
    guint blocks = (guint)(200 * 1000 * 1000 / lines);
    for (guint i = 0; i < blocks; i++)
        write_all(fd, line, lines);
    write_all(fd, "--b--\r\n", 7);

    glong before_kb = peak_kb();
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMessageFacts) facts =
        lodge_message_parse(fd, lseek(fd, 0, SEEK_END), leaves, &error);
    glong grown_kb = peak_kb() - before_kb;
    assert_non_null(facts);
    assert_int_equal(part_at(facts, 1)->size_bytes, (gint64)blocks * 1000 * 54);
    assert_int_equal(lseek(leaves, 0, SEEK_END), (gint64)blocks * 1000 * 54);
    print_message("a message of 200 MB raised the peak by %ld kB\n", grown_kb);
    assert_true(grown_kb < 32 * 1024); /* the sanitizers' quarantine included */
    close(fd);
    close(leaves);
}

static void our_own_failures_are_errors(void **state)
{
    (void)state;
    g_autoptr(GError) shorter = NULL;
    int fd = corpus_make_fd("From: a@b.example\r\n\r\nx", 22);
    assert_null(lodge_message_parse(fd, 1000, -1, &shorter));
    assert_true(g_error_matches(shorter, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_IO));
    close(fd);

    static const char message[] =
        "From: a@b.example\r\nContent-Type: application/pdf\r\n\r\n%PDF-";
    g_autoptr(GError) unwritable = NULL;
    fd = corpus_make_fd(message, strlen(message));
    assert_null(lodge_message_parse(fd, (gint64)strlen(message), 1 << 20, &unwritable));
    assert_true(g_error_matches(unwritable, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_IO));
    close(fd);
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first, while the peak is low */
        cmocka_unit_test(two_hundred_megabytes_pass_in_small_memory),
        cmocka_unit_test(a_typical_header_is_read),
        cmocka_unit_test(a_from_field_hides_no_address),
        cmocka_unit_test(a_nul_in_a_from_field_names_nobody),
        cmocka_unit_test(each_defect_is_named_and_nothing_else),
        cmocka_unit_test(tricks_with_the_header_are_named),
        cmocka_unit_test(the_look_of_the_one_sender_is_a_fact),
        cmocka_unit_test(what_is_no_message_is_said_to_be_none),
        cmocka_unit_test(what_stands_before_a_message_is_passed_over),
        cmocka_unit_test(a_header_without_a_body_is_a_message),
        cmocka_unit_test(messages_are_taken_apart_as_they_were_put_together),
        cmocka_unit_test(documents_are_handed_back_where_the_facts_say),
        cmocka_unit_test(the_text_is_the_first_plain_one_else_html_without_tags),
        cmocka_unit_test(letters_of_old_sets_come_out_right),
        cmocka_unit_test(bombs_hit_limits_and_still_fit_into_a_report),
        cmocka_unit_test(nesting_ends_at_its_limit_and_what_is_deeper_is_one_leaf),
        cmocka_unit_test(our_own_failures_are_errors),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
