/* clamd_link.h - one connection to clamd: bytes there, one reply back. Internal to this box.
 *
 * Each step has a deadline on the monotonic clock and ends early when `stopping` says so. Nothing of what the other
 * side sends is believed or kept beyond LODGE_LIMIT_SCANNER_REPLY_BYTES. Errors are LODGE_SCANNER_ERROR and name the
 * place. One thread at a time. */
#pragma once

#include "config/scanner.h"
#include <glib.h>

typedef struct LodgeClamdLink LodgeClamdLink;

/* `stopping` may be NULL. */
LodgeClamdLink *lodge_clamd_link_open(const LodgeScannerSettings *settings,
                                      gboolean (*stopping)(void),
                                      GError **error);
void lodge_clamd_link_close(LodgeClamdLink *link);
/* Of a step that begins now. */
gint64 lodge_clamd_link_deadline(const LodgeClamdLink *link);
/* TRUE: all of it is on its way, or the other side spoke or went away first (`spoke_out`): then its reply
 * says why. */
gboolean lodge_clamd_link_send(LodgeClamdLink *link,
                               const void *bytes,
                               gsize size_bytes,
                               gint64 deadline_us,
                               gboolean *spoke_out,
                               GError **error);
/* What stands before the NUL that ends the reply; its size may be 0. */
GBytes *lodge_clamd_link_receive(LodgeClamdLink *link, gint64 deadline_us, GError **error);
/* "/run/clamav/clamd.ctl", "scanner.example:3310". */
const char *lodge_clamd_link_name(const LodgeClamdLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeClamdLink, lodge_clamd_link_close)
