/* uid_set.h - sets of UIDs as the protocol writes them: "1:5,7,9:10". Pure.
 *
 * Source: RFC 9051 section 9 (uid-set, sequence-set). Zero is no UID; "*" is not read, because
 * only the server knows what it means. */
#pragma once

#include <glib.h>

/* As many of the ascending UIDs as fit into `max_bytes` of text; how many goes to
 * used_out (at least one when count > 0). g_free it. */
char *lodge_imap_uid_set_format(const guint32 *uids,
                                guint count,
                                gsize max_bytes,
                                guint *used_out);
/* The guint32s in the order written, at most `max_count`; NULL: not a set, or too many. */
GArray *lodge_imap_uid_set_parse(const char *text, guint max_count);
