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

void lodge_rungs_format(LodgeJsonWriter *json, const char *name, const GPtrArray *rungs)
{
    lodge_json_begin_array(json, name);
    for (guint i = 0; i < rungs->len; i++) {
        const LodgeRung *rung = g_ptr_array_index(rungs, i);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "check", rung->check);
        lodge_json_add_string(json, "result", rung->result);
        lodge_json_add_string(json, "words", rung->words);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}
