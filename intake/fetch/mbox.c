#include "intake/fetch/mbox.h"
#include <string.h>

#define OUTPUT_BYTES (64 * 1024)

typedef enum {
    FIRST_LINE,  /* is it a postmark? held */
    LINE_START,  /* nothing of the line has been decided; held */
    REST,        /* the line goes through to its end */
    WHOLE_INPUT, /* no mbox: everything goes through */
} State;

struct LodgeMbox {
    LodgeMboxHandler handler;
    gpointer data;
    State state;
    guint32 number;
    gboolean in_body;
    GString *blank;     /* an empty line that may be the writer's */
    guint64 quotes;     /* ">" at the beginning of this line, held back */
    GString *held;      /* what followed of it */
    GByteArray *output; /* written in large pieces */
};

LodgeMbox *lodge_mbox_new(const LodgeMboxHandler *handler, gpointer data)
{
    LodgeMbox *mbox = g_new0(LodgeMbox, 1);
    mbox->handler = *handler;
    mbox->data = data;
    mbox->blank = g_string_new(NULL);
    mbox->held = g_string_new(NULL);
    mbox->output = g_byte_array_new();
    return mbox;
}

void lodge_mbox_free(LodgeMbox *mbox)
{
    if (mbox == NULL)
        return;
    g_string_free(mbox->blank, TRUE);
    g_string_free(mbox->held, TRUE);
    g_byte_array_unref(mbox->output);
    g_free(mbox);
}

/* ---- what goes out ---- */

static gboolean flush(LodgeMbox *mbox, GError **error)
{
    gboolean ok =
        mbox->output->len == 0 ||
        mbox->handler.bytes(mbox->output->data, mbox->output->len, mbox->data, error);
    g_byte_array_set_size(mbox->output, 0);
    return ok;
}

static gboolean put(LodgeMbox *mbox, const char *bytes, gsize size, GError **error)
{
    if (mbox->output->len + size > OUTPUT_BYTES && !flush(mbox, error))
        return FALSE;
    if (size >= OUTPUT_BYTES)
        return mbox->handler.bytes(bytes, size, mbox->data, error);
    g_byte_array_append(mbox->output, (const guint8 *)bytes, (guint)size);
    return TRUE;
}

static gboolean put_held(LodgeMbox *mbox, GString *text, GError **error)
{
    gboolean ok = put(mbox, text->str, text->len, error);
    g_string_truncate(text, 0);
    return ok;
}

static gboolean begin(LodgeMbox *mbox, guint32 number, GError **error)
{
    mbox->number = number;
    mbox->in_body = FALSE;
    return mbox->handler.begin(number, mbox->data, error);
}

static gboolean end(LodgeMbox *mbox, GError **error)
{
    return flush(mbox, error) && mbox->handler.end(mbox->data, error);
}

/* ---- one line ---- */

static const char from[] = "From ";

static gsize without_end(const GString *line)
{
    gsize size = line->len;
    if (size > 0 && line->str[size - 1] == '\n')
        size--;
    if (size > 0 && line->str[size - 1] == '\r')
        size--;
    return size;
}

/* The first line of the input: `From address` is enough, `From : address` is a header field. */
static gboolean begins_mbox(const GString *line)
{
    gsize size = without_end(line);
    if (lodge_mbox_is_postmark(line->str, size))
        return TRUE;
    const char *address = line->str + strlen(from);
    return size > strlen(from) && memcmp(line->str, from, strlen(from)) == 0 &&
           memchr(address, '@', size - strlen(from)) != NULL &&
           memchr(address, ' ', size - strlen(from)) == NULL;
}

static gboolean begin_next(LodgeMbox *mbox, GError **error)
{
    g_string_truncate(mbox->held, 0);
    g_string_truncate(mbox->blank, 0);
    return end(mbox, error) && begin(mbox, mbox->number + 1, error);
}

/* What was held back of a line that is text, after all. */
static gboolean release(LodgeMbox *mbox, GError **error)
{
    gboolean quoted = mbox->in_body && mbox->quotes > 0 &&
                      strncmp(mbox->held->str, from, strlen(from)) == 0;
    guint64 quotes = mbox->quotes - (quoted ? 1 : 0);
    mbox->quotes = 0;
    if (!put_held(mbox, mbox->blank, error))
        return FALSE;
    for (; quotes > 0; quotes--) {
        if (!put(mbox, ">", 1, error))
            return FALSE;
    }
    return put_held(mbox, mbox->held, error);
}

/* A second empty line shows that the first one was not the writer's. */
static gboolean take_blank(LodgeMbox *mbox, GError **error)
{
    mbox->in_body = TRUE;
    if (!put_held(mbox, mbox->blank, error))
        return FALSE;
    g_string_append_len(mbox->blank, mbox->held->str, (gssize)mbox->held->len);
    g_string_truncate(mbox->held, 0);
    return TRUE;
}

/* With this last byte, may what is held still become a postmark, a quoted one, or an empty line? */
static gboolean is_undecided(const LodgeMbox *mbox, char byte)
{
    gsize size = mbox->held->len;
    if (size <= strlen(from) && byte != from[size - 1])
        return mbox->quotes == 0 && size == 1 && byte == '\r';
    return byte != '\0' &&
           size < (mbox->quotes > 0 ? strlen(from) : LODGE_MBOX_POSTMARK_BYTES);
}

static gboolean end_line(LodgeMbox *mbox, GError **error)
{
    gsize size = without_end(mbox->held);
    if (mbox->state == FIRST_LINE && begins_mbox(mbox->held)) {
        g_string_truncate(mbox->held, 0);
        mbox->state = LINE_START;
        return begin(mbox, 1, error);
    }
    if (mbox->state == FIRST_LINE) {
        mbox->state = WHOLE_INPUT;
        return begin(mbox, 0, error) && put_held(mbox, mbox->held, error);
    }
    if (mbox->quotes == 0 && size == 0 && g_str_has_suffix(mbox->held->str, "\n"))
        return take_blank(mbox, error);
    if (mbox->quotes == 0 && lodge_mbox_is_postmark(mbox->held->str, size))
        return begin_next(mbox, error);
    return release(mbox, error);
}

static gboolean take_held_byte(LodgeMbox *mbox, char byte, GError **error)
{
    if (byte == '>' && mbox->held->len == 0 && mbox->state == LINE_START) {
        mbox->quotes++;
        return TRUE;
    }
    g_string_append_c(mbox->held, byte);
    if (byte == '\n')
        return end_line(mbox, error);
    if (is_undecided(mbox, byte))
        return TRUE;
    if (mbox->state == FIRST_LINE) {
        mbox->state = WHOLE_INPUT;
        return begin(mbox, 0, error) && put_held(mbox, mbox->held, error);
    }
    mbox->state = REST;
    return release(mbox, error);
}

/* ---- the input ---- */

static gboolean
pass(LodgeMbox *mbox, const char *bytes, gsize size, gsize *used_out, GError **error)
{
    const char *lf = mbox->state == REST ? memchr(bytes, '\n', size) : NULL;
    gsize piece = lf != NULL ? (gsize)(lf - bytes) + 1 : size;
    if (lf != NULL)
        mbox->state = LINE_START;
    *used_out = piece;
    return put(mbox, bytes, piece, error);
}

gboolean
lodge_mbox_feed(LodgeMbox *mbox, const void *bytes, gsize size_bytes, GError **error)
{
    const char *at = bytes;
    while (size_bytes > 0) {
        gsize used = 1;
        gboolean holding = mbox->state == FIRST_LINE || mbox->state == LINE_START;
        if (!(holding ? take_held_byte(mbox, *at, error)
                      : pass(mbox, at, size_bytes, &used, error)))
            return FALSE;
        at += used;
        size_bytes -= used;
    }
    return TRUE;
}

/* The last line may lack its end; an empty one before it was the writer's. */
gboolean lodge_mbox_finish(LodgeMbox *mbox, GError **error)
{
    if ((mbox->state == FIRST_LINE || mbox->held->len > 0 || mbox->quotes > 0) &&
        !end_line(mbox, error))
        return FALSE;
    return end(mbox, error);
}
