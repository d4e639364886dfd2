/* files.h - messages from .eml files, mboxes, Maildirs and standard input, through the same sink.
 *
 * A Maildir is a directory with cur/ and new/ (tmp/ is not looked at); any other directory: its *.eml files, in
 * order of name. "-" is standard input. Each file may be an mbox (mbox.h), whose messages are
 * taken one by one. Location: account "file", folder the absolute path (standard input: "-"), uidvalidity 0, uid
 * the number in the mbox, or 0. Nothing of the source is changed. Bytes are kept as they are, but for what
 * an mbox has added. */
#pragma once

#include "intake/fetch/mailbox.h"
#include <glib.h>

/* Every path in turn; one that cannot be read is warned about, counted in failed_out, and does not stop the others. */
gboolean lodge_files_fetch(const char *const *paths,
                           LodgeSpool *spool,
                           gint64 max_message_bytes,
                           const LodgeFetchSink *sink,
                           guint64 *fetched_out,
                           guint64 *failed_out,
                           GError **error);
