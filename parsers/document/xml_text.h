/* xml_text.h - the readable text of an XML entry, by a table of the format's words. */
#pragma once

#include "parsers/document/xml.h"

/* Lists of local names, ended by NULL. */
typedef struct {
    const char *const *holders;    /* what stands in them is text */
    const char *const *skipped;    /* and with them all that is inside */
    const char *const *paragraphs; /* a line ends where they end */
    const char *const *lines;      /* an element that is a line end */
    const char *const *tabs;
    const char *const *spaces; /* an element that is a space */
} LodgeXmlTextRules;

/* The text of the package's current entry; g_free it. */
char *lodge_xml_text_run(LodgePackage *package,
                         LodgeDocumentFacts *facts,
                         const LodgeXmlTextRules *rules);
