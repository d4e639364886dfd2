#include "parsers/container/tnef_properties.h"

#include "parsers/container/cursor.h"

#define SEVERAL 0x1000 /* flag in the type */
#define FIRST_NAMED 0x8000
#define NAMED_BY_STRING 1

static gsize padded(gsize size)
{
    return (size + 3) & ~(gsize)3;
}

static gboolean varies(guint16 type)
{
    return type == LODGE_TNEF_OBJECT || type == LODGE_TNEF_STRING8 ||
           type == LODGE_TNEF_UNICODE || type == LODGE_TNEF_BINARY;
}

/* How many bytes a value takes, padding included; 0: nobody knows. */
static gsize fixed_size(guint16 type)
{
    static const struct {
        guint16 type, size;
    } sizes[] = {
        {0x02, 4},  {0x03, 4}, {0x04, 4}, {0x0a, 4}, {0x0b, 4}, /* up to 32 bits */
        {0x05, 8},  {0x06, 8}, {0x07, 8}, {0x14, 8}, {0x40, 8}, /* double, money, times */
        {0x48, 16},                                             /* GUID */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
        if (sizes[i].type == type)
            return sizes[i].size;
    return 0;
}

static gboolean skip_name(LodgeCursor *cursor)
{
    guint32 kind, value;
    if (lodge_cursor_take(cursor, 16) == NULL || !lodge_cursor_take_u32(cursor, &kind) ||
        !lodge_cursor_take_u32(cursor, &value))
        return FALSE;
    return kind != NAMED_BY_STRING || lodge_cursor_take(cursor, padded(value)) != NULL;
}

static gboolean
take_value(LodgeCursor *cursor, guint16 type, const guint8 **bytes_out, guint32 *size_out)
{
    if (!varies(type)) {
        *size_out = (guint32)fixed_size(type);
        return *size_out > 0 && (*bytes_out = lodge_cursor_take(cursor, *size_out)) != NULL;
    }
    if (!lodge_cursor_take_u32(cursor, size_out) ||
        (*bytes_out = lodge_cursor_take(cursor, *size_out)) == NULL)
        return FALSE;
    /* at the end of the list some programs leave the padding out */
    gsize padding = padded(*size_out) - *size_out;
    return lodge_cursor_take(cursor, MIN(padding, cursor->left)) != NULL;
}

static gboolean read_property(LodgeCursor *cursor, LodgeTnefVisit visit, gpointer data)
{
    guint16 type, id;
    guint32 count = 1;
    if (!lodge_cursor_take_u16(cursor, &type) || !lodge_cursor_take_u16(cursor, &id) ||
        (id >= FIRST_NAMED && !skip_name(cursor)))
        return FALSE;
    guint16 single = type & (guint16)~SEVERAL;
    if ((varies(single) || type != single) && !lodge_cursor_take_u32(cursor, &count))
        return FALSE;
    for (guint32 i = 0; i < count; i++) {
        const guint8 *bytes = NULL;
        guint32 size = 0;
        if (!take_value(cursor, single, &bytes, &size))
            return FALSE;
        if (id < FIRST_NAMED)
            visit(data, single, id, bytes, size);
    }
    return TRUE;
}

gboolean lodge_tnef_properties_read(const guint8 *bytes,
                                    gsize size,
                                    LodgeTnefVisit visit,
                                    gpointer data)
{
    LodgeCursor cursor = {bytes, size};
    guint32 count = 0;
    gboolean is_whole = lodge_cursor_take_u32(&cursor, &count);
    for (guint32 i = 0; is_whole && i < count; i++)
        is_whole = read_property(&cursor, visit, data);
    return is_whole;
}
