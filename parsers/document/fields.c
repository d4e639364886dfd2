#include "parsers/document/fields.h"

#include "parsers/text/limits.h"

#include <string.h>

#define DEPTH_MAX 20

struct LodgeFields {
    LodgeDocumentFacts *facts;
    GString *open[DEPTH_MAX]; /* instructions; NULL from their separator on */
    guint depth;              /* may be more than are kept */
};

LodgeFields *lodge_fields_new(LodgeDocumentFacts *facts)
{
    LodgeFields *fields = g_new0(LodgeFields, 1);
    fields->facts = facts;
    return fields;
}

void lodge_fields_free(LodgeFields *fields)
{
    if (!fields)
        return;
    while (fields->depth > 0)
        lodge_fields_end(fields);
    g_free(fields);
}

void lodge_fields_begin(LodgeFields *fields)
{
    if (fields->depth < DEPTH_MAX)
        fields->open[fields->depth] = g_string_new(NULL);
    fields->depth++;
}

gboolean lodge_fields_is_instruction(const LodgeFields *fields)
{
    for (guint i = 0; i < MIN(fields->depth, DEPTH_MAX); i++) {
        if (fields->open[i])
            return TRUE;
    }
    return FALSE;
}

static GString *find_top(const LodgeFields *fields)
{
    return fields->depth > 0 && fields->depth <= DEPTH_MAX ? fields->open[fields->depth - 1]
                                                           : NULL;
}

void lodge_fields_add(LodgeFields *fields, const char *text, gsize size_bytes)
{
    GString *top = find_top(fields);
    if (top && top->len < LODGE_LIMIT_FIELD_BYTES)
        g_string_append_len(top, text,
                            (gssize)MIN(size_bytes, LODGE_LIMIT_FIELD_BYTES - top->len));
}

/* "QUOTE 68 68 69" -> "DDE" for the field around it. */
static void put_quoted(LodgeFields *fields, const char *instruction)
{
    const char *at = instruction + strspn(instruction, " \t\r\n");
    GString *outer = fields->depth > 1 && fields->depth <= DEPTH_MAX
                         ? fields->open[fields->depth - 2]
                         : NULL;
    if (!outer || g_ascii_strncasecmp(at, "QUOTE", 5) != 0)
        return;
    at += 5;
    for (char *end = NULL;; at = end) {
        gint64 code = g_ascii_strtoll(at, &end, 10);
        if (end == at || outer->len >= LODGE_LIMIT_FIELD_BYTES)
            return;
        if (code > 0 && code < 128)
            g_string_append_c(outer, (char)code);
    }
}

void lodge_fields_separate(LodgeFields *fields)
{
    GString *top = find_top(fields);
    if (!top)
        return;
    lodge_examiner_judge_field(fields->facts, top->str);
    put_quoted(fields, top->str);
    g_string_free(top, TRUE);
    fields->open[fields->depth - 1] = NULL;
}

void lodge_fields_end(LodgeFields *fields)
{
    if (fields->depth == 0)
        return;
    lodge_fields_separate(fields);
    fields->depth--;
}
