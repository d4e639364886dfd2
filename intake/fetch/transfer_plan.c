#include "intake/fetch/transfer_plan.h"
#include "intake/fetch/transfer.h"

static gint64 size_at(const GArray *sizes, guint index)
{
    return g_array_index(sizes, gint64, index);
}

/* A size the server would not tell may be any: such a message goes alone, too. */
static gboolean is_large(gint64 size_bytes)
{
    return size_bytes < 0 || size_bytes > LODGE_TRANSFER_BATCH_BYTES;
}

GArray *lodge_transfer_plan_order(const GArray *sizes, gint64 max_bytes, GArray *too_large)
{
    GArray *order = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GArray) large = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < sizes->len; i++) {
        gint64 size = size_at(sizes, i);
        GArray *place = size > max_bytes ? too_large : is_large(size) ? large : order;
        g_array_append_val(place, i);
    }
    g_array_append_vals(order, large->data, large->len);
    return order;
}

guint lodge_transfer_plan_batch(const GArray *sizes,
                                const GArray *order,
                                guint start,
                                guint64 *bytes_out)
{
    gint64 first = size_at(sizes, g_array_index(order, guint, start));
    guint64 bytes = (guint64)MAX(first, 0);
    guint count = 1;
    while (!is_large(first) && count < LODGE_TRANSFER_BATCH_MESSAGES &&
           start + count < order->len) {
        gint64 size = size_at(sizes, g_array_index(order, guint, start + count));
        if (is_large(size) || bytes + (guint64)size > LODGE_TRANSFER_BATCH_BYTES)
            break;
        bytes += (guint64)size;
        count++;
    }
    *bytes_out = bytes;
    return count;
}
