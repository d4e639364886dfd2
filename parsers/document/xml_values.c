#include "parsers/document/xml_values.h"

#include "parsers/text/limits.h"

#include <string.h>

static LodgeXmlValue *find_value(const LodgeXmlValues *values, const char *name)
{
    for (LodgeXmlValue *value = values->values; value->name; value++) {
        if (strcmp(value->name, name) == 0)
            return value;
    }
    return NULL;
}

void lodge_xml_values_open(LodgeXmlValues *values, const char *name)
{
    LodgeXmlValue *value = values->open ? NULL : find_value(values, name);
    if (!value || value->value)
        return;
    values->open = value;
    values->text = g_string_new(NULL);
}

void lodge_xml_values_finish(LodgeXmlValues *values)
{
    if (!values->open)
        return;
    values->open->value = g_string_free(values->text, FALSE);
    values->open = NULL;
    values->text = NULL;
}

void lodge_xml_values_close(LodgeXmlValues *values, const char *name)
{
    if (values->open && strcmp(values->open->name, name) == 0)
        lodge_xml_values_finish(values);
}

void lodge_xml_values_add(LodgeXmlValues *values, const char *bytes, gsize size_bytes)
{
    if (values->open && values->text->len < LODGE_LIMIT_VALUE_BYTES)
        g_string_append_len(values->text, bytes,
                            (gssize)MIN(size_bytes, LODGE_LIMIT_VALUE_BYTES));
}

const char *lodge_xml_values_get(const LodgeXmlValues *values, const char *name)
{
    const LodgeXmlValue *value = find_value(values, name);
    return value ? value->value : NULL;
}

void lodge_xml_values_clear(LodgeXmlValues *values)
{
    lodge_xml_values_finish(values);
    for (LodgeXmlValue *value = values->values; value->name; value++)
        g_clear_pointer(&value->value, g_free);
}

static void on_open(const LodgeXmlElement *element, gpointer user)
{
    lodge_xml_values_open(user, lodge_xml_element_get_name(element));
}

static void on_close(const char *name, gpointer user)
{
    lodge_xml_values_close(user, name);
}

static void on_text(const char *bytes, gsize size_bytes, gpointer user)
{
    lodge_xml_values_add(user, bytes, size_bytes);
}

void lodge_xml_values_read(LodgePackage *package,
                           LodgeDocumentFacts *facts,
                           LodgeXmlValues *values)
{
    static const LodgeXmlEvents events = {on_open, on_close, on_text};
    lodge_xml_run(package, facts, &events, values);
    lodge_xml_values_finish(values);
}
