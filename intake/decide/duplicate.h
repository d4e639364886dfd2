/* duplicate.h - the same message again, and the place of a plan among a council's versions.
 *
 * A content key says that two messages are the same although a server has rendered one
 * of them anew: Message-ID, From, Date and the digests of the documents. A message that has neither a Message-ID nor
 * a document is known by its subject and text as well, and one that could not be read at all is never
 * called a duplicate: their keys would all be equal, and mail would be lost.
 *
 * Versions are numbered as they are filed; current is the one received last. */
#pragma once

#include "intake/decide/decision.h"

/* The earlier message that this one merely repeats, or NULL. `outcome` and `may_answer` are what this one would get on
 * its own. What was filed, or ruled on by a person, is never filed again; but an earlier copy that was held, perhaps because
 * somebody forged it or its proof was lost on the way, must not silence a genuine one: a
 * copy that would be accepted is decided on its merits, and one that may be answered is no duplicate of
 * one that was not. */
const LodgePast *lodge_duplicate_find(const LodgeMessageFacts *message,
                                      const LodgeHistory *history,
                                      LodgeOutcome outcome,
                                      gboolean may_answer);
/* The mail that has taken the place of this one, which holds a placeholder: the same Message-ID and council, more
 * documents, and filed or answered (so it is no stranger's that silences a council's); or NULL. */
const LodgePast *lodge_duplicate_find_whole(const LodgeMessageFacts *message,
                                            const LodgeHistory *history,
                                            const char *council);
/* Has it the same content key as the message that is being decided? */
gboolean lodge_duplicate_is_same(const LodgeHistory *history, const LodgePast *past);
/* An earlier message that bears the same Message-ID but other content, or NULL. */
const LodgePast *lodge_duplicate_find_reused_id(const LodgeMessageFacts *message,
                                                const LodgeHistory *history);
/* The version that this message was given before, else the next of this council that was never given: 1 for the first. */
guint lodge_duplicate_next_version(const LodgeHistory *history, const char *council);
/* The filed version of this council that was received last, and later than `received_us`; or NULL: this one is current. */
const LodgePast *lodge_duplicate_find_later(const LodgeHistory *history,
                                            const char *council,
                                            gint64 received_us);
