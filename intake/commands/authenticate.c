#include "intake/commands/command.h"
#include "intake/commands/print_authentication.h"
#include "intake/learn/airlock.h"
#include "intake/learn/resolver_unbound.h"
#include "intake/learn/resolver_zone.h"
#include "parsers/text/display.h"
#include <unistd.h>

typedef struct {
    const char *path, *zone_path, *call;
    gboolean configured; /* --config was said */
    gint64 at_us;
} Wish;

/* What the configuration gives, or nothing: `rules` stands on one of the others. */
typedef struct {
    LodgeSettings *settings;
    LodgeRegister *nobody;
    LodgeTrust *no_trust;
    LodgeRules bare;
    const LodgeRules *rules;
} Ground;

static gboolean
prepare(Ground *ground, const LodgeContext *context, const Wish *wish, GError **error)
{
    if (!wish->configured) {
        ground->bare.reg = ground->nobody = lodge_register_new();
        ground->bare.trust = ground->no_trust = lodge_trust_new();
        ground->rules = &ground->bare;
        return TRUE;
    }
    ground->settings = lodge_settings_load(context->config_path, error);
    const LodgeCallSettings *call =
        ground->settings != NULL
            ? lodge_command_choose_call(ground->settings, wish->call, error)
            : NULL;
    ground->rules = call != NULL ? call->rules : NULL;
    return call != NULL;
}

static void clear(Ground *ground)
{
    lodge_settings_free(ground->settings);
    lodge_register_free(ground->nobody);
    lodge_trust_free(ground->no_trust);
}

/* FALSE: error; `resolver_out` NULL: there is no DNS to ask. */
static gboolean open_resolver(const LodgeContext *context,
                              const Wish *wish,
                              const LodgeSettings *settings,
                              LodgeResolver **resolver_out,
                              GError **error)
{
    *resolver_out = NULL;
    if (wish->zone_path != NULL) {
        LodgeZoneFile *zone = lodge_zone_file_load(wish->zone_path, error);
        if (zone != NULL)
            *resolver_out = lodge_resolver_zone_new(zone, context->now_us);
        return zone != NULL;
    }
    if (settings == NULL || settings->dns.mode == LODGE_DNS_MODE_OFF)
        return TRUE;
    *resolver_out =
        lodge_resolver_unbound_new(&settings->dns, NULL, context->now_us, error);
    return *resolver_out != NULL;
}

static LodgeMessageFacts *
read_message(const Wish *wish, const LodgeSettings *settings, GError **error)
{
    const LodgeAirlockOptions options = {
        .wall_ms = settings != NULL ? settings->limits.reader_wall_ms : 0,
        .anchors_pem = settings != NULL ? settings->smime_anchors : NULL};
    int fd = lodge_command_open_file(wish->path, error);
    int leaves_fd = fd >= 0 ? lodge_command_scratch("leaves", error) : -1;
    g_autoptr(LodgeAirlock) airlock =
        leaves_fd >= 0 ? lodge_airlock_new(&options, error) : NULL;
    g_autoptr(LodgeMessageFacts) message =
        airlock != NULL ? lodge_airlock_read_message(airlock, fd, leaves_fd, error) : NULL;
    if (leaves_fd >= 0)
        close(leaves_fd);
    if (fd >= 0)
        close(fd);
    return g_steal_pointer(&message);
}

static gboolean
authenticate(const LodgeContext *context, const Wish *wish, Ground *ground, GError **error)
{
    g_autoptr(LodgeResolver) resolver = NULL;
    if (!prepare(ground, context, wish, error) ||
        !open_resolver(context, wish, ground->settings, &resolver, error))
        return FALSE;
    g_autoptr(LodgeMessageFacts) message = read_message(wish, ground->settings, error);
    if (message == NULL)
        return FALSE;
    g_autoptr(LodgeAuthentication) authentication =
        lodge_authenticate(message, resolver, ground->rules, wish->at_us);
    if (context->json)
        lodge_print_authentication_json(message, authentication);
    else
        lodge_print_authentication_words(message, authentication);
    return TRUE;
}

static gboolean
parse_now(const char *text, const LodgeContext *context, gint64 *at_us_out, GError **error)
{
    if (text == NULL) {
        *at_us_out = context->now_us();
        return TRUE;
    }
    if (lodge_instant_parse(text, at_us_out))
        return TRUE;
    g_autofree char *shown = lodge_display_line(text, 60);
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "--now %s is not an instant; write YYYY-MM-DDTHH:MM:SSZ", shown);
    return FALSE;
}

static gboolean check_together(const Wish *wish, GError **error)
{
    if (wish->call == NULL || wish->configured)
        return TRUE;
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "--call needs --config, whose calls it chooses from");
    return FALSE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *zone = NULL;
    g_autofree char *now = NULL;
    g_autofree char *call = NULL;
    const char *config_unsaid = context->config_path;
    const GOptionEntry entries[] = {
        {"dns", 0, 0, G_OPTION_ARG_FILENAME, &zone,
         "Keys and policies are in this zone file; ask no network", "ZONE"},
        {"now", 0, 0, G_OPTION_ARG_STRING, &now, "Judge as of this instant",
         "YYYY-MM-DDTHH:MM:SSZ"},
        {"call", 0, 0, G_OPTION_ARG_STRING, &call, "Whose register, if there are several",
         "ID"},
        G_OPTION_ENTRY_NULL,
    };
    Wish wish = {0};
    if (!lodge_command_parse(&lodge_command_authenticate, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_authenticate, argc, 1, 1, error) ||
        !parse_now(now, context, &wish.at_us, error))
        return LODGE_EXIT_USAGE;
    wish.path = argv[1];
    wish.zone_path = zone;
    wish.call = call;
    wish.configured = context->config_path != config_unsaid;
    if (!check_together(&wish, error))
        return LODGE_EXIT_USAGE;
    Ground ground = {0};
    gboolean done = authenticate(context, &wish, &ground, error);
    clear(&ground);
    return done ? LODGE_EXIT_DONE : LODGE_EXIT_TEMPORARY;
}

const LodgeCommand lodge_command_authenticate = {
    .name = "authenticate",
    .arguments = "FILE",
    .summary = "Who sent a message, and how that is known",
    .details =
        "Without --config nobody is trusted and nobody is registered; without --dns the\n"
        "configuration's [dns] is asked, or nobody. Nothing is kept.\n",
    .run = run,
};
