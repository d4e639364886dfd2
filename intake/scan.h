/* scan.h - one kept message past the malware scanner: each of its documents, then the message as it came.
 *
 * The documents first, so that a verdict has its right object. The message itself is scanned where nothing was found
 * in them: the scanner takes mail and containers apart in its own way, and sees what is no document. Malware that was
 * found is found: a scanner that fails afterwards puts nothing off, what it did not see is said. */
#pragma once

#include "intake/learn/scanner.h"
#include "spool/spool.h"
#include <glib.h>

/* `stages`: LodgeStage, finished: the documents. LodgeScan, the caller's. NULL: LODGE_SCANNER_ERROR, or
 * LODGE_SPOOL_ERROR when a file cannot be opened. */
GPtrArray *lodge_scan_message(const LodgeScanner *scanner,
                              LodgeSpool *spool,
                              const char *message_sha256,
                              const GPtrArray *stages,
                              GError **error);
