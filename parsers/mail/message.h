/* message.h - one raw message becomes facts; runs in the airlock and nowhere else.
 *
 * Reads the message through a window of a few kilobytes, never whole: 200 MB pass in small
 * memory. What GMime must not see (a field over 100 kB, a block over 1 MB, too many fields) is
 * cut before GMime sees it, and the limit is named in limits_hit. Nothing that stands in a
 * message is an error: a stranger's nonsense is a fact (parseable FALSE, defects, limits_hit).
 * A GError says that our own descriptors failed.
 *
 * After lodge_message_prepare nothing here opens a file: character converters, libmagic's
 * database and GMime's tables are held open from then on, so that the sandbox may forbid it.
 * A charset outside the prepared list is the defect "unknown-charset", and the text is read as
 * UTF-8 or windows-1252.
 *
 * message/rfc822 is entered and all its leaves are listed; the header reported is the outer one.
 * A signed S/MIME wrapper is opened, and what it wraps is listed as if it were not there; what is encrypted stays a leaf.
 * Content-Disposition decides nothing but whether nameless text and images belong to the mail
 * itself: Apple Mail sends its PDFs inline.
 *
 * Source: RFC 5322, 2045-2047, 2231, 2183, 3462; limits: parsers/text/limits.h.
 * Files that stand uuencoded in plain text are parts, too. */
#pragma once

#include "parsers/mail/message_facts.h"
#include <glib.h>

#define LODGE_MESSAGE_ERROR lodge_message_error_quark()
GQuark lodge_message_error_quark(void);
typedef enum {
    LODGE_MESSAGE_ERROR_PREPARE, /* a converter, libmagic's database or a trust anchor is missing here */
    LODGE_MESSAGE_ERROR_IO, /* our own descriptor could not be read or written */
} LodgeMessageError;

/* Loads everything that reading needs, once per process, before the sandbox closes. */
gboolean lodge_message_prepare(GError **error);
/* The operator's certificates (PEM) at which the chain of an S/MIME signer may end; they replace those from
 * before. Without them no signer is trusted. Once per process, before the sandbox closes. */
gboolean lodge_message_trust(GBytes *anchors_pem, GError **error);

/* Reads `size_bytes` from the start of `input_fd` (pread; its offset is neither used nor moved).
 * Decoded documents are appended to `leaves_fd` one after another from its offset 0, unless it
 * is -1; parts[].stream_offset says where. Both stay the caller's. */
LodgeMessageFacts *
lodge_message_parse(int input_fd, gint64 size_bytes, int leaves_fd, GError **error);
