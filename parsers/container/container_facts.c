#include "parsers/container/container_facts.h"

static const char *const form_words[] = {
    [LODGE_CONTAINER_NONE] = "none",
    [LODGE_CONTAINER_ZIP] = "zip",
    [LODGE_CONTAINER_TNEF] = "tnef",
};

LodgeContainerFacts *lodge_container_facts_new(void)
{
    LodgeContainerFacts *facts = g_new0(LodgeContainerFacts, 1);
    facts->members = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_part_free);
    return facts;
}

void lodge_container_facts_free(LodgeContainerFacts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->trouble);
    g_ptr_array_unref(facts->members);
    g_free(facts);
}

const char *lodge_container_form_format(LodgeContainerForm form)
{
    g_return_val_if_fail((guint)form < G_N_ELEMENTS(form_words), "none");
    return form_words[form];
}

gboolean lodge_container_form_parse(const char *word, LodgeContainerForm *form_out)
{
    for (guint i = 0; i < G_N_ELEMENTS(form_words); i++) {
        if (g_strcmp0(word, form_words[i]) == 0) {
            *form_out = (LodgeContainerForm)i;
            return TRUE;
        }
    }
    return FALSE;
}
