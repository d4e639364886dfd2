#include "parsers/mail/dkim_canon.h"

#include <string.h>

#define OUT_SIZE 8192

struct LodgeBodyCanon {
    gboolean is_relaxed, bare_lf;
    LodgeCanonSink sink;
    gpointer data;
    guint64 line_ends;    /* seen, and written only if something follows */
    gboolean has_cr;      /* the last byte, whose LF may follow */
    gboolean has_blank;   /* relaxed: white space not yet written */
    gboolean has_content; /* relaxed: something was written */
    gsize used;
    char out[OUT_SIZE];
};

LodgeBodyCanon *lodge_body_canon_new(gboolean is_relaxed,
                                     gboolean bare_lf,
                                     LodgeCanonSink sink,
                                     gpointer data)
{
    LodgeBodyCanon *canon = g_new(LodgeBodyCanon, 1);

    canon->is_relaxed = is_relaxed;
    canon->bare_lf = bare_lf;
    canon->sink = sink;
    canon->data = data;
    canon->line_ends = 0;
    canon->has_cr = canon->has_blank = canon->has_content = FALSE;
    canon->used = 0;
    return canon;
}

void lodge_body_canon_free(LodgeBodyCanon *canon)
{
    g_free(canon);
}

static void flush(LodgeBodyCanon *canon)
{
    if (canon->used > 0)
        canon->sink(canon->out, canon->used, canon->data);
    canon->used = 0;
}

static void put(LodgeBodyCanon *canon, const char *bytes, gsize size)
{
    if (size > OUT_SIZE - canon->used) {
        flush(canon);
        if (size >= OUT_SIZE) {
            canon->sink(bytes, size, canon->data);
            return;
        }
    }
    memcpy(canon->out + canon->used, bytes, size);
    canon->used += size;
}

/* Something follows: what was held back is written. */
static void begin_content(LodgeBodyCanon *canon)
{
    for (; canon->line_ends > 0; canon->line_ends--)
        put(canon, "\r\n", 2);
    if (canon->has_blank)
        put(canon, " ", 1);
    canon->has_blank = FALSE;
    canon->has_content = TRUE;
}

/* ---- simple: only the end of the body is special ---- */

static void feed_simple(LodgeBodyCanon *canon, const char *bytes, gsize size)
{
    gsize end = size;
    guint64 line_ends = 0;

    if (canon->has_cr && size > 0) {
        canon->has_cr = FALSE;
        if (bytes[0] == '\n') {
            canon->line_ends++;
            bytes++;
            end--;
        } else {
            begin_content(canon);
            put(canon, "\r", 1);
        }
    }
    gboolean ends_in_cr = end > 0 && bytes[end - 1] == '\r';
    end -= ends_in_cr ? 1 : 0;
    while (end >= 2 && bytes[end - 2] == '\r' && bytes[end - 1] == '\n') {
        end -= 2;
        line_ends++;
    }
    if (end > 0) {
        begin_content(canon);
        put(canon, bytes, end);
    }
    canon->line_ends += line_ends;
    canon->has_cr |= ends_in_cr;
}

/* ---- relaxed ---- */

static gboolean is_plain(char c)
{
    return c != ' ' && c != '\t' && c != '\r';
}

/* A CR is behind us. Takes the LF that makes it a line end; else the CR is content. */
static const char *after_cr(LodgeBodyCanon *canon, const char *at)
{
    canon->has_cr = FALSE;
    if (*at == '\n') {
        canon->has_blank = FALSE;
        canon->line_ends++;
        return at + 1;
    }
    begin_content(canon);
    put(canon, "\r", 1);
    return at;
}

/* Plain bytes, and single spaces between them, as they are. */
static const char *take_run(LodgeBodyCanon *canon, const char *at, const char *end)
{
    const char *start = at;

    while (at < end && (is_plain(*at) || (*at == ' ' && end - at > 1 && is_plain(at[1]))))
        at++;
    begin_content(canon);
    put(canon, start, (gsize)(at - start));
    return at;
}

static void feed_relaxed(LodgeBodyCanon *canon, const char *bytes, gsize size)
{
    const char *end = bytes + size;

    for (const char *at = bytes; at < end;) {
        if (canon->has_cr) {
            at = after_cr(canon, at);
        } else if (*at == '\r') {
            canon->has_cr = TRUE;
            at++;
        } else if (is_plain(*at)) {
            at = take_run(canon, at, end);
        } else {
            canon->has_blank = TRUE;
            at++;
        }
    }
}

/* ---- both ---- */

static void feed_lines(LodgeBodyCanon *canon, const char *bytes, gsize size)
{
    if (canon->is_relaxed)
        feed_relaxed(canon, bytes, size);
    else
        feed_simple(canon, bytes, size);
}

void lodge_body_canon_feed(LodgeBodyCanon *canon, const char *bytes, gsize size)
{
    const char *end = bytes + size;

    while (canon->bare_lf && bytes < end) {
        const char *lf = memchr(bytes, '\n', (gsize)(end - bytes));
        if (lf == NULL)
            break;
        feed_lines(canon, bytes, (gsize)(lf - bytes));
        feed_lines(canon, "\r\n", 2);
        bytes = lf + 1;
    }
    feed_lines(canon, bytes, (gsize)(end - bytes));
}

void lodge_body_canon_finish(LodgeBodyCanon *canon)
{
    if (canon->has_cr) {
        begin_content(canon);
        put(canon, "\r", 1);
    }
    if (!canon->is_relaxed || canon->has_content)
        put(canon, "\r\n", 2);
    flush(canon);
}

/* ---- fields ---- */

static gboolean is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The value, without fold, hole, and white space at its ends. */
static void append_relaxed_value(GString *out,
                                 const LodgeCanonField *field,
                                 gsize hole_start,
                                 gsize hole_size)
{
    gboolean has_blank = FALSE, has_content = FALSE;

    for (gsize i = field->colon + 1; i + 2 < field->size;) {
        const char *at = field->bytes + i;
        if (hole_size > 0 && i == hole_start) {
            i += hole_size;
        } else if (is_blank(*at)) {
            has_blank = has_content;
            i++;
        } else if (at[0] == '\r' && at[1] == '\n' && is_blank(at[2])) {
            i += 2;
        } else {
            if (has_blank)
                g_string_append_c(out, ' ');
            g_string_append_c(out, *at);
            has_blank = FALSE;
            has_content = TRUE;
            i++;
        }
    }
}

void lodge_field_canon_append(GString *out,
                              const LodgeCanonField *field,
                              gboolean is_relaxed,
                              gsize hole_start,
                              gsize hole_size)
{
    gsize hole_end = hole_size > 0 ? hole_start + hole_size : field->size;

    if (!is_relaxed) {
        g_string_append_len(out, field->bytes,
                            (gssize)(hole_size > 0 ? hole_start : field->size));
        g_string_append_len(out, field->bytes + hole_end, (gssize)(field->size - hole_end));
        return;
    }
    for (gsize i = 0; i < field->colon && !is_blank(field->bytes[i]); i++)
        g_string_append_c(out, g_ascii_tolower(field->bytes[i]));
    g_string_append_c(out, ':');
    append_relaxed_value(out, field, hole_start, hole_size);
    g_string_append(out, "\r\n");
}
