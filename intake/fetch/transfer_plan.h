/* transfer_plan.h - in which order and batches messages are asked for. Internal, pure. */
#pragma once

#include <glib.h>

/* Indices (guint) into `sizes` in the order to fetch: the small ones as they come, then the large ones; those over max_bytes
 * are left out and appended to too_large. */
GArray *lodge_transfer_plan_order(const GArray *sizes, gint64 max_bytes, GArray *too_large);
/* How many of the next indices from `start` on make one batch; its bytes to bytes_out. */
guint lodge_transfer_plan_batch(const GArray *sizes,
                                const GArray *order,
                                guint start,
                                guint64 *bytes_out);
