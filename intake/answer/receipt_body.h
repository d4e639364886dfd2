/* receipt_body.h - the two parts of a receipt: what a person reads, and receipt.json.
 *
 * text/plain in UTF-8, as 7bit where it is ASCII with short lines, else quoted-printable; not
 * flowed. application/json as a base64 attachment. The boundary is a digest over Message-ID and
 * both parts. Internal to receipt.c; GMime is set up by the caller. */
#pragma once

#include "intake/decide/decision.h"
#include <gmime/gmime.h>

/* `content` has a Message-ID, text and evidence; g_object_unref the result. */
GMimeMultipart *lodge_receipt_body_new(const LodgeReceiptContent *content);
