/* delivery_report.h - what a bounce says: of which mail, for whom, what became of it.
 *
 * Two things are taken: the fields of each message/delivery-status (RFC 3464 section 2), one entry for each recipient;
 * and the Message-IDs of the mails that hang in a message, whole, as headers alone (text/rfc822-headers) or in the text
 * of a bounce without any parts. Nothing is judged: a mail that somebody passed on has an id in it as well, and
 * whoever knows an id can write a bounce for it. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/message_facts.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/source.h"
#include <glib.h>

/* Looks at one node of the tree, and adds to facts->delivery and facts->returned_ids. FALSE: the source failed. */
gboolean lodge_delivery_report_read(const LodgeSource *source,
                                    const LodgeMimeNode *node,
                                    LodgeMessageFacts *facts,
                                    LodgeMarks *marks,
                                    GError **error);
/* The ids in the text of the mail itself, as it stands in facts->body_text. */
void lodge_delivery_report_read_text(LodgeMessageFacts *facts, LodgeMarks *marks);
