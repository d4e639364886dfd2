/* header_facts.h - the outer header block becomes the header members of the facts. */
#pragma once

#include "parsers/mail/header_block.h"
#include "parsers/mail/marks.h"
#include "parsers/mail/message_facts.h"

void lodge_header_facts_read(const LodgeHeaderBlock *block,
                             LodgeMessageFacts *facts,
                             LodgeMarks *marks);
