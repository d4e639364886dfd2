#include "parsers/document/xml_text.h"

typedef struct {
    const LodgeXmlTextRules *rules;
    GString *text;
    guint holding;  /* open elements that hold text */
    guint skipping; /* open elements inside one that is skipped, itself included */
} Gathering;

static gboolean is_listed(const char *const *names, const char *name)
{
    return g_strv_contains(names, name);
}

static void on_open(const LodgeXmlElement *element, gpointer user)
{
    Gathering *gathering = user;
    const LodgeXmlTextRules *rules = gathering->rules;
    const char *name = lodge_xml_element_get_name(element);
    if (gathering->skipping > 0 || is_listed(rules->skipped, name)) {
        gathering->skipping++;
        return;
    }
    if (is_listed(rules->holders, name))
        gathering->holding++;
    if (is_listed(rules->lines, name))
        g_string_append_c(gathering->text, '\n');
    else if (is_listed(rules->tabs, name))
        g_string_append_c(gathering->text, '\t');
    else if (is_listed(rules->spaces, name))
        g_string_append_c(gathering->text, ' ');
}

static void on_close(const char *name, gpointer user)
{
    Gathering *gathering = user;
    if (gathering->skipping > 0) {
        gathering->skipping--;
        return;
    }
    if (gathering->holding > 0 && is_listed(gathering->rules->holders, name))
        gathering->holding--;
    if (is_listed(gathering->rules->paragraphs, name))
        g_string_append_c(gathering->text, '\n');
}

static void on_text(const char *text, gsize size_bytes, gpointer user)
{
    Gathering *gathering = user;
    if (gathering->holding > 0 && gathering->skipping == 0)
        g_string_append_len(gathering->text, text, (gssize)size_bytes);
}

char *lodge_xml_text_run(LodgePackage *package,
                         LodgeDocumentFacts *facts,
                         const LodgeXmlTextRules *rules)
{
    static const LodgeXmlEvents events = {on_open, on_close, on_text};
    Gathering gathering = {.rules = rules, .text = g_string_new(NULL)};
    lodge_xml_run(package, facts, &events, &gathering);
    return g_string_free(gathering.text, FALSE);
}
