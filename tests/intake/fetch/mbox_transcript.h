/* mbox_transcript.h - what becomes of an input, in words, for the tests and the fuzz target. */
#pragma once

#include "intake/fetch/mbox.h"
#include <string.h>

static inline gboolean note_begin(guint32 number, gpointer data, GError **error)
{
    (void)error;
    g_string_append_printf(data, "[%u|", number);
    return TRUE;
}

static inline gboolean
note_bytes(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    (void)error;
    g_string_append_len(data, bytes, (gssize)size_bytes);
    return TRUE;
}

static inline gboolean note_end(gpointer data, GError **error)
{
    (void)error;
    g_string_append(data, "]");
    return TRUE;
}

/* "[1|Subject: x\n\nbody\n][2|…]"; chunk 0: all at once. */
static inline GString *transcribe_mbox(const char *bytes, gsize size, gsize chunk)
{
    static const LodgeMboxHandler handler = {note_begin, note_bytes, note_end};
    GString *transcript = g_string_new(NULL);
    g_autoptr(LodgeMbox) mbox = lodge_mbox_new(&handler, transcript);
    gsize step = chunk == 0 ? MAX(size, 1) : chunk;
    for (gsize at = 0; at < size; at += step)
        g_assert_true(lodge_mbox_feed(mbox, bytes + at, MIN(step, size - at), NULL));
    g_assert_true(lodge_mbox_finish(mbox, NULL));
    return transcript;
}
