/* display.h - the one door through which strangers' text reaches a person.
 *
 * Terminals, logs and receipts obey control characters; a subject may carry ESC sequences,
 * line ends or direction overrides. Every string of foreign origin passes here first. The
 * result is one line of valid UTF-8: control characters, line and paragraph separators, bidirectional overrides and invisible
 * format characters are written as \xNN or \u{NNNN}, invalid bytes as \xNN, a backslash stays; what
 * is longer than the limit is cut between characters and ends in "…". */
#pragma once

#include <glib.h>

/* `text` may be NULL (gives ""). `max_bytes` 0: no limit. g_free the result. */
char *lodge_display_line(const char *text, gsize max_bytes);
/* The same for bytes that may hold NULs. */
char *lodge_display_bytes(const void *bytes, gsize size_bytes, gsize max_bytes);
/* For machine values: valid UTF-8 with U+FFFD for what is not; control characters stay. No
 * bytes (NULL and 0) give "". */
char *lodge_display_utf8(const void *bytes, gsize size_bytes);
/* A name that is safe as one file-name component: no separators, controls, leading dots, reserved
 * or empty names, at most `max_bytes`; the extension is kept. `fallback` if nothing is left. */
char *lodge_display_file_name(const char *name, gsize max_bytes, const char *fallback);
