#include "intake/decide/answered.h"

#include "intake/decide/json_count.h"

static void council_free(gpointer data)
{
    LodgeAnsweredCouncil *council = data;
    g_free(council->gss);
    g_free(council);
}

LodgeAnswered *lodge_answered_new(void)
{
    LodgeAnswered *answered = g_new0(LodgeAnswered, 1);
    answered->councils = g_ptr_array_new_with_free_func(council_free);
    return answered;
}

void lodge_answered_free(LodgeAnswered *answered)
{
    if (answered == NULL)
        return;
    g_ptr_array_unref(answered->councils);
    g_free(answered);
}

void lodge_answered_add_council(LodgeAnswered *answered,
                                const char *gss,
                                LodgeAnsweredCount count)
{
    LodgeAnsweredCouncil *council = g_new0(LodgeAnsweredCouncil, 1);
    council->gss = g_strdup(gss);
    council->count = count;
    g_ptr_array_add(answered->councils, council);
}

LodgeAnsweredCount lodge_answered_find_council(const LodgeAnswered *answered,
                                               const char *gss)
{
    for (guint i = 0; i < answered->councils->len; i++) {
        const LodgeAnsweredCouncil *council = g_ptr_array_index(answered->councils, i);
        if (g_strcmp0(council->gss, gss) == 0)
            return council->count;
    }
    return (LodgeAnsweredCount){0, 0};
}

gboolean lodge_answered_is_enough(LodgeAnsweredCount count, const LodgeCap *cap)
{
    return (cap->hour > 0 && count.hour >= cap->hour) ||
           (cap->day > 0 && count.day >= cap->day);
}

/* ---- the stored form ---- */

static void add_count(LodgeJsonWriter *json, LodgeAnsweredCount count)
{
    lodge_json_add_int(json, "hour", count.hour);
    lodge_json_add_int(json, "day", count.day);
}

static void format_count(LodgeJsonWriter *json, const char *name, LodgeAnsweredCount count)
{
    lodge_json_begin_object(json, name);
    add_count(json, count);
    lodge_json_end_object(json);
}

void lodge_answered_format(LodgeJsonWriter *json, const LodgeAnswered *answered)
{
    if (answered == NULL)
        return;
    lodge_json_begin_object(json, "answered");
    format_count(json, "address", answered->address);
    format_count(json, "domain", answered->domain);
    lodge_json_begin_array(json, "councils");
    for (guint i = 0; i < answered->councils->len; i++) {
        const LodgeAnsweredCouncil *council = g_ptr_array_index(answered->councils, i);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "council", council->gss);
        add_count(json, council->count);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
    lodge_json_end_object(json);
}

static LodgeAnsweredCount parse_count(LodgeJsonDocument *json, const LodgeJsonNode *node)
{
    return (LodgeAnsweredCount){lodge_json_get_count(json, node, "hour"),
                                lodge_json_get_count(json, node, "day")};
}

LodgeAnswered *lodge_answered_parse(LodgeJsonDocument *json, const LodgeJsonNode *object)
{
    const LodgeJsonNode *node = lodge_json_get_optional_object(json, object, "answered");
    if (node == NULL)
        return NULL;
    LodgeAnswered *answered = lodge_answered_new();
    answered->address = parse_count(json, lodge_json_get_object(json, node, "address"));
    answered->domain = parse_count(json, lodge_json_get_object(json, node, "domain"));
    const LodgeJsonNode *councils = lodge_json_get_array(json, node, "councils");
    guint length = councils == NULL ? 0 : lodge_json_array_length(councils);
    for (guint i = 0; i < length; i++) {
        const LodgeJsonNode *council = lodge_json_array_object(json, councils, i);
        lodge_answered_add_council(answered,
                                   lodge_json_get_string(json, council, "council"),
                                   parse_count(json, council));
    }
    return answered;
}
