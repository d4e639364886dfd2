/* key_index.h - the groups and keys of a key file's text, with their lines. Pure.
 *
 * What GKeyFile would merge, drop or take the last of is refused here, before it sees the text. */
#pragma once

#include "config/config_error.h"
#include <glib.h>

typedef struct {
    char *name;
    guint line;
    gboolean consumed;
} LodgeKeyIndexKey;

typedef struct {
    char *name;
    guint line;
    gboolean consumed;
    GPtrArray *keys;     /* LodgeKeyIndexKey, in order */
    GHashTable *by_name; /* the same, borrowed */
} LodgeKeyIndexGroup;

typedef struct {
    GPtrArray *groups;   /* LodgeKeyIndexGroup, in order */
    GHashTable *by_name; /* the same, borrowed */
} LodgeKeyIndex;

/* `name` is for messages: "NAME:12: ...". */
LodgeKeyIndex *
lodge_key_index_parse(const char *text, gsize size_bytes, const char *name, GError **error);
void lodge_key_index_free(LodgeKeyIndex *index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeKeyIndex, lodge_key_index_free)
