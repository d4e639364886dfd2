/* fit.h - facts are made to fit into the report that carries them.
 *
 * Each limit of limits.h bounds one value; a hostile message may reach many at once, and bytes
 * that JSON writes in six take six. What does not fit is cut, long before the report's own limit, and
 * marked "report-bytes". Addresses are never cut: a shortened one would be another. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/message_facts.h"

void lodge_fit_message(LodgeMessageFacts *facts, LodgeMarks *marks);
