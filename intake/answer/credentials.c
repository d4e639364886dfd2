#include "intake/answer/credentials.h"

#include <string.h>

static gboolean decodes_to(const char *word, const char *secret)
{
    for (gsize offset = 0; offset < 4 && word[offset] != '\0'; offset++) {
        gsize size = 0;
        g_autofree guchar *decoded = g_base64_decode(word + offset, &size);
        gboolean found = memmem(decoded, size, secret, strlen(secret)) != NULL;
        explicit_bzero(decoded, size);
        if (found)
            return TRUE;
    }
    return FALSE;
}

gboolean lodge_credentials_are_in(const char *text, const char *secret)
{
    if (text == NULL || secret == NULL || *secret == '\0')
        return FALSE;
    if (strstr(text, secret) != NULL)
        return TRUE;
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    for (guint i = 0; words[i] != NULL; i++)
        if (decodes_to(words[i], secret))
            return TRUE;
    return FALSE;
}
