/* txt_lookup.h - "give me the TXT records of this name": all that key look-ups need to know of DNS.
 *
 * Whoever asks hands in a function; what it answers is a fact, and a failure for the moment is never
 * the same as absence. Several records stay apart; the strings of one are joined without a space. */
#pragma once

#include <glib.h>

typedef enum {
    LODGE_TXT_FOUND,
    LODGE_TXT_NXDOMAIN, /* the name does not exist */
    LODGE_TXT_NODATA,   /* it exists and has no TXT record */
    LODGE_TXT_SERVFAIL, /* not now: broken, bogus, refused */
    LODGE_TXT_TIMEOUT,  /* not now: no answer in time */
    LODGE_TXT_UNASKED, /* nobody was asked: look-ups are off, or there have been too many */
} LodgeTxtStatus;

typedef struct {
    LodgeTxtStatus status;
    GStrv texts; /* of LODGE_TXT_FOUND, else NULL or empty */
} LodgeTxtAnswer;

/* Sets all of `answer_out`; the caller clears it. */
typedef void (*LodgeTxtAsk)(const char *name, LodgeTxtAnswer *answer_out, gpointer data);

static inline void lodge_txt_answer_clear(LodgeTxtAnswer *answer)
{
    g_clear_pointer(&answer->texts, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeTxtAnswer, lodge_txt_answer_clear)
