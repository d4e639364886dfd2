#include "parsers/mail/picture.h"

#include <string.h>

static guint big16(const guint8 *at)
{
    return (guint)at[0] << 8 | at[1];
}

static guint little16(const guint8 *at)
{
    return (guint)at[1] << 8 | at[0];
}

static gboolean
measure_png(const guint8 *bytes, gsize size, guint *width_out, guint *height_out)
{
    static const guint8 magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    if (size < 24 || memcmp(bytes, magic, sizeof magic) != 0)
        return FALSE;
    *width_out = big16(bytes + 16) << 16 | big16(bytes + 18);
    *height_out = big16(bytes + 20) << 16 | big16(bytes + 22);
    return TRUE;
}

static gboolean
measure_gif(const guint8 *bytes, gsize size, guint *width_out, guint *height_out)
{
    if (size < 10 || memcmp(bytes, "GIF8", 4) != 0)
        return FALSE;
    *width_out = little16(bytes + 6);
    *height_out = little16(bytes + 8);
    return TRUE;
}

/* SOF0 to SOF15, but for DHT, JPG and DAC, which have numbers among them. */
static gboolean is_frame(guint8 marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
           marker != 0xcc;
}

/* Segments, each with its length, up to the one that describes the frame. */
static gboolean
measure_jpeg(const guint8 *bytes, gsize size, guint *width_out, guint *height_out)
{
    if (size < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
        return FALSE;
    for (gsize at = 2; at + 9 <= size && bytes[at] == 0xff;) {
        guint8 marker = bytes[at + 1];
        if (marker == 0xff) { /* a fill byte */
            at++;
            continue;
        }
        if (is_frame(marker)) {
            *height_out = big16(bytes + at + 5);
            *width_out = big16(bytes + at + 7);
            return TRUE;
        }
        at += 2 + (gsize)big16(bytes + at + 2);
    }
    return FALSE;
}

gboolean lodge_picture_measure(const void *bytes,
                               gsize size_bytes,
                               guint *width_out,
                               guint *height_out)
{
    guint width = 0, height = 0;
    if (!measure_png(bytes, size_bytes, &width, &height) &&
        !measure_gif(bytes, size_bytes, &width, &height) &&
        !measure_jpeg(bytes, size_bytes, &width, &height))
        return FALSE;
    *width_out = width;
    *height_out = height;
    return TRUE;
}
