/* clamd_connect.h - a connected socket to where clamd listens. Internal to this box.
 *
 * Plain sockets, no loop of GLib's: that ends the program where no descriptor is left for it. Here it is an error in
 * words, and whoever waits for the scanner waits on. */
#pragma once

#include "config/scanner.h"
#include <glib.h>

/* Until when, and who may end it earlier. */
typedef struct {
    gint64 deadline_us;         /* monotonic */
    gboolean (*stopping)(void); /* or NULL */
} LodgeClamdPatience;

/* How soon a wait notices that it is to end. */
#define LODGE_CLAMD_SLICE_MS 100

gboolean lodge_clamd_patience_is_over(const LodgeClamdPatience *patience);
/* The descriptor, the caller's to close. -1: `error` says why; it is unset when patience was over first. */
int lodge_clamd_connect(const LodgeScannerSettings *settings,
                        const LodgeClamdPatience *patience,
                        GError **error);
