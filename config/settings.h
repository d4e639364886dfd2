/* settings.h - lodge.conf as immutable, validated values.
 *
 * A key file (GLib's), read through a line index of ours that refuses doubled groups and
 * doubled keys, and consumed until nothing is left: an unknown group or key is refused by file, line
 * and name with the nearest known name. Every number has its unit ("30s", "25M", "20/min").
 * Relative paths are relative to the file. Nothing is read beyond lodge.conf, the call and register
 * files and the trust anchors; secrets are only located here. The keys are documented in lodge.conf(5). */
#pragma once

#include "config/call.h"
#include "config/config_error.h"
#include "config/dns.h"
#include "config/register.h"
#include "config/retention.h"
#include "config/rules.h"
#include "config/scanner.h"
#include "config/secret.h"
#include "config/trust.h"
#include <glib.h>

typedef enum { LODGE_TLS_IMPLICIT, LODGE_TLS_STARTTLS, LODGE_TLS_NONE } LodgeTls;
typedef enum { LODGE_AUTH_NONE, LODGE_AUTH_PASSWORD, LODGE_AUTH_BEARER } LodgeAuth;
typedef enum { LODGE_AFTER_LEAVE, LODGE_AFTER_KEYWORD, LODGE_AFTER_MOVE } LodgeAfter;
typedef enum { LODGE_ENVELOPE_PLUS, LODGE_ENVELOPE_PLAIN } LodgeEnvelope;

/* One server we connect to. */
typedef struct {
    char *host;
    guint port;
    LodgeTls tls;
    char *ca_file; /* PEM; NULL: the system's */
    char *user;    /* NULL when auth is none (SMTP only) */
    LodgeAuth auth;
    LodgeSecret secret;
    guint connect_timeout_ms;
    guint reply_timeout_ms; /* silence in the middle of an exchange */
} LodgeEndpoint;

typedef struct {
    char *name; /* group [mailbox NAME] */
    LodgeEndpoint endpoint;
    char *call;    /* id of a call below */
    GStrv folders; /* NULL: all selectable but Sent, Drafts, Outbox */
    LodgeAfter after;
    char *keyword; /* with KEYWORD */
    char *move_to; /* with MOVE */
    guint poll_ms; /* serve: at the latest it looks again after this */
} LodgeMailbox;

typedef struct {
    LodgeEndpoint endpoint;
    char *from_name;
    char *from_address;
    char *help_address; /* reply address in words and Reply-To; default from_address */
    char *
        envelope_address; /* receipts@…; with PLUS the receipt's id is added to the local part */
    LodgeEnvelope envelope;
    guint pace_per_minute;     /* 0: no limit */
    guint pace_per_day;        /* 0: no limit */
    guint pace_per_connection; /* messages on one connection */
    guint max_attempts;
    guint retry_first_s, retry_max_s;
} LodgeSmtp;

typedef struct {
    char *id;
    char *call_path, *register_path;
    LodgeRules *rules;  /* the parsed files with trust and names */
    char *wording_path; /* or NULL */
} LodgeCallSettings;

typedef struct {
    LodgeCaps caps;                /* of the rules of every call */
    LodgeTellContact tell_contact; /* likewise */
    guint total_per_hour;          /* receipts that leave, to whomever; 0: no limit */
} LodgeAnswers;

typedef struct {
    gint64 max_message_bytes;
    guint workers; /* 0: one per core */
    guint reader_wall_ms;
    guint process_attempts; /* failures of ours before a message is held for a person */
    gint64 await_attachments_us; /* that stand in a mail as placeholders */
    gint64 reserve_bytes;        /* free space below which nothing is fetched */
    gint64 low_space_bytes;      /* free space below which people are told */
} LodgeLimits;

/* Where a running service takes orders. */
typedef struct {
    char *path; /* of the Unix socket; default: control in the spool's directory */
    char *
        operators; /* group that may connect; NULL: the service's own user (and root) alone */
} LodgeControlSettings;

typedef struct {
    char *path;
    char *spool_dir;
    LodgeControlSettings control;
    GPtrArray *mailboxes; /* LodgeMailbox */
    GPtrArray *calls;     /* LodgeCallSettings */
    LodgeSmtp *smtp;      /* NULL: no receipts are sent; they wait in the outbox */
    LodgeTrust *trust;
    LodgeDnsSettings dns;
    LodgeScannerSettings scanner;
    GBytes *smime_anchors; /* PEM, for the airlock; NULL: none */
    LodgeAnswers answers;
    LodgeRetention retention;
    LodgeLimits limits;
    GPtrArray *origins; /* LodgeSettingOrigin, in order, for check-config */
} LodgeSettings;

LodgeSettings *lodge_settings_load(const char *path, GError **error);
void lodge_settings_free(LodgeSettings *settings);
const LodgeCallSettings *lodge_settings_find_call(const LodgeSettings *settings,
                                                  const char *id);

const char *lodge_tls_format(LodgeTls tls);
const char *lodge_auth_format(LodgeAuth auth);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeSettings, lodge_settings_free)
