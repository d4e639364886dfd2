#include "parsers/text/json.h"

#include "parsers/text/instant.h"
#include <json-glib/json-glib.h>
#include <string.h>

G_DEFINE_QUARK(lodge_json_error_quark, lodge_json_error)

/* A node of ours is a json-glib node; the type is opaque so that nobody else depends on it. */
struct LodgeJsonDocument {
    JsonParser *parser;
    GError *failure; /* the first */
};

static JsonNode *as_node(const LodgeJsonNode *node)
{
    return (JsonNode *)(gpointer)node;
}

static const LodgeJsonNode *as_ours(JsonNode *node)
{
    return (const LodgeJsonNode *)(gpointer)node;
}

static gboolean refuse_byte(gsize at, char c, GError **error)
{
    g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_SYNTAX,
                "unexpected byte 0x%02x at %zu", (guint)(guchar)c, at);
    return FALSE;
}

/* One step of the scan: a bracket, or a byte that has no place. json-glib also takes comments,
 * assignments and several values in a row; JSON has none of these, and brackets inside a comment would
 * escape the count. */
static gboolean
check_byte(char c, gsize at, gboolean ended, guint max_depth, guint *depth, GError **error)
{
    gboolean opens = c == '{' || c == '[';
    if (c == '\0' || c == '/' || (*depth == 0 && (ended || !opens) && !g_ascii_isspace(c)))
        return refuse_byte(at, c, error);
    if (opens && ++*depth > max_depth) {
        g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_LIMIT,
                    "nested deeper than %u levels", max_depth);
        return FALSE;
    }
    if (c == '}' || c == ']')
        (*depth)--;
    return TRUE;
}

/* An escaped NUL would cut a string short behind everybody's back. */
static gboolean is_escaped_nul(const char *at, gsize left)
{
    return left >= 6 && memcmp(at, "\\u0000", 6) == 0;
}

/* The scan before json-glib: nesting outside strings, exactly one object or array. A string ends at an
 * unescaped quote. */
static gboolean
check_nesting(const char *bytes, gsize size_bytes, guint max_depth, GError **error)
{
    guint depth = 0;
    gboolean in_string = FALSE;
    gboolean ended = FALSE;
    for (gsize i = 0; i < size_bytes; i++) {
        char c = bytes[i];
        if (in_string && (c == '\0' || is_escaped_nul(bytes + i, size_bytes - i)))
            return refuse_byte(i, c, error);
        if (in_string && c == '\\' && i + 1 < size_bytes && bytes[i + 1] != '\0')
            i++;
        else if (c == '"' && depth > 0)
            in_string = !in_string;
        else if (!in_string) {
            if (!check_byte(c, i, ended, max_depth, &depth, error))
                return FALSE;
            ended = depth == 0 && (ended || c == '}' || c == ']');
        }
    }
    return TRUE;
}

LodgeJsonDocument *lodge_json_parse(
    const char *bytes, gsize size_bytes, gsize max_bytes, guint max_depth, GError **error)
{
    if (size_bytes > max_bytes) {
        g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_LIMIT,
                    "%zu bytes are more than the limit of %zu", size_bytes, max_bytes);
        return NULL;
    }
    if (!check_nesting(bytes, size_bytes, max_depth, error))
        return NULL;
    if (size_bytes == 0 || !g_utf8_validate(bytes, (gssize)size_bytes, NULL)) {
        g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_SYNTAX,
                    size_bytes == 0 ? "empty" : "not UTF-8");
        return NULL;
    }
    g_autoptr(LodgeJsonDocument) document = g_new0(LodgeJsonDocument, 1);
    document->parser = json_parser_new_immutable();
    g_autoptr(GError) failure = NULL;
    if (!json_parser_load_from_data(document->parser, bytes, (gssize)size_bytes,
                                    &failure)) {
        g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_SYNTAX, "%s",
                    failure->message);
        return NULL;
    }
    if (json_parser_get_root(document->parser) == NULL) {
        g_set_error(error, LODGE_JSON_ERROR, LODGE_JSON_ERROR_SYNTAX, "no value");
        return NULL;
    }
    return g_steal_pointer(&document);
}

void lodge_json_document_free(LodgeJsonDocument *document)
{
    if (document == NULL)
        return;
    g_clear_object(&document->parser);
    g_clear_error(&document->failure);
    g_free(document);
}

const LodgeJsonNode *lodge_json_root(LodgeJsonDocument *document)
{
    return as_ours(json_parser_get_root(document->parser));
}

gboolean lodge_json_finish(LodgeJsonDocument *document, GError **error)
{
    if (document->failure == NULL)
        return TRUE;
    if (error != NULL)
        *error = g_error_copy(document->failure);
    return FALSE;
}

void lodge_json_fail(LodgeJsonDocument *document, const char *format, ...)
{
    if (document->failure != NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    document->failure =
        g_error_new_valist(LODGE_JSON_ERROR, LODGE_JSON_ERROR_SHAPE, format, arguments);
    va_end(arguments);
}

/* The member, or NULL when it is missing or null; a node that is no object is a failure. */
static JsonNode *
find_member(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    if (object == NULL)
        return NULL;
    if (!JSON_NODE_HOLDS_OBJECT(as_node(object))) {
        lodge_json_fail(document, "an object with \"%s\" was expected", name);
        return NULL;
    }
    JsonNode *member = json_object_get_member(json_node_get_object(as_node(object)), name);
    return member == NULL || JSON_NODE_HOLDS_NULL(member) ? NULL : member;
}

typedef enum { KIND_OBJECT, KIND_ARRAY, KIND_STRING, KIND_INT, KIND_BOOL } Kind;

static gboolean is_kind(JsonNode *node, Kind kind)
{
    switch (kind) {
    case KIND_OBJECT:
        return JSON_NODE_HOLDS_OBJECT(node);
    case KIND_ARRAY:
        return JSON_NODE_HOLDS_ARRAY(node);
    case KIND_STRING:
        return JSON_NODE_HOLDS_VALUE(node) &&
               json_node_get_value_type(node) == G_TYPE_STRING;
    case KIND_INT:
        return JSON_NODE_HOLDS_VALUE(node) &&
               json_node_get_value_type(node) == G_TYPE_INT64;
    case KIND_BOOL:
        return JSON_NODE_HOLDS_VALUE(node) &&
               json_node_get_value_type(node) == G_TYPE_BOOLEAN;
    }
    return FALSE;
}

static JsonNode *get(LodgeJsonDocument *document,
                     const LodgeJsonNode *object,
                     const char *name,
                     Kind kind,
                     gboolean optional)
{
    static const char *const words[] = {"an object", "an array", "a string",
                                        "a whole number", "true or false"};
    JsonNode *member = find_member(document, object, name);
    if (member == NULL) {
        if (!optional && object != NULL)
            lodge_json_fail(document, "\"%s\" is missing", name);
        return NULL;
    }
    if (!is_kind(member, kind)) {
        lodge_json_fail(document, "\"%s\" is not %s", name, words[kind]);
        return NULL;
    }
    return member;
}

const LodgeJsonNode *lodge_json_get_object(LodgeJsonDocument *document,
                                           const LodgeJsonNode *object,
                                           const char *name)
{
    return as_ours(get(document, object, name, KIND_OBJECT, FALSE));
}

const LodgeJsonNode *lodge_json_get_array(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object,
                                          const char *name)
{
    return as_ours(get(document, object, name, KIND_ARRAY, FALSE));
}

const LodgeJsonNode *lodge_json_get_optional_object(LodgeJsonDocument *document,
                                                    const LodgeJsonNode *object,
                                                    const char *name)
{
    return as_ours(get(document, object, name, KIND_OBJECT, TRUE));
}

const LodgeJsonNode *lodge_json_get_optional_array(LodgeJsonDocument *document,
                                                   const LodgeJsonNode *object,
                                                   const char *name)
{
    return as_ours(get(document, object, name, KIND_ARRAY, TRUE));
}

const char *lodge_json_get_string(LodgeJsonDocument *document,
                                  const LodgeJsonNode *object,
                                  const char *name)
{
    JsonNode *member = get(document, object, name, KIND_STRING, FALSE);
    return member != NULL ? json_node_get_string(member) : "";
}

const char *lodge_json_get_optional_string(LodgeJsonDocument *document,
                                           const LodgeJsonNode *object,
                                           const char *name)
{
    JsonNode *member = get(document, object, name, KIND_STRING, TRUE);
    return member != NULL ? json_node_get_string(member) : NULL;
}

gint64 lodge_json_get_int(LodgeJsonDocument *document,
                          const LodgeJsonNode *object,
                          const char *name)
{
    JsonNode *member = get(document, object, name, KIND_INT, FALSE);
    return member != NULL ? json_node_get_int(member) : 0;
}

gint64 lodge_json_get_optional_int(LodgeJsonDocument *document,
                                   const LodgeJsonNode *object,
                                   const char *name,
                                   gint64 fallback)
{
    JsonNode *member = get(document, object, name, KIND_INT, TRUE);
    return member != NULL ? json_node_get_int(member) : fallback;
}

gboolean lodge_json_get_bool(LodgeJsonDocument *document,
                             const LodgeJsonNode *object,
                             const char *name)
{
    JsonNode *member = get(document, object, name, KIND_BOOL, FALSE);
    return member != NULL && json_node_get_boolean(member);
}

gint64 lodge_json_get_instant(LodgeJsonDocument *document,
                              const LodgeJsonNode *object,
                              const char *name)
{
    const char *text = lodge_json_get_optional_string(document, object, name);
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    if (text != NULL && !lodge_instant_parse(text, &instant_us))
        lodge_json_fail(document, "\"%s\" is not a time in RFC 3339", name);
    return instant_us;
}

GStrv lodge_json_get_strings(LodgeJsonDocument *document,
                             const LodgeJsonNode *object,
                             const char *name)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    const LodgeJsonNode *array = lodge_json_get_array(document, object, name);
    for (guint i = 0; i < lodge_json_array_length(array); i++)
        g_strv_builder_add(builder, lodge_json_array_string(document, array, i));
    return g_strv_builder_end(builder);
}

guint lodge_json_array_length(const LodgeJsonNode *array)
{
    return array != NULL ? json_array_get_length(json_node_get_array(as_node(array))) : 0;
}

static JsonNode *
element(LodgeJsonDocument *document, const LodgeJsonNode *array, guint index, Kind kind)
{
    JsonNode *node = json_array_get_element(json_node_get_array(as_node(array)), index);
    if (is_kind(node, kind))
        return node;
    lodge_json_fail(document, "element %u of an array has another type than expected",
                    index);
    return NULL;
}

const LodgeJsonNode *lodge_json_array_object(LodgeJsonDocument *document,
                                             const LodgeJsonNode *array,
                                             guint index)
{
    return as_ours(element(document, array, index, KIND_OBJECT));
}

const char *lodge_json_array_string(LodgeJsonDocument *document,
                                    const LodgeJsonNode *array,
                                    guint index)
{
    JsonNode *node = element(document, array, index, KIND_STRING);
    return node != NULL ? json_node_get_string(node) : "";
}

static void
write_member(JsonObject *object, const char *name, JsonNode *node, gpointer writer);

static void write_node(LodgeJsonWriter *writer, const char *name, JsonNode *node)
{
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        lodge_json_begin_object(writer, name);
        json_object_foreach_member(json_node_get_object(node), write_member, writer);
        lodge_json_end_object(writer);
    } else if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        lodge_json_begin_array(writer, name);
        for (guint i = 0; i < json_array_get_length(array); i++)
            write_node(writer, NULL, json_array_get_element(array, i));
        lodge_json_end_array(writer);
    } else if (is_kind(node, KIND_STRING)) {
        lodge_json_add_string(writer, name, json_node_get_string(node));
    } else if (is_kind(node, KIND_INT)) {
        lodge_json_add_int(writer, name, json_node_get_int(node));
    } else if (is_kind(node, KIND_BOOL)) {
        lodge_json_add_bool(writer, name, json_node_get_boolean(node));
    } else {
        lodge_json_add_null(writer, name);
    }
}

static void
write_member(JsonObject *object, const char *name, JsonNode *node, gpointer writer)
{
    (void)object;
    write_node(writer, name, node);
}

char *lodge_json_node_text(const LodgeJsonNode *node)
{
    g_return_val_if_fail(node != NULL, NULL);
    LodgeJsonWriter *writer = lodge_json_writer_new();
    write_node(writer, NULL, as_node(node));
    return lodge_json_finish_text(writer);
}
