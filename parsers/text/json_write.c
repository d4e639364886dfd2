#include "parsers/text/json.h"

#include "parsers/text/instant.h"
#include <string.h>

struct LodgeJsonWriter {
    GString *text;
    GString *brackets; /* the open ones */
    gboolean needs_comma;
};

LodgeJsonWriter *lodge_json_writer_new(void)
{
    LodgeJsonWriter *writer = g_new0(LodgeJsonWriter, 1);
    writer->text = g_string_new(NULL);
    writer->brackets = g_string_new(NULL);
    return writer;
}

void lodge_json_writer_free(LodgeJsonWriter *writer)
{
    if (writer == NULL)
        return;
    if (writer->text != NULL)
        g_string_free(writer->text, TRUE);
    g_string_free(writer->brackets, TRUE);
    g_free(writer);
}

/* Controls and DEL are escaped; so are U+2028 and U+2029, which some readers take for line ends. */
static void append_escaped(GString *text, gunichar c)
{
    switch (c) {
    case '"':
        g_string_append(text, "\\\"");
        return;
    case '\\':
        g_string_append(text, "\\\\");
        return;
    case '\n':
        g_string_append(text, "\\n");
        return;
    case '\r':
        g_string_append(text, "\\r");
        return;
    case '\t':
        g_string_append(text, "\\t");
        return;
    default:
        if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029)
            g_string_append_printf(text, "\\u%04x", c);
        else
            g_string_append_unichar(text, c);
    }
}

static void append_quoted(GString *text, const char *value)
{
    g_autofree char *valid =
        g_utf8_validate(value, -1, NULL) ? NULL : g_utf8_make_valid(value, -1);
    g_string_append_c(text, '"');
    for (const char *at = valid != NULL ? valid : value; *at != '\0';
         at = g_utf8_next_char(at))
        append_escaped(text, g_utf8_get_char(at));
    g_string_append_c(text, '"');
}

static char open_bracket(const LodgeJsonWriter *writer)
{
    return writer->brackets->len == 0 ? '\0'
                                      : writer->brackets->str[writer->brackets->len - 1];
}

static void begin_value(LodgeJsonWriter *writer, const char *name)
{
    g_assert((name != NULL) == (open_bracket(writer) == '{'));
    if (writer->needs_comma)
        g_string_append_c(writer->text, ',');
    writer->needs_comma = TRUE;
    if (name != NULL) {
        append_quoted(writer->text, name);
        g_string_append_c(writer->text, ':');
    }
}

static void open_with(LodgeJsonWriter *writer, const char *name, char bracket)
{
    begin_value(writer, name);
    g_string_append_c(writer->text, bracket);
    g_string_append_c(writer->brackets, bracket);
    writer->needs_comma = FALSE;
}

static void close_with(LodgeJsonWriter *writer, char opened, char bracket)
{
    g_assert(open_bracket(writer) == opened);
    g_string_append_c(writer->text, bracket);
    g_string_truncate(writer->brackets, writer->brackets->len - 1);
    writer->needs_comma = TRUE;
}

void lodge_json_begin_object(LodgeJsonWriter *writer, const char *name)
{
    open_with(writer, name, '{');
}

void lodge_json_end_object(LodgeJsonWriter *writer)
{
    close_with(writer, '{', '}');
}

void lodge_json_begin_array(LodgeJsonWriter *writer, const char *name)
{
    open_with(writer, name, '[');
}

void lodge_json_end_array(LodgeJsonWriter *writer)
{
    close_with(writer, '[', ']');
}

void lodge_json_add_string(LodgeJsonWriter *writer, const char *name, const char *value)
{
    if (value == NULL) {
        lodge_json_add_null(writer, name);
        return;
    }
    begin_value(writer, name);
    append_quoted(writer->text, value);
}

void lodge_json_add_int(LodgeJsonWriter *writer, const char *name, gint64 value)
{
    begin_value(writer, name);
    g_string_append_printf(writer->text, "%" G_GINT64_FORMAT, value);
}

void lodge_json_add_count(LodgeJsonWriter *writer, const char *name, gint64 count)
{
    if (count < 0)
        lodge_json_add_null(writer, name);
    else
        lodge_json_add_int(writer, name, count);
}

void lodge_json_add_bool(LodgeJsonWriter *writer, const char *name, gboolean value)
{
    begin_value(writer, name);
    g_string_append(writer->text, value ? "true" : "false");
}

void lodge_json_add_null(LodgeJsonWriter *writer, const char *name)
{
    begin_value(writer, name);
    g_string_append(writer->text, "null");
}

void lodge_json_add_instant(LodgeJsonWriter *writer, const char *name, gint64 instant_us)
{
    g_autofree char *text = lodge_instant_format(instant_us);
    lodge_json_add_string(writer, name, text);
}

void lodge_json_add_strings(LodgeJsonWriter *writer,
                            const char *name,
                            const char *const *values)
{
    lodge_json_begin_array(writer, name);
    for (gsize i = 0; values != NULL && values[i] != NULL; i++)
        lodge_json_add_string(writer, NULL, values[i]);
    lodge_json_end_array(writer);
}

void lodge_json_add_raw(LodgeJsonWriter *writer, const char *name, const char *json)
{
    begin_value(writer, name);
    g_string_append(writer->text, json);
}

const char *lodge_json_text(const LodgeJsonWriter *writer)
{
    g_assert(writer->brackets->len == 0);
    return writer->text->str;
}

char *lodge_json_finish_text(LodgeJsonWriter *writer)
{
    g_assert(writer->brackets->len == 0);
    char *text = g_string_free(g_steal_pointer(&writer->text), FALSE);
    lodge_json_writer_free(writer);
    return text;
}

GBytes *lodge_json_finish_bytes(LodgeJsonWriter *writer)
{
    char *text = lodge_json_finish_text(writer);
    return g_bytes_new_take(text, strlen(text));
}
