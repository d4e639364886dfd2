#include "parsers/mail/dkim_canon.h"

#include "tests/support/cmocka.h"
#include <string.h>

static void collect(const char *bytes, gsize size, gpointer data)
{
    g_string_append_len(data, bytes, (gssize)size);
}

/* In pieces of `step` bytes; 0: at once. */
static GString *canonicalise(
    const char *body, gsize size, gboolean is_relaxed, gboolean bare_lf, gsize step)
{
    GString *out = g_string_new(NULL);
    g_autoptr(LodgeBodyCanon) canon =
        lodge_body_canon_new(is_relaxed, bare_lf, collect, out);

    for (gsize at = 0; at < size;) {
        gsize piece = step == 0 ? size : MIN(step, size - at);
        lodge_body_canon_feed(canon, body + at, piece);
        at += piece;
    }
    lodge_body_canon_finish(canon);
    return out;
}

static void
check(const char *body, gboolean is_relaxed, gboolean bare_lf, const char *expected)
{
    for (gsize step = 0; step < 4; step++) {
        GString *out = canonicalise(body, strlen(body), is_relaxed, bare_lf, step);
        assert_string_equal(out->str, expected);
        g_string_free(out, TRUE);
    }
}

static void bodies_take_their_canonical_form(void **state)
{
    (void)state;
    const struct {
        const char *body, *simple, *relaxed;
    } cases[] = {
        {"", "\r\n", ""},
        {"\r\n", "\r\n", ""},
        {"\r\n\r\n\r\n", "\r\n", ""},
        {"a", "a\r\n", "a\r\n"},
        {"a\r\n", "a\r\n", "a\r\n"},
        {"a\r\n\r\n\r\n", "a\r\n", "a\r\n"},
        {"\r\na", "\r\na\r\n", "\r\na\r\n"},
        {" ", " \r\n", ""},
        {" \t\r\n \r\n", " \t\r\n \r\n", ""},
        {"a \r\n", "a \r\n", "a\r\n"},
        {"a b\r\n", "a b\r\n", "a b\r\n"},
        {"a \t b  c\r\n", "a \t b  c\r\n", "a b c\r\n"},
        {" a\r\n", " a\r\n", " a\r\n"},
        {"\ta\r\n", "\ta\r\n", " a\r\n"},
        {"a\r\n \r\nb \r\n \t", "a\r\n \r\nb \r\n \t\r\n", "a\r\n\r\nb\r\n"},
        {"a\r", "a\r\r\n", "a\r\r\n"},
        {"a\r\r\n", "a\r\r\n", "a\r\r\n"},
        {"a \r b\r\n", "a \r b\r\n", "a \r b\r\n"},
        {"a\n \nb\r\n", "a\n \nb\r\n", "a\n \nb\r\n"},
        {"\r\n\n\r\n", "\r\n\n\r\n", "\r\n\n\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        check(cases[i].body, FALSE, FALSE, cases[i].simple);
        check(cases[i].body, TRUE, FALSE, cases[i].relaxed);
    }
}

static void a_bare_lf_is_a_line_end_where_it_is_the_only_one(void **state)
{
    (void)state;
    const struct {
        const char *body, *simple, *relaxed;
    } cases[] = {
        {"a\n", "a\r\n", "a\r\n"},
        {"\n\n", "\r\n", ""},
        {"a \n\n b  c \n\n\n", "a \r\n\r\n b  c \r\n", "a\r\n\r\n b c\r\n"},
        {"a", "a\r\n", "a\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        check(cases[i].body, FALSE, TRUE, cases[i].simple);
        check(cases[i].body, TRUE, TRUE, cases[i].relaxed);
    }
}

static void fields_take_their_canonical_form(void **state)
{
    (void)state;
    const struct {
        const char *field, *relaxed;
    } cases[] = {
        {"A: X\r\n", "a:X\r\n"},
        {"SubJect \t: AbC\t\r\n", "subject:AbC\r\n"},
        {"B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"},
        {"a:\r\n", "a:\r\n"},
        {"a: \t \r\n", "a:\r\n"},
        {"a:\r\n \r\n\tb\r\n", "a:b\r\n"},
        {"a:b\r\n  c\r\n", "a:b c\r\n"},
        {"a: b : c \r\n", "a:b : c\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *bytes = cases[i].field;
        LodgeCanonField field = {bytes, strlen(bytes), strcspn(bytes, ":")};
        g_autoptr(GString) simple = g_string_new(NULL);
        g_autoptr(GString) relaxed = g_string_new(NULL);
        lodge_field_canon_append(simple, &field, FALSE, 0, 0);
        lodge_field_canon_append(relaxed, &field, TRUE, 0, 0);
        assert_string_equal(simple->str, bytes);
        assert_string_equal(relaxed->str, cases[i].relaxed);
    }
}

static void the_hole_is_left_out_with_the_white_space_around_it(void **state)
{
    (void)state;
    const struct {
        const char *field, *hole, *simple, *relaxed;
    } cases[] = {
        {"D: b= xy ; t=1\r\n", " xy ", "D: b=; t=1\r\n", "d:b=; t=1\r\n"},
        {"D: t=1; b=xy\r\n z\r\n", "xy\r\n z", "D: t=1; b=\r\n", "d:t=1; b=\r\n"},
        {"D: b=xy;\r\n t=1\r\n", "xy", "D: b=;\r\n t=1\r\n", "d:b=; t=1\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *bytes = cases[i].field;
        gsize start = (gsize)(strstr(bytes, cases[i].hole) - bytes);
        LodgeCanonField field = {bytes, strlen(bytes), strcspn(bytes, ":")};
        g_autoptr(GString) simple = g_string_new(NULL);
        g_autoptr(GString) relaxed = g_string_new(NULL);
        lodge_field_canon_append(simple, &field, FALSE, start, strlen(cases[i].hole));
        lodge_field_canon_append(relaxed, &field, TRUE, start, strlen(cases[i].hole));
        assert_string_equal(simple->str, cases[i].simple);
        assert_string_equal(relaxed->str, cases[i].relaxed);
    }
}

/* ---- the collected bytes ---- */

static GString *with_crlf(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *joined = g_strjoinv("\r\n", lines);
    return g_string_new(joined);
}

static GString *load(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *content = NULL;
    gsize size = 0;

    if (!g_file_get_contents(path, &content, &size, NULL))
        return NULL;
    return g_string_new_len(content, (gssize)size);
}

/* All fields, an empty line, the body: what the collection calls a canonical message. */
static GString *canonicalise_message(const GString *mail, gboolean is_relaxed)
{
    GString *out = g_string_new(NULL);
    const char *at = mail->str, *end = mail->str + mail->len;

    while (at < end && strncmp(at, "\r\n", 2) != 0) {
        const char *next = at;
        do {
            const char *line_end = strstr(next, "\r\n");
            next = line_end != NULL ? line_end + 2 : end;
        } while (next < end && (*next == ' ' || *next == '\t'));
        LodgeCanonField field = {at, (gsize)(next - at), strcspn(at, ":")};
        lodge_field_canon_append(out, &field, is_relaxed, 0, 0);
        at = next;
    }
    g_string_append(out, "\r\n");
    at += at < end ? 2 : 0;
    GString *body = canonicalise(at, (gsize)(end - at), is_relaxed, FALSE, 1);
    g_string_append_len(out, body->str, (gssize)body->len);
    g_string_free(body, TRUE);
    return out;
}

static gboolean agrees(const char *folder, const char *number, gboolean is_relaxed)
{
    const char *form = is_relaxed ? "relaxed" : "simple";
    g_autofree char *input = g_strconcat(number, ".input.eml", NULL);
    g_autofree char *named = g_strconcat(number, ".", form, ".rfc6376", NULL);
    g_autofree char *usual = g_strconcat(number, ".", form, ".expected", NULL);
    g_autoptr(GString) raw = load(folder, input);
    g_autoptr(GString) corrected = load(folder, named);
    g_autoptr(GString) given = load(folder, usual);
    g_autoptr(GString) mail = with_crlf(raw->str);
    g_autoptr(GString) found = canonicalise_message(mail, is_relaxed);
    const GString *expected = corrected != NULL ? corrected : given;

    if (g_string_equal(found, expected))
        return TRUE;
    print_message("%s %s differs\n", number, form);
    return FALSE;
}

static void the_collected_bytes_come_out_as_expected(void **state)
{
    (void)state;
    const char *data = g_getenv("LODGE_TEST_DATA");
    if (data == NULL)
        skip();
    g_autofree char *folder = g_build_filename(data, "dkim", "canonicalization", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint agreed = 0, all = 0;

    assert_non_null(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        if (!g_str_has_suffix(name, ".input.eml"))
            continue;
        g_autofree char *number = g_strndup(name, strlen(name) - strlen(".input.eml"));
        agreed += agrees(folder, number, FALSE) ? 1 : 0;
        agreed += agrees(folder, number, TRUE) ? 1 : 0;
        all += 2;
    }
    print_message("canonical forms: %u of %u agree\n", agreed, all);
    assert_true(all >= 42);
    assert_int_equal(agreed, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_take_their_canonical_form),
        cmocka_unit_test(a_bare_lf_is_a_line_end_where_it_is_the_only_one),
        cmocka_unit_test(fields_take_their_canonical_form),
        cmocka_unit_test(the_hole_is_left_out_with_the_white_space_around_it),
        cmocka_unit_test(the_collected_bytes_come_out_as_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
