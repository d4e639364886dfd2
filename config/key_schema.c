#include "config/key_schema.h"

#include "config/trust.h"
#include <string.h>

#define SECOND G_GINT64_CONSTANT(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define KIB G_GINT64_CONSTANT(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

static const char *const SETTINGS_GROUPS[] = {
    "spool",          "call ID", "mailbox NAME", "smtp",    "border",
    "authentication", "dns",     "scanner",      "service", "answers",
    "retention",      "limits",  NULL,
};

/* clang-format off */
static const LodgeKeySpec SETTINGS_KEYS[] = {
    {"spool", "directory", LODGE_KEY_PATH, TRUE, NULL, NULL, 0, 0},

    {"call", "file", LODGE_KEY_PATH, TRUE, NULL, NULL, 0, 0},
    {"call", "register", LODGE_KEY_PATH, TRUE, NULL, NULL, 0, 0},
    {"call", "wording", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},

    {"mailbox", "call", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"mailbox", "host", LODGE_KEY_HOST, TRUE, NULL, NULL, 0, 0},
    {"mailbox", "port", LODGE_KEY_COUNT, FALSE, NULL, NULL, 1, 65535},
    {"mailbox", "tls", LODGE_KEY_CHOICE, FALSE, "implicit", "implicit;starttls;none", 0, 0},
    {"mailbox", "ca_file", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "user", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"mailbox", "auth", LODGE_KEY_CHOICE, FALSE, "password", "password;bearer", 0, 0},
    {"mailbox", "secret_file", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "secret_credential", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "secret_command", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "folders", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "after", LODGE_KEY_CHOICE, FALSE, "leave", "leave;keyword;move-to", 0, 0},
    {"mailbox", "keyword", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "move_to", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"mailbox", "connect_timeout", LODGE_KEY_DURATION, FALSE, "30s", NULL, SECOND, 10 * MINUTE},
    {"mailbox", "poll", LODGE_KEY_DURATION, FALSE, "5min", NULL, SECOND, HOUR},
    {"mailbox", "reply_timeout", LODGE_KEY_DURATION, FALSE, "2min", NULL, SECOND, HOUR},

    {"smtp", "host", LODGE_KEY_HOST, TRUE, NULL, NULL, 0, 0},
    {"smtp", "port", LODGE_KEY_COUNT, FALSE, NULL, NULL, 1, 65535},
    {"smtp", "tls", LODGE_KEY_CHOICE, FALSE, "starttls", "implicit;starttls;none", 0, 0},
    {"smtp", "ca_file", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"smtp", "auth", LODGE_KEY_CHOICE, FALSE, "password", "none;password;bearer", 0, 0},
    {"smtp", "user", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"smtp", "secret_file", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"smtp", "secret_credential", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"smtp", "secret_command", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"smtp", "from_name", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"smtp", "from_address", LODGE_KEY_ADDRESS, TRUE, NULL, NULL, 0, 0},
    {"smtp", "help_address", LODGE_KEY_ADDRESS, FALSE, NULL, NULL, 0, 0},
    {"smtp", "envelope", LODGE_KEY_CHOICE, FALSE, "plus", "plus;plain", 0, 0},
    {"smtp", "envelope_address", LODGE_KEY_ADDRESS, FALSE, NULL, NULL, 0, 0},
    {"smtp", "pace", LODGE_KEY_RATE, FALSE, "20/min", NULL, 1, 100000},
    {"smtp", "per_day", LODGE_KEY_DAILY_RATE, FALSE, "10000/day", NULL, 1, 1000000},
    {"smtp", "per_connection", LODGE_KEY_COUNT, FALSE, "20", NULL, 1, 10000},
    {"smtp", "max_attempts", LODGE_KEY_COUNT, FALSE, "24", NULL, 1, 1000},
    {"smtp", "retry_first", LODGE_KEY_DURATION, FALSE, "1min", NULL, SECOND, DAY},
    {"smtp", "retry_max", LODGE_KEY_DURATION, FALSE, "4h", NULL, SECOND, 7 * DAY},
    {"smtp", "connect_timeout", LODGE_KEY_DURATION, FALSE, "30s", NULL, SECOND, 10 * MINUTE},
    {"smtp", "reply_timeout", LODGE_KEY_DURATION, FALSE, "5min", NULL, SECOND, HOUR},

    {"border", "kind", LODGE_KEY_CHOICE, FALSE, "generic", "generic;exchange-online", 0, 0},
    {"border", "networks", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"border", "servers", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},

    {"authentication", "authserv_ids", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"authentication", "arc_sealers", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"authentication", "spf", LODGE_KEY_CHOICE, FALSE, "hold", "hold;warn", 0, 0},
    {"authentication", "smime_anchors", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"authentication", "min_rsa_bits", LODGE_KEY_COUNT, FALSE, "1024", NULL,
     LODGE_TRUST_LEAST_RSA_BITS, LODGE_TRUST_MOST_RSA_BITS},

    {"dns", "mode", LODGE_KEY_CHOICE, FALSE, "off", "off;system", 0, 0},
    {"dns", "servers", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"dns", "timeout", LODGE_KEY_DURATION, FALSE, "5s", NULL, SECOND / 10, MINUTE},
    {"dns", "dnssec", LODGE_KEY_SWITCH, FALSE, "yes", NULL, 0, 0},

    {"scanner", "socket", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"scanner", "host", LODGE_KEY_HOST, FALSE, NULL, NULL, 0, 0},
    {"scanner", "port", LODGE_KEY_COUNT, FALSE, NULL, NULL, 1, 65535},
    {"scanner", "timeout", LODGE_KEY_DURATION, FALSE, "1min", NULL, SECOND / 10, 10 * MINUTE},
    {"scanner", "max_size", LODGE_KEY_SIZE, FALSE, "25M", NULL, KIB, 4 * GIB},

    {"service", "name", LODGE_KEY_TEXT, FALSE, "Submissions", NULL, 0, 0},
    {"service", "domain", LODGE_KEY_HOST, FALSE, NULL, NULL, 0, 0},
    {"service", "control", LODGE_KEY_PATH, FALSE, NULL, NULL, 0, 0},
    {"service", "operators", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},

    {"answers", "per_address", LODGE_KEY_HOURLY_RATE, FALSE, "10/hour", NULL, 1, 100000},
    {"answers", "per_address_day", LODGE_KEY_DAILY_RATE, FALSE, "40/day", NULL, 1, 1000000},
    {"answers", "per_domain", LODGE_KEY_HOURLY_RATE, FALSE, "60/hour", NULL, 1, 100000},
    {"answers", "per_domain_day", LODGE_KEY_DAILY_RATE, FALSE, "240/day", NULL, 1, 1000000},
    {"answers", "per_council", LODGE_KEY_HOURLY_RATE, FALSE, "30/hour", NULL, 1, 100000},
    {"answers", "per_council_day", LODGE_KEY_DAILY_RATE, FALSE, "120/day", NULL, 1, 1000000},
    {"answers", "tell_contact", LODGE_KEY_CHOICE, FALSE, "once", "never;once;daily", 0, 0},
    {"answers", "total", LODGE_KEY_HOURLY_RATE, FALSE, "600/hour", NULL, 1, 1000000},

    {"retention", "plans", LODGE_KEY_RETENTION, FALSE, "keep", NULL, 1, 36500},
    {"retention", "correspondence", LODGE_KEY_RETENTION, FALSE, "keep", NULL, 1, 36500},
    {"retention", "not_a_submission", LODGE_KEY_RETENTION, FALSE, "keep", NULL, 1, 36500},

    {"limits", "max_message", LODGE_KEY_SIZE, FALSE, "256M", NULL, 64 * KIB, 4 * GIB},
    {"limits", "workers", LODGE_KEY_COUNT, FALSE, "0", NULL, 0, 64},
    {"limits", "reader_time", LODGE_KEY_DURATION, FALSE, "30s", NULL, SECOND, 10 * MINUTE},
    {"limits", "attempts", LODGE_KEY_COUNT, FALSE, "8", NULL, 1, 1000},
    {"limits", "await_attachments", LODGE_KEY_DURATION, FALSE, "2h", NULL, 0, 2 * DAY},
    {"limits", "reserve", LODGE_KEY_SIZE, FALSE, "256M", NULL, 0, 1024 * GIB},
    {"limits", "low_space", LODGE_KEY_SIZE, FALSE, "2G", NULL, 0, 1024 * GIB},
};

static const char *const CALL_GROUPS[] = {"call", "theme ID", "sign ID", "extension NAME", NULL};

static const LodgeKeySpec CALL_KEYS[] = {
    {"call", "id", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"call", "title", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"call", "noun", LODGE_KEY_TEXT, FALSE, "submission", NULL, 0, 0},
    {"call", "reference_prefix", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"call", "names", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"call", "department", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"call", "zone", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"call", "opens", LODGE_KEY_CIVIL, FALSE, NULL, NULL, 0, 0},
    {"call", "deadline", LODGE_KEY_CIVIL, TRUE, NULL, NULL, 0, 0},
    {"call", "deadline_includes", LODGE_KEY_CHOICE, FALSE, "none", "none;second;minute", 0, 0},
    {"call", "late_policy", LODGE_KEY_CHOICE, FALSE, "file", "file;hold;reject", 0, 0},
    {"call", "mend_days", LODGE_KEY_COUNT, FALSE, "14", NULL, 0, 366},
    {"call", "mend_counts", LODGE_KEY_CHOICE, FALSE, "own", "own;original", 0, 0},
    {"call", "pages", LODGE_KEY_RANGE, FALSE, "1-2000", NULL, 1, 2000},
    {"call", "accepted_types", LODGE_KEY_LIST, FALSE,
     "application/pdf;"
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document;"
     "application/vnd.oasis.opendocument.text", NULL, 0, 0},

    {"theme", "title", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"theme", "phrases", LODGE_KEY_LIST, TRUE, NULL, NULL, 0, 0},

    {"sign", "title", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"sign", "phrases", LODGE_KEY_LIST, TRUE, NULL, NULL, 0, 0},

    {"extension", "council", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"extension", "until", LODGE_KEY_CIVIL, TRUE, NULL, NULL, 0, 0},
    {"extension", "reason", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
};

static const char *const REGISTER_GROUPS[] = {"GSS", "domain NAME", NULL};

static const LodgeKeySpec REGISTER_KEYS[] = {
    {"GSS", "name", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"GSS", "slug", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"GSS", "kind", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"GSS", "nation", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"GSS", "domains", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"GSS", "unconfirmed", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"GSS", "delegates", LODGE_KEY_LIST, FALSE, NULL, NULL, 0, 0},
    {"GSS", "contact", LODGE_KEY_ADDRESS, FALSE, NULL, NULL, 0, 0},
    {"GSS", "valid_from", LODGE_KEY_DAY, FALSE, NULL, NULL, 0, 0},
    {"GSS", "valid_to", LODGE_KEY_DAY, FALSE, NULL, NULL, 0, 0},
    {"GSS", "successor", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},

    {"domain", "shared", LODGE_KEY_SWITCH, FALSE, "no", NULL, 0, 0},
};

static const char *const WORDING_GROUPS[] = {"finding ID", "receipt ID", NULL};

static const LodgeKeySpec WORDING_KEYS[] = {
    {"finding", "words", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
    {"finding", "next", LODGE_KEY_TEXT, FALSE, NULL, NULL, 0, 0},
    {"receipt", "words", LODGE_KEY_TEXT, TRUE, NULL, NULL, 0, 0},
};
/* clang-format on */

const LodgeKeySchema *lodge_key_schema_settings(void)
{
    static const LodgeKeySchema schema = {"lodge.conf", SETTINGS_GROUPS, SETTINGS_KEYS,
                                          G_N_ELEMENTS(SETTINGS_KEYS)};
    return &schema;
}

const LodgeKeySchema *lodge_key_schema_call(void)
{
    static const LodgeKeySchema schema = {"call", CALL_GROUPS, CALL_KEYS,
                                          G_N_ELEMENTS(CALL_KEYS)};
    return &schema;
}

const LodgeKeySchema *lodge_key_schema_register(void)
{
    static const LodgeKeySchema schema = {"register", REGISTER_GROUPS, REGISTER_KEYS,
                                          G_N_ELEMENTS(REGISTER_KEYS)};
    return &schema;
}

const LodgeKeySchema *lodge_key_schema_wording(void)
{
    static const LodgeKeySchema schema = {"wording", WORDING_GROUPS, WORDING_KEYS,
                                          G_N_ELEMENTS(WORDING_KEYS)};
    return &schema;
}

const LodgeKeySpec *
lodge_key_schema_find(const LodgeKeySchema *schema, const char *group, const char *key)
{
    for (guint i = 0; i < schema->count; i++) {
        const LodgeKeySpec *spec = &schema->keys[i];
        if (strcmp(spec->group, group) == 0 && strcmp(spec->key, key) == 0)
            return spec;
    }
    return NULL;
}

const char *lodge_key_form_words(LodgeKeyForm form)
{
    switch (form) {
    case LODGE_KEY_TEXT:
        return "text";
    case LODGE_KEY_LIST:
        return "list";
    case LODGE_KEY_COUNT:
        return "whole number";
    case LODGE_KEY_DURATION:
        return "duration";
    case LODGE_KEY_SIZE:
        return "size";
    case LODGE_KEY_RATE:
        return "rate";
    case LODGE_KEY_HOURLY_RATE:
        return "hourly rate";
    case LODGE_KEY_DAILY_RATE:
        return "daily rate";
    case LODGE_KEY_RANGE:
        return "range";
    case LODGE_KEY_CHOICE:
        return "choice";
    case LODGE_KEY_SWITCH:
        return "yes or no";
    case LODGE_KEY_HOST:
        return "host";
    case LODGE_KEY_ADDRESS:
        return "address";
    case LODGE_KEY_PATH:
        return "path";
    case LODGE_KEY_CIVIL:
        return "civil time";
    case LODGE_KEY_DAY:
        return "day";
    case LODGE_KEY_RETENTION:
        return "retention";
    }
    g_assert_not_reached();
}
