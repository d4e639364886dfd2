/* zip_directory.h - does a ZIP say the same of its files at its end and in front of each?
 *
 * A ZIP names its files twice: in the directory at its end, and before the bytes of each. Programs go by the one or the
 * other; where the two differ, or a name holds a NUL, people see different files in it. Where the bytes of two files lie
 * over one another, little unpacks to much. Nothing is unpacked here.
 *
 * Looked at: the first LODGE_LIMIT_ARCHIVE_ENTRIES. Known gap: the directory of a ZIP64, which a mail does not need.
 * Source: APPNOTE.TXT 4.3. */
#pragma once

#include <glib.h>

/* "archive-overlap", "contradictory", or NULL: neither is to be seen. */
const char *lodge_zip_directory_find_trouble(const void *bytes, gsize size);
