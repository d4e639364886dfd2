#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/text/limits.h"
#include "transcript.h"

typedef struct {
    const char *name;
    const char *bytes;
    const char *expected;
} Case;

static const Case cases[] = {
    {"a tagged reply has tag, status and text", "A1 OK done\r\n", "tagged A1 OK done\n"},
    {"a status may stand without text", "A1 NO\r\n* OK\r\n",
     "tagged A1 NO \nuntagged OK \n"},
    {"words of the protocol are read in any case",
     "A1 ok [uidnext 7] done\r\n* list () NIL inbox\r\n",
     "tagged A1 OK [UIDNEXT(7)] done\nuntagged LIST (() NIL inbox)\n"},
    {"a line may end without a carriage return", "A1 OK done\n", "tagged A1 OK done\n"},
    {"a continuation may be bare", "+\r\n+ \r\n+ go ahead\r\n",
     "continue \ncontinue \ncontinue go ahead\n"},
    {"codes carry their data",
     "* OK [UIDVALIDITY 3857529045] valid\r\n"
     "* OK [PERMANENTFLAGS (\\Deleted \\*)] limited\r\n"
     "A2 OK [COPYUID 38505 304,319:320 3956:3958] done\r\n"
     "A3 OK [READ-ONLY] done\r\n"
     "A4 NO [TRYCREATE] no such folder\r\n",
     "untagged OK [UIDVALIDITY(3857529045)] valid\n"
     "untagged OK [PERMANENTFLAGS((\\Deleted \\*))] limited\n"
     "tagged A2 OK [COPYUID(38505 304,319:320 3956:3958)] done\n"
     "tagged A3 OK [READ-ONLY] done\n"
     "tagged A4 NO [TRYCREATE] no such folder\n"},
    {"a code nobody knows is a code all the same", "* OK [X-NEW thing (a b)] text\r\n",
     "untagged OK [X-NEW(thing (a b))] text\n"},
    {"brackets in Gmail's flags do not end the code",
     "* OK [PERMANENTFLAGS (OIB-Seen-[Google Mail]/Alle \\*)] fine\r\n",
     "untagged OK [PERMANENTFLAGS((OIB-Seen-[Google Mail]/Alle \\*))] fine\n"},
    {"Exchange's Error= in brackets is text",
     "A1 OK [Error=\"x: Cross Server\" Proxy=a] done\r\n",
     "tagged A1 OK [Error=\"x: Cross Server\" Proxy=a] done\n"},
    {"text that opens a bracket and never closes it is text", "* OK [oops\r\n",
     "untagged OK [oops\n"},
    {"a status line cannot announce a literal, whatever its text ends in",
     "* OK see {5}\r\nA1 OK and {7}\r\n", "untagged OK see {5}\ntagged A1 OK and {7}\n"},
    {"items may come before and after the body",
     "* 1 FETCH (UID 5 BODY[] {3}\r\nabc FLAGS (\\Seen))\r\n",
     "body 1 BODY[] 3 abc\n"
     "untagged 1 FETCH ((UID 5 BODY[] <streamed> FLAGS (\\Seen)))\n"},
    {"Outlook's UID and flags behind the body are read",
     "* 7 FETCH (BODY[] {2}\r\nhi UID 1003 FLAGS (Seen))\r\n",
     "body 7 BODY[] 2 hi\nuntagged 7 FETCH ((BODY[] <streamed> UID 1003 FLAGS (Seen)))\n"},
    {"a body may hold what looks like the server's word",
     "* 1 FETCH (BODY[] {45}\r\nx\r\nA004 OK done\r\n* BYE bye\r\n)\r\n* 9 EXPUNGE \r\n "
     "UID 4)\r\nA1 OK\r\n",
     "body 1 BODY[] 45 x\\x0D\\x0AA004 OK done\\x0D\\x0A* BYE bye\\x0D\\x0A)\\x0D\\x0A"
     "* 9 EXPUNGE \\x0D\\x0A\nuntagged 1 FETCH ((BODY[] <streamed> UID 4))\ntagged A1 OK \n"},
    {"an empty literal is a body", "* 1 FETCH (BODY[] {0}\r\n UID 4)\r\n",
     "body 1 BODY[] 0 \nuntagged 1 FETCH ((BODY[] <streamed> UID 4))\n"},
    {"a quoted body comes through the same door", "* 1 FETCH (BODY[] \"a\\\"b\" UID 4)\r\n",
     "body 1 BODY[] 3 a\"b\nuntagged 1 FETCH ((BODY[] <streamed> UID 4))\n"},
    {"a body that is NIL is none", "* 1 FETCH (BODY[] NIL UID 4)\r\n",
     "untagged 1 FETCH ((BODY[] NIL UID 4))\n"},
    {"a partial body bears its origin", "* 1 FETCH (BODY[]<0> {2}\r\nab UID 4)\r\n",
     "body 1 BODY[]<0> 2 ab\nuntagged 1 FETCH ((BODY[]<0> <streamed> UID 4))\n"},
    {"a section may hold lists and strings",
     "* 1 FETCH (BODY[HEADER.FIELDS (To \"x]y\")] {2}\r\nab UID 4)\r\n",
     "body 1 BODY[HEADER.FIELDS (To \"x]y\")] 2 ab\n"
     "untagged 1 FETCH ((BODY[HEADER.FIELDS (To \"x]y\")] <streamed> UID 4))\n"},
    {"a section without a space before its literal is understood",
     "* 1 FETCH (BODY[]{2}\r\nab UID 4)\r\n",
     "body 1 BODY[] 2 ab\nuntagged 1 FETCH ((BODY[] <streamed> UID 4))\n"},
    {"literal8 holds any octet", "* 1 FETCH (BINARY[] ~{3}\r\na\x01z UID 4)\r\n",
     "body 1 BINARY[] 3 a\\x01z\nuntagged 1 FETCH ((BINARY[] <streamed> UID 4))\n"},
    {"leading zeros of a literal's size are allowed", "* 1 FETCH (BODY[] {003}\r\nabc)\r\n",
     "body 1 BODY[] 3 abc\nuntagged 1 FETCH ((BODY[] <streamed>))\n"},
    {"a folder's name may be a literal",
     "* LIST () \".\" {6}\r\nfoo) b\r\n* LIST () \".\" x\r\n",
     "untagged LIST (() \".\" \"foo) b\")\nuntagged LIST (() \".\" x)\n"},
    {"several literals in one response", "* X {1}\r\na {2}\r\nbc ({0}\r\n)\r\n",
     "untagged X (\"a\" \"bc\" (\"\"))\n"},
    {"a literal longer than announced is noticed at once",
     "* 1 FETCH (BODY[] {3}\r\nabcd)\r\n", "body 1 BODY[] 3 abc\nerror DESYNC\n"},
    {"a literal shorter than announced swallows the line and is noticed",
     "* 1 FETCH (BODY[] {6}\r\nabc)\r\nA1 OK done\r\n",
     "body 1 BODY[] 6 abc)\\x0D\\x0A\nerror DESYNC\n"},
    {"a body cut off is not an end", "* 1 FETCH (BODY[] {9}\r\nabc",
     "body 1 BODY[] 9 cut\n"},
    {"a response cut off behind its body is not an end", "* 1 FETCH (BODY[] {3}\r\nabc",
     "body 1 BODY[] 3 abc\ncut\n"},
    {"a held literal of 99999999999 bytes is refused before its first byte",
     "* LIST () \".\" {99999999999}\r\n", "error LIMIT\n"},
    {"a size beyond 63 bits is refused even for a body",
     "* 1 FETCH (BODY[] {99999999999999999999}\r\n", "error LIMIT\n"},
    {"unsolicited data may come anywhere",
     "* 3 EXISTS\r\n* 1 FETCH (UID 5 BODY[] {1}\r\na)\r\n* 2 EXPUNGE\r\n* FLAGS (\\Seen)\r\n",
     "untagged 3 EXISTS ()\nbody 1 BODY[] 1 a\nuntagged 1 FETCH ((UID 5 BODY[] <streamed>))\n"
     "untagged 2 EXPUNGE ()\nuntagged FLAGS ((\\Seen))\n"},
    {"what nobody knows is handed over", "* NOOP froopy snood\r\n* 99 NOOP\r\n",
     "untagged NOOP (froopy snood)\nuntagged 99 NOOP ()\n"},
    {"data that makes no sense is malformed and the next line is read",
     "* LIST (() \"a\r\n* 1 FETCH (UID 5)\r\n* X )\r\nA1 OK\r\n",
     "untagged LIST malformed\nuntagged 1 FETCH ((UID 5))\nuntagged X malformed\n"
     "tagged A1 OK \n"},
    {"malformed data that seems to announce a literal ends the session",
     "* LIST ()) \".\" {3}\r\nabc\r\n", "error SYNTAX\n"},
    {"a name that ends in braces without a space before is a name",
     "* LIST () \".\" foo{5}\r\nA1 OK\r\n",
     "untagged LIST (() \".\" foo{5})\ntagged A1 OK \n"},
    {"a bare line is an error of its own", "Server Unavailable. 15\r\n", "error STRAY\n"},
    {"an empty line is an error", "\r\n", "error STRAY\n"},
    {"a response without anything is an error", "* \r\n", "error SYNTAX\n"},
    {"double spaces between items are tolerated",
     "* 24 FETCH (UID  60   RFC822.SIZE 9 )\r\n",
     "untagged 24 FETCH ((UID 60 RFC822.SIZE 9))\n"},
    {"adjacent lists need no space", "* NAMESPACE ((\"\" \"/\")(\"x\" NIL)) NIL NIL\r\n",
     "untagged NAMESPACE (((\"\" \"/\") (\"x\" NIL)) NIL NIL)\n"},
    {"NIL is read in any case", "* X nil NiL NILS\r\n", "untagged X (NIL NIL NILS)\n"},
};

static void assert_transcript(const Case *one, gsize chunk)
{
    g_autofree char *got = transcribe(one->bytes, strlen(one->bytes), chunk, TRUE, FALSE);
    if (strcmp(got, one->expected) != 0)
        fail_msg("%s (in chunks of %zu):\n%s-- expected\n%s", one->name, chunk, got,
                 one->expected);
}

static void test_cases_in_one_piece(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_transcript(&cases[i], 0);
}

static void test_cases_in_any_chunking(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize chunk = 1; chunk <= 7; chunk++)
            assert_transcript(&cases[i], chunk);
    }
}

static void test_a_greeting_is_wanted_first(void **state)
{
    (void)state;
    static const Case greetings[] = {
        {"OK", "* OK [CAPABILITY IMAP4rev1] hi\r\n* OK more\r\n",
         "greeting OK [CAPABILITY(IMAP4rev1)] hi\nuntagged OK more\n"},
        {"PREAUTH", "* PREAUTH hi\r\n", "greeting PREAUTH hi\n"},
        {"BYE", "* BYE busy\r\n", "greeting BYE busy\n"},
        {"NO is none", "* NO hi\r\n", "error SYNTAX\n"},
        {"data is none", "* 1 EXISTS\r\n", "error SYNTAX\n"},
        {"SSH is none", "SSH-2.0-OpenSSH_9.2p1\r\n", "error STRAY\n"},
        {"SMTP is none", "220 mail ESMTP\r\n", "error STRAY\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(greetings); i++) {
        g_autofree char *got =
            transcribe(greetings[i].bytes, strlen(greetings[i].bytes), 1, TRUE, TRUE);
        assert_string_equal(got, greetings[i].expected);
    }
}

static void test_without_body_callbacks_bodies_are_held(void **state)
{
    (void)state;
    static const char bytes[] = "* 1 FETCH (BODY[] {3}\r\na)b UID 2)\r\n";
    g_autofree char *got = transcribe(bytes, strlen(bytes), 1, FALSE, FALSE);
    assert_string_equal(got, "untagged 1 FETCH ((BODY[] \"a)b\" UID 2))\n");
}

static char *repeat(const char *before, const char *piece, guint count, const char *after)
{
    GString *text = g_string_new(before);
    for (guint i = 0; i < count; i++)
        g_string_append(text, piece);
    g_string_append(text, after);
    return g_string_free(text, FALSE);
}

static void assert_ends(const char *bytes, const char *ending)
{
    g_autofree char *got = transcribe(bytes, strlen(bytes), 4096, TRUE, FALSE);
    if (!g_str_has_suffix(got, ending))
        fail_msg("ends in %s", got + (strlen(got) > 60 ? strlen(got) - 60 : 0));
}

static void test_limits_are_named_errors(void **state)
{
    (void)state;
    g_autofree char *line = repeat("* OK ", "x", LODGE_LIMIT_IMAP_LINE_BYTES, "\r\n");
    assert_ends(line, "error LIMIT\n");
    g_autofree char *fits = repeat("* OK ", "x", LODGE_LIMIT_IMAP_LINE_BYTES - 10, "\r\n");
    assert_ends(fits, "x\n");
    g_autofree char *deep = repeat("* X ", "(", 30, "))))))))))))))))))))))))))))))\r\n");
    assert_ends(deep, "))\n");
    g_autofree char *too_deep = repeat("* X ", "(", 5000, "\r\nA1 OK\r\n");
    assert_ends(too_deep, "untagged X malformed\ntagged A1 OK \n");
    g_autofree char *values =
        repeat("* X ", "{0}\r\n ", LODGE_LIMIT_IMAP_VALUES + 2, "\r\n");
    assert_ends(values, "error LIMIT\n");
    g_autofree char *block = repeat("{60000}\r\n", "x", 60000, " ");
    g_autofree char *total = repeat("* X ", block, 300, "\r\n");
    assert_ends(total, "error LIMIT\n");
}

static void test_the_error_stays(void **state)
{
    (void)state;
    Transcript transcript = {.lines = g_string_new(NULL), .body = g_string_new(NULL)};
    LodgeImapHandler handler = {.response = write_response};
    g_autoptr(LodgeImapParser) parser = lodge_imap_parser_new(&handler, FALSE, &transcript);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        assert_false(lodge_imap_parser_feed(parser, "what\r\nA1 OK\r\n", 13, &error));
        assert_true(g_error_matches(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_STRAY));
    }
    assert_string_equal(transcript.lines->str, "");
    g_string_free(transcript.lines, TRUE);
    g_string_free(transcript.body, TRUE);
}

static void test_a_stray_line_is_shown_without_its_control_characters(void **state)
{
    (void)state;
    LodgeImapHandler handler = {.response = write_response};
    g_autoptr(LodgeImapParser) parser = lodge_imap_parser_new(&handler, FALSE, NULL);
    g_autoptr(GError) error = NULL;
    static const char bytes[] = "\x1b[2JServer\r\n";
    assert_false(lodge_imap_parser_feed(parser, bytes, strlen(bytes), &error));
    assert_string_equal(
        error->message,
        "the server sent a line that is no IMAP response: \"\\x1B[2JServer\"");
}

static gboolean count_bytes(const void *bytes, gsize size, gpointer data, GError **error)
{
    (void)bytes;
    (void)error;
    *(guint64 *)data += size;
    return TRUE;
}

static gboolean ignore_begin(guint32 n, const char *i, guint64 s, gpointer d, GError **e)
{
    (void)n, (void)i, (void)s, (void)d, (void)e;
    return TRUE;
}

static gboolean ignore_end(gpointer data, GError **error)
{
    (void)data, (void)error;
    return TRUE;
}

static gboolean
ignore_response(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)response, (void)data, (void)error;
    return TRUE;
}

static void test_a_body_of_five_gigabytes_passes(void **state)
{
    (void)state;
    guint64 count = 0, size = G_GUINT64_CONSTANT(5000000000);
    LodgeImapHandler handler = {ignore_response, ignore_begin, count_bytes, ignore_end};
    g_autoptr(LodgeImapParser) parser = lodge_imap_parser_new(&handler, FALSE, &count);
    static const char head[] = "* 1 FETCH (BODY[] {5000000000}\r\n";
    static char block[1000000];
    assert_true(lodge_imap_parser_feed(parser, head, strlen(head), NULL));
    for (guint64 sent = 0; sent < size; sent += sizeof block)
        assert_true(lodge_imap_parser_feed(parser, block, sizeof block, NULL));
    assert_true(lodge_imap_parser_feed(parser, ")\r\n", 3, NULL));
    assert_int_equal(count, size);
    assert_true(lodge_imap_parser_is_idle(parser));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_in_one_piece),
        cmocka_unit_test(test_cases_in_any_chunking),
        cmocka_unit_test(test_a_greeting_is_wanted_first),
        cmocka_unit_test(test_without_body_callbacks_bodies_are_held),
        cmocka_unit_test(test_limits_are_named_errors),
        cmocka_unit_test(test_the_error_stays),
        cmocka_unit_test(test_a_stray_line_is_shown_without_its_control_characters),
        cmocka_unit_test(test_a_body_of_five_gigabytes_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
