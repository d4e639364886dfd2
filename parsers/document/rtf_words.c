#include "parsers/document/rtf_state.h"

#include "parsers/document/codepage.h"

#include <string.h>

typedef void (*Action)(LodgeRtfState *state, const LodgeRtfToken *token, int argument);

typedef struct {
    const char *name;
    Action act;
    int argument;
} Word;

static gboolean is_on(const LodgeRtfToken *token)
{
    return !token->has_number || token->number != 0;
}

/* ---- letters ---- */

static void put(LodgeRtfState *state, const LodgeRtfToken *token, int letter)
{
    (void)token;
    if (state->to_skip > 0)
        state->to_skip--;
    else
        lodge_rtf_state_put(state, (gunichar)letter);
}

/* A negative number stands for 65536 more; a pair of halves for one letter. */
static void put_unicode(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    gunichar unit = (gunichar)(token->number < 0 ? token->number + 65536 : token->number);
    state->to_skip = lodge_rtf_state_top(state)->fallback;
    if (unit >= 0xD800 && unit < 0xDC00) {
        state->high = unit;
        return;
    }
    if (unit >= 0xDC00 && unit < 0xE000 && state->high)
        unit = 0x10000 + ((state->high - 0xD800) << 10) + (unit - 0xDC00);
    state->high = 0;
    lodge_rtf_state_put(state, g_unichar_validate(unit) && unit != 0 ? unit : 0xFFFD);
}

static void set_fallback(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    lodge_rtf_state_top(state)->fallback = (guint)CLAMP(token->number, 0, 16);
}

/* ---- code pages and fonts ---- */

static void set_codepage(LodgeRtfState *state, const LodgeRtfToken *token, int codepage)
{
    guint said = (guint)MAX(token->number, 0);
    state->codepage = codepage > 0 ? (guint)codepage : said;
    lodge_rtf_state_top(state)->codepage = state->codepage;
}

static void set_font(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    if (group->place == LODGE_RTF_FONTS) {
        state->font = token->number;
        return;
    }
    gpointer codepage = g_hash_table_lookup(state->fonts, GINT_TO_POINTER(token->number));
    group->codepage = codepage ? GPOINTER_TO_UINT(codepage) : state->codepage;
}

static guint find_codepage(gint32 charset)
{
    static const struct {
        gint32 charset;
        guint codepage;
    } charsets[] = {{0, 1252},   {2, 1252},   {77, LODGE_CODEPAGE_MACINTOSH},
                    {128, 932},  {129, 949},  {134, 936},
                    {136, 950},  {161, 1253}, {162, 1254},
                    {163, 1258}, {177, 1255}, {178, 1256},
                    {186, 1257}, {204, 1251}, {222, 874},
                    {238, 1250}, {254, 437},  {255, 850}};
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++) {
        if (charsets[i].charset == charset)
            return charsets[i].codepage;
    }
    return 0;
}

static void set_charset(LodgeRtfState *state, const LodgeRtfToken *token, int is_codepage)
{
    guint codepage =
        is_codepage ? (guint)MAX(token->number, 0) : find_codepage(token->number);
    if (codepage != 0 && lodge_rtf_state_top(state)->place == LODGE_RTF_FONTS)
        g_hash_table_insert(state->fonts, GINT_TO_POINTER(state->font),
                            GUINT_TO_POINTER(codepage));
}

/* ---- places ---- */

static void set_place(LodgeRtfState *state, const LodgeRtfToken *token, int place)
{
    (void)token;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    if (group->place != LODGE_RTF_SKIPPED)
        group->place = (LodgeRtfPlace)place;
}

/* Values stand inside \info, which is skipped otherwise. */
static void begin_value(LodgeRtfState *state, const LodgeRtfToken *token, int value)
{
    (void)token;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    group->place = LODGE_RTF_VALUE;
    group->begins = (LodgeRtfValue)value;
    g_string_truncate(state->value, 0);
    state->stamp = (LodgeStamp){.hour = -1};
}

static void begin_field(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)token, (void)unused;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    if (group->is_field)
        return;
    group->is_field = TRUE;
    lodge_fields_begin(state->fields);
}

static void begin_result(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)token, (void)unused;
    lodge_fields_separate(state->fields);
}

static void note_comment(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    lodge_examiner_count(&state->facts->details->comments, 1);
    set_place(state, token, LODGE_RTF_SKIPPED);
}

/* ---- what was left in ---- */

static void set_deleted(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    if (is_on(token) && !group->is_deleted)
        lodge_examiner_count(&state->facts->details->tracked_changes, 1);
    group->is_deleted = is_on(token);
}

static void set_inserted(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    if (is_on(token) && !group->is_inserted)
        lodge_examiner_count(&state->facts->details->tracked_changes, 1);
    group->is_inserted = is_on(token);
}

static void set_plain(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)token, (void)unused;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    group->is_deleted = group->is_inserted = FALSE;
}

static void note_embedded(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    lodge_examiner_count(&state->facts->details->embedded, 1);
    lodge_examiner_note_active(state->facts, "embedded-files");
    set_place(state, token, LODGE_RTF_SKIPPED);
}

static void note_linked(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)token, (void)unused;
    lodge_examiner_note_external(state->facts, "ole-object", "");
}

static void note_control(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)token, (void)unused;
    lodge_examiner_count(&state->facts->details->embedded, 1);
    lodge_examiner_note_active(state->facts, "activex");
}

static void set_pages(LodgeRtfState *state, const LodgeRtfToken *token, int unused)
{
    (void)unused;
    if (token->number > 0)
        state->facts->pages = token->number;
}

static void set_time(LodgeRtfState *state, const LodgeRtfToken *token, int unit)
{
    int *const units[] = {&state->stamp.year, &state->stamp.month,  &state->stamp.day,
                          &state->stamp.hour, &state->stamp.minute, &state->stamp.second};
    *units[unit] = token->number;
}

static void set_stamp(char **slot, const LodgeStamp *stamp)
{
    lodge_examiner_set_stamp(slot, lodge_stamp_format(stamp));
}

void lodge_rtf_words_end_value(LodgeRtfState *state, LodgeRtfValue value)
{
    LodgeDocumentDetails *details = state->facts->details;
    const char *text = state->value->str;
    switch (value) {
    case LODGE_RTF_NO_VALUE:
        break;
    case LODGE_RTF_TITLE:
        lodge_examiner_set_text(&state->facts->title, text);
        break;
    case LODGE_RTF_AUTHOR:
        lodge_examiner_set_text(&details->author, text);
        break;
    case LODGE_RTF_OPERATOR:
        lodge_examiner_set_text(&details->last_author, text);
        break;
    case LODGE_RTF_TEMPLATE:
        if (lodge_examiner_is_remote(text))
            lodge_examiner_note_external(state->facts, "template", text);
        break;
    case LODGE_RTF_CREATED:
        set_stamp(&details->created, &state->stamp);
        break;
    case LODGE_RTF_MODIFIED:
        set_stamp(&details->modified, &state->stamp);
        break;
    }
}

/* ---- the table ---- */

static const Word words[] = {
    {"par", put, '\n'},
    {"line", put, '\n'},
    {"sect", put, '\n'},
    {"page", put, '\n'},
    {"row", put, '\n'},
    {"nestrow", put, '\n'},
    {"cell", put, '\t'},
    {"nestcell", put, '\t'},
    {"tab", put, '\t'},
    {"emdash", put, 0x2014},
    {"endash", put, 0x2013},
    {"emspace", put, 0x2003},
    {"enspace", put, 0x2002},
    {"lquote", put, 0x2018},
    {"rquote", put, 0x2019},
    {"ldblquote", put, 0x201C},
    {"rdblquote", put, 0x201D},
    {"bullet", put, 0x2022},
    {"u", put_unicode, 0},
    {"uc", set_fallback, 0},
    {"ansicpg", set_codepage, 0},
    {"ansi", set_codepage, LODGE_CODEPAGE_WINDOWS_LATIN},
    {"mac", set_codepage, LODGE_CODEPAGE_MACINTOSH},
    {"pc", set_codepage, 437},
    {"pca", set_codepage, 850},
    {"fonttbl", set_place, LODGE_RTF_FONTS},
    {"f", set_font, 0},
    {"fcharset", set_charset, FALSE},
    {"cpg", set_charset, TRUE},
    {"colortbl", set_place, LODGE_RTF_SKIPPED},
    {"stylesheet", set_place, LODGE_RTF_SKIPPED},
    {"listtext", set_place, LODGE_RTF_SKIPPED},
    {"pntext", set_place, LODGE_RTF_SKIPPED},
    {"pict", set_place, LODGE_RTF_SKIPPED},
    {"sp", set_place, LODGE_RTF_SKIPPED},
    {"header", set_place, LODGE_RTF_SKIPPED},
    {"headerl", set_place, LODGE_RTF_SKIPPED},
    {"headerr", set_place, LODGE_RTF_SKIPPED},
    {"headerf", set_place, LODGE_RTF_SKIPPED},
    {"footer", set_place, LODGE_RTF_SKIPPED},
    {"footerl", set_place, LODGE_RTF_SKIPPED},
    {"footerr", set_place, LODGE_RTF_SKIPPED},
    {"footerf", set_place, LODGE_RTF_SKIPPED},
    {"footnote", set_place, LODGE_RTF_SKIPPED},
    {"xe", set_place, LODGE_RTF_SKIPPED},
    {"tc", set_place, LODGE_RTF_SKIPPED},
    {"info", set_place, LODGE_RTF_SKIPPED},
    {"title", begin_value, LODGE_RTF_TITLE},
    {"author", begin_value, LODGE_RTF_AUTHOR},
    {"operator", begin_value, LODGE_RTF_OPERATOR},
    {"creatim", begin_value, LODGE_RTF_CREATED},
    {"revtim", begin_value, LODGE_RTF_MODIFIED},
    {"template", begin_value, LODGE_RTF_TEMPLATE},
    {"nofpages", set_pages, 0},
    {"yr", set_time, 0},
    {"mo", set_time, 1},
    {"dy", set_time, 2},
    {"hr", set_time, 3},
    {"min", set_time, 4},
    {"sec", set_time, 5},
    {"field", begin_field, 0},
    {"fldinst", set_place, LODGE_RTF_INSTRUCTION},
    {"fldrslt", begin_result, 0},
    {"shpinst", set_place, LODGE_RTF_TEXT},
    {"annotation", note_comment, 0},
    {"deleted", set_deleted, 0},
    {"revised", set_inserted, 0},
    {"plain", set_plain, 0},
    {"objdata", note_embedded, 0}, /* whatever kind of object it says to be */
    {"objlink", note_linked, 0},
    {"objautlink", note_linked, 0},
    {"objocx", note_control, 0},
};

GHashTable *lodge_rtf_words_new(void)
{
    GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        g_hash_table_insert(table, (gpointer)words[i].name, (gpointer)&words[i]);
    return table;
}

void lodge_rtf_words_obey(GHashTable *table,
                          LodgeRtfState *state,
                          const LodgeRtfToken *token)
{
    const Word *word = g_hash_table_lookup(table, token->name);
    gboolean is_star = state->is_star;
    state->is_star = FALSE;
    if (word)
        word->act(state, token, word->argument);
    else if (is_star) /* a destination that whoever does not know it is to pass over */
        lodge_rtf_state_top(state)->place = LODGE_RTF_SKIPPED;
}
