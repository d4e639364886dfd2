/* dkim.h - the signatures of a message: found, read, and everything hashed that a key must verify.
 *
 * Runs over the bytes as they were kept, never over what a library wrote back. A message without
 * DKIM or ARC fields costs nothing; else the header is read once more and the body passes once,
 * in constant memory, for all signatures together. Only the outer header counts.
 *
 * Limits (parsers/text/limits.h), each named in limits_hit: "dkim-signatures" (those below the tenth are not looked
 * at), "arc-sets" (more than 50 of one ARC field: the chain cannot be valid), "dkim-header"
 * (the header is too large to be hashed: each signature is neutral).
 *
 * Source: RFC 6376 section 6.1, RFC 8617 section 5. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/message_facts.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/source.h"
#include <glib.h>

/* `body_start`: where the message's body begins. FALSE: the source failed. */
gboolean lodge_dkim_read(const LodgeSource *source,
                         const LodgeHeaderBlock *block,
                         gint64 body_start,
                         LodgeMessageFacts *facts,
                         LodgeMarks *marks,
                         GError **error);
