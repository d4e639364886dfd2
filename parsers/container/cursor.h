/* cursor.h - bytes read from the front, never past the end. Numbers are little-endian, as in MS-OXTNEF. */
#pragma once

#include <glib.h>

typedef struct {
    const guint8 *at;
    gsize left;
} LodgeCursor;

/* The next `size` bytes; NULL and nothing moved where there are fewer. */
const guint8 *lodge_cursor_take(LodgeCursor *cursor, gsize size);
/* FALSE and nothing moved at the end. */
gboolean lodge_cursor_take_u16(LodgeCursor *cursor, guint16 *value_out);
gboolean lodge_cursor_take_u32(LodgeCursor *cursor, guint32 *value_out);
