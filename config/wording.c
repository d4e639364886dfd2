#include "config/wording.h"

#include "config/key_file.h"
#include "config/nearest.h"
#include "config/wording_english.h"
#include <string.h>

struct LodgeWording {
    GPtrArray
        *entries; /* LodgeWordingEntry with strings of its own, for those that differ */
};

static const char *const kind_words[] = {"finding", "receipt"};

static void free_entry(gpointer data)
{
    LodgeWordingEntry *entry = data;
    g_free((char *)entry->id);
    g_free((char *)entry->words);
    g_free((char *)entry->next);
    g_free(entry);
}

void lodge_wording_free(LodgeWording *wording)
{
    if (wording == NULL)
        return;
    g_ptr_array_unref(wording->entries);
    g_free(wording);
}

const LodgeWordingEntry *lodge_wording_nth(guint nth)
{
    return lodge_wording_english(nth);
}

static const LodgeWordingEntry *find_english(LodgeWordingKind kind, const char *id)
{
    const LodgeWordingEntry *entry;
    for (guint i = 0; (entry = lodge_wording_english(i)) != NULL; i++)
        if (entry->kind == kind && strcmp(entry->id, id) == 0)
            return entry;
    return NULL;
}

const LodgeWordingEntry *
lodge_wording_find(const LodgeWording *wording, LodgeWordingKind kind, const char *id)
{
    g_return_val_if_fail(id != NULL, NULL);
    for (guint i = 0; wording != NULL && i < wording->entries->len; i++) {
        const LodgeWordingEntry *entry = g_ptr_array_index(wording->entries, i);
        if (entry->kind == kind && strcmp(entry->id, id) == 0)
            return entry;
    }
    return find_english(kind, id);
}

/* ---- facts ---- */

/* "{noun}" at the start of text: the length with its braces, or 0. */
static gsize fact_length(const char *text)
{
    if (*text != '{')
        return 0;
    gsize name = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
    return name > 0 && text[name + 1] == '}' ? name + 2 : 0;
}

static gboolean has_fact(const char *text, const char *fact, gsize length)
{
    for (const char *at = text; at != NULL && (at = strchr(at, '{')) != NULL; at++)
        if (strncmp(at, fact, length) == 0)
            return TRUE;
    return FALSE;
}

static gboolean says_fact(const LodgeWordingEntry *entry, const char *fact, gsize length)
{
    return has_fact(entry->words, fact, length) || has_fact(entry->next, fact, length);
}

static const char *find_value(const char *const *facts, const char *name, gsize length)
{
    for (gsize i = 0; facts[i] != NULL; i += 2)
        if (strncmp(facts[i], name, length) == 0 && facts[i][length] == '\0')
            return facts[i + 1] == NULL ? "" : facts[i + 1];
    return NULL;
}

char *lodge_wording_fill(const char *template, const char *const *facts)
{
    GString *text = g_string_new(NULL);
    while (*template != '\0') {
        gsize length = fact_length(template);
        const char *value =
            length == 0 ? NULL : find_value(facts, template + 1, length - 2);
        if (value == NULL) {
            g_string_append_c(text, *template ++);
            continue;
        }
        g_string_append(text, value);
        template += length;
    }
    return g_string_free(text, FALSE);
}

/* ---- checks ---- */

/* Every fact of the first is in the second. */
static void check_facts(LodgeKeyGroup *group,
                        const char *text,
                        const LodgeWordingEntry *entry,
                        const char *complaint)
{
    for (const char *at = text; at != NULL && (at = strchr(at, '{')) != NULL; at++) {
        gsize length = fact_length(at);
        if (length == 0)
            lodge_key_group_fail(group, NULL, "a brace must enclose a fact, like {1}");
        else if (!says_fact(entry, at, length))
            lodge_key_group_fail(group, NULL, "%s {%.*s}", complaint, (int)length - 2,
                                 at + 1);
    }
}

static void check_entry(LodgeKeyGroup *group,
                        const LodgeWordingEntry *entry,
                        const LodgeWordingEntry *english)
{
    check_facts(group, english->words, entry, "the text must say");
    check_facts(group, english->next, entry, "the text must say");
    check_facts(group, entry->words, english, "there is no fact");
    check_facts(group, entry->next, english, "there is no fact");
    if (strlen(entry->words) > LODGE_WORDING_BYTES ||
        (entry->next != NULL && strlen(entry->next) > LODGE_WORDING_BYTES))
        lodge_key_group_fail(group, NULL, "the text has more than %d bytes",
                             LODGE_WORDING_BYTES);
    if (entry->kind == LODGE_WORDING_RECEIPT && strcmp(entry->id, "no-view") == 0 &&
        (strstr(entry->words, " view") == NULL ||
         (strstr(entry->words, " not ") == NULL && strstr(entry->words, " no ") == NULL)))
        lodge_key_group_fail(group, "words",
                             "it must say that the receipt is not a view on the plan");
}

static void refuse_unknown(LodgeKeyGroup *group, LodgeWordingKind kind, const char *id)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const LodgeWordingEntry *entry;
    for (guint i = 0; (entry = lodge_wording_english(i)) != NULL; i++)
        if (entry->kind == kind)
            g_ptr_array_add(known, (gpointer)entry->id);
    g_ptr_array_add(known, NULL);
    const char *near = lodge_nearest_find(id, (const char *const *)known->pdata);
    lodge_key_group_fail(group, NULL, "there is no %s '%s'%s%s%s", kind_words[kind], id,
                         near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                         near == NULL ? "" : "'?");
}

/* ---- reading ---- */

static void read_entry(LodgeWording *wording, LodgeKeyGroup *group, LodgeWordingKind kind)
{
    const char *id = lodge_key_group_argument(group);
    const LodgeWordingEntry *english = find_english(kind, id);
    LodgeWordingEntry *entry = g_new0(LodgeWordingEntry, 1);
    g_ptr_array_add(wording->entries, entry);
    entry->kind = kind;
    entry->id = g_strdup(id);
    entry->words = lodge_key_group_get_text(group, "words");
    if (kind == LODGE_WORDING_FINDING)
        entry->next = lodge_key_group_get_text(group, "next");
    if (english == NULL) {
        refuse_unknown(group, kind, id);
        return;
    }
    if (entry->next == NULL)
        entry->next = g_strdup(english->next);
    if (entry->words != NULL)
        check_entry(group, entry, english);
}

static void read_groups(LodgeWording *wording, LodgeKeyFile *file, LodgeWordingKind kind)
{
    g_autoptr(GPtrArray) groups = lodge_key_file_take_all(file, kind_words[kind]);
    for (guint i = 0; i < groups->len; i++)
        read_entry(wording, g_ptr_array_index(groups, i), kind);
}

static gboolean has_no_view(const LodgeWording *wording)
{
    const LodgeWordingEntry *english = find_english(LODGE_WORDING_RECEIPT, "no-view");
    return lodge_wording_find(wording, LODGE_WORDING_RECEIPT, "no-view") != english;
}

LodgeWording *lodge_wording_parse(const char *text, const char *name, GError **error)
{
    g_return_val_if_fail(text != NULL && name != NULL, NULL);
    g_autoptr(LodgeKeyFile) file =
        lodge_key_file_parse(text, strlen(text), name, lodge_key_schema_wording(), error);
    if (file == NULL)
        return NULL;
    g_autoptr(LodgeWording) wording = g_new0(LodgeWording, 1);
    wording->entries = g_ptr_array_new_with_free_func(free_entry);
    read_groups(wording, file, LODGE_WORDING_FINDING);
    read_groups(wording, file, LODGE_WORDING_RECEIPT);
    if (!lodge_key_file_finish(file, NULL, error))
        return NULL;
    if (!has_no_view(wording)) {
        g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                    "%s: [receipt no-view] is missing: each receipt must say that it is "
                    "not a view on the plan",
                    name);
        return NULL;
    }
    return g_steal_pointer(&wording);
}

char *lodge_wording_format_english(void)
{
    GString *text = g_string_new("# The built-in words. Leave out what is to stay; "
                                 "[receipt no-view] must be there.\n");
    const LodgeWordingEntry *entry;
    for (guint i = 0; (entry = lodge_wording_english(i)) != NULL; i++) {
        g_string_append_printf(text, "\n[%s %s]\nwords = %s\n", kind_words[entry->kind],
                               entry->id, entry->words);
        if (entry->next != NULL)
            g_string_append_printf(text, "next = %s\n", entry->next);
    }
    return g_string_free(text, FALSE);
}
