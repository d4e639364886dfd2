#include "parsers/container/cursor.h"

const guint8 *lodge_cursor_take(LodgeCursor *cursor, gsize size)
{
    const guint8 *taken = cursor->at;
    if (size > cursor->left)
        return NULL;
    cursor->at += size;
    cursor->left -= size;
    return taken;
}

gboolean lodge_cursor_take_u16(LodgeCursor *cursor, guint16 *value_out)
{
    const guint8 *bytes = lodge_cursor_take(cursor, 2);
    if (bytes != NULL)
        *value_out = (guint16)(bytes[0] | bytes[1] << 8);
    return bytes != NULL;
}

gboolean lodge_cursor_take_u32(LodgeCursor *cursor, guint32 *value_out)
{
    const guint8 *bytes = lodge_cursor_take(cursor, 4);
    if (bytes != NULL)
        *value_out = (guint32)bytes[0] | (guint32)bytes[1] << 8 | (guint32)bytes[2] << 16 |
                     (guint32)bytes[3] << 24;
    return bytes != NULL;
}
