#include "intake/commands/command.h"
#include "intake/commands/online.h"
#include "intake/failure.h"
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
static void
check_secret(const char *name, const LodgeEndpoint *endpoint, GPtrArray *problems)
{
    g_autoptr(GError) error = NULL;
    if (endpoint->secret.kind != LODGE_SECRET_FILE)
        return;
    char *secret = lodge_secret_load(&endpoint->secret, NULL, &error);
    lodge_secret_wipe(secret);
    if (error != NULL)
        g_ptr_array_add(problems, g_strdup_printf("[%s] %s", name, error->message));
}

/* What would keep lodge from working, found without asking anybody: lines of words. */
static GPtrArray *find_problems(const LodgeSettings *settings)
{
    GPtrArray *problems = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, i);
        g_autofree char *name = g_strdup_printf("mailbox %s", mailbox->name);
        check_secret(name, &mailbox->endpoint, problems);
    }
    if (settings->smtp != NULL)
        check_secret("smtp", &settings->smtp->endpoint, problems);
    return problems;
}

static void print_problems(const LodgeContext *context, GPtrArray *problems)
{
    lodge_print_heading(context, "\nProblems");
    for (guint i = 0; i < problems->len; i++) {
        g_autofree char *shown = lodge_display_line(g_ptr_array_index(problems, i), 0);
        lodge_print("%s\n", shown);
    }
    if (problems->len == 0)
        lodge_print("none found\n");
}

/* The sandbox in words, or a problem more. */
static char *describe_airlock(const LodgeSettings *settings, GPtrArray *problems)
{
    g_autoptr(GError) error = NULL;
    const LodgeAirlockOptions options = {.anchors_pem = settings->smime_anchors};
    g_autoptr(LodgeAirlock) airlock = lodge_airlock_new(&options, &error);
    if (airlock != NULL)
        return lodge_airlock_describe(airlock);
    g_ptr_array_add(problems, g_strdup_printf("airlock: %s", error->message));
    return g_strdup("cannot be used\n");
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

/* ---- online ---- */

static void print_answer(const LodgeContext *context, const LodgeOnlineAnswer *answer)
{
    g_autofree char *heading = g_strdup_printf("\n[%s] online", answer->name);
    lodge_print_heading(context, heading);
    if (answer->error == NULL) {
        lodge_print("%s", answer->words);
        return;
    }
    g_autofree char *shown = lodge_display_line(answer->error->message, 0);
    lodge_print("failed: %s\n", shown);
}

/* ---- machines ---- */

static void write_lines(LodgeJsonWriter *writer, const char *name, const char *words)
{
    g_autofree char *trimmed = g_strchomp(g_strdup(words != NULL ? words : ""));
    g_auto(GStrv) lines = g_strsplit(trimmed, "\n", -1);
    lodge_json_add_strings(writer, name, (const char *const *)lines);
}

static void write_answers(LodgeJsonWriter *writer, GPtrArray *answers)
{
    lodge_json_begin_array(writer, "online");
    for (guint i = 0; i < answers->len; i++) {
        const LodgeOnlineAnswer *answer = g_ptr_array_index(answers, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "name", answer->name);
        write_lines(writer, "lines", answer->words);
        lodge_json_add_string(writer, "error",
                              answer->error != NULL ? answer->error->message : NULL);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void print_json(const LodgeSettings *settings,
                       GPtrArray *problems,
                       const char *airlock,
                       GPtrArray *answers)
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
    lodge_json_begin_array(writer, "problems");
    for (guint i = 0; i < problems->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(problems, i));
    lodge_json_end_array(writer);
    write_lines(writer, "airlock", airlock);
    write_answers(writer, answers);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

static void print_words(const LodgeContext *context,
                        const LodgeSettings *settings,
                        const char *airlock,
                        GPtrArray *answers)
{
    print_origins(context, settings);
    print_calls(context, settings);
    print_clock(context);
    lodge_print_heading(context, "\nAirlock");
    lodge_print("%s", airlock);
    for (guint i = 0; i < answers->len; i++)
        print_answer(context, g_ptr_array_index(answers, i));
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean online = FALSE;
    const GOptionEntry entries[] = {
        {"online", 0, 0, G_OPTION_ARG_NONE, &online,
         "Log in to IMAP and SMTP, ask DNS and the malware scanner, and show what they offer",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_check_config, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_check_config, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(GPtrArray) answers =
        online ? lodge_online_ask(context, settings) : g_ptr_array_new();
    LodgeExit code = LODGE_EXIT_DONE;
    for (guint i = 0; i < answers->len; i++) {
        const LodgeOnlineAnswer *answer = g_ptr_array_index(answers, i);
        code = lodge_failure_worse(code, lodge_failure_exit(answer->error));
    }
    g_autoptr(GPtrArray) problems = find_problems(settings);
    g_autofree char *airlock = describe_airlock(settings, problems);
    if (problems->len > 0)
        code = LODGE_EXIT_USAGE;
    if (context->json) {
        print_json(settings, problems, airlock, answers);
    } else {
        print_words(context, settings, airlock, answers);
        print_problems(context, problems);
    }
    return code;
}

const LodgeCommand lodge_command_check_config = {
    .name = "check-config",
    .summary = "Validate everything; --online also logs in and asks DNS and the scanner",
    .details =
        "Prints every effective value with the line it comes from; secrets are masked.\n",
    .run = run,
};
