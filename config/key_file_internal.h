/* key_file_internal.h - what key_file.c, key_group.c and key_leftover.c share; nobody else includes it. */
#pragma once

#include "config/key_file.h"
#include "config/key_index.h"
#include <glib.h>

struct LodgeKeyGroup {
    LodgeKeyFile *file;
    LodgeKeyIndexGroup *indexed; /* NULL: not in the file */
    char *name;
    const char *word;     /* the schema's name of it */
    const char *argument; /* into name */
};

struct LodgeKeyFile {
    char *name;
    char *base_name;
    char *directory;
    const LodgeKeySchema *schema;
    GKeyFile *values;
    LodgeKeyIndex *index;
    GPtrArray *groups;  /* LodgeKeyGroup handed out */
    GPtrArray *origins; /* LodgeSettingOrigin */
    GError *failure;    /* the first one recorded */
};

/* The key's place in the index, or NULL. */
LodgeKeyIndexKey *lodge_key_group_find(const LodgeKeyGroup *group, const char *key);
/* The first group or key, in order of the file, that nobody asked for, in words; NULL: none. */
char *lodge_key_leftover_find(const LodgeKeyFile *file);
