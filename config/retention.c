#include "config/retention.h"

LodgeRetention lodge_retention_read(LodgeKeyGroup *group)
{
    return (LodgeRetention){
        (guint)lodge_key_group_get_number(group, "plans", 0),
        (guint)lodge_key_group_get_number(group, "correspondence", 0),
        (guint)lodge_key_group_get_number(group, "not_a_submission", 0),
    };
}
