/* dkim_body.h - one pass over a body for all signatures.
 *
 * Each signature asks for a digest (canonical form, SHA-256 or SHA-1, l=) before the pass; those
 * that share form and algorithm share one running hash, and a shorter "l=" takes its digest when
 * the pass has come that far. So a pass costs at most two canonical forms and four hashes, however many
 * signatures there are, in constant memory.
 *
 * A body without any CRLF was kept by a store that holds LF only: its LFs are read as CRLF. A body
 * with both stays as it is.
 * Source: RFC 6376 sections 3.4.3, 3.4.4, 3.5 ("l="), 3.7. */
#pragma once

#include "parsers/mail/dkim_facts.h"
#include "parsers/mail/source.h"
#include <glib.h>

typedef struct LodgeDkimBody LodgeDkimBody;

LodgeDkimBody *lodge_dkim_body_new(void);
void lodge_dkim_body_free(LodgeDkimBody *body);
/* `signature` is borrowed, and gets its body_digest, hashed_bytes and body_bytes from
 * lodge_dkim_body_read. */
void lodge_dkim_body_add(LodgeDkimBody *body,
                         LodgeDkimSignature *signature,
                         gboolean is_sha1);
/* From `start` to the end of the source. FALSE: the source failed. */
gboolean lodge_dkim_body_read(LodgeDkimBody *body,
                              const LodgeSource *source,
                              gint64 start,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDkimBody, lodge_dkim_body_free)
