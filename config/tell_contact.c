#include "config/tell_contact.h"

#include <string.h>

static const char *const words[] = {
    [LODGE_TELL_NEVER] = "never",
    [LODGE_TELL_ONCE] = "once",
    [LODGE_TELL_DAILY] = "daily",
};

void lodge_tell_contact_format(LodgeJsonWriter *writer, LodgeTellContact tell)
{
    g_return_if_fail((gsize)tell < G_N_ELEMENTS(words));
    if (tell != LODGE_TELL_NEVER)
        lodge_json_add_string(writer, "tell_contact", words[tell]);
}

LodgeTellContact lodge_tell_contact_parse(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object)
{
    const char *word = lodge_json_get_optional_string(document, object, "tell_contact");
    if (word == NULL)
        return LODGE_TELL_NEVER;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(word, words[i]) == 0)
            return (LodgeTellContact)i;
    lodge_json_fail(document, "tell_contact is none of never, once, daily");
    return LODGE_TELL_NEVER;
}
