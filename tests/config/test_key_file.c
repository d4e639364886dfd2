#include "config/key_file.h"

#include "config/nearest.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *name, *text;
    const char *words; /* the refusal; NULL: taken */
} Case;

/* Reads [smtp] and [limits] of lodge.conf, nothing else. */
static char *read_all(const char *text, gsize size_bytes)
{
    GError *error = NULL;
    g_autoptr(LodgeKeyFile) file = lodge_key_file_parse(
        text, size_bytes, "conf/lodge.conf", lodge_key_schema_settings(), &error);
    if (file != NULL) {
        LodgeKeyGroup *border = lodge_key_file_take(file, "border");
        g_strfreev(lodge_key_group_get_list(border, "networks"));
        g_strfreev(lodge_key_group_get_list(border, "servers"));
        LodgeKeyGroup *limits = lodge_key_file_take(file, "limits");
        lodge_key_group_get_number(limits, "max_message", 0);
        lodge_key_group_get_number(limits, "workers", 0);
        lodge_key_group_get_number(limits, "reader_time", 0);
        LodgeKeyGroup *trust = lodge_key_file_take(file, "authentication");
        lodge_key_group_get_choice(trust, "spf");
        g_autoptr(GPtrArray) mailboxes = lodge_key_file_take_all(file, "mailbox");
        for (guint i = 0; i < mailboxes->len; i++)
            g_free(lodge_key_group_get_text(g_ptr_array_index(mailboxes, i), "user"));
        lodge_key_file_finish(file, NULL, &error);
    }
    char *words = error == NULL ? NULL : g_strdup(error->message);
    g_clear_error(&error);
    return words;
}

static const Case CASES[] = {
    {"an empty file leaves all defaults", "", NULL},
    {"comments and blanks are nothing", "# hello\n\n  # there\n\t\n", NULL},
    {"a group and its keys", "[limits]\nmax_message = 25M\n", NULL},
    {"Windows line ends", "[limits]\r\nmax_message = 25M\r\n", NULL},
    {"a byte order mark", "\xEF\xBB\xBF[limits]\nmax_message = 25M\n", NULL},
    {"no line end at the end", "[limits]\nmax_message = 25M", NULL},
    {"blanks around are nothing", "  [limits]  \n  max_message\t=  25M  \n", NULL},
    {"a doubled group", "[limits]\n\n[border]\n[limits]\n",
     "conf/lodge.conf:4: group [limits] is there twice, first in line 1; join them or rename one"},
    {"a doubled key", "[limits]\nmax_message = 25M\n# again\nmax_message = 1G\n",
     "conf/lodge.conf:4: [limits] has 'max_message' twice, first in line 2; delete one"},
    {"a key before any group", "max_message = 25M\n[limits]\n",
     "conf/lodge.conf:1: key 'max_message' stands before the first [group]"},
    {"a line that is neither", "[limits]\nmax_message 25M\n",
     "conf/lodge.conf:2: 'max_message 25M' is neither 'key = value' nor [group] nor # comment"},
    {"an upper-case key", "[limits]\nWorkers = 1\n",
     "conf/lodge.conf:2: 'Workers' is no key"},
    {"a localised key, which GLib would drop", "[limits]\nworkers[de] = 1\n",
     "conf/lodge.conf:2: 'workers[de]' is no key"},
    {"a key without a name", "[limits]\n= 1\n", "conf/lodge.conf:2: '' is no key"},
    {"an open bracket", "[limits\n", "conf/lodge.conf:1: '[limits' is no group"},
    {"text after a group", "[limits] x\n", "conf/lodge.conf:1: '[limits] x' is no group"},
    {"a comment after a group", "[limits] # x\n", "write [name] alone on its line"},
    {"a nameless group", "[]\n", "'[]' is no group name"},
    {"blanks in the brackets", "[ limits ]\n", "'[ limits ]' is no group name"},
    {"bytes that are not UTF-8", "[limits]\n# caf\xe9\n",
     "conf/lodge.conf:2: the line is not valid UTF-8; save the file as UTF-8"},
    {"an escape sequence", "[limits]\n# \x1b[2J\n",
     "conf/lodge.conf:2: the line holds a control character"},
    {"a lone carriage return", "[limits]\nworkers = 1\rreader_time = 5s\n",
     "control character"},
    {"an unknown group with a neighbour", "[limit]\n",
     "conf/lodge.conf:1: unknown group [limit]; did you mean [limits]?"},
    {"an unknown group with a name", "[mailbx plans]\n",
     "conf/lodge.conf:1: unknown group [mailbx plans]; did you mean [mailbox NAME]?"},
    {"an unknown group like no other", "[frobnicate]\n",
     "unknown group [frobnicate]; known are spool, call ID, mailbox NAME"},
    {"an unknown key with a neighbour", "[limits]\nmax_mesage = 25M\n",
     "conf/lodge.conf:2: [limits] unknown key 'max_mesage'; did you mean 'max_message'?"},
    {"two letters swapped", "[limits]\nwrokers = 2\n", "did you mean 'workers'?"},
    {"an unknown key like no other", "[limits]\ncolour = red\n",
     "[limits] unknown key 'colour'; known are max_message, workers"},
    {"a key of another group", "[limits]\nspf = warn\n", "[limits] unknown key 'spf'"},
    {"an unknown key comes before a missing one", "[mailbox a]\nusr = x\n",
     "conf/lodge.conf:2: [mailbox a] unknown key 'usr'; did you mean 'user'?"},
    {"a missing key", "[mailbox a]\n",
     "conf/lodge.conf:1: [mailbox a]: 'user' (text) is missing and has no default"},
    {"a mailbox without a name", "[mailbox]\nuser = x\n",
     "conf/lodge.conf:1: [mailbox]: the group needs a name of its own: [mailbox NAME]"},
    {"a password in the file", "[mailbox a]\nuser = x\npassword = hunter2\n",
     "conf/lodge.conf:3: [mailbox a] 'password': secrets do not belong into this file; put it "
     "alone into a file with mode 0600 and name that file with secret_file"},
    {"an empty value", "[limits]\nworkers =\n",
     "conf/lodge.conf:2: [limits] workers: the value is empty; leave the line out"},
    {"a number without a unit", "[limits]\nreader_time = 30\n",
     "conf/lodge.conf:2: [limits] reader_time: '30' has no unit; write it like 30s"},
    {"a word that is no choice", "[authentication]\nspf = maybe\n",
     "conf/lodge.conf:2: [authentication] spf: 'maybe' is none of hold, warn"},
    {"an escape that GLib does not know", "[mailbox a]\nuser = a\\qb\n",
     "conf/lodge.conf:2: [mailbox a] user: the value has a backslash before"},
    {"a hole in a list", "[border]\nservers = a;;b\n",
     "servers: item 2 of the list is empty"},
    {"a bad escape in a list", "[border]\nservers = a\\qb; c\n",
     "servers: the value has a backslash"},
    {"a list that ends in a separator", "[border]\nservers = a; b;\n", NULL},
    {"the first of two faults", "[limits]\nworkers = x\nreader_time = y\n",
     "conf/lodge.conf:2: [limits] workers: 'x' is not a whole number"},
    {"values are shown as one line", "[authentication]\nspf = \\n\\e\xe2\x80\xae\n",
     "spf:"},
};

static void each_line_is_consumed_or_refused_by_name(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *words = read_all(CASES[i].text, strlen(CASES[i].text));
        gboolean good = CASES[i].words == NULL
                            ? words == NULL
                            : words && strstr(words, CASES[i].words) != NULL;
        if (!good)
            fail_msg("%s: '%s'", CASES[i].name, words);
        if (words != NULL && strstr(words, "hunter2") != NULL)
            fail_msg("%s shows a secret", CASES[i].name);
    }
}

static void nuls_and_giants_are_refused(void **state)
{
    (void)state;
    g_autofree char *nul = read_all("[limits]\nwor\0kers = 1\n", 22);
    assert_non_null(strstr(nul, "conf/lodge.conf:2: the line holds a NUL"));
    g_autofree char *giant = g_strnfill(LODGE_KEY_FILE_BYTES + 1, '\n');
    g_autofree char *words = read_all(giant, LODGE_KEY_FILE_BYTES + 1);
    assert_non_null(strstr(words, "over 1 MB"));
    g_autofree char *fits = g_strnfill(LODGE_KEY_FILE_BYTES, '\n');
    assert_null(read_all(fits, LODGE_KEY_FILE_BYTES));
}

/* /dev/zero has no end: reading it whole would take all memory there is. */
static void files_are_read_no_further_than_the_limit(void **state)
{
    (void)state;
    gsize size_bytes = 0;
    g_autoptr(GError) endless = NULL, directory = NULL, missing = NULL;
    assert_null(lodge_key_file_read("/dev/zero", &size_bytes, &endless));
    assert_string_equal(endless->message,
                        "/dev/zero: the file is over 1 MB; this is no configuration");
    assert_null(lodge_key_file_read("/tmp", &size_bytes, &directory));
    assert_string_equal(directory->message, "/tmp: cannot be read: Is a directory");
    assert_null(lodge_key_file_read("/no/such.conf", &size_bytes, &missing));
    assert_string_equal(missing->message,
                        "/no/such.conf: cannot be read: No such file or directory");
    g_autoptr(GError) error = NULL;
    g_autofree char *nothing = lodge_key_file_read("/dev/null", &size_bytes, &error);
    assert_string_equal(nothing, "");
    assert_int_equal(size_bytes, 0);
}

static LodgeKeyFile *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    LodgeKeyFile *file = lodge_key_file_parse(text, strlen(text), "/etc/lodge/lodge.conf",
                                              lodge_key_schema_settings(), &error);
    assert_non_null(file);
    return file;
}

static void lists_are_split_where_nothing_escapes(void **state)
{
    (void)state;
    g_autoptr(LodgeKeyFile) file = parse("[mailbox a]\nfolders = INBOX; Old\\;er ;\n");
    g_autoptr(GPtrArray) groups = lodge_key_file_take_all(file, "mailbox");
    g_auto(GStrv) folders =
        lodge_key_group_get_list(g_ptr_array_index(groups, 0), "folders");
    assert_int_equal(g_strv_length(folders), 2);
    assert_string_equal(folders[0], "INBOX");
    assert_string_equal(folders[1], "Old;er");
}

static void paths_are_relative_to_the_file(void **state)
{
    (void)state;
    g_autoptr(LodgeKeyFile) file =
        parse("[call a]\nfile = calls/a.call\nregister = /srv/a.register\n");
    g_autoptr(GPtrArray) groups = lodge_key_file_take_all(file, "call");
    g_autofree char *relative =
        lodge_key_group_get_path(g_ptr_array_index(groups, 0), "file");
    g_autofree char *absolute =
        lodge_key_group_get_path(g_ptr_array_index(groups, 0), "register");
    assert_string_equal(relative, "/etc/lodge/calls/a.call");
    assert_string_equal(absolute, "/srv/a.register");
}

static void origins_say_where_each_value_comes_from(void **state)
{
    (void)state;
    g_autoptr(LodgeKeyFile) file = parse("# a comment\n[limits]\nworkers = 3\n");
    g_autoptr(GPtrArray) origins = NULL;
    LodgeKeyGroup *limits = lodge_key_file_take(file, "limits");
    lodge_key_group_get_number(limits, "workers", 0);
    lodge_key_group_get_number(limits, "reserve", 0);
    assert_true(lodge_key_file_finish(file, &origins, NULL));
    assert_int_equal(origins->len, 2);
    const LodgeSettingOrigin *written = g_ptr_array_index(origins, 0);
    const LodgeSettingOrigin *fallback = g_ptr_array_index(origins, 1);
    assert_string_equal(written->group, "limits");
    assert_string_equal(written->key, "workers");
    assert_string_equal(written->value, "3");
    assert_string_equal(written->origin, "lodge.conf:3");
    assert_string_equal(fallback->value, "256M");
    assert_string_equal(fallback->origin, "default");
}

static void the_nearest_word_is_near(void **state)
{
    (void)state;
    static const char *const known[] = {"host", "port", "folders", "connect_timeout", NULL};
    assert_string_equal(lodge_nearest_find("hsot", known), "host");
    assert_string_equal(lodge_nearest_find("folder", known), "folders");
    assert_string_equal(lodge_nearest_find("conect_timeuot", known), "connect_timeout");
    assert_null(lodge_nearest_find("h", known));
    assert_null(lodge_nearest_find("elephant", known));
    assert_null(lodge_nearest_find("", known));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_consumed_or_refused_by_name),
        cmocka_unit_test(nuls_and_giants_are_refused),
        cmocka_unit_test(files_are_read_no_further_than_the_limit),
        cmocka_unit_test(lists_are_split_where_nothing_escapes),
        cmocka_unit_test(paths_are_relative_to_the_file),
        cmocka_unit_test(origins_say_where_each_value_comes_from),
        cmocka_unit_test(the_nearest_word_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
