/* picture.h - how large a picture is, from its first bytes.
 *
 * A page that was photographed is large; a logo under a name is not. Nothing is decoded: the size stands in the
 * header of PNG (ISO/IEC 15948, 11.2.2), GIF (GIF89a, 18) and JPEG (ISO/IEC 10918-1, B.2.2). Of other forms, and
 * where it does not stand in what is given, it is not known. */
#pragma once

#include <glib.h>

/* In pixels; FALSE: not known, and nothing is set. */
gboolean lodge_picture_measure(const void *bytes,
                               gsize size_bytes,
                               guint *width_out,
                               guint *height_out);
