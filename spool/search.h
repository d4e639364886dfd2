/* search.h - where in the spool does a text stand? For whoever asks what is held about an address.
 *
 * Walks the journal and looks into every record and object that an event names: raw messages, documents,
 * their texts, readings (decoded headers, names, the mail's own words), evidence, decisions, receipts, words of
 * orders and failures, rules with their register. Bytes are compared, ASCII letters whatever their case. What is
 * encoded (base64, compressed) is found only where a reading has it decoded.
 *
 * Beside a running writer it looks at what is committed when it begins. */
#pragma once

#include "spool/event.h"
#include <glib.h>

typedef struct {
    const LodgeEvent *event; /* that names it */
    const char *what;        /* "record", "document", "text", or the member's name */
    const char *sha256;
} LodgeSearchHit;

typedef void (*LodgeSearchFound)(const LodgeSearchHit *hit, gpointer data);
typedef void (*LodgeSearchProgress)(guint64 done, guint64 total, gpointer data);

typedef struct {
    LodgeSearchFound found;       /* once for each event and object */
    LodgeSearchFound unreadable;  /* an object that is missing or damaged: not searched */
    LodgeSearchProgress progress; /* or NULL */
    gpointer data;
} LodgeSearchReport;

/* `text`: not empty. FALSE: the journal cannot be read. */
gboolean lodge_search_run(const char *dir,
                          const char *text,
                          const LodgeSearchReport *report,
                          GError **error);
