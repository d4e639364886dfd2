/* scanner.h - the one door to the malware scanner: bytes go in, a verdict comes out. It is clamd (clamd_link.h).
 *
 * Whatever goes in is streamed in chunks, never held; each connection carries one command. Connecting, handing an
 * object over and waiting for its verdict may each take [scanner] timeout, and all of them end early when `stopping`
 * says so. A verdict that is not plainly one is an error, never "clean". Whatever goes wrong is our own fault, never
 * the document's: the caller puts the message off.
 *
 * Thread-safe: nothing is shared between calls. Known gap: clamd says OK of what lies beyond its own limits, unless
 * its clamd.conf has AlertExceedsMax; lodge.conf(5) says so. */
#pragma once

#include "config/scanner.h"
#include "intake/decide/scans.h"
#include <glib.h>

#define LODGE_SCANNER_ERROR lodge_scanner_error_quark()
GQuark lodge_scanner_error_quark(void);
typedef enum {
    LODGE_SCANNER_ERROR_UNAVAILABLE, /* away, too slow, in trouble, or it speaks no sense */
    LODGE_SCANNER_ERROR_LIMIT,   /* it takes less than max_size: a person must mend that */
    LODGE_SCANNER_ERROR_OBJECT,  /* what was to be scanned cannot be read */
    LODGE_SCANNER_ERROR_STOPPED, /* we are to end; nothing was found out */
} LodgeScannerError;

typedef struct LodgeScanner LodgeScanner;

/* Contacts nobody. Borrows the settings. `now_us`: the wall clock, for the stamp of a verdict; `stopping` may be NULL. */
LodgeScanner *lodge_scanner_new(const LodgeScannerSettings *settings,
                                gint64 (*now_us)(void),
                                gboolean (*stopping)(void));
void lodge_scanner_free(LodgeScanner *scanner);

/* "ClamAV 1.4.6/27400/Tue Sep 17 08:38:30 2024", shown safely; g_free. */
char *lodge_scanner_fetch_version(const LodgeScanner *scanner, GError **error);
/* `fd`: the object alone, read from its start (pread). `engine`: what fetch_version said. The scan is of a document
 * until the caller says otherwise. */
LodgeScan *lodge_scanner_scan(const LodgeScanner *scanner,
                              int fd,
                              const char *sha256,
                              const char *engine,
                              GError **error);
/* Whether it answers, which it is, and whether it takes as much as we would hand over: lines of words; g_free. */
char *lodge_scanner_describe(const LodgeScanner *scanner, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeScanner, lodge_scanner_free)
