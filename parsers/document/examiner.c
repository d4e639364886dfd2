#include "parsers/document/examiner.h"

#include "parsers/text/display.h"
#include "parsers/text/limits.h"

#include <string.h>

#define KIND_BYTES 40

void lodge_examiner_add_once(GStrv *list, const char *word)
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
    lodge_examiner_add_once(&facts->limits_hit, limit);
}

void lodge_examiner_note_active(LodgeDocumentFacts *facts, const char *code)
{
    lodge_examiner_add_once(&facts->active_content, code);
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

void lodge_examiner_set_text(char **slot, const char *text)
{
    if (!text)
        return;
    g_autofree char *clean = lodge_display_utf8(text, strlen(text));
    cut_between_characters(clean, LODGE_LIMIT_NAME_BYTES);
    g_strstrip(clean);
    if (*clean == '\0')
        return;
    g_free(*slot);
    *slot = g_steal_pointer(&clean);
}

void lodge_examiner_set_stamp(char **slot, char *stamp)
{
    if (!stamp)
        return;
    g_free(*slot);
    *slot = stamp;
}

void lodge_examiner_begin_counts(LodgeDocumentDetails *details)
{
    details->embedded = details->links = details->external = details->dde_fields = 0;
    details->tracked_changes = details->comments = 0;
}

void lodge_examiner_count(gint64 *count, gint64 more)
{
    *count = MAX(*count, 0) + more;
}

/* ---- what would be fetched ---- */

gboolean lodge_examiner_is_remote(const char *target)
{
    g_autofree char *lower = g_ascii_strdown(target, -1);
    g_strdelimit(lower, "\\", '/');
    const char *at = lower;
    if (g_str_has_prefix(at, "file:")) {
        at += strlen("file:");
        if (g_str_has_prefix(at, "///") && at[3] != '/') /* file:///C:/… */
            return FALSE;
    }
    return g_str_has_prefix(at, "//") || strstr(at, "://") != NULL;
}

/* "attachedTemplate" -> "attached-template" */
static char *make_code(const char *kind)
{
    GString *code = g_string_new(NULL);
    for (; *kind && code->len < KIND_BYTES; kind++) {
        if (g_ascii_isupper(*kind) && code->len > 0)
            g_string_append_c(code, '-');
        if (g_ascii_isalnum(*kind) || *kind == '-')
            g_string_append_c(code, g_ascii_tolower(*kind));
    }
    return g_string_free(code, FALSE);
}

void lodge_examiner_note_external(LodgeDocumentFacts *facts,
                                  const char *kind,
                                  const char *target)
{
    g_autofree char *code = make_code(kind);
    g_autofree char *clean = NULL;
    lodge_examiner_set_text(&clean, target);
    lodge_examiner_count(&facts->details->external, 1);
    lodge_examiner_note_active(facts, "external-relationship");
    if (strstr(code, "template") && clean && lodge_examiner_is_remote(clean))
        lodge_examiner_note_active(facts, "remote-template");
    if (facts->details->external_found->len < LODGE_LIMIT_EXTERNAL_TARGETS)
        g_ptr_array_add(facts->details->external_found,
                        lodge_external_target_new(code, clean ? clean : ""));
}

static gboolean begins_with_word(const char *text, const char *word)
{
    gsize length = strlen(word);
    return g_ascii_strncasecmp(text, word, length) == 0 && !g_ascii_isalnum(text[length]);
}

void lodge_examiner_judge_field(LodgeDocumentFacts *facts, const char *instruction)
{
    static const char *const includes[] = {"INCLUDETEXT", "INCLUDEPICTURE", "IMPORT",
                                           "LINK"};
    while (g_ascii_isspace(*instruction))
        instruction++;
    if (begins_with_word(instruction, "DDE") || begins_with_word(instruction, "DDEAUTO")) {
        lodge_examiner_count(&facts->details->dde_fields, 1);
        lodge_examiner_note_active(facts, "dde");
    }
    if (begins_with_word(instruction, "HYPERLINK"))
        lodge_examiner_count(&facts->details->links, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(includes); i++) {
        const char *rest = instruction + strlen(includes[i]);
        if (begins_with_word(instruction, includes[i]) && lodge_examiner_is_remote(rest))
            lodge_examiner_note_external(facts, "field", rest);
    }
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
