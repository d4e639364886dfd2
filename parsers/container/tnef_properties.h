/* tnef_properties.h - the list of MAPI properties that stands in an attribute of a winmail.dat.
 *
 * Nothing is copied: each value is shown where it stands. What cannot be understood ends the list, because the
 * place of the next property hangs on it; what came before stands. Source: MS-OXTNEF 2.1.3.4, MS-OXCDATA 2.11.1. */
#pragma once

#include <glib.h>

#define LODGE_TNEF_OBJECT 0x000d
#define LODGE_TNEF_STRING8 0x001e
#define LODGE_TNEF_UNICODE 0x001f
#define LODGE_TNEF_BINARY 0x0102

/* One value. `type` without the flag for several; named properties are not shown. */
typedef void (*LodgeTnefVisit)(
    gpointer data, guint16 type, guint16 id, const guint8 *bytes, gsize size);

/* FALSE: the list ended before its end. */
gboolean lodge_tnef_properties_read(const guint8 *bytes,
                                    gsize size,
                                    LodgeTnefVisit visit,
                                    gpointer data);
