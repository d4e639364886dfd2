/* dkim_header.h - the header as DKIM hashes it: fields byte for byte, chosen by name from the bottom.
 *
 * A header block without any CRLF was kept by a store that holds LF only: its LFs are read as
 * CRLF; one with both stays as it is. A last field that the message's end cuts off gets its CRLF.
 *
 * Source: RFC 6376 sections 3.7, 5.4.2 (several of one name: from the bottom, each once), 3.5 ("h=":
 * a name that has no field left adds nothing); RFC 8617 section 5.1.1 (what a seal covers). */
#pragma once

#include "parsers/mail/dkim_canon.h"
#include "parsers/mail/dkim_facts.h"
#include "parsers/mail/header_block.h"
#include "parsers/mail/source.h"
#include <glib.h>

typedef struct LodgeDkimHeader LodgeDkimHeader;

/* NULL with no `error`: the block is larger than limits.h admits, or not all of it is at hand. */
LodgeDkimHeader *lodge_dkim_header_load(const LodgeHeaderBlock *block,
                                        const LodgeSource *source,
                                        GError **error);
void lodge_dkim_header_free(LodgeDkimHeader *header);
guint lodge_dkim_header_count(const LodgeDkimHeader *header);
const LodgeCanonField *lodge_dkim_header_field(const LodgeDkimHeader *header, guint index);

/* Where the value of "b=" stands in its field. */
typedef struct {
    gsize start, size;
} LodgeDkimHole;

/* Digest over the fields that `signature` names and then its own field `own` without its hole and
 * last CRLF. */
void lodge_dkim_header_digest(const LodgeDkimHeader *header,
                              LodgeDkimSignature *signature,
                              guint own,
                              LodgeDkimHole hole,
                              gboolean is_sha1);
/* The same over fields given by index, relaxed, the last of them the seal itself. */
void lodge_dkim_header_digest_seal(const LodgeDkimHeader *header,
                                   LodgeDkimSignature *seal,
                                   const guint *fields,
                                   guint count,
                                   LodgeDkimHole hole,
                                   gboolean is_sha1);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDkimHeader, lodge_dkim_header_free)
