/* literal.h - "{123}" at the end of a line. Internal to this box, pure.
 *
 * Source: RFC 9051 section 9. A size that 63 bits cannot hold is G_MAXINT64, which whoever would take it refuses. */
#pragma once

#include <glib.h>

/* Is the whole text the announcement of a literal: {123}, {123+}, ~{123}? */
gboolean lodge_imap_literal_parse(const char *text, gsize size_bytes, guint64 *size_out);
/* Does a line end in a word that is one? Malformed data may be ignored, but not then: what
 * follows would be taken for the server's word. */
gboolean lodge_imap_literal_ends(const char *line, gsize size_bytes);
