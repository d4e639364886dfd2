/* xml.h - the one door to libxml2: an entry of a package, or bytes, as a stream of events.
 *
 * No network, no DTD, no entities but the five of XML itself: one that is declared is dropped,
 * not expanded. No element deeper than LODGE_LIMIT_XML_DEPTH. Text that is not well-formed gives what
 * can be made of it and is noted as damage. Names are local names: namespace prefixes are
 * the writer's free choice, and OOXML has two sets of namespaces for the same words. */
#pragma once

#include "parsers/document/package.h"

/* Valid during the event. */
typedef struct LodgeXmlElement LodgeXmlElement;

const char *lodge_xml_element_get_name(const LodgeXmlElement *element);
/* The URI, "" where there is none. */
const char *lodge_xml_element_get_namespace(const LodgeXmlElement *element);
/* By local name; NULL if absent. g_free it. */
char *lodge_xml_element_dup_attribute(const LodgeXmlElement *element, const char *name);
/* Of this namespace only. */
char *lodge_xml_element_dup_attribute_of(const LodgeXmlElement *element,
                                         const char *space,
                                         const char *name);

/* Each may be NULL. Text comes in pieces and is not terminated. */
typedef struct {
    void (*open)(const LodgeXmlElement *element, gpointer user);
    void (*close)(const char *name, gpointer user);
    void (*text)(const char *text, gsize size_bytes, gpointer user);
} LodgeXmlEvents;

/* Loads libxml2's tables and the converters for the charsets that office files are written in;
 * once a process. FALSE: `why_out` says what is missing (g_free it). */
gboolean lodge_xml_prepare(char **why_out);
typedef enum {
    LODGE_XML_WHOLE,
    LODGE_XML_BROKEN, /* not well-formed; what could be made of it was told */
    LODGE_XML_TOO_DEEP,
} LodgeXmlEnd;

LodgeXmlEnd lodge_xml_run_bytes(const void *bytes,
                                gsize size_bytes,
                                const LodgeXmlEvents *events,
                                gpointer user);
/* For the document's own text: broken is damaged, too deep a limit. */
void lodge_xml_note_end(LodgeDocumentFacts *facts, LodgeXmlEnd how);
/* Runs through the package's current entry and notes how it ended. */
void lodge_xml_run(LodgePackage *package,
                   LodgeDocumentFacts *facts,
                   const LodgeXmlEvents *events,
                   gpointer user);
