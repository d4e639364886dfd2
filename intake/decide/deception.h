/* deception.h - what a message shows of its sender that could be taken for a council that it is not.
 *
 *   From            its domain looks like a council's (lookalike.h); it names a council's domain beside the
 *                   address: in the name, a comment, a route, a quoted or encoded word; a group; what can be
 *                   read in two ways
 *   Sender, Reply-To   name a council, From does not; Reply-To leads away from the council in From
 *   the header      a NUL, a CR or an LF of its own in it, which hides fields from some programs and shows
 *                   them to others
 *
 * Each is a finding. None proves bad intent, so none but a look-alike holds a message by itself: authority holds
 * whom it does not know. But a stranger who shows any of them is not answered (answerable.h): a receipt in
 * his hands would be half of the trick. Pure. */
#pragma once

#include "config/register.h"
#include "parsers/mail/message_facts.h"

/* `from`: the one sender, or NULL. `bodies` (LodgeBody): for whom that address might speak, perhaps nobody. Adds to
 * `findings`. TRUE: a stranger should not be answered. */
gboolean lodge_deception_judge(const LodgeMessageFacts *message,
                               const LodgeAddress *from,
                               const GPtrArray *bodies,
                               const LodgeRegister *reg,
                               gint64 at_us,
                               GPtrArray *findings);
