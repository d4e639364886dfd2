/* An mbox becomes its messages, byte by byte and in every chunking. */
#include "tests/support/cmocka.h"

#include "tests/intake/fetch/mbox_transcript.h"
#include <gio/gio.h>

#define MARK "From a@b.example Fri Jul 19 23:59:59 2024\n"

static void messages_come_out_as_they_were_put_in(void **state)
{
    (void)state;
    static const struct {
        const char *name, *input, *expected;
    } table[] = {
        {"nothing is one message", "", "[0|]"},
        {"an eml is one message", "Subject: x\n\nbody\n\n", "[0|Subject: x\n\nbody\n\n]"},
        {"a header field with a space before its colon", "From : a@b\n\nx\n",
         "[0|From : a@b\n\nx\n]"},
        {"the same with more of them", "From  : John <a@b>\n\nx",
         "[0|From  : John <a@b>\n\nx]"},
        {"text that begins with From", "From here on\n" MARK, "[0|From here on\n" MARK "]"},
        {"an eml is never split", "S: x\n\n" MARK "S: y\n", "[0|S: x\n\n" MARK "S: y\n]"},
        {"one with a postmark", MARK "S: x\n\nbody\n", "[1|S: x\n\nbody\n]"},
        {"a postmark that is an address only", "From a@b.example\nS: x\n\nbody\n",
         "[1|S: x\n\nbody\n]"},
        {"two", MARK "S: x\n\none\n\n" MARK "S: y\n\ntwo\n\n",
         "[1|S: x\n\none\n][2|S: y\n\ntwo\n]"},
        {"the writer's empty line is one line",
         MARK "S: x\n\none\n\n\n\n" MARK "S: y\n\n\n", "[1|S: x\n\none\n\n\n][2|S: y\n\n]"},
        {"a writer that forgot the empty line", MARK "S: x\n\none\n" MARK "S: y\n\ntwo",
         "[1|S: x\n\none\n][2|S: y\n\ntwo]"},
        {"a message without a body", MARK "S: x\n\n" MARK "S: y\n\n",
         "[1|S: x\n][2|S: y\n]"},
        {"CRLF stays CRLF",
         "From - Fri Jul 19 23:59:59 2024\r\nS: x\r\n\r\none\r\n\r\n"
         "From - Fri Jul 19 23:59:59 2024\r\nS: y\r\n\r\ntwo\r\n\r\n",
         "[1|S: x\r\n\r\none\r\n][2|S: y\r\n\r\ntwo\r\n]"},
        {"a sentence is no postmark",
         MARK "S: x\n\n\nFrom the council, with love\n\nend\n\n",
         "[1|S: x\n\n\nFrom the council, with love\n\nend\n]"},
        {"nor is one that speaks of a day",
         MARK "S: x\n\nFrom Fri 19 Jul at 10:00 until 2024 ends\n",
         "[1|S: x\n\nFrom Fri 19 Jul at 10:00 until 2024 ends\n]"},
        {"an address alone is none in the middle", MARK "S: x\n\nFrom a@b.example\nend\n",
         "[1|S: x\n\nFrom a@b.example\nend\n]"},
        {"quoted once, twice, thrice", MARK "S: x\n\n>From a\n>>From b\n>>>From c\n",
         "[1|S: x\n\nFrom a\n>From b\n>>From c\n]"},
        {"a quoted postmark", MARK "S: x\n\n>" MARK "end\n", "[1|S: x\n\n" MARK "end\n]"},
        {"what only looks quoted", MARK "S: x\n\n>Fromage\n>from \n> From a\n>\n>>\n>Fro",
         "[1|S: x\n\n>Fromage\n>from \n> From a\n>\n>>\n>Fro]"},
        {"in a header nothing is quoted", MARK ">From x\nS: x\n\n>From y\n",
         "[1|>From x\nS: x\n\nFrom y\n]"},
        {"a header follows every postmark",
         MARK "S: x\n\na\n\n" MARK ">From x\nS: y\n\nb\n",
         "[1|S: x\n\na\n][2|>From x\nS: y\n\nb\n]"},
        {"Content-Length lies and is not believed",
         MARK "Content-Length: 5000\n\none\n\n" MARK "Content-Length: 0\n\ntwo\n",
         "[1|Content-Length: 5000\n\none\n][2|Content-Length: 0\n\ntwo\n]"},
        {"a file that was cut in a postmark", MARK "S: x\n\none\n\nFrom a@b.example Fri Ju",
         "[1|S: x\n\none\n\nFrom a@b.example Fri Ju]"},
        {"a file that was cut behind one",
         MARK "S: x\n\none\n\nFrom a Fri Jul 19 23:59:59 2024", "[1|S: x\n\none\n][2|]"},
        {"a lone CR at the end", MARK "S: x\n\none\n\n\r", "[1|S: x\n\none\n\n\r]"},
        {"a CR that ends nothing", MARK "S: x\n\n\rrom\n\rFrom \nFro\rm \n",
         "[1|S: x\n\n\rrom\n\rFrom \nFro\rm \n]"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        gsize size = strlen(table[i].input);
        for (gsize chunk = 0; chunk <= size; chunk++) {
            GString *got = transcribe_mbox(table[i].input, size, chunk);
            if (strcmp(got->str, table[i].expected) != 0)
                fail_msg("%s, in chunks of %zu: %s", table[i].name, chunk, got->str);
            g_string_free(got, TRUE);
        }
    }
}

static void a_postmark_has_a_date_as_mail_programs_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        gboolean expected;
    } table[] = {
        {"From a@b.example Fri Jul 19 23:59:59 2024", TRUE},
        {"From a@b.example  Sat Feb  5 09:19:10 2022", TRUE},
        {"From - Fri May 26 10:59:48 2000", TRUE},
        {"From MAILER-DAEMON Fri Apr 06 16:46:09 2001", TRUE},
        {"From a@b.example Fri Jul 19 23:59 2024", TRUE},
        {"From a@b.example Fri Jul 19 23:59:59 BST 2024", TRUE},
        {"From a@b.example Fri Jul 19 23:59:59 2024 +0100", TRUE},
        {"From a@b.example Fri, 19 Jul 2024 23:59:59 +0100", TRUE},
        {"From a@b.example 2014-12-12 22:59:42 +0000", TRUE},
        {"From \"a b\"@c.example Fri Jul 19 23:59:59 2024 remote from d", TRUE},
        {"From a@b.example", FALSE},
        {"From ", FALSE},
        {"From", FALSE},
        {"from a@b.example Fri Jul 19 23:59:59 2024", FALSE},
        {"From: a@b.example Fri Jul 19 23:59:59 2024", FALSE},
        {"From a@b.example Fri Jul 19 2024", FALSE},
        {"From a@b.example Fri Jul 19 23:59:59", FALSE},
        {"From a@b.example Friday Jul 19 23:59:59 2024", FALSE},
        {"From a@b.example Fri July 19 23:59:59 2024", FALSE},
        {"From 1 May 2024 at 09:00 the plan is in force", FALSE},
        {"From 2024-05-01 on", FALSE},
        {"From fc88cba7f1f37b9cf3b296eace2422dd0e173502 Mon Sep 17 00:00:00 2001", FALSE},
        {"From fc88cba7f1f37b9cf3b296eace2422dd0e173502 Mon Sep 17 00:00:01 2001", TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (lodge_mbox_is_postmark(table[i].line, strlen(table[i].line)) !=
            table[i].expected)
            fail_msg("%s", table[i].line);
    }
}

static void a_line_too_long_for_a_postmark_is_text(void **state)
{
    (void)state;
    g_autofree char *spaces = g_strnfill(LODGE_MBOX_POSTMARK_BYTES, ' ');
    g_autofree char *line = g_strdup_printf("From a%s Fri Jul 19 23:59:59 2024\n", spaces);
    g_autofree char *input = g_strdup_printf(MARK "S: x\n\n%send\n", line);
    g_autofree char *expected = g_strdup_printf("[1|S: x\n\n%send\n]", line);
    for (gsize chunk = 0; chunk < 3; chunk++) {
        GString *got = transcribe_mbox(input, strlen(input), chunk);
        assert_string_equal(got->str, expected);
        g_string_free(got, TRUE);
    }
}

/* 3 MB in one line, and a million ">": what is held stays small, and nothing is lost. */
static void large_lines_and_many_quotes_pass_through(void **state)
{
    (void)state;
    g_autofree char *line = g_strnfill(3 << 20, 'x');
    g_autofree char *quotes = g_strnfill(1 << 20, '>');
    g_autofree char *input =
        g_strdup_printf(MARK "S: x\n\n%s\n%sFrom y\n%sz\n", line, quotes, quotes);
    g_autofree char *expected =
        g_strdup_printf("[1|S: x\n\n%s\n%sFrom y\n%sz\n]", line, quotes + 1, quotes);
    GString *got = transcribe_mbox(input, strlen(input), 4096);
    assert_true(strcmp(got->str, expected) == 0);
    g_string_free(got, TRUE);
}

static void nul_bytes_are_bytes(void **state)
{
    (void)state;
    static const char input[] = MARK "S: x\n\nFrom \0 Fri Jul 19 23:59:59 2024\nF\0rom\n";
    static const char expected[] = "[1|S: x\n\nFrom \0 Fri Jul 19 23:59:59 2024\nF\0rom\n]";
    for (gsize chunk = 0; chunk < 8; chunk++) {
        GString *got = transcribe_mbox(input, sizeof input - 1, chunk);
        assert_int_equal(got->len, sizeof expected - 1);
        assert_memory_equal(got->str, expected, got->len);
        g_string_free(got, TRUE);
    }
}

static gboolean refuse_end(gpointer data, GError **error)
{
    (void)data;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
    return FALSE;
}

static void a_failure_of_the_taker_is_handed_on(void **state)
{
    (void)state;
    static const LodgeMboxHandler handler = {note_begin, note_bytes, refuse_end};
    g_autoptr(GString) transcript = g_string_new(NULL);
    g_autoptr(LodgeMbox) mbox = lodge_mbox_new(&handler, transcript);
    g_autoptr(GError) error = NULL;
    static const char input[] = MARK "S: x\n\n" MARK;
    assert_false(lodge_mbox_feed(mbox, input, strlen(input), &error));
    assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_out_as_they_were_put_in),
        cmocka_unit_test(a_postmark_has_a_date_as_mail_programs_write_it),
        cmocka_unit_test(a_line_too_long_for_a_postmark_is_text),
        cmocka_unit_test(large_lines_and_many_quotes_pass_through),
        cmocka_unit_test(nul_bytes_are_bytes),
        cmocka_unit_test(a_failure_of_the_taker_is_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
