/* xml_values.h - the text of single elements: title, author, dates.
 *
 * The first element of each name counts. Fed with the events of xml.h, like xml_text.h. */
#pragma once

#include "parsers/document/xml.h"

typedef struct {
    const char *name; /* local; NULL ends the list */
    char *value;      /* found, or NULL; freed by clear */
} LodgeXmlValue;

typedef struct {
    LodgeXmlValue *values;
    LodgeXmlValue *open; /* whose element is open, or NULL */
    GString *text;
} LodgeXmlValues;

void lodge_xml_values_open(LodgeXmlValues *values, const char *name);
void lodge_xml_values_close(LodgeXmlValues *values, const char *name);
void lodge_xml_values_add(LodgeXmlValues *values, const char *bytes, gsize size_bytes);
/* What broke off inside an element counts, too. */
void lodge_xml_values_finish(LodgeXmlValues *values);
const char *lodge_xml_values_get(const LodgeXmlValues *values, const char *name);
void lodge_xml_values_clear(LodgeXmlValues *values);

/* All of it for the package's current entry. */
void lodge_xml_values_read(LodgePackage *package,
                           LodgeDocumentFacts *facts,
                           LodgeXmlValues *values);
