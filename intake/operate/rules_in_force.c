#include "intake/operate/rules_in_force.h"

#include <string.h>

typedef struct {
    const LodgeRules *base;
    LodgeRules *extended; /* NULL: nothing is granted */
    char *granted;        /* the extensions in it, as text; NULL: none */
    GBytes *bytes;        /* NULL: not asked for yet */
} Entry;

struct LodgeRulesInForce {
    const LodgeSettings *settings;
    GHashTable *entries; /* call's id → Entry */
};

static void entry_clear(Entry *entry)
{
    g_clear_pointer(&entry->extended, lodge_rules_free);
    g_clear_pointer(&entry->bytes, g_bytes_unref);
    g_clear_pointer(&entry->granted, g_free);
}

static void entry_free(gpointer entry)
{
    entry_clear(entry);
    g_free(entry);
}

LodgeRulesInForce *lodge_rules_in_force_new(const LodgeSettings *settings)
{
    LodgeRulesInForce *rules = g_new0(LodgeRulesInForce, 1);
    rules->settings = settings;
    rules->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return rules;
}

void lodge_rules_in_force_free(LodgeRulesInForce *rules)
{
    if (rules == NULL)
        return;
    g_hash_table_unref(rules->entries);
    g_free(rules);
}

static Entry *find_entry(LodgeRulesInForce *rules, const char *call)
{
    Entry *entry = g_hash_table_lookup(rules->entries, call);
    const LodgeCallSettings *settings = lodge_settings_find_call(rules->settings, call);
    if (entry != NULL || settings == NULL)
        return entry;
    entry = g_new0(Entry, 1);
    entry->base = settings->rules;
    g_hash_table_insert(rules->entries, g_strdup(call), entry);
    return entry;
}

static void grant(LodgeRules *rules, const LodgeLedgerExtension *granted)
{
    const LodgeExtension extension = {
        .council = strcmp(granted->council, "all") == 0 ? (char *)"*" : granted->council,
        .until_us = granted->until_us,
        .until_text = granted->until_text,
        .reason = granted->reason,
    };
    lodge_rules_grant(rules, &extension);
}

static LodgeRules *extend(const LodgeRules *base, GPtrArray *extensions, GError **error)
{
    LodgeRules *extended = lodge_rules_copy(base, error);
    for (guint i = 0; extended != NULL && i < extensions->len; i++)
        grant(extended, g_ptr_array_index(extensions, i));
    return extended;
}

LodgeRules *
lodge_rules_in_force_copy(const LodgeRules *base, LodgeLedger *ledger, GError **error)
{
    g_autoptr(GPtrArray) extensions =
        lodge_ledger_list_extensions(ledger, base->call->id, error);
    return extensions != NULL ? extend(base, extensions, error) : NULL;
}

/* Their number would not tell whether they are the same: what was asked for inside a transaction may have been rolled
 * back since, and another granted in its place. */
static char *describe(const GPtrArray *extensions)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < extensions->len; i++) {
        const LodgeLedgerExtension *granted = g_ptr_array_index(extensions, i);
        g_string_append_printf(text, "%s %" G_GINT64_FORMAT " %s %s\n", granted->council,
                               granted->until_us,
                               granted->until_text != NULL ? granted->until_text : "",
                               granted->reason != NULL ? granted->reason : "");
    }
    return g_string_free(text, text->len == 0);
}

static gboolean bring_up(Entry *entry, GPtrArray *extensions, GError **error)
{
    g_autofree char *granted = describe(extensions);
    if (g_strcmp0(granted, entry->granted) == 0)
        return TRUE;
    LodgeRules *extended = extend(entry->base, extensions, error);
    if (extended == NULL)
        return FALSE;
    entry_clear(entry);
    entry->extended = extended;
    entry->granted = g_steal_pointer(&granted);
    return TRUE;
}

static const LodgeRules *rules_of(const Entry *entry)
{
    return entry->extended != NULL ? entry->extended : entry->base;
}

const LodgeRules *lodge_rules_in_force_find(LodgeRulesInForce *rules,
                                            LodgeLedger *ledger,
                                            const char *call,
                                            const char *about,
                                            GError **error)
{
    Entry *entry = find_entry(rules, call);
    if (entry == NULL) {
        g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                    "%s belongs to call %s, which is no longer in %s; add its [call] group "
                    "again",
                    about, call, rules->settings->path);
        return NULL;
    }
    g_autoptr(GPtrArray) extensions = lodge_ledger_list_extensions(ledger, call, error);
    if (extensions == NULL || !bring_up(entry, extensions, error))
        return NULL;
    return rules_of(entry);
}

GBytes *lodge_rules_in_force_bytes(LodgeRulesInForce *rules, const char *call)
{
    Entry *entry = g_hash_table_lookup(rules->entries, call);
    g_return_val_if_fail(entry != NULL, NULL);
    if (entry->bytes == NULL)
        entry->bytes = lodge_rules_format(rules_of(entry));
    return g_bytes_ref(entry->bytes);
}
