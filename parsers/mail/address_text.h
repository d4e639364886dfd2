/* address_text.h - whether a From field can be read in one way only.
 *
 * GMime reads generously: of "officer@council.example@evil.example" it keeps the first half, and so
 * would anybody's mail program keep the half that it likes. Where more than one reading is
 * possible, nobody is named.
 * Source: RFC 5322 section 3.4; unquoted names with an "@" are common and no riddle. */
#pragma once

#include <glib.h>

/* `text`: an address list, unfolded. FALSE: an address with two "@", with something glued to its
 * end, or quotes, comments or brackets that do not end. */
gboolean lodge_address_text_is_plain(const char *text);
/* `text` holds a group (RFC 5322 section 3.4, RFC 6854 in From): a name that programs show for its members. */
gboolean lodge_address_text_has_group(const char *text);
/* `raw`: the field's body as it came. TRUE: it holds a NUL or a CR without LF, which end the line or the
 * text for some programs and not for others. */
gboolean lodge_address_text_is_torn(const GString *raw);
