/* config_error.h - the one error domain of configuration, and where an effective value came from. */
#pragma once

#include <glib.h>

#define LODGE_CONFIG_ERROR lodge_config_error_quark()
GQuark lodge_config_error_quark(void);
typedef enum {
    LODGE_CONFIG_ERROR_FILE,    /* cannot be read */
    LODGE_CONFIG_ERROR_BUSY,    /* cannot be read now: no descriptor is left for it */
    LODGE_CONFIG_ERROR_INVALID, /* its content is refused */
} LodgeConfigError;

/* What a file that cannot be opened or read is. */
LodgeConfigError lodge_config_error_code(int errnum);

/* One effective value and where it comes from. */
typedef struct {
    char *group, *key;
    char *value;  /* as shown; secrets masked */
    char *origin; /* "lodge.conf:12" or "default" */
} LodgeSettingOrigin;

LodgeSettingOrigin *lodge_setting_origin_new(const char *group,
                                             const char *key,
                                             const char *value,
                                             const char *origin);
void lodge_setting_origin_free(LodgeSettingOrigin *origin);
