/* receipt.h - a receipt as a message: content from decide, MIME by GMime.
 *
 * RFC 3834 and the skeleton of the house: From a person who reads, Auto-Submitted: auto-replied, one
 * recipient, In-Reply-To and References, our loop header, text/plain plus receipt.json. Lines end in CRLF. Equal
 * inputs give equal bytes (the boundary is derived from the Message-ID). */
#pragma once

#include "config/settings.h"
#include "intake/decide/decision.h"
#include <glib.h>

/* `now_us`: Date. Errors: an address that is not one addr-spec. */
GBytes *lodge_receipt_compose(const LodgeReceiptContent *content, const LodgeRules *rules, const LodgeSmtp *smtp, gint64 now_us, GError **error);
/* MAIL FROM for this receipt: "receipts+PP24-000123-K.1@…" or the plain address; g_free it. */
char *lodge_receipt_envelope_from(const LodgeSmtp *smtp, const char *receipt_id);
