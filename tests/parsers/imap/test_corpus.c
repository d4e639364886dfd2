/* Real servers' words: the response examples of net-imap (YAML) and MailKit's recorded
 * conversations, in $LODGE_TEST_DATA/imap. Agreement is counted and printed; a response that is read otherwise than
 * it should be fails the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/imap/fetch.h"
#include "transcript.h"

/* ---- just enough YAML: one double-quoted scalar, and lines of "name: value" behind it ---- */

static const char *unescape(const char *at, GString *out)
{
    static const char names[] = "rnt0ae", values[] = "\r\n\t\0\a\x1b";
    const char *name = *at == '\0' ? NULL : strchr(names, *at);
    if (name != NULL) {
        g_string_append_c(out, values[name - names]);
        return at + 1;
    }
    if (*at == 'x' || *at == 'u') {
        gsize digits = *at == 'x' ? 2 : 4;
        g_autofree char *hex = g_strndup(at + 1, digits);
        guint64 value = g_ascii_strtoull(hex, NULL, 16);
        if (*at == 'x' && value > 0x7f)
            g_string_append_c(out, (char)value);
        else
            g_string_append_unichar(out, (gunichar)value);
        return at + 1 + digits;
    }
    if (*at == '\n')
        return at + 1 + strspn(at + 1, " ");
    g_string_append_c(out, *at);
    return at + 1;
}

/* A line end inside a scalar is a space, with the blanks around it. */
static const char *fold(const char *at, GString *out)
{
    guint ends = 0;
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    for (; *at == '\n' || *at == ' '; at++)
        ends += *at == '\n';
    if (ends == 1)
        g_string_append_c(out, ' ');
    for (; ends > 1; ends--)
        g_string_append_c(out, '\n');
    return at;
}

static const char *read_scalar(const char *at, GString *out)
{
    at += strcspn(at, "\"");
    if (*at == '"')
        at++;
    while (*at != '\0' && *at != '"') {
        if (*at == '\\')
            at = unescape(at + 1, out);
        else if (*at == '\n')
            at = fold(at, out);
        else
            g_string_append_c(out, *at++);
    }
    return at;
}

/* The value of the first line "<indent><key>: value" of this test case, or NULL. */
static char *find_value(const char *entry, guint indent, const char *key)
{
    g_autofree char *wanted = g_strdup_printf("\n%*s%s:", (int)indent, "", key);
    const char *at = strstr(entry, wanted);
    if (at == NULL)
        return NULL;
    at += strlen(wanted);
    g_autofree char *value = g_strndup(at, strcspn(at, "\n"));
    g_strstrip(value);
    gsize size = strlen(value);
    if (size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0]) {
        value[size - 1] = '\0';
        return g_strdup(value + 1);
    }
    return g_steal_pointer(&value);
}

/* ---- what our parser makes of it ---- */

typedef struct {
    guint count;
    LodgeImapKind kind;
    LodgeImapStatus status;
    char *tag, *name, *code;
    gboolean malformed;
    gboolean fetch_read;
    LodgeImapFetch fetch;
} Seen;

static gboolean see(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    static const char *const names[] = {"", "OK", "NO", "BAD", "BYE", "PREAUTH"};
    Seen *seen = data;
    if (seen->count++ > 0)
        return TRUE;
    seen->kind = response->kind;
    seen->status = response->status;
    seen->tag = g_strdup(response->tag);
    seen->name =
        g_strdup(response->name != NULL ? response->name : names[response->status]);
    seen->code = g_strdup(response->code);
    seen->malformed = response->name != NULL && response->data == NULL;
    seen->fetch_read = lodge_imap_fetch_read(response, &seen->fetch);
    return TRUE;
}

static void clear_seen(Seen *seen)
{
    g_free(seen->tag);
    g_free(seen->name);
    g_free(seen->code);
}

static gboolean number_agrees(const char *entry, const char *key, gint64 got)
{
    g_autofree char *value = find_value(entry, 10, key);
    return value == NULL || g_ascii_strtoll(value, NULL, 10) == got;
}

static gboolean agrees(const char *entry, const Seen *seen)
{
    g_autofree char *class = find_value(entry, 4, ":expected");
    g_autofree char *name = find_value(entry, 6, "name");
    g_autofree char *tag = find_value(entry, 6, "tag");
    g_autofree char *code_class = find_value(entry, 8, "code");
    g_autofree char *code =
        code_class != NULL && *code_class != '\0' ? find_value(entry, 10, "name") : NULL;
    if (class == NULL || seen->count != 1 || seen->malformed)
        return FALSE;
    if (strstr(class, "ContinuationRequest") != NULL)
        return seen->kind == LODGE_IMAP_CONTINUATION;
    if (strstr(class, "TaggedResponse") != NULL && tag != NULL)
        return seen->kind == LODGE_IMAP_TAGGED && g_strcmp0(seen->tag, tag) == 0 &&
               g_strcmp0(seen->name, name) == 0 && g_strcmp0(seen->code, code) == 0;
    if (seen->kind != LODGE_IMAP_UNTAGGED || g_strcmp0(seen->name, name) != 0)
        return FALSE;
    if (strcmp(seen->name, "FETCH") == 0)
        return seen->fetch_read && number_agrees(entry, "UID", seen->fetch.uid) &&
               number_agrees(entry, "RFC822.SIZE", seen->fetch.size_bytes);
    return seen->status == LODGE_IMAP_DATA || g_strcmp0(seen->code, code) == 0;
}

typedef struct {
    guint cases, agreed, refused, differ;
} Tally;

/* Two entries are refused there. A literal of 99999999999999999999 bytes is refused here, too. A
 * FETCH item nobody knows is read here: an unknown item is no reason to lose the message. */
static gboolean refuses_alike(const char *entry, const Seen *seen, const GError *error)
{
    if (strstr(entry, "{99999999999999999999}") != NULL)
        return g_error_matches(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_LIMIT);
    return strstr(entry, "(UNKNOWN 92285)") != NULL && seen->fetch_read;
}

static void try_entry(const char *file, const char *entry, Tally *tally)
{
    const char *at = strstr(entry, "\n    :response:");
    if (at == NULL)
        return;
    g_autoptr(GString) bytes = g_string_new(NULL);
    read_scalar(at + strlen("\n    :response:"), bytes);
    Seen seen = {0};
    LodgeImapHandler handler = {.response = see};
    g_autoptr(LodgeImapParser) parser = lodge_imap_parser_new(&handler, FALSE, &seen);
    g_autoptr(GError) error = NULL;
    for (gsize i = 0; i < bytes->len && error == NULL; i++)
        lodge_imap_parser_feed(parser, bytes->str + i, 1, &error);
    tally->cases++;
    gboolean refused = strstr(entry, ":assert_parse_failure") != NULL;
    if (refused && refuses_alike(entry, &seen, error)) {
        tally->refused++;
    } else if (error == NULL && agrees(entry, &seen) && lodge_imap_parser_is_idle(parser)) {
        tally->agreed++;
    } else {
        tally->differ++;
        print_message("differs: %s: %.*s: %s\n", file, (int)strcspn(entry, "\n"), entry,
                      error != NULL ? error->message : "another reading");
    }
    clear_seen(&seen);
}

/* Entries begin with two blanks and a name. */
static void try_file(const char *path, Tally *tally)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autoptr(GRegex) between = g_regex_new("\n(?=  [^ #:\n])", 0, 0, NULL);
    g_auto(GStrv) entries = g_regex_split(between, text, 0);
    g_autofree char *name = g_path_get_basename(path);
    for (char **entry = entries; *entry != NULL; entry++)
        try_entry(name, *entry, tally);
}

static GPtrArray *list_files(const char *folder, const char *ending)
{
    const char *data = g_getenv("LODGE_TEST_DATA");
    if (data == NULL) {
        print_message("LODGE_TEST_DATA is not set: 0 responses of %s tried\n", folder);
        skip();
    }
    g_autofree char *dir = g_build_filename(data, "imap", folder, NULL);
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) opened = g_dir_open(dir, 0, NULL);
    assert_non_null(opened);
    for (const char *name; (name = g_dir_read_name(opened)) != NULL;) {
        if (g_str_has_suffix(name, ending))
            g_ptr_array_add(paths, g_build_filename(dir, name, NULL));
    }
    return paths;
}

static void test_net_imap_responses_are_read_alike(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) paths = list_files("net-imap-responses", ".yml");
    Tally tally = {0};
    for (guint i = 0; i < paths->len; i++)
        try_file(g_ptr_array_index(paths, i), &tally);
    print_message("net-imap: %u responses, %u read alike, %u refused there, %u differ\n",
                  tally.cases, tally.agreed, tally.refused, tally.differ);
    assert_true(tally.cases > 150);
    assert_int_equal(tally.differ, 0);
}

/* ---- conversations ---- */

/* Recorded with LF; a server sends CRLF, and its counts are those of CRLF. */
static char *restore_wire(const char *text)
{
    g_auto(GStrv) bare = g_strsplit(text, "\r", -1);
    g_autofree char *joined = g_strjoinv("", bare);
    g_auto(GStrv) lines = g_strsplit(joined, "\n", -1);
    g_autofree char *wire = g_strjoinv("\r\n", lines);
    g_auto(GStrv) pieces = g_strsplit(wire, "A########", -1);
    return g_strjoinv("A00000001", pieces);
}

static gboolean replay(const char *path)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *wire = restore_wire(text);
    gboolean greet = strstr(path, "greeting") != NULL;
    g_autofree char *whole = transcribe(wire, strlen(wire), 0, TRUE, greet);
    g_autofree char *bytes = transcribe(wire, strlen(wire), 1, TRUE, greet);
    assert_string_equal(whole, bytes);
    const char *last = g_strrstr_len(whole, (gssize)strlen(whole) - 1, "\n");
    last = last == NULL ? whole : last + 1;
    gboolean ended = greet ? g_str_has_prefix(last, "greeting")
                           : !g_str_has_prefix(last, "error") && strcmp(last, "cut\n") != 0;
    gboolean understood = strstr(whole, "malformed") == NULL;
    if (!ended || !understood)
        print_message("differs: %s: %s", path, last);
    return ended && understood;
}

static void replay_folder(const char *folder)
{
    g_autoptr(GPtrArray) paths = list_files(folder, ".txt");
    guint good = 0;
    for (guint i = 0; i < paths->len; i++)
        good += replay(g_ptr_array_index(paths, i)) ? 1 : 0;
    print_message("%s: %u conversations, %u read to their end\n", folder, paths->len, good);
    assert_true(paths->len > 0);
    assert_int_equal(good, paths->len);
}

static void test_mailkit_conversations_are_read_to_their_end(void **state)
{
    (void)state;
    replay_folder("mailkit-common");
    replay_folder("mailkit-dovecot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net_imap_responses_are_read_alike),
        cmocka_unit_test(test_mailkit_conversations_are_read_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
