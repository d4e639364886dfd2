/* media_type.h - what bytes are, whatever they are called.
 *
 * First by signs of our own, where libmagic is known to be too strict or too vague for what
 * councils send: %PDF- within the first 1,024 bytes (gateways and scanners put text before it,
 * readers open it), RTF, ZIP and OLE containers (which their examiners then tell apart), OpenDocument texts
 * in one XML file.
 * Otherwise libmagic. The result is a lower-case media type without parameters;
 * application/octet-stream when nobody knows. */
#pragma once

#include <glib.h>

#define LODGE_MEDIA_TYPE_PDF "application/pdf"
#define LODGE_MEDIA_TYPE_ZIP "application/zip"
#define LODGE_MEDIA_TYPE_OLE "application/x-ole-storage"
#define LODGE_MEDIA_TYPE_RTF "application/rtf"
#define LODGE_MEDIA_TYPE_FLAT_ODT "application/vnd.oasis.opendocument.text-flat-xml"
#define LODGE_MEDIA_TYPE_UNKNOWN "application/octet-stream"

/* Loads libmagic's table, once a process. FALSE: `why_out` says what is missing (g_free it). */
gboolean lodge_media_type_prepare(char **why_out);
/* g_free the result. Without prepare: only our own signs. */
char *lodge_media_type_find(const guint8 *bytes, gsize size_bytes);
