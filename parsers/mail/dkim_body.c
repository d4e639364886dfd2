#include "parsers/mail/dkim_body.h"

#include "parsers/mail/dkim_canon.h"
#include "parsers/mail/dkim_hash.h"
#include <string.h>

/* One running hash over one canonical form. */
typedef struct {
    LodgeDkimHash *hash;
    GPtrArray *signatures; /* borrowed; by l=, none last, once the pass begins */
    guint next;            /* of `signatures`, that waits for its digest */
} Stream;

typedef struct {
    gboolean is_used;
    gint64 bytes; /* of the canonical form so far */
    Stream streams[2];
} Form;

struct LodgeDkimBody {
    Form forms[2]; /* simple, relaxed */
};

LodgeDkimBody *lodge_dkim_body_new(void)
{
    return g_new0(LodgeDkimBody, 1);
}

void lodge_dkim_body_free(LodgeDkimBody *body)
{
    if (body == NULL)
        return;
    for (guint i = 0; i < 4; i++) {
        Stream *stream = &body->forms[i / 2].streams[i % 2];
        lodge_dkim_hash_free(stream->hash);
        g_clear_pointer(&stream->signatures, g_ptr_array_unref);
    }
    g_free(body);
}

void lodge_dkim_body_add(LodgeDkimBody *body,
                         LodgeDkimSignature *signature,
                         gboolean is_sha1)
{
    Form *form = &body->forms[signature->relaxed_body ? 1 : 0];
    Stream *stream = &form->streams[is_sha1 ? 1 : 0];

    form->is_used = TRUE;
    if (stream->hash == NULL) {
        stream->hash = lodge_dkim_hash_new(is_sha1);
        stream->signatures = g_ptr_array_new();
    }
    g_ptr_array_add(stream->signatures, signature);
}

static gint compare_limits(gconstpointer a, gconstpointer b)
{
    /* None is the largest unsigned number. */
    guint64 first = (guint64)(*(LodgeDkimSignature *const *)a)->body_limit;
    guint64 second = (guint64)(*(LodgeDkimSignature *const *)b)->body_limit;
    return (first > second) - (first < second);
}

static LodgeDkimSignature *next_limited(const Stream *stream)
{
    LodgeDkimSignature *signature =
        stream->next < stream->signatures->len
            ? g_ptr_array_index(stream->signatures, stream->next)
            : NULL;
    return signature != NULL && signature->body_limit >= 0 ? signature : NULL;
}

static void take_digest(Stream *stream, LodgeDkimSignature *signature, gint64 hashed_bytes)
{
    lodge_dkim_hash_peek(stream->hash, signature->body_digest);
    signature->hashed_bytes = hashed_bytes;
    stream->next++;
}

/* `before`: how much of the form the hash has seen. */
static void hash_piece(Stream *stream, gint64 before, const char *bytes, gsize size)
{
    LodgeDkimSignature *limited;

    while ((limited = next_limited(stream)) != NULL &&
           limited->body_limit - before <= (gint64)size) {
        gsize part = (gsize)(limited->body_limit - before);
        lodge_dkim_hash_update(stream->hash, bytes, part);
        bytes += part;
        size -= part;
        before += (gint64)part;
        take_digest(stream, limited, before);
    }
    /* Nobody waits for more: do not hash more. */
    if (stream->next < stream->signatures->len)
        lodge_dkim_hash_update(stream->hash, bytes, size);
}

static void take_piece(const char *bytes, gsize size, gpointer data)
{
    Form *form = data;

    for (guint i = 0; i < G_N_ELEMENTS(form->streams); i++) {
        if (form->streams[i].hash != NULL)
            hash_piece(&form->streams[i], form->bytes, bytes, size);
    }
    form->bytes += (gint64)size;
}

static void finish_form(Form *form)
{
    for (guint i = 0; i < G_N_ELEMENTS(form->streams); i++) {
        Stream *stream = &form->streams[i];
        guint count = stream->hash != NULL ? stream->signatures->len : 0;
        while (stream->next < count)
            take_digest(stream, g_ptr_array_index(stream->signatures, stream->next),
                        form->bytes);
        for (guint j = 0; j < count; j++) {
            LodgeDkimSignature *signature = g_ptr_array_index(stream->signatures, j);
            signature->body_bytes = form->bytes;
        }
    }
}

/* In most mails the first line end decides. */
static gboolean find_crlf(const LodgeSource *source,
                          gint64 start,
                          char *window,
                          gboolean *found_out,
                          GError **error)
{
    gboolean ends_in_cr = FALSE;
    gsize got = 0;

    *found_out = FALSE;
    for (gint64 at = start; at < source->size_bytes; at += (gint64)got) {
        if (!lodge_source_read(source, at, window, LODGE_SOURCE_WINDOW_BYTES, &got, error))
            return FALSE;
        if ((ends_in_cr && window[0] == '\n') || memmem(window, got, "\r\n", 2) != NULL) {
            *found_out = TRUE;
            return TRUE;
        }
        ends_in_cr = window[got - 1] == '\r';
    }
    return TRUE;
}

gboolean lodge_dkim_body_read(LodgeDkimBody *body,
                              const LodgeSource *source,
                              gint64 start,
                              GError **error)
{
    g_autofree char *window = g_malloc(LODGE_SOURCE_WINDOW_BYTES);
    g_autoptr(LodgeBodyCanon) simple = NULL;
    g_autoptr(LodgeBodyCanon) relaxed = NULL;
    LodgeBodyCanon **canons[] = {&simple, &relaxed};
    gboolean has_crlf = FALSE;
    gsize got = 0;

    if (!find_crlf(source, start, window, &has_crlf, error))
        return FALSE;
    for (guint i = 0; i < 2; i++) {
        for (guint j = 0; j < 2; j++) {
            if (body->forms[i].streams[j].hash != NULL)
                g_ptr_array_sort(body->forms[i].streams[j].signatures, compare_limits);
        }
        if (body->forms[i].is_used)
            *canons[i] =
                lodge_body_canon_new(i == 1, !has_crlf, take_piece, &body->forms[i]);
    }
    for (gint64 at = start; at < source->size_bytes; at += (gint64)got) {
        if (!lodge_source_read(source, at, window, LODGE_SOURCE_WINDOW_BYTES, &got, error))
            return FALSE;
        for (guint i = 0; i < 2; i++) {
            if (*canons[i] != NULL)
                lodge_body_canon_feed(*canons[i], window, got);
        }
    }
    for (guint i = 0; i < 2; i++) {
        if (*canons[i] != NULL)
            lodge_body_canon_finish(*canons[i]);
        finish_form(&body->forms[i]);
    }
    return TRUE;
}
