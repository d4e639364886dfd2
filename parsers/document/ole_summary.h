/* ole_summary.h - title, authors and dates of an old Office file: its SummaryInformation stream.
 *
 * Source: [MS-OLEPS] 2, 3.1. Strings come in the code page that the set itself names. */
#pragma once

#include "parsers/document/ole_file.h"

void lodge_ole_summary_read(const LodgeOleFile *file, LodgeDocumentFacts *facts);
