#include "parsers/document/xml.h"

#include "parsers/text/limits.h"

#include <iconv.h>
#include <libxml/parser.h>
#include <string.h>

/* libxml2's SAX2 gives five pointers an attribute. */
enum { ATTRIBUTE_NAME, ATTRIBUTE_PREFIX, ATTRIBUTE_URI, ATTRIBUTE_VALUE, ATTRIBUTE_END };
#define ATTRIBUTE_FIELDS 5
#define PIECE_BYTES (1024 * 1024)

struct LodgeXmlElement {
    const char *name;
    const char *space;
    int n_attributes;
    const xmlChar **attributes;
};

typedef struct {
    xmlParserCtxtPtr parser;
    const LodgeXmlEvents *events;
    gpointer user;
    guint depth;
} Run;

/* What libxml2 does not convert by itself. */
static const char *const charsets[] = {
    "WINDOWS-1252", "CP1252", "ISO-8859-15", "WINDOWS-1250", "ISO-8859-2", "IBM850",
};

/* Held open for the life of the process, so that libxml2 finds them without a file: the cell is closed
 * by then, and glibc forgets a converter that nobody holds. */
static iconv_t held[G_N_ELEMENTS(charsets)][2];

gboolean lodge_xml_prepare(char **why_out)
{
    xmlInitParser();
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++) {
        /* both ways, as libxml2 opens them */
        held[i][0] = iconv_open("UTF-8", charsets[i]);
        held[i][1] = iconv_open(charsets[i], "UTF-8");
        if (held[i][0] == (iconv_t)-1 || held[i][1] == (iconv_t)-1) {
            *why_out = g_strdup_printf("no converter for %s", charsets[i]);
            return FALSE;
        }
    }
    return TRUE;
}

const char *lodge_xml_element_get_name(const LodgeXmlElement *element)
{
    return element->name;
}

const char *lodge_xml_element_get_namespace(const LodgeXmlElement *element)
{
    return element->space;
}

static char *
dup_attribute(const LodgeXmlElement *element, const char *space, const char *name)
{
    for (int i = 0; i < element->n_attributes; i++) {
        const xmlChar **attribute = element->attributes + i * ATTRIBUTE_FIELDS;
        const char *value = (const char *)attribute[ATTRIBUTE_VALUE];
        const char *end = (const char *)attribute[ATTRIBUTE_END];
        if (strcmp((const char *)attribute[ATTRIBUTE_NAME], name) == 0 &&
            (!space || g_strcmp0((const char *)attribute[ATTRIBUTE_URI], space) == 0))
            return g_strndup(value, (gsize)(end - value));
    }
    return NULL;
}

char *lodge_xml_element_dup_attribute(const LodgeXmlElement *element, const char *name)
{
    return dup_attribute(element, NULL, name);
}

char *lodge_xml_element_dup_attribute_of(const LodgeXmlElement *element,
                                         const char *space,
                                         const char *name)
{
    return dup_attribute(element, space, name);
}

/* ---- libxml2's events ---- */

static void on_open(void *context,
                    const xmlChar *name,
                    const xmlChar *prefix,
                    const xmlChar *uri,
                    int n_namespaces,
                    const xmlChar **namespaces,
                    int n_attributes,
                    int n_defaulted,
                    const xmlChar **attributes)
{
    (void)prefix, (void)n_namespaces, (void)namespaces, (void)n_defaulted;
    Run *run = context;
    if (++run->depth > LODGE_LIMIT_XML_DEPTH) {
        xmlStopParser(run->parser);
        return;
    }
    LodgeXmlElement element = {(const char *)name, uri ? (const char *)uri : "",
                               n_attributes, attributes};
    if (run->events->open)
        run->events->open(&element, run->user);
}

static void
on_close(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix, (void)uri;
    Run *run = context;
    if (run->depth > 0)
        run->depth--;
    if (run->events->close)
        run->events->close((const char *)name, run->user);
}

static void on_text(void *context, const xmlChar *text, int size_bytes)
{
    Run *run = context;
    if (run->events->text && size_bytes > 0)
        run->events->text((const char *)text, (gsize)size_bytes, run->user);
}

static xmlEntityPtr on_entity(void *context, const xmlChar *name)
{
    (void)context;
    return xmlGetPredefinedEntity(name);
}

/* Errors are read off the parser in the end; nothing is printed. */
static void on_error(void *context, xmlErrorPtr unused)
{
    (void)context, (void)unused;
}

static xmlSAXHandler make_handler(void)
{
    return (xmlSAXHandler){
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_open,
        .endElementNs = on_close,
        .characters = on_text,
        .cdataBlock = on_text,
        .getEntity = on_entity,
        .serror = on_error,
    };
}

static void feed(Run *run, const char *bytes, gsize size_bytes)
{
    while (size_bytes > 0) {
        int piece = (int)MIN(size_bytes, PIECE_BYTES);
        xmlParseChunk(run->parser, bytes, piece, 0);
        bytes += piece;
        size_bytes -= (gsize)piece;
    }
}

static gboolean begin(Run *run, xmlSAXHandler *handler)
{
    run->parser = xmlCreatePushParserCtxt(handler, run, NULL, 0, NULL);
    if (run->parser)
        xmlCtxtUseOptions(run->parser, XML_PARSE_NONET | XML_PARSE_RECOVER);
    return run->parser != NULL;
}

static LodgeXmlEnd end(Run *run)
{
    xmlParseChunk(run->parser, NULL, 0, 1);
    gboolean is_whole = run->parser->wellFormed;
    xmlFreeDoc(run->parser->myDoc);
    xmlFreeParserCtxt(run->parser);
    if (run->depth > LODGE_LIMIT_XML_DEPTH)
        return LODGE_XML_TOO_DEEP;
    return is_whole ? LODGE_XML_WHOLE : LODGE_XML_BROKEN;
}

LodgeXmlEnd lodge_xml_run_bytes(const void *bytes,
                                gsize size_bytes,
                                const LodgeXmlEvents *events,
                                gpointer user)
{
    xmlSAXHandler handler = make_handler();
    Run run = {.events = events, .user = user};
    if (!begin(&run, &handler))
        return LODGE_XML_BROKEN;
    feed(&run, bytes, size_bytes);
    return end(&run);
}

void lodge_xml_note_end(LodgeDocumentFacts *facts, LodgeXmlEnd how)
{
    if (how == LODGE_XML_TOO_DEEP)
        lodge_examiner_note_limit(facts, "xml-depth");
    else if (how == LODGE_XML_BROKEN)
        facts->damaged = TRUE;
}

void lodge_xml_run(LodgePackage *package,
                   LodgeDocumentFacts *facts,
                   const LodgeXmlEvents *events,
                   gpointer user)
{
    xmlSAXHandler handler = make_handler();
    Run run = {.events = events, .user = user};
    const char *bytes = NULL;
    gsize size_bytes = 0;
    if (!begin(&run, &handler)) {
        facts->damaged = TRUE;
        return;
    }
    while (run.depth <= LODGE_LIMIT_XML_DEPTH &&
           lodge_package_read(package, &bytes, &size_bytes))
        feed(&run, bytes, size_bytes);
    lodge_xml_note_end(facts, end(&run));
}
