/* dmarc_record.h - one TXT record as a DMARC policy record. Pure; text of a stranger in, value out.
 *
 * Grammar (RFC 9989 section 4.8):
 *
 *   dmarc-record  = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]
 *   dmarc-version = "v" equals %s"DMARC1"       ; that word in capitals
 *   dmarc-sep     = *WSP ";" *WSP
 *   equals        = *WSP "=" *WSP
 *   dmarc-tag     = 1*ALPHA equals 1*dmarc-value
 *   dmarc-value   = %x20-3A / %x3C-7E           ; printing, no semicolon
 *
 * The version decides whether it is one at all. Errors in the rest are dropped in favour of the default
 * (section 4.7): an unknown word, a tag without a value, other bytes; and a tag that is there twice,
 * because neither of the two can be believed (RFC 6376 section 3.2, whose syntax this is). pct, rf and ri
 * are history (appendix A.6, C.4) and not looked at. Words are read in any case. */
#pragma once

#include <glib.h>

typedef enum {
    LODGE_DMARC_POLICY_UNSET, /* the tag is not there */
    LODGE_DMARC_POLICY_INVALID,
    LODGE_DMARC_POLICY_NONE,
    LODGE_DMARC_POLICY_QUARANTINE,
    LODGE_DMARC_POLICY_REJECT,
} LodgeDmarcPolicy;

typedef enum {
    LODGE_DMARC_PSD_UNKNOWN,
    LODGE_DMARC_PSD_YES,
    LODGE_DMARC_PSD_NO
} LodgeDmarcPsd;

typedef struct {
    LodgeDmarcPolicy p, sp, np;
    LodgeDmarcPsd psd;
    gboolean adkim_strict, aspf_strict;
    gboolean test;      /* t=y: one policy lower is wished */
    char *rua;          /* as it stands, or NULL */
    gboolean rua_valid; /* at least one URI of it is one */
} LodgeDmarcRecord;

/* NULL: no DMARC record (section 4.7: then ignored altogether). */
LodgeDmarcRecord *lodge_dmarc_record_parse(const char *text);
void lodge_dmarc_record_free(LodgeDmarcRecord *record);
/* FALSE: neither a valid policy nor somebody to report to, so that DMARC does not apply (section 4.10.1). */
gboolean lodge_dmarc_record_is_usable(const LodgeDmarcRecord *record);
/* What the owner wishes for the domain itself; for a domain below it that exists, or that does not. As if p=none when p, sp or
 * np is not valid (section 4.10.1). Never UNSET or INVALID. */
LodgeDmarcPolicy lodge_dmarc_record_policy_for_self(const LodgeDmarcRecord *record);
LodgeDmarcPolicy lodge_dmarc_record_policy_below(const LodgeDmarcRecord *record,
                                                 gboolean exists);
/* "none", "quarantine", "reject". */
const char *lodge_dmarc_policy_format(LodgeDmarcPolicy policy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDmarcRecord, lodge_dmarc_record_free)
