/* rtf_state.h - the state of reading RTF: what a group changes ends with the group.
 *
 * Shared by rtf.c (the loop) and rtf_words.c (what each control word does). */
#pragma once

#include "parsers/document/fields.h"
#include "parsers/document/rtf_scan.h"
#include "parsers/document/stamp.h"
#include "parsers/text/limits.h"

/* What letters at this place are. */
typedef enum {
    LODGE_RTF_TEXT,
    LODGE_RTF_SKIPPED,
    LODGE_RTF_INSTRUCTION, /* of a field */
    LODGE_RTF_VALUE,       /* of one of the values below */
    LODGE_RTF_FONTS,       /* names of fonts: not wanted, but \f and \fcharset are */
} LodgeRtfPlace;

typedef enum {
    LODGE_RTF_NO_VALUE,
    LODGE_RTF_TITLE,
    LODGE_RTF_AUTHOR,
    LODGE_RTF_OPERATOR,
    LODGE_RTF_TEMPLATE,
    LODGE_RTF_CREATED,
    LODGE_RTF_MODIFIED,
} LodgeRtfValue;

typedef struct {
    LodgeRtfPlace place;
    guint codepage;
    guint fallback; /* letters to pass over after each \u */
    gboolean is_deleted, is_inserted;
    gboolean is_field;    /* the field ends with this group */
    LodgeRtfValue begins; /* the value that this group began */
} LodgeRtfGroup;

typedef struct {
    LodgeDocumentFacts *facts;
    GString *text;
    LodgeFields *fields;
    GHashTable *fonts; /* number -> code page */
    gint32 font;       /* being described */
    guint codepage;    /* of the document */
    GString *value;
    LodgeStamp stamp;
    guint to_skip;         /* letters still to be passed over */
    gunichar high;         /* half of a pair from \u, or 0 */
    gboolean is_star;      /* \* stood before this word */
    guint depth;           /* open groups */
    LodgeRtfGroup *groups; /* [0] is outside of any */
} LodgeRtfState;

LodgeRtfGroup *lodge_rtf_state_top(LodgeRtfState *state);
/* A letter at this place, wherever letters go here. */
void lodge_rtf_state_put(LodgeRtfState *state, gunichar letter);

/* Name -> what it does; g_hash_table_unref it. */
GHashTable *lodge_rtf_words_new(void);
void lodge_rtf_words_obey(GHashTable *words,
                          LodgeRtfState *state,
                          const LodgeRtfToken *token);
/* The group that began a value ends. */
void lodge_rtf_words_end_value(LodgeRtfState *state, LodgeRtfValue value);
