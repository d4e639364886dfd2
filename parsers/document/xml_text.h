/* xml_text.h - the readable text of XML, by a table of the format's words.
 *
 * Fed with the events of xml.h by an examiner that looks at the same elements for reasons of its own. */
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

typedef struct LodgeXmlText LodgeXmlText;

/* `rules` must outlive it. */
LodgeXmlText *lodge_xml_text_new(const LodgeXmlTextRules *rules);
void lodge_xml_text_free(LodgeXmlText *text);

void lodge_xml_text_open(LodgeXmlText *text, const char *name);
void lodge_xml_text_close(LodgeXmlText *text, const char *name);
void lodge_xml_text_add(LodgeXmlText *text, const char *bytes, gsize size_bytes);
/* So far; the text's own. */
const char *lodge_xml_text_get(const LodgeXmlText *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeXmlText, lodge_xml_text_free)
