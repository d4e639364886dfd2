#include "config/config_error.h"

#include <errno.h>

G_DEFINE_QUARK(lodge_config_error, lodge_config_error)

LodgeConfigError lodge_config_error_code(int errnum)
{
    return errnum == EMFILE || errnum == ENFILE ? LODGE_CONFIG_ERROR_BUSY
                                                : LODGE_CONFIG_ERROR_FILE;
}

LodgeSettingOrigin *lodge_setting_origin_new(const char *group,
                                             const char *key,
                                             const char *value,
                                             const char *origin)
{
    LodgeSettingOrigin *made = g_new0(LodgeSettingOrigin, 1);
    made->group = g_strdup(group);
    made->key = g_strdup(key);
    made->value = g_strdup(value);
    made->origin = g_strdup(origin);
    return made;
}

void lodge_setting_origin_free(LodgeSettingOrigin *origin)
{
    if (origin == NULL)
        return;
    g_free(origin->group);
    g_free(origin->key);
    g_free(origin->value);
    g_free(origin->origin);
    g_free(origin);
}
