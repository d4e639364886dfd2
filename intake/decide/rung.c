#include "intake/decide/rung.h"

GPtrArray *lodge_rungs_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)lodge_rung_free);
}

void lodge_rung_add(GPtrArray *rungs,
                    const char *check,
                    const char *result,
                    const char *words)
{
    LodgeRung *rung = g_new0(LodgeRung, 1);
    rung->check = g_strdup(check);
    rung->result = g_strdup(result);
    rung->words = g_strdup(words);
    g_ptr_array_add(rungs, rung);
}

void lodge_rung_free(LodgeRung *rung)
{
    if (rung == NULL)
        return;
    g_free(rung->check);
    g_free(rung->result);
    g_free(rung->words);
    g_free(rung);
}
