/* key_file.h - a key file of ours, read once, consumed until nothing is left.
 *
 * GKeyFile gives the values; it merges doubled groups, takes the last doubled key and knows
 * no lines, so an index of ours goes over the text first and refuses, by file, line and name:
 * doubled groups, doubled keys, keys outside a group, lines that are neither, NULs and other control
 * characters, invalid UTF-8, empty values, more than LODGE_KEY_FILE_BYTES.
 *
 * Reading is by group with a sticky error: a getter that fails returns its neutral value and
 * records the first failure, so a reader goes straight down without a branch per key.
 * lodge_key_file_finish then refuses what nobody consumed (an unknown group or key, with the nearest
 * known name), which comes before recorded failures because a misspelt key is usually the
 * cause of a missing one. Readers must therefore ask for every key of a group, whatever the others say.
 *
 * Forms, defaults and bounds come from the schema; asking for a key that it does not hold is a
 * programmer's error. Values of keys are shown in messages, never those of `password` and its like.
 * Groups and their strings belong to the file; everything returned as char* or GStrv is the caller's. */
#pragma once

#include "config/config_error.h"
#include "config/key_schema.h"
#include <glib.h>

#define LODGE_KEY_FILE_BYTES (1024 * 1024)

typedef struct LodgeKeyFile LodgeKeyFile;
typedef struct LodgeKeyGroup LodgeKeyGroup;

/* `name` is for messages; relative paths are relative to its directory. */
LodgeKeyFile *lodge_key_file_parse(const char *text,
                                   gsize size_bytes,
                                   const char *name,
                                   const LodgeKeySchema *schema,
                                   GError **error);
/* The bytes of a file, refused when it has a NUL or more than LODGE_KEY_FILE_BYTES. */
char *lodge_key_file_read(const char *path, gsize *size_bytes_out, GError **error);
void lodge_key_file_free(LodgeKeyFile *file);

/* The group [word]; never NULL: where the file has none, all its keys are unset. */
LodgeKeyGroup *lodge_key_file_take(LodgeKeyFile *file, const char *word);
/* All groups [word ARGUMENT], in order of the file; free the array only. */
GPtrArray *lodge_key_file_take_all(LodgeKeyFile *file, const char *word);
/* All groups not taken yet, to be read as [word] of the schema. */
GPtrArray *lodge_key_file_take_rest(LodgeKeyFile *file, const char *word);
/* FALSE: something was left over, or a getter failed. `origins_out` (may be NULL): LodgeSettingOrigin, in order of reading. */
gboolean lodge_key_file_finish(LodgeKeyFile *file, GPtrArray **origins_out, GError **error);

gboolean lodge_key_group_is_present(const LodgeKeyGroup *group);
const char *lodge_key_group_name(const LodgeKeyGroup *group);     /* "mailbox plans" */
const char *lodge_key_group_argument(const LodgeKeyGroup *group); /* "plans", or "" */
guint lodge_key_group_line(const LodgeKeyGroup *group);
/* Is the key in the file? Does not consume it. */
gboolean lodge_key_group_has(const LodgeKeyGroup *group, const char *key);
guint lodge_key_group_key_line(const LodgeKeyGroup *group, const char *key);

char *lodge_key_group_get_text(LodgeKeyGroup *group, const char *key); /* NULL: unset */
GStrv lodge_key_group_get_list(LodgeKeyGroup *group, const char *key); /* never NULL */
/* COUNT, DURATION (ms), SIZE (bytes), a RATE (0: unlimited); `unset` when there is no default. */
gint64 lodge_key_group_get_number(LodgeKeyGroup *group, const char *key, gint64 unset);
void lodge_key_group_get_range(LodgeKeyGroup *group,
                               const char *key,
                               gint64 *low_out,
                               gint64 *high_out);
/* The position in the schema's choices. */
guint lodge_key_group_get_choice(LodgeKeyGroup *group, const char *key);
gboolean lodge_key_group_get_switch(LodgeKeyGroup *group, const char *key);
char *lodge_key_group_get_host(LodgeKeyGroup *group, const char *key);    /* or NULL */
char *lodge_key_group_get_address(LodgeKeyGroup *group, const char *key); /* or NULL */
char *
lodge_key_group_get_path(LodgeKeyGroup *group,
                         const char *key); /* absolute if the file's name is; or NULL */
gint64 lodge_key_group_get_day(LodgeKeyGroup *group,
                               const char *key); /* LODGE_INSTANT_UNKNOWN: unset */
/* Domains or addresses, checked and in lower case; never NULL. */
GStrv lodge_key_group_get_domains(LodgeKeyGroup *group, const char *key);
GStrv lodge_key_group_get_addresses(LodgeKeyGroup *group, const char *key);

/* A default that depends on other keys ("993" because tls = implicit), for the origins. */
void lodge_key_group_note_default(LodgeKeyGroup *group, const char *key, const char *value);
/* Hides the value of a key that was read in the origins. */
void lodge_key_group_mask(LodgeKeyGroup *group, const char *key);
/* Records a failure of the caller's own checks: "FILE:LINE: [group] key: words". `key` NULL: the group. */
void lodge_key_group_fail(LodgeKeyGroup *group, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeKeyFile, lodge_key_file_free)
