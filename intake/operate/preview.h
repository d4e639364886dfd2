/* preview.h - what would be said with other words: the decision made again, nothing stored, nothing sent.
 *
 * The four stored inputs, but for the wording in the rules. What is decided is the same; what is said of it is not. */
#pragma once

#include "intake/decide/decision.h"
#include "spool/spool.h"

/* `message` is decided. `wording_text`: a wording file, `wording_name` for messages. Errors: LODGE_CONFIG_ERROR when
 * it is refused, those of the inputs. */
LodgeDecision *lodge_preview_decide(LodgeSpool *spool,
                                    const LodgeLedgerMessage *message,
                                    const char *wording_text,
                                    const char *wording_name,
                                    GError **error);
