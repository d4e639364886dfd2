/* What clamd answers, and what is no answer. */
#include "intake/learn/clamd_reply.h"

#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define MD5 "a28ebbe69ce3f64b4c3cd996ca08c2cc"

typedef struct {
    const char *reply;
    LodgeClamdVerdict verdict;
    const char *text;
} Case;

static const Case cases[] = {
    {"stream: OK", LODGE_CLAMD_CLEAN, NULL},
    {"stream: Eicar-Test-Signature FOUND", LODGE_CLAMD_FOUND, "Eicar-Test-Signature"},
    {"stream: Lodge.Test.UNOFFICIAL FOUND", LODGE_CLAMD_FOUND, "Lodge.Test.UNOFFICIAL"},
    {"stream: Lodge.Test(" MD5 ":31) FOUND", LODGE_CLAMD_FOUND, "Lodge.Test"},
    {"stream: (" MD5 ":31) FOUND", LODGE_CLAMD_FOUND, "(" MD5 ":31)"},
    {"stream: Odd.Name(x:31) FOUND", LODGE_CLAMD_FOUND, "Odd.Name(x:31)"},
    {"stream: Odd.Name(:) FOUND", LODGE_CLAMD_FOUND, "Odd.Name"},
    {"stream: :1) FOUND", LODGE_CLAMD_FOUND, ":1)"},
    {"stream: ) FOUND", LODGE_CLAMD_FOUND, ")"},
    {"stream: OK FOUND", LODGE_CLAMD_FOUND, "OK"},
    {"stream: a FOUND FOUND", LODGE_CLAMD_FOUND, "a FOUND"},
    {"stream: a\r\nBcc: b\x1b[2J FOUND", LODGE_CLAMD_FOUND, "a\\x0D\\x0ABcc: b\\x1B[2J"},
    {"stream: \xff FOUND", LODGE_CLAMD_FOUND, "\\xFF"},
    {"stream: Heuristics.Encrypted.PDF FOUND", LODGE_CLAMD_FOUND,
     "Heuristics.Encrypted.PDF"},
    {"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", LODGE_CLAMD_UNFINISHED,
     "Heuristics.Limits.Exceeded.MaxFileSize"},
    {"stream: Heuristics.Limits.Exceeded FOUND", LODGE_CLAMD_UNFINISHED,
     "Heuristics.Limits.Exceeded"},
    {"INSTREAM size limit exceeded. ERROR", LODGE_CLAMD_TOO_LARGE, NULL},
    {"stream: Can't allocate memory ERROR", LODGE_CLAMD_TROUBLE,
     "stream: Can't allocate memory ERROR"},
    {"Command read timed out ERROR", LODGE_CLAMD_TROUBLE, "Command read timed out ERROR"},
    {" ERROR", LODGE_CLAMD_TROUBLE, " ERROR"},
    {"COMMAND READ TIMED OUT", LODGE_CLAMD_STRANGE, "COMMAND READ TIMED OUT"},
    {"UNKNOWN COMMAND", LODGE_CLAMD_STRANGE, "UNKNOWN COMMAND"},
    {"", LODGE_CLAMD_STRANGE, ""},
    {"OK", LODGE_CLAMD_STRANGE, "OK"},
    {"stream: ", LODGE_CLAMD_STRANGE, "stream: "},
    {"stream:  FOUND", LODGE_CLAMD_STRANGE, "stream:  FOUND"},
    {"stream: FOUND", LODGE_CLAMD_STRANGE, "stream: FOUND"},
    {"stream: ok", LODGE_CLAMD_STRANGE, "stream: ok"},
    {"stream: OK\n", LODGE_CLAMD_STRANGE, "stream: OK\\x0A"},
    {"stream: OK ", LODGE_CLAMD_STRANGE, "stream: OK "},
    {" stream: OK", LODGE_CLAMD_STRANGE, " stream: OK"},
    {"Stream: OK", LODGE_CLAMD_STRANGE, "Stream: OK"},
    {"1: stream: OK", LODGE_CLAMD_STRANGE, "1: stream: OK"},
    {"/etc/passwd: OK", LODGE_CLAMD_STRANGE, "/etc/passwd: OK"},
    {"stream: a found", LODGE_CLAMD_STRANGE, "stream: a found"},
    {"HTTP/1.1 400 Bad Request", LODGE_CLAMD_STRANGE, "HTTP/1.1 400 Bad Request"},
};

static void a_reply_is_one_thing_only(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = NULL;
        /* Exactly so many bytes, so that a look beyond them is seen. */
        g_autofree char *bytes = g_memdup2(cases[i].reply, strlen(cases[i].reply));
        LodgeClamdVerdict verdict =
            lodge_clamd_reply_parse(bytes, strlen(cases[i].reply), &text);
        if (verdict != cases[i].verdict || g_strcmp0(text, cases[i].text) != 0)
            fail_msg("'%s': %d, '%s'", cases[i].reply, verdict, text);
    }
}

static void no_part_of_a_verdict_is_clean(void **state)
{
    (void)state;
    static const char whole[] = "stream: Lodge.Test FOUND";
    for (gsize size = 0; size < sizeof whole - 1; size++) {
        g_autofree char *text = NULL;
        assert_int_equal(lodge_clamd_reply_parse(whole, size, &text), LODGE_CLAMD_STRANGE);
    }
}

static void a_name_is_bounded(void **state)
{
    (void)state;
    g_autofree char *name = g_strnfill(900, 'x');
    g_autofree char *reply = g_strdup_printf("stream: %s FOUND", name);
    g_autofree char *text = NULL;
    assert_int_equal(lodge_clamd_reply_parse(reply, strlen(reply), &text),
                     LODGE_CLAMD_FOUND);
    assert_in_range(strlen(text), 100, LODGE_LIMIT_SCANNER_NAME_BYTES);
}

static void a_version_is_clamavs(void **state)
{
    (void)state;
    static const struct {
        const char *reply, *version;
    } versions[] = {
        {"ClamAV 1.0.7/27400/Tue Sep 17 08:38:30 2024",
         "ClamAV 1.0.7/27400/Tue Sep 17 08:38:30 2024"},
        {"ClamAV 1.4.6", "ClamAV 1.4.6"},
        {"ClamAV 1.4.6\x1b[2J", "ClamAV 1.4.6\\x1B[2J"},
        {"ClamAV", NULL},
        {"", NULL},
        {"PONG", NULL},
        {"UNKNOWN COMMAND", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *version =
            lodge_clamd_reply_parse_version(versions[i].reply, strlen(versions[i].reply));
        if (g_strcmp0(version, versions[i].version) != 0)
            fail_msg("'%s' became '%s'", versions[i].reply, version);
    }
}

static void a_pong_is_a_pong(void **state)
{
    (void)state;
    assert_true(lodge_clamd_reply_is_pong("PONG", 4));
    assert_false(lodge_clamd_reply_is_pong("PONG\n", 5));
    assert_false(lodge_clamd_reply_is_pong("PON", 3));
    assert_false(lodge_clamd_reply_is_pong("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_one_thing_only),
        cmocka_unit_test(no_part_of_a_verdict_is_clean),
        cmocka_unit_test(a_name_is_bounded),
        cmocka_unit_test(a_version_is_clamavs),
        cmocka_unit_test(a_pong_is_a_pong),
    };
    return cmocka_run_group_tests_name("intake/learn/clamd_reply", tests, NULL, NULL);
}
