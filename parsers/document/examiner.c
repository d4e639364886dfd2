#include "parsers/document/examiner.h"

#include "parsers/text/display.h"
#include "parsers/text/limits.h"

#include <string.h>

static void add_once(GStrv *list, const char *word)
{
    if (g_strv_contains((const char *const *)*list, word))
        return;
    guint length = g_strv_length(*list);
    *list = g_renew(char *, *list, length + 2);
    (*list)[length] = g_strdup(word);
    (*list)[length + 1] = NULL;
}

void lodge_examiner_note_limit(LodgeDocumentFacts *facts, const char *limit)
{
    add_once(&facts->limits_hit, limit);
}

void lodge_examiner_note_active(LodgeDocumentFacts *facts, const char *code)
{
    add_once(&facts->active_content, code);
}

void lodge_examiner_note_why(LodgeDocumentFacts *facts, const char *why)
{
    if (!facts->why)
        facts->why = g_strdup(why);
}

static gsize kept_bytes(const LodgeDocumentFacts *facts)
{
    gsize kept = 0;
    for (guint i = 0; i < facts->pages_text->len; i++)
        kept += strlen(g_ptr_array_index(facts->pages_text, i));
    return kept;
}

static void cut_between_characters(char *text, gsize max_bytes)
{
    if (strlen(text) <= max_bytes)
        return;
    while (max_bytes > 0 && ((guchar)text[max_bytes] & 0xC0) == 0x80)
        max_bytes--;
    text[max_bytes] = '\0';
}

void lodge_examiner_add_page(LodgeDocumentFacts *facts, const char *text, gsize size_bytes)
{
    if (facts->pages_text->len >= LODGE_LIMIT_PAGES) {
        lodge_examiner_note_limit(facts, "pages");
        return;
    }
    g_autofree char *page = lodge_display_utf8(text, size_bytes);
    gsize whole = strlen(page);
    gsize room = LODGE_LIMIT_DOCUMENT_TEXT_BYTES - kept_bytes(facts);
    facts->text_bytes += (gint64)whole;
    if (whole > room) {
        lodge_examiner_note_limit(facts, "document-text-bytes");
        cut_between_characters(page, room);
    }
    g_ptr_array_add(facts->pages_text, g_steal_pointer(&page));
}

void lodge_examiner_set_title(LodgeDocumentFacts *facts, const char *title)
{
    if (!title)
        return;
    g_autofree char *clean = lodge_display_utf8(title, strlen(title));
    cut_between_characters(clean, LODGE_LIMIT_NAME_BYTES);
    g_strstrip(clean);
    if (*clean == '\0')
        return;
    g_free(facts->title);
    facts->title = g_steal_pointer(&clean);
}

static gboolean is_blank(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        if (!g_unichar_isspace(g_utf8_get_char(text)))
            return FALSE;
    }
    return TRUE;
}

static gboolean has_text(const LodgeDocumentFacts *facts)
{
    for (guint i = 0; i < facts->pages_text->len; i++) {
        if (!is_blank(g_ptr_array_index(facts->pages_text, i)))
            return TRUE;
    }
    return FALSE;
}

void lodge_examiner_conclude(LodgeDocumentFacts *facts)
{
    gboolean is_whole = !facts->damaged && facts->limits_hit[0] == NULL && !facts->why;
    facts->examination = is_whole ? LODGE_EXAMINED : LODGE_EXAMINED_PARTLY;
    facts->scanned = facts->pages > 0 && facts->encrypted != LODGE_ENCRYPTED_PASSWORD &&
                     facts->pages_text->len > 0 && !has_text(facts);
}
