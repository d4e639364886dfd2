#include "intake/operate/rules_cache.h"

#define MAX_RULES_BYTES (16 * 1024 * 1024)

struct LodgeRulesCache {
    LodgeSpool *spool;
    GHashTable *rules; /* digest → LodgeRules */
};

LodgeRulesCache *lodge_rules_cache_new(LodgeSpool *spool)
{
    LodgeRulesCache *cache = g_new0(LodgeRulesCache, 1);
    cache->spool = spool;
    cache->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify)lodge_rules_free);
    return cache;
}

void lodge_rules_cache_free(LodgeRulesCache *cache)
{
    if (cache == NULL)
        return;
    g_hash_table_unref(cache->rules);
    g_free(cache);
}

const LodgeRules *
lodge_rules_cache_find(LodgeRulesCache *cache, const char *sha256, GError **error)
{
    LodgeRules *rules = g_hash_table_lookup(cache->rules, sha256);
    if (rules != NULL)
        return rules;
    g_autoptr(GBytes) bytes =
        lodge_spool_read_object(cache->spool, sha256, MAX_RULES_BYTES, error);
    if (bytes == NULL)
        return NULL;
    rules = lodge_rules_parse(bytes, error);
    if (rules == NULL) {
        g_prefix_error(error, "rules object %s: ", sha256);
        return NULL;
    }
    g_hash_table_insert(cache->rules, g_strdup(sha256), rules);
    return rules;
}
