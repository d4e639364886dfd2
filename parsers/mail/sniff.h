/* sniff.h - what the first bytes of a part are, whatever its label says.
 *
 * Own checks first, for the formats that submissions come in and that matter here (PDF with junk
 * before its header, DOCX/ODT/XLSX/PPTX inside ZIP, legacy Office, RTF), then libmagic. The
 * database is loaded once by lodge_sniff_prepare and held; one thread. */
#pragma once

#include <glib.h>

#define LODGE_SNIFF_WINDOW_BYTES (64 * 1024)

/* Again is harmless. FALSE: libmagic's words (they belong to it). */
gboolean lodge_sniff_prepare(const char **reason_out);
/* A media type, lower case; NULL for no bytes. g_free it. */
char *lodge_sniff_type(const void *bytes, gsize size_bytes);
/* Is it a type that a plan could come in, or that holds documents: never decoration or mail text? */
gboolean lodge_sniff_is_document(const char *type);
