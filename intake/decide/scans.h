/* scans.h - what the malware scanner said of a message and its documents: evidence.
 *
 * A plain value and its stored form, kept with the decision so that a replay asks no scanner. One scan per
 * object, named by its SHA-256. That something was not scanned is said, never taken for clean. A list that
 * is NULL means that no scanner was configured. Names come from the scanner and have passed lodge_display_line. */
#pragma once

#include "parsers/text/json.h"
#include <glib.h>

typedef enum {
    LODGE_SCAN_CLEAN,
    LODGE_SCAN_INFECTED,
    LODGE_SCAN_NOT_SCANNED,
} LodgeScanVerdict;

/* Why something was not scanned. */
#define LODGE_SCAN_WHY_SIZE "larger-than-max-size" /* [scanner] max_size */
#define LODGE_SCAN_WHY_LIMITS "scanner-limits" /* the scanner gave up on it, and says so */
#define LODGE_SCAN_WHY_AWAY                                                                \
    "scanner-unavailable" /* malware was found already: no waiting */

typedef struct {
    gboolean is_message; /* the message as it came; FALSE: a document of it */
    char *sha256;
    LodgeScanVerdict verdict;
    char *name;   /* INFECTED: what the scanner calls it; else NULL */
    char *why;    /* NOT_SCANNED: one of the codes above; else NULL */
    char *engine; /* "ClamAV 1.4.6/27400/Tue …"; NULL: it was not asked */
    gint64 at_us;
} LodgeScan;

LodgeScan *lodge_scan_new(const char *sha256, LodgeScanVerdict verdict);
void lodge_scan_free(LodgeScan *scan);
/* The scanner suspects, by a rule of thumb; it knows no such thing. */
gboolean lodge_scan_is_suspicion(const LodgeScan *scan);

/* Scans: a GPtrArray of LodgeScan that owns them. */
GPtrArray *lodge_scans_new(void);
/* Of the document, or NULL. */
const LodgeScan *lodge_scans_find(const GPtrArray *scans, const char *sha256);
/* Of the message as it came, or NULL. */
const LodgeScan *lodge_scans_find_message(const GPtrArray *scans);
/* In the message or any document. `scans` may be NULL. */
gboolean lodge_scans_have_infected(const GPtrArray *scans);
const char *lodge_scan_verdict_format(LodgeScanVerdict verdict);
/* As member `name` of the current object. */
void lodge_scans_write(const GPtrArray *scans, LodgeJsonWriter *json, const char *name);
/* NULL when the member is missing; failures stick to the document. */
GPtrArray *
lodge_scans_read(LodgeJsonDocument *json, const LodgeJsonNode *object, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeScan, lodge_scan_free)
