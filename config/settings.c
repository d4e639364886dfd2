#include "config/settings.h"

#include "config/anchors.h"
#include "config/endpoint.h"
#include "config/key_file.h"
#include "config/key_value.h"

#include <string.h>

/* What the groups say, before the calls are loaded. */
typedef struct {
    LodgeKeyFile *file;
    LodgeSettings *settings;
    char *service_name;
    char *instance_domain;
} Reader;

static void free_mailbox(gpointer data)
{
    LodgeMailbox *mailbox = data;
    lodge_endpoint_clear(&mailbox->endpoint);
    g_free(mailbox->name);
    g_free(mailbox->call);
    g_strfreev(mailbox->folders);
    g_free(mailbox->keyword);
    g_free(mailbox->move_to);
    g_free(mailbox);
}

static void free_call(gpointer data)
{
    LodgeCallSettings *call = data;
    g_free(call->id);
    g_free(call->call_path);
    g_free(call->register_path);
    g_free(call->wording_path);
    lodge_rules_free(call->rules);
    g_free(call);
}

static void free_smtp(LodgeSmtp *smtp)
{
    if (smtp == NULL)
        return;
    lodge_endpoint_clear(&smtp->endpoint);
    g_free(smtp->from_name);
    g_free(smtp->from_address);
    g_free(smtp->help_address);
    g_free(smtp->envelope_address);
    g_free(smtp);
}

void lodge_settings_free(LodgeSettings *settings)
{
    if (settings == NULL)
        return;
    g_free(settings->path);
    g_free(settings->spool_dir);
    g_clear_pointer(&settings->smime_anchors, g_bytes_unref);
    g_ptr_array_unref(settings->mailboxes);
    g_ptr_array_unref(settings->calls);
    free_smtp(settings->smtp);
    lodge_trust_free(settings->trust);
    lodge_dns_settings_clear(&settings->dns);
    lodge_scanner_settings_clear(&settings->scanner);
    g_free(settings->control.path);
    g_free(settings->control.operators);
    g_clear_pointer(&settings->origins, g_ptr_array_unref);
    g_free(settings);
}

/* ---- calls ---- */

static void read_call(LodgeSettings *settings, LodgeKeyGroup *group)
{
    LodgeCallSettings *call = g_new0(LodgeCallSettings, 1);
    g_ptr_array_add(settings->calls, call);
    call->id = g_strdup(lodge_key_group_argument(group));
    call->call_path = lodge_key_group_get_path(group, "file");
    call->register_path = lodge_key_group_get_path(group, "register");
    call->wording_path = lodge_key_group_get_path(group, "wording");
    if (!lodge_key_value_is_identifier(call->id))
        lodge_key_group_fail(
            group, NULL,
            "'%s' is no id of a call; use lower-case letters, digits and hyphens",
            call->id);
}

static void read_calls(Reader *reader)
{
    g_autoptr(GPtrArray) groups = lodge_key_file_take_all(reader->file, "call");
    for (guint i = 0; i < groups->len; i++)
        read_call(reader->settings, g_ptr_array_index(groups, i));
    if (groups->len == 0)
        lodge_key_group_fail(
            lodge_key_file_take(reader->file, "call"), NULL,
            "no call is configured; add a group [call ID] with file and register");
}

/* ---- mailboxes ---- */

/* RFC 9051 flag-keyword: an atom. */
static gboolean is_keyword(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || strchr("(){%*\"\\]", *at) != NULL)
            return FALSE;
    }
    return *text != '\0';
}

/* It names an account in the journal for ever; "file" is where messages from files are located. */
static gboolean is_mailbox_name(const char *text)
{
    gsize length = strlen(text);
    if (length == 0 || length > 64 || !g_ascii_isalnum(text[0]) ||
        strcmp(text, "file") == 0)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && strchr("._-", text[i]) == NULL)
            return FALSE;
    }
    return TRUE;
}

static void check_after(const LodgeMailbox *mailbox, LodgeKeyGroup *group)
{
    if (mailbox->after == LODGE_AFTER_KEYWORD && mailbox->keyword == NULL)
        lodge_key_group_fail(group, "after",
                             "keyword needs the key 'keyword', like LodgeFiled");
    if (mailbox->after == LODGE_AFTER_MOVE && mailbox->move_to == NULL)
        lodge_key_group_fail(group, "after", "move-to needs the key 'move_to', a folder");
    if (mailbox->after != LODGE_AFTER_KEYWORD && mailbox->keyword != NULL)
        lodge_key_group_fail(group, "keyword", "it has no use without after = keyword");
    if (mailbox->after != LODGE_AFTER_MOVE && mailbox->move_to != NULL)
        lodge_key_group_fail(group, "move_to", "it has no use without after = move-to");
    if (mailbox->keyword != NULL && !is_keyword(mailbox->keyword))
        lodge_key_group_fail(group, "keyword",
                             "'%s' is no IMAP keyword; use letters, digits, hyphens",
                             mailbox->keyword);
    if (mailbox->move_to != NULL && mailbox->folders != NULL &&
        g_strv_contains((const char *const *)mailbox->folders, mailbox->move_to))
        lodge_key_group_fail(group, "move_to", "'%s' is one of the folders to be read",
                             mailbox->move_to);
}

static GStrv read_folders(LodgeKeyGroup *group)
{
    g_auto(GStrv) folders = lodge_key_group_get_list(group, "folders");
    if (!lodge_key_group_has(group, "folders"))
        lodge_key_group_note_default(group, "folders", "all but Sent, Drafts and Outbox");
    return folders[0] == NULL ? NULL : g_steal_pointer(&folders);
}

static void read_mailbox(LodgeSettings *settings, LodgeKeyGroup *group)
{
    LodgeMailbox *mailbox = g_new0(LodgeMailbox, 1);
    g_ptr_array_add(settings->mailboxes, mailbox);
    mailbox->name = g_strdup(lodge_key_group_argument(group));
    if (!is_mailbox_name(mailbox->name))
        lodge_key_group_fail(
            group, NULL,
            "'%s' is no name for a mailbox; use letters, digits, hyphens and "
            "dots, and not the word file",
            mailbox->name);
    mailbox->call = lodge_key_group_get_text(group, "call");
    if (mailbox->call != NULL && lodge_settings_find_call(settings, mailbox->call) == NULL)
        lodge_key_group_fail(group, "call", "there is no group [call %s]", mailbox->call);
    lodge_endpoint_read(&mailbox->endpoint, group, &LODGE_ENDPOINT_IMAP);
    mailbox->folders = read_folders(group);
    mailbox->after = (LodgeAfter)lodge_key_group_get_choice(group, "after");
    mailbox->keyword = lodge_key_group_get_text(group, "keyword");
    mailbox->move_to = lodge_key_group_get_text(group, "move_to");
    mailbox->poll_ms = (guint)lodge_key_group_get_number(group, "poll", 0);
    check_after(mailbox, group);
}

/* Two groups that read one inbox would file its messages under two accounts. */
static void check_doubled_mailboxes(LodgeSettings *settings, GPtrArray *groups)
{
    for (guint i = 1; i < groups->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, i);
        for (guint j = 0; j < i; j++) {
            const LodgeMailbox *other = g_ptr_array_index(settings->mailboxes, j);
            if (g_strcmp0(mailbox->endpoint.host, other->endpoint.host) == 0 &&
                mailbox->endpoint.port == other->endpoint.port &&
                g_strcmp0(mailbox->endpoint.user, other->endpoint.user) == 0 &&
                (mailbox->folders == NULL || other->folders == NULL))
                lodge_key_group_fail(
                    g_ptr_array_index(groups, i), NULL,
                    "it reads the inbox of [mailbox %s] again; name different "
                    "folders in both",
                    other->name);
        }
    }
}

static void read_mailboxes(Reader *reader)
{
    g_autoptr(GPtrArray) groups = lodge_key_file_take_all(reader->file, "mailbox");
    for (guint i = 0; i < groups->len; i++)
        read_mailbox(reader->settings, g_ptr_array_index(groups, i));
    check_doubled_mailboxes(reader->settings, groups);
}

/* ---- the service, SMTP, trust, answers, limits ---- */

static void read_sender(LodgeSmtp *smtp, LodgeKeyGroup *group, const char *service_name)
{
    smtp->from_name = lodge_key_group_get_text(group, "from_name");
    smtp->from_address = lodge_key_group_get_address(group, "from_address");
    smtp->help_address = lodge_key_group_get_address(group, "help_address");
    smtp->envelope = (LodgeEnvelope)lodge_key_group_get_choice(group, "envelope");
    smtp->envelope_address = lodge_key_group_get_address(group, "envelope_address");
    if (smtp->from_name == NULL && service_name != NULL) {
        smtp->from_name = g_strdup(service_name);
        lodge_key_group_note_default(group, "from_name", smtp->from_name);
    }
    if (smtp->from_address == NULL)
        return;
    if (smtp->help_address == NULL) {
        smtp->help_address = g_strdup(smtp->from_address);
        lodge_key_group_note_default(group, "help_address", smtp->help_address);
    }
    if (smtp->envelope_address == NULL) {
        smtp->envelope_address = g_strdup(smtp->from_address);
        lodge_key_group_note_default(group, "envelope_address", smtp->envelope_address);
    }
}

static void read_pace(LodgeSmtp *smtp, LodgeKeyGroup *group)
{
    smtp->pace_per_minute = (guint)lodge_key_group_get_number(group, "pace", 0);
    smtp->pace_per_day = (guint)lodge_key_group_get_number(group, "per_day", 0);
    smtp->pace_per_connection =
        (guint)lodge_key_group_get_number(group, "per_connection", 1);
    smtp->max_attempts = (guint)lodge_key_group_get_number(group, "max_attempts", 1);
    smtp->retry_first_s =
        (guint)(lodge_key_group_get_number(group, "retry_first", 0) / 1000);
    smtp->retry_max_s = (guint)(lodge_key_group_get_number(group, "retry_max", 0) / 1000);
    if (smtp->retry_first_s > smtp->retry_max_s)
        lodge_key_group_fail(group, "retry_max", "it is shorter than retry_first");
}

static void read_smtp(Reader *reader)
{
    LodgeKeyGroup *group = lodge_key_file_take(reader->file, "smtp");
    if (!lodge_key_group_is_present(group))
        return;
    LodgeSmtp *smtp = reader->settings->smtp = g_new0(LodgeSmtp, 1);
    lodge_endpoint_read(&smtp->endpoint, group, &LODGE_ENDPOINT_SMTP);
    read_sender(smtp, group, reader->service_name);
    read_pace(smtp, group);
}

/* sun_path holds 108 bytes, its end included. */
#define CONTROL_BYTES 107

static void read_control(LodgeSettings *settings, LodgeKeyGroup *group)
{
    LodgeControlSettings *control = &settings->control;
    control->operators = lodge_key_group_get_text(group, "operators");
    control->path = lodge_key_group_get_path(group, "control");
    if (control->path == NULL && settings->spool_dir != NULL) {
        control->path = g_build_filename(settings->spool_dir, "control", NULL);
        lodge_key_group_note_default(group, "control", control->path);
    }
    if (control->path != NULL && strlen(control->path) > CONTROL_BYTES)
        lodge_key_group_fail(
            group, "control",
            "'%s' is longer than the %d bytes that a socket's path may have; "
            "name a shorter one, like /run/lodge/control",
            control->path, CONTROL_BYTES);
}

static void read_service(Reader *reader)
{
    LodgeKeyGroup *group = lodge_key_file_take(reader->file, "service");
    read_control(reader->settings, group);
    reader->service_name = lodge_key_group_get_text(group, "name");
    read_smtp(reader);
    const LodgeSmtp *smtp = reader->settings->smtp;
    reader->instance_domain = lodge_key_group_get_host(group, "domain");
    if (reader->instance_domain != NULL)
        return;
    if (smtp == NULL) {
        lodge_key_group_fail(group, NULL,
                             "'domain' is missing; without [smtp] it has no default");
        return;
    }
    if (smtp->from_address == NULL)
        return;
    reader->instance_domain = g_strdup(strrchr(smtp->from_address, '@') + 1);
    lodge_key_group_note_default(group, "domain", reader->instance_domain);
}

static gboolean is_server_pattern(const char *text)
{
    g_autofree char *host = NULL;
    g_autofree char *fault =
        lodge_key_value_parse_host(g_str_has_prefix(text, "*.") ? text + 2 : text, &host);
    return fault == NULL;
}

static void read_border(LodgeTrust *trust, LodgeKeyGroup *group)
{
    trust->kind = (LodgeBorderKind)lodge_key_group_get_choice(group, "kind");
    g_auto(GStrv) networks = lodge_key_group_get_list(group, "networks");
    for (gsize i = 0; networks[i] != NULL; i++) {
        LodgeNetwork *network = lodge_network_parse(networks[i]);
        if (network == NULL)
            lodge_key_group_fail(
                group, "networks",
                "'%s' is no network; write an address or address/prefix, with "
                "no bit set after the prefix, like 192.0.2.0/24",
                networks[i]);
        else
            g_ptr_array_add(trust->networks, network);
    }
    g_strfreev(trust->servers);
    trust->servers = lodge_key_group_get_list(group, "servers");
    for (gsize i = 0; trust->servers[i] != NULL; i++) {
        if (!is_server_pattern(trust->servers[i]))
            lodge_key_group_fail(
                group, "servers",
                "'%s' is no server name; write mx.dept.gov.uk or *.dept.gov.uk",
                trust->servers[i]);
    }
}

/* What the rules hold is the normalised form, so the settings hold it as well. */
static void read_trust(Reader *reader)
{
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    read_border(trust, lodge_key_file_take(reader->file, "border"));
    LodgeKeyGroup *group = lodge_key_file_take(reader->file, "authentication");
    g_strfreev(trust->authserv_ids);
    trust->authserv_ids = lodge_key_group_get_list(group, "authserv_ids");
    trust->spf = (LodgeSpfPolicy)lodge_key_group_get_choice(group, "spf");
    g_strfreev(trust->arc_sealers);
    trust->arc_sealers = lodge_key_group_get_list(group, "arc_sealers");
    reader->settings->smime_anchors = lodge_anchors_read(group, trust);
    trust->min_rsa_bits = (guint)lodge_key_group_get_number(group, "min_rsa_bits",
                                                            LODGE_TRUST_LEAST_RSA_BITS);
    g_autofree char *normalised = lodge_trust_format(trust);
    reader->settings->trust = lodge_trust_parse(normalised, NULL);
}

static void read_answers(Reader *reader)
{
    LodgeKeyGroup *group = lodge_key_file_take(reader->file, "answers");
    LodgeAnswers *answers = &reader->settings->answers;
    answers->caps = lodge_caps_read(group);
    answers->tell_contact =
        (LodgeTellContact)lodge_key_group_get_choice(group, "tell_contact");
    answers->total_per_hour = (guint)lodge_key_group_get_number(group, "total", 0);
}

static void read_limits(Reader *reader)
{
    LodgeKeyGroup *group = lodge_key_file_take(reader->file, "limits");
    LodgeLimits *limits = &reader->settings->limits;
    limits->max_message_bytes = lodge_key_group_get_number(group, "max_message", 0);
    limits->workers = (guint)lodge_key_group_get_number(group, "workers", 0);
    limits->reader_wall_ms = (guint)lodge_key_group_get_number(group, "reader_time", 0);
    limits->process_attempts = (guint)lodge_key_group_get_number(group, "attempts", 1);
    limits->await_attachments_us =
        lodge_key_group_get_number(group, "await_attachments", 0) * 1000;
    limits->reserve_bytes = lodge_key_group_get_number(group, "reserve", 0);
    limits->low_space_bytes = lodge_key_group_get_number(group, "low_space", 0);
}

/* ---- loading ---- */

static gboolean
check_call(const LodgeSettings *settings, const LodgeCallSettings *call, GError **error)
{
    const LodgeCall *loaded = call->rules->call;
    if (strcmp(loaded->id, call->id) != 0) {
        g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                    "%s: [call %s] names %s, whose id is '%s'; make them equal",
                    settings->path, call->id, call->call_path, loaded->id);
        return FALSE;
    }
    for (guint i = 0; g_ptr_array_index(settings->calls, i) != call; i++) {
        const LodgeCallSettings *other = g_ptr_array_index(settings->calls, i);
        if (strcmp(other->rules->call->reference_prefix, loaded->reference_prefix) == 0) {
            g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                        "%s: [call %s] and [call %s] have the same reference_prefix '%s'; "
                        "references must tell them apart",
                        settings->path, other->id, call->id, loaded->reference_prefix);
            return FALSE;
        }
    }
    return TRUE;
}

/* Whom a council asks where no SMTP says it: every domain that takes mail has a postmaster (RFC 5321 section 4.5.1). */
static char *help_address(const Reader *reader)
{
    if (reader->settings->smtp != NULL)
        return g_strdup(reader->settings->smtp->help_address);
    return g_strconcat("postmaster@", reader->instance_domain, NULL);
}

static gboolean load_wording(LodgeCallSettings *call, GError **error)
{
    gsize size_bytes;
    if (call->wording_path == NULL)
        return TRUE;
    g_autofree char *text = lodge_key_file_read(call->wording_path, &size_bytes, error);
    return text != NULL &&
           lodge_rules_set_wording(call->rules, text, call->wording_path, error);
}

static gboolean load_call(Reader *reader, LodgeCallSettings *call, GError **error)
{
    g_autofree char *help = help_address(reader);
    gsize size_bytes;
    g_autofree char *call_text = lodge_key_file_read(call->call_path, &size_bytes, error);
    if (call_text == NULL)
        return FALSE;
    g_autofree char *register_text =
        lodge_key_file_read(call->register_path, &size_bytes, error);
    if (register_text == NULL)
        return FALSE;
    call->rules =
        lodge_rules_new(call_text, call->call_path, register_text, call->register_path,
                        reader->settings->trust, reader->service_name, help,
                        reader->instance_domain, error);
    if (call->rules == NULL)
        return FALSE;
    call->rules->caps = reader->settings->answers.caps;
    call->rules->tell_contact = reader->settings->answers.tell_contact;
    return load_wording(call, error) && check_call(reader->settings, call, error);
}

static gboolean read_groups(Reader *reader, GError **error)
{
    reader->settings->spool_dir =
        lodge_key_group_get_path(lodge_key_file_take(reader->file, "spool"), "directory");
    read_calls(reader);
    read_mailboxes(reader);
    read_service(reader);
    read_trust(reader);
    lodge_dns_settings_read(&reader->settings->dns,
                            lodge_key_file_take(reader->file, "dns"));
    lodge_scanner_settings_read(&reader->settings->scanner,
                                lodge_key_file_take(reader->file, "scanner"));
    read_answers(reader);
    reader->settings->retention =
        lodge_retention_read(lodge_key_file_take(reader->file, "retention"));
    read_limits(reader);
    if (!lodge_key_file_finish(reader->file, &reader->settings->origins, error))
        return FALSE;
    for (guint i = 0; i < reader->settings->calls->len; i++) {
        LodgeCallSettings *call = g_ptr_array_index(reader->settings->calls, i);
        if (!load_call(reader, call, error)) {
            g_prefix_error(error, "[call %s]: ", call->id);
            return FALSE;
        }
    }
    return TRUE;
}

LodgeSettings *lodge_settings_load(const char *path, GError **error)
{
    gsize size_bytes;
    g_return_val_if_fail(path != NULL, NULL);
    g_autofree char *text = lodge_key_file_read(path, &size_bytes, error);
    if (text == NULL)
        return NULL;
    g_autoptr(LodgeKeyFile) file =
        lodge_key_file_parse(text, size_bytes, path, lodge_key_schema_settings(), error);
    if (file == NULL)
        return NULL;
    g_autoptr(LodgeSettings) settings = g_new0(LodgeSettings, 1);
    settings->path = g_strdup(path);
    settings->mailboxes = g_ptr_array_new_with_free_func(free_mailbox);
    settings->calls = g_ptr_array_new_with_free_func(free_call);
    Reader reader = {.file = file, .settings = settings};
    gboolean read = read_groups(&reader, error);
    g_free(reader.service_name);
    g_free(reader.instance_domain);
    return read ? g_steal_pointer(&settings) : NULL;
}

const LodgeCallSettings *lodge_settings_find_call(const LodgeSettings *settings,
                                                  const char *id)
{
    for (guint i = 0; i < settings->calls->len; i++) {
        const LodgeCallSettings *call = g_ptr_array_index(settings->calls, i);
        if (g_strcmp0(call->id, id) == 0)
            return call;
    }
    return NULL;
}
