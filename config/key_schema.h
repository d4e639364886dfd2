/* key_schema.h - every group and key of lodge.conf, the call, register and wording files, in one table each.
 *
 * A key's form, default and bounds stand here and nowhere else: the reader (key_file) takes them from
 * the table, an unknown key is one that is not in it, the nearest known name comes from it, and a test
 * holds lodge.conf(5) against it. Values only; no file is read here. */
#pragma once

#include <glib.h>

typedef enum {
    LODGE_KEY_TEXT,
    LODGE_KEY_LIST,        /* texts with ";" between */
    LODGE_KEY_COUNT,       /* a whole number */
    LODGE_KEY_DURATION,    /* "30s", "5min", "2h", "14d"; bounds in milliseconds */
    LODGE_KEY_SIZE,        /* "64K", "25M", "1G"; bounds in bytes */
    LODGE_KEY_RATE,        /* "20/min" or "unlimited" */
    LODGE_KEY_HOURLY_RATE, /* "10/hour"; "0" or "unlimited" */
    LODGE_KEY_DAILY_RATE,  /* "40/day"; "0" or "unlimited" */
    LODGE_KEY_RANGE,       /* "3-4" */
    LODGE_KEY_CHOICE,      /* one of the words in `choices` */
    LODGE_KEY_SWITCH,      /* yes or no */
    LODGE_KEY_HOST,
    LODGE_KEY_ADDRESS,   /* one e-mail address */
    LODGE_KEY_PATH,      /* relative to the file */
    LODGE_KEY_CIVIL,     /* "2024-07-20T00:00", in the zone of the call */
    LODGE_KEY_DAY,       /* "2024-07-19" */
    LODGE_KEY_RETENTION, /* "90d", "7y" (of 365 days), "keep"; bounds in days */
} LodgeKeyForm;

typedef struct {
    const char *group; /* the group's first word: "mailbox" for [mailbox NAME] */
    const char *key;
    LodgeKeyForm form;
    gboolean required;
    const char *fallback; /* the default as it would be written, or NULL */
    const char *choices;  /* "leave;keyword;move-to" */
    gint64 min, max;      /* of COUNT, DURATION, SIZE, the RATEs, RANGE, RETENTION */
} LodgeKeySpec;

typedef struct {
    const char *file; /* "lodge.conf", "call", "register" */
    const char *const
        *groups; /* how groups are written: "spool", "mailbox NAME"; NULL-terminated */
    const LodgeKeySpec *keys;
    guint count;
} LodgeKeySchema;

const LodgeKeySchema *lodge_key_schema_settings(void);
const LodgeKeySchema *lodge_key_schema_call(void);
const LodgeKeySchema *lodge_key_schema_register(void);
const LodgeKeySchema *lodge_key_schema_wording(void);

/* NULL: this group has no such key. */
const LodgeKeySpec *
lodge_key_schema_find(const LodgeKeySchema *schema, const char *group, const char *key);
/* "a duration (30s, 5min, 2h, 14d)": for messages and the man page's test. */
const char *lodge_key_form_words(LodgeKeyForm form);
