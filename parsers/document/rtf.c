#include "parsers/document/rtf.h"

#include "parsers/document/codepage.h"
#include "parsers/document/rtf_state.h"

#include <string.h>

LodgeRtfGroup *lodge_rtf_state_top(LodgeRtfState *state)
{
    return &state->groups[state->depth];
}

void lodge_rtf_state_put(LodgeRtfState *state, gunichar letter)
{
    const LodgeRtfGroup *group = lodge_rtf_state_top(state);
    char bytes[6];
    int length = g_unichar_to_utf8(letter, bytes);
    switch (group->place) {
    case LODGE_RTF_TEXT:
        if (!group->is_deleted)
            g_string_append_len(state->text, bytes, length);
        break;
    case LODGE_RTF_INSTRUCTION:
        lodge_fields_add(state->fields, bytes, (gsize)length);
        break;
    case LODGE_RTF_VALUE:
        if (state->value->len < LODGE_LIMIT_VALUE_BYTES)
            g_string_append_len(state->value, bytes, length);
        break;
    case LODGE_RTF_SKIPPED:
    case LODGE_RTF_FONTS:
        break;
    }
}

static gboolean open_group(LodgeRtfState *state)
{
    state->to_skip = 0;
    state->is_star = FALSE;
    if (state->depth >= LODGE_LIMIT_RTF_DEPTH) {
        lodge_examiner_note_limit(state->facts, "rtf-depth");
        return FALSE;
    }
    state->groups[state->depth + 1] = state->groups[state->depth];
    state->depth++;
    LodgeRtfGroup *group = lodge_rtf_state_top(state);
    group->is_field = FALSE;
    group->begins = LODGE_RTF_NO_VALUE;
    return TRUE;
}

/* FALSE: the document ends here, whatever follows. */
static gboolean close_group(LodgeRtfState *state)
{
    const LodgeRtfGroup *group = lodge_rtf_state_top(state);
    state->to_skip = 0;
    if (group->is_field)
        lodge_fields_end(state->fields);
    lodge_rtf_words_end_value(state, group->begins);
    if (state->depth > 0)
        state->depth--;
    return state->depth > 0;
}

static void put_byte(LodgeRtfState *state, guint8 byte)
{
    if (state->to_skip > 0)
        state->to_skip--;
    else
        lodge_rtf_state_put(
            state, lodge_codepage_decode(lodge_rtf_state_top(state)->codepage, byte));
}

static void obey_sign(LodgeRtfState *state, guint8 sign)
{
    if (sign == '*') {
        state->is_star = TRUE;
        return;
    }
    if (state->to_skip > 0)
        state->to_skip--;
    else if (sign == '~')
        lodge_rtf_state_put(state, 0xA0);
    else if (sign == '_')
        lodge_rtf_state_put(state, '-');
}

/* FALSE: no more is read. */
static gboolean obey(LodgeRtfState *state, GHashTable *words, const LodgeRtfToken *token)
{
    switch (token->kind) {
    case LODGE_RTF_END:
        state->facts->damaged = TRUE; /* it ends inside a group */
        return FALSE;
    case LODGE_RTF_OPEN:
        return open_group(state);
    case LODGE_RTF_CLOSE:
        return close_group(state);
    case LODGE_RTF_WORD:
        lodge_rtf_words_obey(words, state, token);
        return TRUE;
    case LODGE_RTF_SIGN:
        obey_sign(state, token->byte);
        return TRUE;
    case LODGE_RTF_BYTE:
        put_byte(state, token->byte);
        return TRUE;
    }
    return FALSE;
}

static void read_all(LodgeRtfState *state, const LodgeDocumentBytes *input)
{
    g_autoptr(GHashTable) words = lodge_rtf_words_new();
    LodgeRtfScan scan = {input->bytes, input->bytes + input->size_bytes};
    LodgeRtfToken token;
    do {
        lodge_rtf_scan_next(&scan, &token);
    } while (obey(state, words, &token));
}

void lodge_rtf_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    g_autofree LodgeRtfGroup *groups = g_new0(LodgeRtfGroup, LODGE_LIMIT_RTF_DEPTH + 1);
    g_autoptr(GHashTable) fonts = g_hash_table_new(NULL, NULL);
    g_autoptr(LodgeFields) fields = lodge_fields_new(facts);
    LodgeRtfState state = {
        .facts = facts,
        .text = g_string_new(NULL),
        .fields = fields,
        .fonts = fonts,
        .codepage = LODGE_CODEPAGE_WINDOWS_LATIN,
        .value = g_string_new(NULL),
        .groups = groups,
    };
    groups[0] = (LodgeRtfGroup){.codepage = state.codepage, .fallback = 1};
    facts->encrypted = LODGE_ENCRYPTED_NO;
    lodge_examiner_begin_counts(facts->details);
    read_all(&state, input);
    lodge_examiner_add_page(facts, state.text->str, state.text->len);
    g_string_free(state.text, TRUE);
    g_string_free(state.value, TRUE);
    lodge_examiner_conclude(facts);
}
