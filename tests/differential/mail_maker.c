#include "tests/differential/mail_maker.h"

#include <string.h>

static const char *const field_names[] = {
    "Received", "To",           "Subject",      "Date",       "Message-ID", "X-Thing",
    "Cc",       "MIME-Version", "Content-Type", "References", "reply-to",   "LIST-ID"};

static gboolean one_in(GRand *random, gint32 many)
{
    return g_rand_int_range(random, 0, many) == 0;
}

static const char *pick(GRand *random, const char *const *of, gsize count)
{
    return of[g_rand_int_range(random, 0, (gint32)count)];
}

static void append_word(GRand *random, GString *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789.,:<>@()\"=-";

    for (gint32 i = g_rand_int_range(random, 1, 9); i > 0; i--)
        g_string_append_c(out, letters[g_rand_int_range(random, 0, sizeof letters - 1)]);
    if (one_in(random, 60))
        g_string_append(out, "\xc3\xa4");
}

static void append_field(GRand *random, GString *out, const char *name)
{
    static const char *const gaps[] = {" ", " ", "  ", "\t", "\r\n ", "\r\n\t", " \r\n  "};

    g_string_append(out, name);
    if (one_in(random, 40))
        g_string_append_c(out, ' ');
    g_string_append_c(out, ':');
    if (!one_in(random, 8))
        g_string_append_c(out, ' ');
    for (gint32 i = g_rand_int_range(random, 0, 6); i > 0; i--) {
        append_word(random, out);
        g_string_append(out, pick(random, gaps, G_N_ELEMENTS(gaps)));
    }
    append_word(random, out);
    if (one_in(random, 6))
        g_string_append(out, one_in(random, 2) ? " " : "\t ");
    g_string_append(out, "\r\n");
}

/* One that libopendkim takes for an address: it looks at no mail without. */
static void append_from(GRand *random, GString *out)
{
    static const char *const forms[] = {
        "From: Clerk <clerk@council.example>\r\n", "From:clerk@council.example\r\n",
        "FROM :  \"The Clerk\"\r\n\t<clerk@council.example> \r\n",
        "from: Clerk  of\r\n  Council <clerk@council.example>\r\n"};

    g_string_append(out, pick(random, forms, G_N_ELEMENTS(forms)));
}

static void append_line(GRand *random, GString *out)
{
    static const char *const gaps[] = {" ", " ", "  ", "\t", " \t "};

    if (one_in(random, 8))
        g_string_append(out, pick(random, gaps, G_N_ELEMENTS(gaps)));
    for (gint32 i = g_rand_int_range(random, 0, 8); i > 0; i--) {
        append_word(random, out);
        if (i > 1 || one_in(random, 6))
            g_string_append(out, pick(random, gaps, G_N_ELEMENTS(gaps)));
    }
    g_string_append(out, "\r\n");
}

GString *mail_maker_make(GRand *random)
{
    GString *mail = g_string_new(NULL);
    gint32 fields = g_rand_int_range(random, 1, 9);
    gint32 from = g_rand_int_range(random, 0, fields);

    for (gint32 i = 0; i < fields; i++) {
        if (i == from)
            append_from(random, mail);
        else
            append_field(random, mail,
                         pick(random, field_names, G_N_ELEMENTS(field_names)));
    }
    g_string_append(mail, "\r\n");
    for (gint32 i = g_rand_int_range(random, 0, 12); i > 0; i--) {
        if (one_in(random, 4))
            g_string_append(mail, one_in(random, 3) ? " \t\r\n" : "\r\n");
        else
            append_line(random, mail);
    }
    if (one_in(random, 5))
        g_string_append(mail, "\r\n\r\n");
    if (one_in(random, 6))
        append_word(random, mail); /* a last line without its end */
    return mail;
}

char *mail_maker_make_names(GRand *random)
{
    static const char *const signs[] = {":", ":", ":", " : ", ":\r\n\t", " :"};
    GString *names = g_string_new(NULL);
    gint32 count = g_rand_int_range(random, 1, 9);
    gint32 from = g_rand_int_range(random, 0, count);

    for (gint32 i = 0; i < count; i++) {
        if (i > 0)
            g_string_append(names, pick(random, signs, G_N_ELEMENTS(signs)));
        g_string_append(names, i == from
                                   ? one_in(random, 2) ? "From" : "from"
                                   : pick(random, field_names, G_N_ELEMENTS(field_names)));
    }
    if (one_in(random, 4))
        g_string_append(names, ":from");
    return g_string_free(names, FALSE);
}

char *mail_maker_make_tags(GRand *random, gsize size)
{
    gint32 limit = one_in(random, 6) ? 0 : g_rand_int_range(random, 0, (gint32)size + 8);

    if (!one_in(random, 3))
        return g_strdup(one_in(random, 2) ? "" : "t=1721383327; q=dns/txt;\r\n\t");
    return g_strdup_printf("l=%d; ", limit);
}

static void insert(GRand *random, GString *mail, const char *text)
{
    gint32 at = g_rand_int_range(random, 0, (gint32)mail->len + 1);
    g_string_insert(mail, at, text);
}

static void double_line(GRand *random, GString *mail)
{
    char *start = mail->str + g_rand_int_range(random, 0, (gint32)mail->len);
    while (start > mail->str && start[-1] != '\n')
        start--;
    const char *lf = strchr(start, '\n');
    gsize size = lf != NULL ? (gsize)(lf - start) + 1 : strlen(start);
    g_autofree char *line = g_strndup(start, size);
    g_string_insert(mail, start - mail->str, line);
}

static void flip_bit(GRand *random, GString *mail)
{
    gsize at = (gsize)g_rand_int_range(random, 0, (gint32)mail->len);
    char changed = (char)(mail->str[at] ^ 1 << g_rand_int_range(random, 0, 7));
    if (changed != '\0')
        mail->str[at] = changed;
}

void mail_maker_change(GRand *random, GString *mail)
{
    static const char *const inserted[] = {" ", "\t", "\r\n ", "\r\n", "x", ";", "=", "\r"};

    switch (g_rand_int_range(random, 0, 8)) {
    case 0:
    case 1:
        flip_bit(random, mail);
        break;
    case 2:
    case 3:
        insert(random, mail, pick(random, inserted, G_N_ELEMENTS(inserted)));
        break;
    case 4:
        g_string_erase(mail, g_rand_int_range(random, 0, (gint32)mail->len), 1);
        break;
    case 5:
        double_line(random, mail);
        break;
    case 6:
        g_string_append(mail, one_in(random, 2) ? "\r\n\r\n" : "More.\r\n");
        break;
    default:
        g_string_prepend(mail,
                         one_in(random, 2) ? "X-Above: 1\r\n" : "From: x@y.example\r\n");
        break;
    }
}
