#include "config/rules.h"

#include "parsers/text/json.h"

#include <string.h>

#define RULES_FORMAT 1
/* Two texts of at most 1 MB, of which JSON may write each byte as six. */
#define RULES_BYTES (16 * 1024 * 1024)
#define RULES_DEPTH 8
/* Years of the zone's table that the rules hold, around the call's window. */
#define YEARS_BEFORE 1
#define YEARS_AFTER 5

void lodge_rules_free(LodgeRules *rules)
{
    if (rules == NULL)
        return;
    lodge_call_free(rules->call);
    lodge_register_free(rules->reg);
    lodge_trust_free(rules->trust);
    g_free(rules->service_name);
    g_free(rules->help_address);
    g_free(rules->instance_domain);
    g_free(rules->call_text);
    g_free(rules->register_text);
    lodge_wording_free(rules->wording);
    g_free(rules->wording_text);
    g_ptr_array_unref(rules->granted);
    g_free(rules);
}

static LodgeRules *rules_new(void)
{
    LodgeRules *rules = g_new0(LodgeRules, 1);
    rules->granted = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_extension_free);
    return rules;
}

void lodge_rules_grant(LodgeRules *rules, const LodgeExtension *extension)
{
    g_ptr_array_add(rules->granted, lodge_extension_copy(extension));
    lodge_call_add_extension(rules->call, extension);
}

static gint64 first_of_january(gint64 instant_us, int years)
{
    LodgeCivil civil;
    gint64 january_us = instant_us;
    lodge_instant_split(instant_us, &civil);
    LodgeCivil january = {.year = civil.year + years, .month = 1, .day = 1};
    lodge_instant_join(&january, &january_us);
    return january_us;
}

/* The part of the zone that this call can meet. A change of tzdata for other decades then changes no rules. */
static LodgeZone *cut_zone(const LodgeCall *call, GError **error)
{
    gint64 from_us = call->deadline_us;
    gint64 to_us = call->deadline_us;
    if (call->opens_us != LODGE_INSTANT_UNKNOWN)
        from_us = MIN(from_us, call->opens_us);
    for (guint i = 0; i < call->extensions->len; i++) {
        const LodgeExtension *extension = g_ptr_array_index(call->extensions, i);
        to_us = MAX(to_us, extension->until_us);
    }
    g_autofree char *table =
        lodge_zone_format(call->zone, first_of_january(from_us, -YEARS_BEFORE),
                          first_of_january(to_us, 1 + YEARS_AFTER));
    return lodge_zone_parse(table, error);
}

/* Fresh rules already hold the cut table, so that deciding now and replaying later see the same. */
static LodgeCall *parse_call(const char *text, const char *name, GError **error)
{
    g_autoptr(LodgeCall) whole = lodge_call_parse(text, name, NULL, error);
    if (whole == NULL)
        return NULL;
    g_autoptr(LodgeZone) zone = cut_zone(whole, error);
    if (zone == NULL)
        return NULL;
    return lodge_call_parse(text, name, zone, error);
}

static LodgeTrust *copy_trust(const LodgeTrust *trust, GError **error)
{
    g_autofree char *text = lodge_trust_format(trust);
    return lodge_trust_parse(text, error);
}

LodgeRules *lodge_rules_new(const char *call_text,
                            const char *call_name,
                            const char *register_text,
                            const char *register_name,
                            const LodgeTrust *trust,
                            const char *service_name,
                            const char *help_address,
                            const char *instance_domain,
                            GError **error)
{
    g_return_val_if_fail(trust != NULL && service_name != NULL, NULL);
    g_return_val_if_fail(help_address != NULL && instance_domain != NULL, NULL);
    g_autoptr(LodgeRules) rules = rules_new();
    rules->call = parse_call(call_text, call_name, error);
    if (rules->call == NULL)
        return NULL;
    rules->reg = lodge_register_parse(register_text, register_name, error);
    if (rules->reg == NULL)
        return NULL;
    rules->trust = copy_trust(trust, error);
    if (rules->trust == NULL)
        return NULL;
    rules->service_name = g_strdup(service_name);
    rules->help_address = g_strdup(help_address);
    rules->instance_domain = g_strdup(instance_domain);
    rules->call_text = g_strdup(call_text);
    rules->register_text = g_strdup(register_text);
    return g_steal_pointer(&rules);
}

gboolean lodge_rules_set_wording(LodgeRules *rules,
                                 const char *text,
                                 const char *name,
                                 GError **error)
{
    g_return_val_if_fail(rules != NULL && name != NULL, FALSE);
    LodgeWording *wording = text == NULL ? NULL : lodge_wording_parse(text, name, error);
    if (text != NULL && wording == NULL)
        return FALSE;
    char *copy = g_strdup(text);
    lodge_wording_free(rules->wording);
    g_free(rules->wording_text);
    rules->wording = wording;
    rules->wording_text = copy;
    return TRUE;
}

/* Rules from before extensions were granted keep their bytes. */
static void format_granted(LodgeJsonWriter *writer, const GPtrArray *granted)
{
    if (granted->len == 0)
        return;
    lodge_json_begin_array(writer, "granted");
    for (guint i = 0; i < granted->len; i++) {
        const LodgeExtension *extension = g_ptr_array_index(granted, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "council", extension->council);
        lodge_json_add_instant(writer, "until", extension->until_us);
        lodge_json_add_string(writer, "until_text", extension->until_text);
        lodge_json_add_string(writer, "reason", extension->reason);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

GBytes *lodge_rules_format(const LodgeRules *rules)
{
    g_autoptr(LodgeJsonWriter) writer = lodge_json_writer_new();
    g_autofree char *trust = lodge_trust_format(rules->trust);
    g_autofree char *zone = lodge_zone_format(rules->call->zone, G_MININT64, G_MAXINT64);
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_int(writer, "format", RULES_FORMAT);
    lodge_json_add_string(writer, "call_text", rules->call_text);
    lodge_json_add_string(writer, "register_text", rules->register_text);
    if (rules->wording_text !=
        NULL) /* rules from before there were wordings keep their bytes */
        lodge_json_add_string(writer, "wording_text", rules->wording_text);
    format_granted(writer, rules->granted);
    lodge_json_add_raw(writer, "trust", trust);
    lodge_json_add_raw(writer, "zone", zone);
    lodge_json_add_string(writer, "service_name", rules->service_name);
    lodge_json_add_string(writer, "help_address", rules->help_address);
    lodge_json_add_string(writer, "instance_domain", rules->instance_domain);
    lodge_caps_format(writer, &rules->caps);
    lodge_tell_contact_format(writer, rules->tell_contact);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(g_steal_pointer(&writer));
}

/* The members that are texts of other parsers, borrowed and owned. */
typedef struct {
    const char *call_text;
    const char *register_text;
    const char *wording_text; /* or NULL */
    char *trust;
    char *zone;
    GPtrArray *granted; /* LodgeExtension */
} Parts;

static GPtrArray *read_granted(LodgeJsonDocument *document, const LodgeJsonNode *root)
{
    GPtrArray *granted =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_extension_free);
    const LodgeJsonNode *array = lodge_json_get_optional_array(document, root, "granted");
    for (guint i = 0; array != NULL && i < lodge_json_array_length(array); i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        const LodgeExtension extension = {
            .council = (char *)lodge_json_get_string(document, node, "council"),
            .until_us = lodge_json_get_instant(document, node, "until"),
            .until_text =
                (char *)lodge_json_get_optional_string(document, node, "until_text"),
            .reason = (char *)lodge_json_get_optional_string(document, node, "reason"),
        };
        if (extension.until_us == LODGE_INSTANT_UNKNOWN)
            lodge_json_fail(document, "until is missing");
        g_ptr_array_add(granted, lodge_extension_copy(&extension));
    }
    return granted;
}

static void read_parts(LodgeRules *rules, LodgeJsonDocument *document, Parts *parts_out)
{
    const LodgeJsonNode *root = lodge_json_root(document);
    gint64 format = lodge_json_get_int(document, root, "format");
    if (format != RULES_FORMAT)
        lodge_json_fail(document,
                        "the rules have format %" G_GINT64_FORMAT "; this lodge reads %d",
                        format, RULES_FORMAT);
    parts_out->call_text = lodge_json_get_string(document, root, "call_text");
    parts_out->register_text = lodge_json_get_string(document, root, "register_text");
    parts_out->wording_text =
        lodge_json_get_optional_string(document, root, "wording_text");
    const LodgeJsonNode *trust = lodge_json_get_object(document, root, "trust");
    const LodgeJsonNode *zone = lodge_json_get_object(document, root, "zone");
    parts_out->trust = trust == NULL ? NULL : lodge_json_node_text(trust);
    parts_out->zone = zone == NULL ? NULL : lodge_json_node_text(zone);
    parts_out->granted = read_granted(document, root);
    rules->service_name = g_strdup(lodge_json_get_string(document, root, "service_name"));
    rules->help_address = g_strdup(lodge_json_get_string(document, root, "help_address"));
    rules->instance_domain =
        g_strdup(lodge_json_get_string(document, root, "instance_domain"));
    rules->caps = lodge_caps_parse(document, root);
    rules->tell_contact = lodge_tell_contact_parse(document, root);
}

static gboolean parse_parts(LodgeRules *rules, const Parts *parts, GError **error)
{
    g_autoptr(LodgeZone) zone = lodge_zone_parse(parts->zone, error);
    if (zone == NULL)
        return FALSE;
    rules->trust = lodge_trust_parse(parts->trust, error);
    if (rules->trust == NULL)
        return FALSE;
    rules->call = lodge_call_parse(parts->call_text, "call", zone, error);
    if (rules->call == NULL)
        return FALSE;
    rules->reg = lodge_register_parse(parts->register_text, "register", error);
    if (rules->reg == NULL)
        return FALSE;
    rules->call_text = g_strdup(parts->call_text);
    rules->register_text = g_strdup(parts->register_text);
    for (guint i = 0; i < parts->granted->len; i++)
        lodge_rules_grant(rules, g_ptr_array_index(parts->granted, i));
    return lodge_rules_set_wording(rules, parts->wording_text, "wording", error);
}

LodgeRules *lodge_rules_parse(GBytes *bytes, GError **error)
{
    gsize size_bytes;
    const char *text = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(text, size_bytes, RULES_BYTES, RULES_DEPTH, error);
    if (document == NULL)
        return NULL;
    g_autoptr(LodgeRules) rules = rules_new();
    Parts parts = {0};
    read_parts(rules, document, &parts);
    gboolean parsed =
        lodge_json_finish(document, error) && parse_parts(rules, &parts, error);
    g_free(parts.trust);
    g_free(parts.zone);
    g_ptr_array_unref(parts.granted);
    if (!parsed) {
        g_prefix_error(error, "rules: ");
        return NULL;
    }
    return g_steal_pointer(&rules);
}

LodgeRules *lodge_rules_copy(const LodgeRules *rules, GError **error)
{
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    return lodge_rules_parse(bytes, error);
}
