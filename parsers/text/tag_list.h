/* tag_list.h - "name=value; name=value": DKIM's signatures, seals and key records.
 *
 * Pure and hostile-proof: no allocation, no recursion; the whole list follows the grammar or none
 * of it counts. Tags point into the bytes that were parsed, so that a signature can be hashed with
 * exactly the bytes of its "b=" left out.
 *
 *   tag-list  = tag-spec *( ";" tag-spec ) [ ";" ]
 *   tag-spec  = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
 *   tag-name  = ALPHA *ALNUMPUNC                    ; letters, digits, "_"; case-sensitive
 *   tag-value = [ tval *( 1*(WSP / FWS) tval ) ]    ; tval: %x21-3A / %x3C-7E
 *
 * A name that occurs twice makes the list invalid. White space behind the last ";" is read as the
 * FWS of the list's end. Bytes over 0x7f may stand in values (RFC 8616).
 * Source: RFC 6376 section 3.2. Limit: LODGE_LIMIT_TAGS. */
#pragma once

#include "parsers/text/limits.h"
#include <glib.h>

typedef struct {
    const char *name;
    gsize name_size;
    const char *value; /* without the white space around it */
    gsize value_size;
    const char *raw; /* all that stands between "=" and ";" or the end */
    gsize raw_size;
} LodgeTag;

typedef struct {
    LodgeTag tags[LODGE_LIMIT_TAGS];
    guint count;
} LodgeTagList;

/* FALSE: not a tag list; `reason_out` (a literal) says why. `list_out` is set either way, with the
 * tags before the fault. */
gboolean lodge_tag_list_parse(const char *bytes,
                              gsize size,
                              LodgeTagList *list_out,
                              const char **reason_out);
/* The tag of that name, or NULL. */
const LodgeTag *lodge_tag_list_find(const LodgeTagList *list, const char *name);
gboolean lodge_tag_is(const LodgeTag *tag, const char *value);
/* The value with all white space left out; g_free it. May hold bytes over 0x7f. */
char *lodge_tag_compact(const LodgeTag *tag);
