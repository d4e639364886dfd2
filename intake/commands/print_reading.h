/* print_reading.h - what the airlock found, in lines for people. */
#pragma once

#include "parsers/report/report.h"

/* `themes`: titles are not known here, ids are shown; NULL: no call was named. */
void lodge_print_document_words(const LodgeDocumentFacts *facts, GStrv themes);
void lodge_print_reading_words(const LodgeReading *reading);
/* Of a file that is an archive: it and what lies in it. */
void lodge_print_archive_words(const LodgeReading *reading);
