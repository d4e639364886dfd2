#include "intake/decide/dmarc_record.h"

#include <string.h>

/* The tags that are looked at, each with the place of its value among a record's. */
static const char *const TAGS[] = {"p", "sp", "np", "psd", "adkim", "aspf", "t", "rua"};
enum { TAG_P, TAG_SP, TAG_NP, TAG_PSD, TAG_ADKIM, TAG_ASPF, TAG_T, TAG_RUA, TAG_COUNT };
G_STATIC_ASSERT(G_N_ELEMENTS(TAGS) == TAG_COUNT);

typedef struct {
    char *values[TAG_COUNT]; /* NULL: not there, or "" when it is not to be believed */
} Tags;

static void tags_clear(Tags *tags)
{
    for (guint i = 0; i < TAG_COUNT; i++)
        g_free(tags->values[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tags, tags_clear)

/* ---- tag by tag; not text/tag_list, where one fault fells the whole list: here it fells its tag ---- */

static gboolean is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_wsp(const char *at)
{
    while (is_wsp(*at))
        at++;
    return at;
}

/* "v" equals "DMARC1" with nothing but white space up to the semicolon or the end, which it points at. */
static const char *skip_version(const char *text)
{
    if (*text != 'v' && *text != 'V')
        return NULL;
    const char *at = skip_wsp(text + 1);
    if (*at != '=')
        return NULL;
    at = skip_wsp(at + 1);
    if (strncmp(at, "DMARC1", 6) != 0)
        return NULL;
    at = skip_wsp(at + 6);
    return *at == ';' || *at == '\0' ? at : NULL;
}

static gboolean is_value(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            return FALSE;
    }
    return *value != '\0';
}

/* The value between its equals sign and the next semicolon, without white space around it. */
static char *copy_value(const char *start, const char *end)
{
    start = skip_wsp(start);
    while (end > start && is_wsp(end[-1]))
        end--;
    char *value = g_strndup(start, (gsize)(end - start));
    if (!is_value(value))
        *value = '\0';
    return value;
}

static void take_tag(Tags *tags, const char *start, const char *end)
{
    const char *at = skip_wsp(start);
    const char *name = at;
    while (at < end && g_ascii_isalpha(*at))
        at++;
    gsize length = (gsize)(at - name);
    at = skip_wsp(at);
    if (length == 0 || at >= end || *at != '=')
        return;
    for (guint i = 0; i < TAG_COUNT; i++) {
        if (strlen(TAGS[i]) != length || g_ascii_strncasecmp(name, TAGS[i], length) != 0)
            continue;
        if (tags->values[i] != NULL)
            *tags->values[i] = '\0';
        else
            tags->values[i] = copy_value(at + 1, end);
    }
}

static void take_tags(Tags *tags, const char *at)
{
    while (*at != '\0') {
        const char *start = at + 1;
        at = start + strcspn(start, ";");
        take_tag(tags, start, at);
    }
}

/* ---- values ---- */

static LodgeDmarcPolicy parse_policy(const char *value)
{
    if (value == NULL)
        return LODGE_DMARC_POLICY_UNSET;
    if (g_ascii_strcasecmp(value, "none") == 0)
        return LODGE_DMARC_POLICY_NONE;
    if (g_ascii_strcasecmp(value, "quarantine") == 0)
        return LODGE_DMARC_POLICY_QUARANTINE;
    if (g_ascii_strcasecmp(value, "reject") == 0)
        return LODGE_DMARC_POLICY_REJECT;
    return LODGE_DMARC_POLICY_INVALID;
}

static gboolean is_word(const char *value, const char *word)
{
    return value != NULL && g_ascii_strcasecmp(value, word) == 0;
}

static LodgeDmarcPsd parse_psd(const char *value)
{
    if (is_word(value, "y"))
        return LODGE_DMARC_PSD_YES;
    return is_word(value, "n") ? LODGE_DMARC_PSD_NO : LODGE_DMARC_PSD_UNKNOWN;
}

/* RFC 3986: a scheme, a colon and something of the characters that a URI may have; no comma (RFC 9989 section 4.8). */
static gboolean is_uri(const char *text, gsize length)
{
    gsize at = 0;
    while (at < length && (g_ascii_isalnum(text[at]) || strchr("+-.", text[at]) != NULL))
        at++;
    if (at == 0 || !g_ascii_isalpha(text[0]) || at + 1 >= length || text[at] != ':')
        return FALSE;
    for (at++; at < length; at++) {
        if (!g_ascii_isalnum(text[at]) &&
            strchr("-._~%:/?#[]@!$&'()*+;=", text[at]) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean has_uri(const char *list)
{
    const char *at = list;
    while (*at != '\0') {
        const char *start = skip_wsp(at);
        const char *end = start + strcspn(start, ",");
        const char *last = end;
        while (last > start && is_wsp(last[-1]))
            last--;
        if (is_uri(start, (gsize)(last - start)))
            return TRUE;
        at = *end == ',' ? end + 1 : end;
    }
    return FALSE;
}

LodgeDmarcRecord *lodge_dmarc_record_parse(const char *text)
{
    g_return_val_if_fail(text != NULL, NULL);
    const char *rest = skip_version(text);
    if (rest == NULL)
        return NULL;
    g_auto(Tags) tags = {0};
    take_tags(&tags, rest);
    LodgeDmarcRecord *record = g_new0(LodgeDmarcRecord, 1);
    record->p = parse_policy(tags.values[TAG_P]);
    record->sp = parse_policy(tags.values[TAG_SP]);
    record->np = parse_policy(tags.values[TAG_NP]);
    record->psd = parse_psd(tags.values[TAG_PSD]);
    record->adkim_strict = is_word(tags.values[TAG_ADKIM], "s");
    record->aspf_strict = is_word(tags.values[TAG_ASPF], "s");
    record->test = is_word(tags.values[TAG_T], "y");
    record->rua = g_steal_pointer(&tags.values[TAG_RUA]);
    record->rua_valid = record->rua != NULL && has_uri(record->rua);
    return record;
}

void lodge_dmarc_record_free(LodgeDmarcRecord *record)
{
    if (record == NULL)
        return;
    g_free(record->rua);
    g_free(record);
}

/* ---- what follows from them ---- */

static gboolean is_sound(const LodgeDmarcRecord *record)
{
    return record->p >= LODGE_DMARC_POLICY_NONE &&
           record->sp != LODGE_DMARC_POLICY_INVALID &&
           record->np != LODGE_DMARC_POLICY_INVALID;
}

gboolean lodge_dmarc_record_is_usable(const LodgeDmarcRecord *record)
{
    return is_sound(record) || record->rua_valid;
}

LodgeDmarcPolicy lodge_dmarc_record_policy_for_self(const LodgeDmarcRecord *record)
{
    return is_sound(record) ? record->p : LODGE_DMARC_POLICY_NONE;
}

LodgeDmarcPolicy lodge_dmarc_record_policy_below(const LodgeDmarcRecord *record,
                                                 gboolean exists)
{
    if (!is_sound(record))
        return LODGE_DMARC_POLICY_NONE;
    if (!exists && record->np != LODGE_DMARC_POLICY_UNSET)
        return record->np;
    return record->sp != LODGE_DMARC_POLICY_UNSET ? record->sp : record->p;
}

const char *lodge_dmarc_policy_format(LodgeDmarcPolicy policy)
{
    switch (policy) {
    case LODGE_DMARC_POLICY_QUARANTINE:
        return "quarantine";
    case LODGE_DMARC_POLICY_REJECT:
        return "reject";
    case LODGE_DMARC_POLICY_UNSET:
    case LODGE_DMARC_POLICY_INVALID:
    case LODGE_DMARC_POLICY_NONE:
        return "none";
    }
    g_return_val_if_reached("none");
}
