#include "parsers/document/document_facts.h"

static const char *const examination_words[] = {
    [LODGE_EXAMINED] = "complete",
    [LODGE_EXAMINED_PARTLY] = "partial",
    [LODGE_NOT_EXAMINED_TYPE] = "unknown-type",
    [LODGE_NOT_EXAMINED_CRASHED] = "crashed",
    [LODGE_NOT_EXAMINED_LIMIT] = "limit",
};

static const char *const encryption_words[] = {
    [LODGE_ENCRYPTED_NO] = "no",
    [LODGE_ENCRYPTED_RESTRICTED] = "restricted",
    [LODGE_ENCRYPTED_PASSWORD] = "password",
    [LODGE_ENCRYPTED_UNKNOWN] = "unknown",
};

LodgeDocumentFacts *lodge_document_facts_new(void)
{
    LodgeDocumentFacts *facts = g_new0(LodgeDocumentFacts, 1);

    facts->examination = LODGE_NOT_EXAMINED_TYPE;
    facts->media_type = g_strdup("application/octet-stream");
    facts->pages = -1;
    facts->encrypted = LODGE_ENCRYPTED_UNKNOWN;
    facts->active_content = g_new0(char *, 1);
    facts->pages_text = g_ptr_array_new_with_free_func(g_free);
    facts->limits_hit = g_new0(char *, 1);
    return facts;
}

void lodge_document_facts_free(LodgeDocumentFacts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->why);
    g_free(facts->media_type);
    g_strfreev(facts->active_content);
    g_free(facts->title);
    g_ptr_array_unref(facts->pages_text);
    g_strfreev(facts->limits_hit);
    lodge_document_details_free(facts->details);
    g_free(facts);
}

static int find_word(const char *const *words, guint count, const char *word)
{
    for (guint i = 0; i < count; i++) {
        if (g_strcmp0(word, words[i]) == 0)
            return (int)i;
    }
    return -1;
}

const char *lodge_examination_format(LodgeExamination examination)
{
    g_return_val_if_fail((guint)examination < G_N_ELEMENTS(examination_words),
                         "unknown-type");
    return examination_words[examination];
}

gboolean lodge_examination_parse(const char *word, LodgeExamination *examination_out)
{
    int found = find_word(examination_words, G_N_ELEMENTS(examination_words), word);
    if (found < 0)
        return FALSE;
    *examination_out = (LodgeExamination)found;
    return TRUE;
}

const char *lodge_encryption_format(LodgeEncryption encryption)
{
    g_return_val_if_fail((guint)encryption < G_N_ELEMENTS(encryption_words), "unknown");
    return encryption_words[encryption];
}

gboolean lodge_encryption_parse(const char *word, LodgeEncryption *encryption_out)
{
    int found = find_word(encryption_words, G_N_ELEMENTS(encryption_words), word);
    if (found < 0)
        return FALSE;
    *encryption_out = (LodgeEncryption)found;
    return TRUE;
}
