#include "config/caps.h"

static gboolean is_any(const LodgeCap *cap)
{
    return cap->hour > 0 || cap->day > 0;
}

static void format_cap(LodgeJsonWriter *writer, const char *name, const LodgeCap *cap)
{
    lodge_json_begin_object(writer, name);
    lodge_json_add_int(writer, "hour", cap->hour);
    lodge_json_add_int(writer, "day", cap->day);
    lodge_json_end_object(writer);
}

void lodge_caps_format(LodgeJsonWriter *writer, const LodgeCaps *caps)
{
    if (!is_any(&caps->address) && !is_any(&caps->domain) && !is_any(&caps->council))
        return;
    lodge_json_begin_object(writer, "caps");
    format_cap(writer, "address", &caps->address);
    format_cap(writer, "domain", &caps->domain);
    format_cap(writer, "council", &caps->council);
    lodge_json_end_object(writer);
}

static guint
parse_number(LodgeJsonDocument *document, const LodgeJsonNode *cap, const char *name)
{
    gint64 number = lodge_json_get_int(document, cap, name);
    if (number >= 0 && number <= (gint64)G_MAXUINT)
        return (guint)number;
    lodge_json_fail(document, "a cap of %" G_GINT64_FORMAT " is none", number);
    return 0;
}

static LodgeCap
parse_cap(LodgeJsonDocument *document, const LodgeJsonNode *caps, const char *name)
{
    const LodgeJsonNode *cap = lodge_json_get_object(document, caps, name);
    return (LodgeCap){parse_number(document, cap, "hour"),
                      parse_number(document, cap, "day")};
}

LodgeCaps lodge_caps_parse(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    const LodgeJsonNode *caps = lodge_json_get_optional_object(document, object, "caps");
    if (caps == NULL)
        return (LodgeCaps){0};
    return (LodgeCaps){parse_cap(document, caps, "address"),
                       parse_cap(document, caps, "domain"),
                       parse_cap(document, caps, "council")};
}

static LodgeCap read_cap(LodgeKeyGroup *group, const char *hour_key, const char *day_key)
{
    LodgeCap cap = {(guint)lodge_key_group_get_number(group, hour_key, 0),
                    (guint)lodge_key_group_get_number(group, day_key, 0)};
    if (cap.hour > 0 && cap.day > 0 && cap.day < cap.hour)
        lodge_key_group_fail(group, day_key, "it allows less than %s; raise it as well",
                             hour_key);
    return cap;
}

LodgeCaps lodge_caps_read(LodgeKeyGroup *group)
{
    return (LodgeCaps){
        .address = read_cap(group, "per_address", "per_address_day"),
        .domain = read_cap(group, "per_domain", "per_domain_day"),
        .council = read_cap(group, "per_council", "per_council_day"),
    };
}
