#include "intake/fetch/breakers.h"

#include <string.h>

typedef struct {
    char *account;
    guint count;
    gboolean is_certain;
    gint64 certain_us; /* since when */
} Blame;

struct LodgeBreakers {
    GMutex mutex;
    GHashTable *blames; /* account, folder, UIDVALIDITY and UID -> Blame */
};

static void blame_free(Blame *blame)
{
    g_free(blame->account);
    g_free(blame);
}

LodgeBreakers *lodge_breakers_new(void)
{
    LodgeBreakers *breakers = g_new0(LodgeBreakers, 1);
    g_mutex_init(&breakers->mutex);
    breakers->blames =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)blame_free);
    return breakers;
}

void lodge_breakers_free(LodgeBreakers *breakers)
{
    if (breakers == NULL)
        return;
    g_hash_table_unref(breakers->blames);
    g_mutex_clear(&breakers->mutex);
    g_free(breakers);
}

/* The numbers stand first, so that no folder's name can look like another place. */
static char *key_of(const LodgeLocation *location)
{
    return g_strdup_printf("%u %u %zu %s %s", location->uidvalidity, location->uid,
                           strlen(location->account), location->account, location->folder);
}

void lodge_breakers_blame(LodgeBreakers *breakers,
                          const LodgeLocation *location,
                          gboolean alone,
                          gint64 now_us)
{
    g_autofree char *key = key_of(location);
    g_mutex_lock(&breakers->mutex);
    Blame *blame = g_hash_table_lookup(breakers->blames, key);
    if (blame == NULL) {
        blame = g_new0(Blame, 1);
        blame->account = g_strdup(location->account);
        g_hash_table_insert(breakers->blames, g_steal_pointer(&key), blame);
    }
    blame->count++;
    if (alone) {
        blame->is_certain = TRUE;
        blame->certain_us = now_us;
    }
    g_mutex_unlock(&breakers->mutex);
}

LodgeBreakerJudgement
lodge_breakers_judge(LodgeBreakers *breakers, const LodgeLocation *location, gint64 now_us)
{
    g_autofree char *key = key_of(location);
    LodgeBreakerJudgement judgement = LODGE_BREAKER_NONE;
    g_mutex_lock(&breakers->mutex);
    const Blame *blame = g_hash_table_lookup(breakers->blames, key);
    if (blame != NULL)
        judgement =
            blame->is_certain && now_us - blame->certain_us < LODGE_BREAKERS_LEFT_OUT_US
                ? LODGE_BREAKER_LEFT_OUT
                : LODGE_BREAKER_SUSPECTED;
    g_mutex_unlock(&breakers->mutex);
    return judgement;
}

guint lodge_breakers_count(LodgeBreakers *breakers, const char *account)
{
    guint count = 0;
    GHashTableIter iter;
    gpointer value;
    g_mutex_lock(&breakers->mutex);
    g_hash_table_iter_init(&iter, breakers->blames);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Blame *blame = value;
        count += strcmp(blame->account, account) == 0 ? blame->count : 0;
    }
    g_mutex_unlock(&breakers->mutex);
    return count;
}
