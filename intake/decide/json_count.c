#include "intake/decide/json_count.h"

guint lodge_json_get_count(LodgeJsonDocument *json,
                           const LodgeJsonNode *object,
                           const char *name)
{
    gint64 value = lodge_json_get_int(json, object, name);
    if (value < 0 || value > (gint64)G_MAXUINT) {
        lodge_json_fail(json, "member '%s' is no count", name);
        return 0;
    }
    return (guint)value;
}

void lodge_json_require_format(LodgeJsonDocument *json,
                               const LodgeJsonNode *object,
                               gint64 format)
{
    gint64 found = lodge_json_get_int(json, object, "format");
    if (found != format)
        lodge_json_fail(json, "format %" G_GINT64_FORMAT " is not known here", found);
}
