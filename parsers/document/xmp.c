#include "parsers/document/xmp.h"

#include "parsers/document/xml.h"
#include "parsers/text/limits.h"

#include <string.h>

#define PDFA "http://www.aiim.org/pdfa/ns/id/"
#define PDFUA "http://www.aiim.org/pdfua/ns/id/"
#define DUBLIN_CORE "http://purl.org/dc/elements/1.1/"

/* Each stands as an attribute or as an element. */
enum { PART, CONFORMANCE, UA_PART, TITLE, CREATOR, WANTED };
static const struct {
    const char *space;
    const char *name;
} wanted[WANTED] = {
    [PART] = {PDFA, "part"},
    [CONFORMANCE] = {PDFA, "conformance"},
    [UA_PART] = {PDFUA, "part"},
    [TITLE] = {DUBLIN_CORE, "title"},
    [CREATOR] = {DUBLIN_CORE, "creator"},
};

typedef struct {
    char *found[WANTED];
    int open;     /* which of them, -1: none */
    guint inside; /* elements open in it, itself included */
    GString *text;
} Packet;

static void take(Packet *packet, int which, char *value)
{
    g_strstrip(value);
    if (packet->found[which] || *value == '\0')
        g_free(value);
    else
        packet->found[which] = value;
}

static void on_open(const LodgeXmlElement *element, gpointer user)
{
    Packet *packet = user;
    if (packet->open >= 0) {
        packet->inside++;
        return;
    }
    for (int i = 0; i < WANTED; i++) {
        char *value =
            lodge_xml_element_dup_attribute_of(element, wanted[i].space, wanted[i].name);
        if (value)
            take(packet, i, value);
        if (strcmp(lodge_xml_element_get_name(element), wanted[i].name) != 0 ||
            strcmp(lodge_xml_element_get_namespace(element), wanted[i].space) != 0)
            continue;
        packet->open = i;
        packet->inside = 1;
        g_string_truncate(packet->text, 0);
    }
}

static void on_close(const char *name, gpointer user)
{
    (void)name;
    Packet *packet = user;
    if (packet->open < 0 || --packet->inside > 0)
        return;
    take(packet, packet->open, g_strdup(packet->text->str));
    packet->open = -1;
}

static void on_text(const char *bytes, gsize size_bytes, gpointer user)
{
    Packet *packet = user;
    if (packet->open >= 0 && packet->text->len < LODGE_LIMIT_VALUE_BYTES)
        g_string_append_len(packet->text, bytes,
                            (gssize)MIN(size_bytes, LODGE_LIMIT_VALUE_BYTES));
}

/* A part is a digit, a conformance a letter; anything else is no claim. */
static gboolean is_one(const char *text, gboolean is_digit)
{
    return text && text[0] != '\0' && text[1] == '\0' &&
           (is_digit ? g_ascii_isdigit(text[0]) : g_ascii_isalpha(text[0]));
}

static void note_claims(Packet *packet, LodgeDocumentFacts *facts)
{
    GStrv *claims = &facts->details->conformance;
    const char *letter = packet->found[CONFORMANCE];
    if (is_one(packet->found[PART], TRUE)) {
        g_autofree char *claim = g_strdup_printf("pdf/a-%s%s", packet->found[PART],
                                                 is_one(letter, FALSE) ? letter : "");
        g_autofree char *lower = g_ascii_strdown(claim, -1);
        lodge_examiner_add_once(claims, lower);
    }
    if (is_one(packet->found[UA_PART], TRUE)) {
        g_autofree char *claim = g_strdup_printf("pdf/ua-%s", packet->found[UA_PART]);
        lodge_examiner_add_once(claims, claim);
    }
}

void lodge_xmp_read(const void *bytes, gsize size_bytes, LodgeDocumentFacts *facts)
{
    static const LodgeXmlEvents events = {on_open, on_close, on_text};
    Packet packet = {.open = -1, .text = g_string_new(NULL)};
    lodge_xml_run_bytes(bytes, size_bytes, &events, &packet);
    note_claims(&packet, facts);
    if (!facts->title)
        lodge_examiner_set_text(&facts->title, packet.found[TITLE]);
    if (!facts->details->author)
        lodge_examiner_set_text(&facts->details->author, packet.found[CREATOR]);
    for (int i = 0; i < WANTED; i++)
        g_free(packet.found[i]);
    g_string_free(packet.text, TRUE);
}
