#include "intake/answer/courier.h"
#include "intake/commands/command.h"
#include "intake/failure.h"
#include "intake/fetch/mailbox.h"
#include "intake/learn/airlock.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>
#include <sys/timex.h>

/* ---- offline ---- */

static void print_origin(const LodgeSettingOrigin *origin)
{
    g_autofree char *value = lodge_display_line(origin->value, 0);
    lodge_print("%s = %s    # %s\n", origin->key, value, origin->origin);
}

/* Group by group, in the order in which they first come. */
static void print_origins(const LodgeContext *context, const LodgeSettings *settings)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < settings->origins->len; i++) {
        const LodgeSettingOrigin *first = g_ptr_array_index(settings->origins, i);
        if (!g_hash_table_add(seen, first->group))
            continue;
        g_autofree char *heading =
            g_strdup_printf("%s[%s]", i > 0 ? "\n" : "", first->group);
        lodge_print_heading(context, heading);
        for (guint j = i; j < settings->origins->len; j++) {
            const LodgeSettingOrigin *origin = g_ptr_array_index(settings->origins, j);
            if (strcmp(origin->group, first->group) == 0)
                print_origin(origin);
        }
    }
}

/* A file that is not there is better known now than at midnight. Commands are run, and credentials
 * of the service manager looked for, only where they exist: when lodge works. */
static void check_secret(const char *name, const LodgeEndpoint *endpoint, LodgeExit *code)
{
    g_autoptr(GError) error = NULL;
    if (endpoint->secret.kind != LODGE_SECRET_FILE)
        return;
    char *secret = lodge_secret_load(&endpoint->secret, NULL, &error);
    lodge_secret_wipe(secret);
    if (error == NULL)
        return;
    lodge_print("[%s] %s\n", name, error->message);
    *code = lodge_failure_worse(*code, LODGE_EXIT_USAGE);
}

static void check_secrets(const LodgeSettings *settings, LodgeExit *code)
{
    for (guint i = 0; i < settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, i);
        g_autofree char *name = g_strdup_printf("mailbox %s", mailbox->name);
        check_secret(name, &mailbox->endpoint, code);
    }
    if (settings->smtp != NULL)
        check_secret("smtp", &settings->smtp->endpoint, code);
}

static void print_calls(const LodgeContext *context, const LodgeSettings *settings)
{
    for (guint i = 0; i < settings->calls->len; i++) {
        const LodgeCallSettings *call = g_ptr_array_index(settings->calls, i);
        const LodgeCall *value = call->rules->call;
        g_autofree char *heading = g_strdup_printf("\nCall %s: %s", call->id, value->title);
        const LodgeExtension *extension = NULL;
        gint64 deadline_us = lodge_call_deadline_for(value, NULL, &extension);
        g_autofree char *deadline = lodge_zone_format_words(value->zone, deadline_us, TRUE);
        lodge_print_heading(context, heading);
        lodge_print("on time: before %s%s\n", deadline,
                    extension != NULL ? " (extended for all)" : "");
        lodge_print("register: %u councils\n", lodge_register_count(call->rules->reg));
    }
}

/* Deadlines are other people's clocks, stamps are ours: whether ours is kept right is worth a line. */
static void print_clock(const LodgeContext *context)
{
    g_autofree char *now = lodge_instant_format(context->now_us());
    struct timex state = {0};
    int kernel = adjtimex(&state);
    lodge_print_heading(context, "\nClock");
    lodge_print("%s, %s\n", now,
                kernel < 0 || kernel == TIME_ERROR
                    ? "not known to be synchronised; run an NTP client"
                    : "synchronised, says the kernel");
}

static void print_airlock(const LodgeContext *context, LodgeExit *code)
{
    g_autoptr(GError) error = NULL;
    const LodgeAirlockOptions options = {0};
    g_autoptr(LodgeAirlock) airlock = lodge_airlock_new(&options, &error);
    lodge_print_heading(context, "\nAirlock");
    if (airlock == NULL) {
        lodge_print("cannot be used: %s\n", error->message);
        *code = lodge_failure_worse(*code, LODGE_EXIT_USAGE);
        return;
    }
    g_autofree char *words = lodge_airlock_describe(airlock);
    lodge_print("%s", words);
}

/* ---- online ---- */

static void print_result(const char *words, const GError *error, LodgeExit *code)
{
    if (error == NULL) {
        lodge_print("%s", words);
        return;
    }
    g_autofree char *shown = lodge_display_line(error->message, 0);
    lodge_print("failed: %s\n", shown);
    *code = lodge_failure_worse(*code, lodge_failure_exit(error));
}

static char *
describe_mailbox(const LodgeContext *context, const LodgeMailbox *mailbox, GError **error)
{
    char *secret =
        lodge_secret_load(&mailbox->endpoint.secret, context->credentials_directory, error);
    if (secret == NULL)
        return NULL;
    g_autoptr(LodgeMailboxSession) session = lodge_mailbox_open(mailbox, secret, error);
    lodge_secret_wipe(secret);
    return session != NULL ? lodge_mailbox_describe(session, context->now_us(), error)
                           : NULL;
}

static char *
describe_smtp(const LodgeContext *context, const LodgeSmtp *smtp, GError **error)
{
    char *secret = NULL;
    if (smtp->endpoint.auth != LODGE_AUTH_NONE) {
        secret = lodge_secret_load(&smtp->endpoint.secret, context->credentials_directory,
                                   error);
        if (secret == NULL)
            return NULL;
    }
    char *words = lodge_courier_describe(smtp, secret, error);
    lodge_secret_wipe(secret);
    return words;
}

static void
print_online(const LodgeContext *context, const LodgeSettings *settings, LodgeExit *code)
{
    for (guint i = 0; i < settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, i);
        g_autoptr(GError) error = NULL;
        g_autofree char *heading = g_strdup_printf("\nMailbox %s", mailbox->name);
        lodge_print_heading(context, heading);
        g_autofree char *words = describe_mailbox(context, mailbox, &error);
        print_result(words, error, code);
    }
    if (settings->smtp == NULL)
        return;
    g_autoptr(GError) error = NULL;
    lodge_print_heading(context, "\nSMTP");
    g_autofree char *words = describe_smtp(context, settings->smtp, &error);
    print_result(words, error, code);
}

/* ---- machines ---- */

static void print_json(const LodgeSettings *settings)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "file", settings->path);
    lodge_json_begin_array(writer, "settings");
    for (guint i = 0; i < settings->origins->len; i++) {
        const LodgeSettingOrigin *origin = g_ptr_array_index(settings->origins, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "group", origin->group);
        lodge_json_add_string(writer, "key", origin->key);
        lodge_json_add_string(writer, "value", origin->value);
        lodge_json_add_string(writer, "origin", origin->origin);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean online = FALSE;
    const GOptionEntry entries[] = {
        {"online", 0, 0, G_OPTION_ARG_NONE, &online,
         "Log in to IMAP and SMTP and show what they offer", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_check_config, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_check_config, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    LodgeExit code = LODGE_EXIT_DONE;
    if (context->json && !online) {
        print_json(settings);
        return code;
    }
    print_origins(context, settings);
    print_calls(context, settings);
    lodge_print_heading(context, "\nSecrets");
    check_secrets(settings, &code);
    if (code == LODGE_EXIT_DONE)
        lodge_print("nothing wrong with their files\n");
    print_clock(context);
    print_airlock(context, &code);
    if (online)
        print_online(context, settings, &code);
    return code;
}

const LodgeCommand lodge_command_check_config = {
    .name = "check-config",
    .summary = "Validate everything; --online also logs in",
    .details =
        "Prints every effective value with the line it comes from; secrets are masked.\n",
    .run = run,
};
