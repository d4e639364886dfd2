/* body_text.h - the text of a mail as a person reads it: UTF-8, tags gone, bounded. */
#pragma once

#include <glib.h>

/* `type`: text/plain, or one whose tags are dropped. `*is_cut_out`: longer than
 * LODGE_LIMIT_BODY_TEXT_BYTES. Valid UTF-8, g_free it. */
char *lodge_body_text_make(const char *type,
                           const char *charset,
                           GBytes *content,
                           gboolean *is_cut_out);
