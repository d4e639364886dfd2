/* little_endian.h - numbers as Microsoft's old formats write them, from a range that may end early. */
#pragma once

#include <glib.h>

/* 0 beyond the end: hostile offsets read nothing. */
static inline guint16 lodge_le16(const guint8 *bytes, gsize size_bytes, gsize at)
{
    if (at >= size_bytes || size_bytes - at < 2)
        return 0;
    return (guint16)(bytes[at] | bytes[at + 1] << 8);
}

static inline guint32 lodge_le32(const guint8 *bytes, gsize size_bytes, gsize at)
{
    if (at >= size_bytes || size_bytes - at < 4)
        return 0;
    return (guint32)lodge_le16(bytes, size_bytes, at) |
           (guint32)lodge_le16(bytes, size_bytes, at + 2) << 16;
}

static inline guint64 lodge_le64(const guint8 *bytes, gsize size_bytes, gsize at)
{
    if (at >= size_bytes || size_bytes - at < 8)
        return 0;
    return (guint64)lodge_le32(bytes, size_bytes, at) |
           (guint64)lodge_le32(bytes, size_bytes, at + 4) << 32;
}
