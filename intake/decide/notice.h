/* notice.h - is a council's contact told that a message came in its name which nothing proves?
 *
 * The sender of such a message is never answered: he may be anybody. But a council whose mail carries no signature
 * that holds would believe that it has handed in its plan; so the contact that the register has for it is told, as often
 * as the settings say ([answers] tell_contact). Owed once for a message, when it is decided for the first time, is held
 * because its sender is unproven or forged, names one council and no other, and carries a document or names the
 * call. The notice goes to the contact alone, belongs to no thread, and holds nothing of the message's own text
 * but address, subject and file names as display text. It is no receipt, and nothing counts it as one. Pure. */
#pragma once

#include "intake/decide/receipt_content.h"

/* `about_call`: as answerable.h has it. NULL: nobody is told. */
LodgeReceiptContent *lodge_notice_make(const LodgeReceiptInputs *inputs,
                                       gboolean about_call);
