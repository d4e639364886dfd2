/* What the header block of a part says about it. */
#include "parsers/mail/mime_tree.h"

#include "parsers/mail/charset.h"
#include "parsers/mail/encoded_word.h"
#include "parsers/mail/lexer.h"
#include "parsers/mail/parameters.h"
#include "parsers/text/limits.h"
#include <string.h>

#define TOKEN_MAX_BYTES 255
#define RAW_NAME_MAX_BYTES (4 * LODGE_LIMIT_NAME_BYTES)

static char *cut_utf8(char *text, gsize max_bytes)
{
    if (text != NULL && strlen(text) > max_bytes) {
        const char *end = g_utf8_find_prev_char(text, text + max_bytes + 1);
        text[end != NULL ? end - text : 0] = '\0';
    }
    return text;
}

static LodgeParameters *find_parameters(const LodgeHeaderBlock *block, const char *field)
{
    g_autofree char *raw = lodge_header_block_find(block, field);
    return raw != NULL ? lodge_parameters_parse(raw) : NULL;
}

/* type "/" subtype, both tokens; else the default stands (RFC 2045 section 5.2). */
static gboolean is_media_type(const char *value)
{
    const char *slash = strchr(value, '/');

    return slash != NULL && slash != value && slash[1] != '\0' &&
           strchr(slash + 1, '/') == NULL && strlen(value) <= TOKEN_MAX_BYTES;
}

static void read_type(LodgeMimeNode *node,
                      const LodgeParameters *type,
                      const char *default_type,
                      LodgeMarks *marks)
{
    gboolean unknown_charset = FALSE;

    node->type = g_strdup(default_type);
    if (type == NULL)
        return;
    if (is_media_type(lodge_parameters_value(type))) {
        g_free(node->type);
        node->type = g_strdup(lodge_parameters_value(type));
    } else {
        lodge_marks_add_defect(marks, "content-type-malformed");
    }
    g_autofree char *charset = lodge_parameters_find(type, "charset", &unknown_charset);
    if (charset != NULL)
        node->charset = cut_utf8(g_ascii_strdown(charset, -1), TOKEN_MAX_BYTES);
    g_autofree char *boundary = lodge_parameters_find(type, "boundary", &unknown_charset);
    if (boundary != NULL && g_strchomp(boundary)[0] != '\0' &&
        strlen(boundary) <= TOKEN_MAX_BYTES)
        node->boundary = g_steal_pointer(&boundary);
}

/* filename= of Content-Disposition, else name= of Content-Type. An empty one is none. */
static void read_name(LodgeMimeNode *node,
                      const LodgeParameters *disposition,
                      const LodgeParameters *type,
                      LodgeMarks *marks)
{
    const struct {
        const LodgeParameters *parameters;
        const char *name;
    } places[] = {{disposition, "filename"},
                  {type, "name"},
                  {disposition, "name"},
                  {type, "filename"}};
    gboolean unknown_charset = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(places) && node->name == NULL; i++) {
        if (places[i].parameters == NULL)
            continue;
        g_autofree char *name =
            lodge_parameters_find(places[i].parameters, places[i].name, &unknown_charset);
        if (name == NULL || name[0] == '\0')
            continue;
        node->name = g_utf8_normalize(name, -1, G_NORMALIZE_NFC);
        node->raw_name = lodge_parameters_find_raw(places[i].parameters, places[i].name);
    }
    if (node->name != NULL && strlen(node->name) > LODGE_LIMIT_NAME_BYTES)
        lodge_marks_add_limit(marks, "name-bytes");
    cut_utf8(node->name, LODGE_LIMIT_NAME_BYTES);
    cut_utf8(node->raw_name, RAW_NAME_MAX_BYTES);
    if (unknown_charset)
        lodge_marks_add_defect(marks, "unknown-charset");
}

static char *read_token(const LodgeHeaderBlock *block, const char *field)
{
    g_autoptr(LodgeParameters) parameters = find_parameters(block, field);

    if (parameters == NULL || lodge_parameters_value(parameters)[0] == '\0')
        return NULL;
    return cut_utf8(g_strdup(lodge_parameters_value(parameters)), TOKEN_MAX_BYTES);
}

static char *read_content_id(const LodgeHeaderBlock *block)
{
    g_autofree char *raw = lodge_header_block_find(block, "Content-ID");
    if (raw == NULL)
        return NULL;

    g_autofree char *text = lodge_lexer_unfold(raw);
    const char *start = text[0] == '<' ? text + 1 : text;
    gsize size = strcspn(start, "> \t");
    return size > 0 ? cut_utf8(lodge_charset_to_utf8(NULL, start, size), TOKEN_MAX_BYTES)
                    : NULL;
}

LodgeMimeNode *lodge_mime_node_new(const LodgeHeaderBlock *block,
                                   const char *default_type,
                                   LodgeMarks *marks)
{
    LodgeMimeNode *node = g_new0(LodgeMimeNode, 1);
    g_autoptr(LodgeParameters) type = find_parameters(block, "Content-Type");
    g_autoptr(LodgeParameters) disposition = find_parameters(block, "Content-Disposition");

    read_type(node, type, default_type, marks);
    read_name(node, disposition, type, marks);
    if (disposition != NULL && lodge_parameters_value(disposition)[0] != '\0')
        node->disposition =
            cut_utf8(g_strdup(lodge_parameters_value(disposition)), TOKEN_MAX_BYTES);
    node->encoding = read_token(block, "Content-Transfer-Encoding");
    node->content_id = read_content_id(block);
    return node;
}

char *lodge_mime_node_read_subject(const LodgeHeaderBlock *block)
{
    gboolean unknown_charset = FALSE;
    g_autofree char *raw = lodge_header_block_find(block, "Subject");
    if (raw == NULL)
        return NULL;
    g_autofree char *text = lodge_lexer_unfold(raw);
    g_autofree char *subject = lodge_encoded_word_decode(text, &unknown_charset);
    if (g_strstrip(subject)[0] == '\0')
        return NULL;
    return cut_utf8(g_utf8_normalize(subject, -1, G_NORMALIZE_NFC), LODGE_LIMIT_NAME_BYTES);
}

void lodge_mime_node_free(LodgeMimeNode *node)
{
    if (node == NULL)
        return;
    g_free(node->path);
    g_free(node->type);
    g_free(node->boundary);
    g_free(node->charset);
    g_free(node->encoding);
    g_free(node->disposition);
    g_free(node->content_id);
    g_free(node->name);
    g_free(node->raw_name);
    g_free(node);
}

gboolean lodge_mime_node_is_encoded(const LodgeMimeNode *node)
{
    static const char *const encodings[] = {
        "base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue", "x-uu"};
    for (guint i = 0; node->encoding != NULL && i < G_N_ELEMENTS(encodings); i++) {
        if (strcmp(node->encoding, encodings[i]) == 0)
            return TRUE;
    }
    return FALSE;
}
