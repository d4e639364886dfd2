/* receipt.h - a receipt as a message: content from decide, MIME by GMime.
 *
 * RFC 3834 and the skeleton of the house: From a person who reads, Auto-Submitted: auto-replied, one
 * recipient, In-Reply-To and References, our loop header, text/plain plus receipt.json. Lines end in CRLF. Equal
 * inputs give equal bytes (the boundary is derived from the Message-ID and the parts).
 *
 * What strangers wrote (subject, thread, names in the text) can never make a header field or a line:
 * the subject passes lodge_display_line and becomes whole encoded-words, thread ids that are no ids
 * are left out, the finished bytes are checked once more. All lines are ASCII; header lines of at most 78
 * characters where an address or id allows it, no line over 998. Nothing here parses mail. */
#pragma once

#include "config/settings.h"
#include "intake/decide/decision.h"
#include <glib.h>

#define LODGE_RECEIPT_ERROR lodge_receipt_error_quark()
GQuark lodge_receipt_error_quark(void);
typedef enum {
    LODGE_RECEIPT_ERROR_CONTENT, /* the content or the rules are not what decide promises */
} LodgeReceiptError;

/* `now_us`: Date. Errors: LODGE_ADDRESS_ERROR for an address that is not one addr-spec (see
 * address.h), LODGE_RECEIPT_ERROR. */
GBytes *lodge_receipt_compose(const LodgeReceiptContent *content,
                              const LodgeRules *rules,
                              const LodgeSmtp *smtp,
                              gint64 now_us,
                              GError **error);
/* MAIL FROM for this receipt: "receipts+PP24-000123-K.1@…", or the plain address if so configured or
 * if the longer one would be no address; g_free it. */
char *lodge_receipt_envelope_from(const LodgeSmtp *smtp, const char *receipt_id);
