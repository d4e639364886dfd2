/* dkim_signature.h - one DKIM-Signature, ARC-Message-Signature or ARC-Seal as typed facts.
 *
 * Pure. One function per tag, in one table; what is wrong settles the facts (`result`, `reason`), and the
 * other tags are read all the same. Checked here: all that can be said without key, clock and body.
 *
 * Beyond the grammar, because signers write it: "_" in labels of d= and s=; and in the h= of an
 * ARC-Message-Signature empty names, which cover nothing (h= may be empty: see signed_headers).
 * Source: RFC 6376 section 3.5 and 6.1.1, RFC 8463 section 3, RFC 8617 section 4.1, RFC 8616 (U-labels).
 * Limits: LODGE_LIMIT_DKIM_NAMES, LODGE_LIMIT_TAGS, LODGE_LIMIT_VALUE_BYTES for the field. */
#pragma once

#include "parsers/mail/dkim_facts.h"
#include "parsers/mail/dkim_header.h"

/* Never NULL. The hole is where the value of "b=" stands in `field`; empty if there is none. */
LodgeDkimSignature *lodge_dkim_signature_parse(LodgeDkimField kind,
                                               const LodgeCanonField *field,
                                               LodgeDkimHole *hole_out);
/* Does its algorithm hash with SHA-1? */
gboolean lodge_dkim_signature_is_sha1(const LodgeDkimSignature *signature);
