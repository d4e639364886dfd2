#include "parsers/text/tag_list.h"

#include <string.h>

typedef struct {
    const char *at, *end;
} Cursor;

/* FWS = [*WSP CRLF] 1*WSP, as often as it comes. */
static void skip_fws(Cursor *cursor)
{
    for (;;) {
        gsize left = (gsize)(cursor->end - cursor->at);
        const char *p = cursor->at;

        if (left >= 1 && (p[0] == ' ' || p[0] == '\t'))
            cursor->at++;
        else if (left >= 3 && p[0] == '\r' && p[1] == '\n' && (p[2] == ' ' || p[2] == '\t'))
            cursor->at += 3;
        else
            return;
    }
}

/* tag-name = ALPHA *ALNUMPUNC */
static gboolean take_name(Cursor *cursor, LodgeTag *tag)
{
    tag->name = cursor->at;
    if (cursor->at == cursor->end || !g_ascii_isalpha(*cursor->at))
        return FALSE;
    while (cursor->at < cursor->end && (g_ascii_isalnum(*cursor->at) || *cursor->at == '_'))
        cursor->at++;
    tag->name_size = (gsize)(cursor->at - tag->name);
    return TRUE;
}

static gboolean is_value_char(char c)
{
    guchar byte = (guchar)c;
    return byte >= 0x21 && byte != ';' && byte != 0x7f;
}

/* [FWS] tag-value [FWS]; the cursor stops at what cannot belong to it. */
static void take_value(Cursor *cursor, LodgeTag *tag)
{
    tag->raw = cursor->at;
    skip_fws(cursor);
    tag->value = cursor->at;
    tag->value_size = 0;
    while (cursor->at < cursor->end && is_value_char(*cursor->at)) {
        while (cursor->at < cursor->end && is_value_char(*cursor->at))
            cursor->at++;
        tag->value_size = (gsize)(cursor->at - tag->value);
        skip_fws(cursor);
    }
    tag->raw_size = (gsize)(cursor->at - tag->raw);
}

/* tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]; NULL, or what is wrong. */
static const char *take_spec(Cursor *cursor, LodgeTag *tag)
{
    skip_fws(cursor);
    if (!take_name(cursor, tag))
        return "tag name missing or malformed";
    skip_fws(cursor);
    if (cursor->at == cursor->end || *cursor->at != '=')
        return "tag without a value";
    cursor->at++;
    take_value(cursor, tag);
    if (cursor->at < cursor->end && *cursor->at != ';')
        return "character not allowed in a tag value";
    return NULL;
}

static const char *add(LodgeTagList *list, const LodgeTag *tag)
{
    for (guint i = 0; i < list->count; i++) {
        if (list->tags[i].name_size == tag->name_size &&
            memcmp(list->tags[i].name, tag->name, tag->name_size) == 0)
            return "tag given twice";
    }
    if (list->count == LODGE_LIMIT_TAGS)
        return "too many tags";
    list->tags[list->count++] = *tag;
    return NULL;
}

/* tag-list = tag-spec *( ";" tag-spec ) [ ";" ] */
gboolean lodge_tag_list_parse(const char *bytes,
                              gsize size,
                              LodgeTagList *list_out,
                              const char **reason_out)
{
    g_return_val_if_fail(bytes != NULL || size == 0, FALSE);
    Cursor cursor = {bytes, bytes + size};
    const char *reason = NULL;

    list_out->count = 0;
    do {
        LodgeTag tag;
        reason = take_spec(&cursor, &tag);
        if (reason == NULL)
            reason = add(list_out, &tag);
        if (reason == NULL && cursor.at < cursor.end) {
            cursor.at++; /* the ";" */
            const char *behind = cursor.at;
            skip_fws(&cursor);
            if (cursor.at < cursor.end)
                cursor.at = behind;
        }
    } while (reason == NULL && cursor.at < cursor.end);
    *reason_out = reason;
    return reason == NULL;
}

const LodgeTag *lodge_tag_list_find(const LodgeTagList *list, const char *name)
{
    gsize size = strlen(name);

    for (guint i = 0; i < list->count; i++) {
        if (list->tags[i].name_size == size && memcmp(list->tags[i].name, name, size) == 0)
            return &list->tags[i];
    }
    return NULL;
}

gboolean lodge_tag_is(const LodgeTag *tag, const char *value)
{
    return tag->value_size == strlen(value) &&
           memcmp(tag->value, value, tag->value_size) == 0;
}

char *lodge_tag_compact(const LodgeTag *tag)
{
    char *text = g_malloc(tag->value_size + 1);
    gsize kept = 0;

    for (gsize i = 0; i < tag->value_size; i++) {
        if (strchr(" \t\r\n", tag->value[i]) == NULL)
            text[kept++] = tag->value[i];
    }
    text[kept] = '\0';
    return text;
}
