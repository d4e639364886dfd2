/* scanner.h - where the malware scanner listens: the group [scanner] of lodge.conf.
 *
 * Without the group nothing is scanned, and no decision speaks of it. The scanner is clamd, on a socket of
 * this machine or over TCP; clamd's protocol knows neither encryption nor a password. */
#pragma once

#include "config/key_file.h"
#include <glib.h>

typedef struct {
    gboolean is_on;
    char *socket; /* path of a Unix socket; NULL: TCP */
    char *host;   /* or NULL */
    guint port;
    guint timeout_ms; /* of each step: connecting, handing a document over, its verdict */
    gint64 max_size_bytes; /* what is larger is not handed over */
} LodgeScannerSettings;

void lodge_scanner_settings_read(LodgeScannerSettings *settings, LodgeKeyGroup *group);
void lodge_scanner_settings_clear(LodgeScannerSettings *settings);
