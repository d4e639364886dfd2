#include "config/secret.h"

#include "config/secret_command.h"
#include "tests/support/cmocka.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const char *name, *content;
    gsize size_bytes; /* 0: strlen */
    mode_t mode;
    const char *secret; /* NULL: refused */
    const char *words;
} FileCase;

static const FileCase FILES[] = {
    {"one line", "hunter2\n", 0, 0600, "hunter2", NULL},
    {"no line end", "hunter2", 0, 0400, "hunter2", NULL},
    {"a Windows line end", "hunter2\r\n", 0, 0600, "hunter2", NULL},
    {"blanks are part of a secret", " hunter 2 \n", 0, 0600, " hunter 2 ", NULL},
    {"UTF-8", "h\xc3\xbcnter\n", 0, 0600, "h\xc3\xbcnter", NULL},
    {"the group may read", "hunter2\n", 0, 0640, NULL,
     "has mode 0640: others may read it; run chmod 600"},
    {"all may read", "hunter2\n", 0, 0644, NULL, "has mode 0644"},
    {"all may write", "hunter2\n", 0, 0602, NULL, "has mode 0602"},
    {"empty", "", 0, 0600, NULL, "is empty"},
    {"a line end only", "\n", 0, 0600, NULL, "is empty"},
    {"two lines", "hunter2\nhunter3\n", 0, 0600, NULL, "more than one line"},
    {"two line ends", "hunter2\n\n", 0, 0600, NULL, "more than one line"},
    {"a NUL", "hun\0ter2", 8, 0600, NULL, "more than one line"},
};

static char *make_directory(void)
{
    GError *error = NULL;
    char *directory = g_dir_make_tmp("lodge-secret-XXXXXX", &error);
    assert_non_null(directory);
    return directory;
}

static void check_file(const FileCase *c, LodgeSecretKind kind, const char *directory)
{
    g_autofree char *path = g_build_filename(directory, "word", NULL);
    g_autoptr(GError) error = NULL;
    gsize size_bytes = c->size_bytes == 0 ? strlen(c->content) : c->size_bytes;
    g_unlink(path);
    assert_true(g_file_set_contents(path, c->content, (gssize)size_bytes, NULL));
    assert_int_equal(chmod(path, c->mode), 0);
    LodgeSecret secret = {kind, kind == LODGE_SECRET_FILE ? path : (char *)"word"};
    char *value = lodge_secret_load(&secret, directory, &error);
    if (g_strcmp0(value, c->secret) != 0)
        fail_msg("%s: '%s' (%s)", c->name, value, error ? error->message : "no error");
    if (value == NULL && strstr(error->message, c->words) == NULL)
        fail_msg("%s: '%s'", c->name, error->message);
    if (error != NULL && strstr(error->message, "hunter") != NULL)
        fail_msg("%s shows the secret: '%s'", c->name, error->message);
    lodge_secret_wipe(value);
    g_unlink(path);
}

static void a_file_is_one_line_for_its_owner_alone(void **state)
{
    (void)state;
    g_autofree char *directory = make_directory();
    for (gsize i = 0; i < G_N_ELEMENTS(FILES); i++)
        check_file(&FILES[i], LODGE_SECRET_FILE, directory);
    g_rmdir(directory);
}

static void a_credential_may_carry_the_group_bits_of_an_acl(void **state)
{
    (void)state;
    static const FileCase cases[] = {
        {"as systemd writes it", "hunter2", 0, 0400, "hunter2", NULL},
        {"with an ACL for the service", "hunter2", 0, 0440, "hunter2", NULL},
        {"open to all", "hunter2", 0, 0444, NULL, "has mode 0444"},
    };
    g_autofree char *directory = make_directory();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_file(&cases[i], LODGE_SECRET_CREDENTIAL, directory);
    g_rmdir(directory);
}

static void
expect_refusal(const LodgeSecret *secret, const char *directory, const char *words)
{
    g_autoptr(GError) error = NULL;
    assert_null(lodge_secret_load(secret, directory, &error));
    assert_non_null(error);
    if (strstr(error->message, words) == NULL)
        fail_msg("'%s' does not say '%s'", error->message, words);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    g_autofree char *directory = make_directory();
    g_autofree char *pipe_path = g_build_filename(directory, "fifo", NULL);
    g_autofree char *none = g_build_filename(directory, "none", NULL);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    LodgeSecret fifo = {LODGE_SECRET_FILE, pipe_path};
    LodgeSecret folder = {LODGE_SECRET_FILE, directory};
    LodgeSecret missing = {LODGE_SECRET_FILE, none};
    expect_refusal(&fifo, NULL, "is no regular file");
    expect_refusal(&folder, NULL, "is no regular file");
    expect_refusal(&missing, NULL, "cannot be opened: No such file");
    g_unlink(pipe_path);
    g_rmdir(directory);
}

static void credentials_need_their_directory_and_a_plain_name(void **state)
{
    (void)state;
    LodgeSecret good = {LODGE_SECRET_CREDENTIAL, (char *)"imap"};
    LodgeSecret path = {LODGE_SECRET_CREDENTIAL, (char *)"../etc/shadow"};
    LodgeSecret parent = {LODGE_SECRET_CREDENTIAL, (char *)".."};
    expect_refusal(&good, NULL, "run under systemd with LoadCredential=imap:/path");
    expect_refusal(&path, "/tmp", "is no plain name");
    expect_refusal(&parent, "/tmp", "is no plain name");
}

typedef struct {
    const char *name, *command;
    const char *secret, *words;
} CommandCase;

static const CommandCase COMMANDS[] = {
    {"one line", "printf 'hunter2\\n'", "hunter2", NULL},
    {"the first line of many", "printf 'hunter2\\nnoise\\n'", "hunter2", NULL},
    {"no line end", "printf hunter2", "hunter2", NULL},
    {"quoted words stay together", "printf %s 'a b  c'", "a b  c", NULL},
    {"no shell expands", "echo '$HOME;' `id` | cat", "$HOME; `id` | cat", NULL},
    {"standard input is empty", "sh -c 'cat; echo end'", "end", NULL},
    {"nothing printed", "true", NULL, "printed no secret in its first line"},
    {"an empty first line", "printf '\\nhunter2\\n'", NULL, "printed no secret"},
    {"a failure after printing", "sh -c 'echo hunter2; exit 3'", NULL,
     "ended with status 3"},
    {"a signal", "sh -c 'kill -TERM $$'", NULL, "was ended by signal 15"},
    {"a program that does not exist", "/nonexistent/token --for hunter2", NULL,
     "'/nonexistent/token' cannot be started: No such file"},
    {"an open quote", "echo 'hunter2", NULL, "cannot be read as words"},
    {"a flood", "sh -c 'yes hunter2'", NULL, "printed more than a secret"},
};

static void a_command_prints_its_secret_without_a_shell(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        const CommandCase *c = &COMMANDS[i];
        g_autoptr(GError) error = NULL;
        LodgeSecret secret = {LODGE_SECRET_COMMAND, (char *)c->command};
        char *value = lodge_secret_load(&secret, NULL, &error);
        if (g_strcmp0(value, c->secret) != 0)
            fail_msg("%s: '%s' (%s)", c->name, value, error ? error->message : "no error");
        if (value == NULL && strstr(error->message, c->words) == NULL)
            fail_msg("%s: '%s'", c->name, error->message);
        if (error != NULL && strstr(error->message, "hunter") != NULL)
            fail_msg("%s shows the secret: '%s'", c->name, error->message);
        lodge_secret_wipe(value);
    }
}

/* The sleepers outlive the test by far if they are not ended; the pipe they hold would stop us. */
static void a_command_that_takes_too_long_is_ended_with_its_children(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "sleep 100",
        "sh -c 'sleep 100 & echo hunter2; wait'",
        "sh -c 'echo hunter2; exec >&-; sleep 100'",
        "sh -c 'trap \"\" TERM INT; echo hunter2; sleep 100'",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autoptr(GError) error = NULL;
        gint64 start_us = g_get_monotonic_time();
        assert_null(lodge_secret_command_run(commands[i], 300, &error));
        assert_non_null(strstr(error->message, "took too long and was stopped"));
        assert_true(g_get_monotonic_time() - start_us < 5 * G_USEC_PER_SEC);
    }
}

static void wiping_nothing_is_fine(void **state)
{
    (void)state;
    lodge_secret_wipe(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_one_line_for_its_owner_alone),
        cmocka_unit_test(a_credential_may_carry_the_group_bits_of_an_acl),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(credentials_need_their_directory_and_a_plain_name),
        cmocka_unit_test(a_command_prints_its_secret_without_a_shell),
        cmocka_unit_test(a_command_that_takes_too_long_is_ended_with_its_children),
        cmocka_unit_test(wiping_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
