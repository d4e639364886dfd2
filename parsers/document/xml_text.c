#include "parsers/document/xml_text.h"

struct LodgeXmlText {
    const LodgeXmlTextRules *rules;
    GString *text;
    guint holding;  /* open elements that hold text */
    guint skipping; /* open elements inside one that is skipped, itself included */
};

LodgeXmlText *lodge_xml_text_new(const LodgeXmlTextRules *rules)
{
    LodgeXmlText *text = g_new0(LodgeXmlText, 1);
    text->rules = rules;
    text->text = g_string_new(NULL);
    return text;
}

void lodge_xml_text_free(LodgeXmlText *text)
{
    if (!text)
        return;
    g_string_free(text->text, TRUE);
    g_free(text);
}

static gboolean is_listed(const char *const *names, const char *name)
{
    return g_strv_contains(names, name);
}

void lodge_xml_text_open(LodgeXmlText *text, const char *name)
{
    const LodgeXmlTextRules *rules = text->rules;
    if (text->skipping > 0 || is_listed(rules->skipped, name)) {
        text->skipping++;
        return;
    }
    if (is_listed(rules->holders, name))
        text->holding++;
    if (is_listed(rules->lines, name))
        g_string_append_c(text->text, '\n');
    else if (is_listed(rules->tabs, name))
        g_string_append_c(text->text, '\t');
    else if (is_listed(rules->spaces, name))
        g_string_append_c(text->text, ' ');
}

void lodge_xml_text_close(LodgeXmlText *text, const char *name)
{
    if (text->skipping > 0) {
        text->skipping--;
        return;
    }
    if (text->holding > 0 && is_listed(text->rules->holders, name))
        text->holding--;
    if (is_listed(text->rules->paragraphs, name))
        g_string_append_c(text->text, '\n');
}

void lodge_xml_text_add(LodgeXmlText *text, const char *bytes, gsize size_bytes)
{
    if (text->holding > 0 && text->skipping == 0)
        g_string_append_len(text->text, bytes, (gssize)size_bytes);
}

const char *lodge_xml_text_get(const LodgeXmlText *text)
{
    return text->text->str;
}
