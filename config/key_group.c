/* The getters: from the text of a key to its value, its origin noted. */
#include "config/key_file_internal.h"

#include "config/key_value.h"
#include "parsers/text/display.h"
#include "parsers/text/instant.h"

#include <string.h>

#define SHOWN_BYTES 120
#define BAD_ESCAPE                                                                         \
    "the value has a backslash before something else than s, n, t, r or another backslash"

static void
note_origin(LodgeKeyGroup *group, const char *key, const char *value, guint line)
{
    g_autofree char *origin = line == 0
                                  ? g_strdup("default")
                                  : g_strdup_printf("%s:%u", group->file->base_name, line);
    g_autofree char *shown = lodge_display_line(value, 0);
    g_ptr_array_add(group->file->origins,
                    lodge_setting_origin_new(group->name, key, shown, origin));
}

static const LodgeKeySpec *find_spec(const LodgeKeyGroup *group, const char *key)
{
    const LodgeKeySpec *spec = lodge_key_schema_find(group->file->schema, group->word, key);
    g_assert(spec != NULL);
    return spec;
}

static void
fail_value(LodgeKeyGroup *group, const char *key, const char *value, char *fault)
{
    g_autofree char *words = fault;
    g_autofree char *shown = lodge_display_line(value, SHOWN_BYTES);
    lodge_key_group_fail(group, key, "'%s' %s", shown, words);
}

#define NO_CONTROL                                                                         \
    "has a control character, such as a line end written as \\n; leave it out"

/* A line end in a name or an address would be one in a mail. */
static gboolean has_control(const char *value)
{
    for (const char *at = value; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            return TRUE;
    return FALSE;
}

/* What the file says, consumed; NULL: nothing, or it failed. A list is left as written: its escapes
 * are those of its items. GKeyFile returns a value along with the error for an unknown escape. */
static char *take_value(LodgeKeyGroup *group, const LodgeKeySpec *spec)
{
    g_autoptr(GError) local = NULL;
    LodgeKeyIndexKey *found = lodge_key_group_find(group, spec->key);
    GKeyFile *values = group->file->values;
    found->consumed = TRUE;
    g_autofree char *value =
        spec->form == LODGE_KEY_LIST
            ? g_key_file_get_value(values, group->name, spec->key, &local)
            : g_key_file_get_string(values, group->name, spec->key, &local);
    if (local != NULL) {
        lodge_key_group_fail(group, spec->key, BAD_ESCAPE);
        return NULL;
    }
    g_strstrip(value);
    if (*value == '\0') {
        lodge_key_group_fail(group, spec->key,
                             "the value is empty; leave the line out for the default");
        return NULL;
    }
    if (has_control(value)) {
        lodge_key_group_fail(group, spec->key, NO_CONTROL);
        return NULL;
    }
    note_origin(group, spec->key, value, found->line);
    return g_steal_pointer(&value);
}

/* The file's value or the default, else NULL; a required key that is missing is a failure. */
static char *get_value(LodgeKeyGroup *group, const char *key, const LodgeKeySpec **spec_out)
{
    const LodgeKeySpec *spec = find_spec(group, key);
    *spec_out = spec;
    if (lodge_key_group_find(group, key) != NULL)
        return take_value(group, spec);
    if (spec->required)
        lodge_key_group_fail(group, NULL, "%s'%s' (%s) is missing and has no default",
                             group->indexed == NULL ? "the group is not there: " : "", key,
                             lodge_key_form_words(spec->form));
    if (spec->fallback != NULL)
        note_origin(group, key, spec->fallback, 0);
    return g_strdup(spec->fallback);
}

char *lodge_key_group_get_text(LodgeKeyGroup *group, const char *key)
{
    const LodgeKeySpec *spec;
    return get_value(group, key, &spec);
}

/* GKeyFile splits where a ";" is not escaped; blanks around and a last ";" are nobody's intention. */
static GStrv split_list(LodgeKeyGroup *group, const char *key)
{
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
    g_autoptr(GError) local = NULL;
    g_auto(GStrv) raw =
        g_key_file_get_string_list(group->file->values, group->name, key, NULL, &local);
    if (local != NULL) {
        lodge_key_group_fail(group, key, BAD_ESCAPE " or ;");
        return g_strv_builder_end(kept);
    }
    for (gsize i = 0; raw[i] != NULL; i++) {
        g_strstrip(raw[i]);
        if (has_control(raw[i]))
            lodge_key_group_fail(group, key, NO_CONTROL);
        else if (*raw[i] != '\0')
            g_strv_builder_add(kept, raw[i]);
        else if (raw[i + 1] != NULL)
            lodge_key_group_fail(group, key, "item %zu of the list is empty", i + 1);
    }
    return g_strv_builder_end(kept);
}

GStrv lodge_key_group_get_list(LodgeKeyGroup *group, const char *key)
{
    const LodgeKeySpec *spec;
    g_autofree char *plain = get_value(group, key, &spec);
    if (plain == NULL)
        return g_new0(char *, 1);
    if (lodge_key_group_find(group, key) == NULL)
        return g_strsplit(plain, ";", -1);
    return split_list(group, key);
}

static char *parse_number(const LodgeKeySpec *spec, const char *text, gint64 *number_out)
{
    switch (spec->form) {
    case LODGE_KEY_COUNT:
        return lodge_key_value_parse_count(text, spec->min, spec->max, number_out);
    case LODGE_KEY_DURATION:
        return lodge_key_value_parse_duration(text, spec->min, spec->max, number_out);
    case LODGE_KEY_SIZE:
        return lodge_key_value_parse_size(text, spec->min, spec->max, number_out);
    case LODGE_KEY_RETENTION:
        return lodge_key_value_parse_retention(text, spec->min, spec->max, number_out);
    case LODGE_KEY_RATE:
        return lodge_key_value_parse_rate(text, spec->min, spec->max, number_out);
    case LODGE_KEY_HOURLY_RATE:
        return lodge_key_value_parse_hourly_rate(text, spec->min, spec->max, number_out);
    case LODGE_KEY_DAILY_RATE:
        return lodge_key_value_parse_daily_rate(text, spec->min, spec->max, number_out);
    default:
        g_assert_not_reached();
    }
}

gint64 lodge_key_group_get_number(LodgeKeyGroup *group, const char *key, gint64 unset)
{
    const LodgeKeySpec *spec;
    gint64 number = unset;
    g_autofree char *text = get_value(group, key, &spec);
    if (text == NULL)
        return unset;
    char *fault = parse_number(spec, text, &number);
    if (fault != NULL)
        fail_value(group, key, text, fault);
    return number;
}

void lodge_key_group_get_range(LodgeKeyGroup *group,
                               const char *key,
                               gint64 *low_out,
                               gint64 *high_out)
{
    const LodgeKeySpec *spec;
    g_autofree char *text = get_value(group, key, &spec);
    *low_out = spec->min;
    *high_out = spec->max;
    if (text == NULL)
        return;
    char *fault =
        lodge_key_value_parse_range(text, spec->min, spec->max, low_out, high_out);
    if (fault != NULL)
        fail_value(group, key, text, fault);
}

guint lodge_key_group_get_choice(LodgeKeyGroup *group, const char *key)
{
    const LodgeKeySpec *spec;
    g_autofree char *text = get_value(group, key, &spec);
    g_auto(GStrv) choices = g_strsplit(spec->choices, ";", -1);
    if (text == NULL)
        return 0;
    for (guint i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0)
            return i;
    }
    g_autofree char *joined = g_strjoinv(", ", choices);
    fail_value(group, key, text, g_strdup_printf("is none of %s", joined));
    return 0;
}

gboolean lodge_key_group_get_switch(LodgeKeyGroup *group, const char *key)
{
    const LodgeKeySpec *spec;
    g_autofree char *text = get_value(group, key, &spec);
    if (text == NULL || strcmp(text, "no") == 0)
        return FALSE;
    if (strcmp(text, "yes") != 0)
        fail_value(group, key, text, g_strdup("is neither yes nor no"));
    return TRUE;
}

typedef char *(*ParseText)(const char *text, char **value_out);

static char *get_parsed(LodgeKeyGroup *group, const char *key, ParseText parse)
{
    const LodgeKeySpec *spec;
    g_autofree char *text = get_value(group, key, &spec);
    char *value = NULL;
    char *fault = text == NULL ? NULL : parse(text, &value);
    if (fault != NULL)
        fail_value(group, key, text, fault);
    return value;
}

char *lodge_key_group_get_host(LodgeKeyGroup *group, const char *key)
{
    return get_parsed(group, key, lodge_key_value_parse_host);
}

char *lodge_key_group_get_address(LodgeKeyGroup *group, const char *key)
{
    return get_parsed(group, key, lodge_key_value_parse_address);
}

char *lodge_key_group_get_path(LodgeKeyGroup *group, const char *key)
{
    g_autofree char *text = lodge_key_group_get_text(group, key);
    if (text == NULL || g_path_is_absolute(text))
        return g_steal_pointer(&text);
    return g_build_filename(group->file->directory, text, NULL);
}

gint64 lodge_key_group_get_day(LodgeKeyGroup *group, const char *key)
{
    const LodgeKeySpec *spec;
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    g_autofree char *text = get_value(group, key, &spec);
    char *fault = text == NULL ? NULL : lodge_key_value_parse_day(text, &instant_us);
    if (fault != NULL)
        fail_value(group, key, text, fault);
    return instant_us;
}

static GStrv get_parsed_list(LodgeKeyGroup *group, const char *key, ParseText parse)
{
    g_autoptr(GStrvBuilder) parsed = g_strv_builder_new();
    g_auto(GStrv) items = lodge_key_group_get_list(group, key);
    for (gsize i = 0; items[i] != NULL; i++) {
        g_autofree char *value = NULL;
        char *fault = parse(items[i], &value);
        if (fault != NULL)
            fail_value(group, key, items[i], fault);
        else
            g_strv_builder_add(parsed, value);
    }
    return g_strv_builder_end(parsed);
}

GStrv lodge_key_group_get_domains(LodgeKeyGroup *group, const char *key)
{
    return get_parsed_list(group, key, lodge_key_value_parse_domain);
}

GStrv lodge_key_group_get_addresses(LodgeKeyGroup *group, const char *key)
{
    return get_parsed_list(group, key, lodge_key_value_parse_address);
}

void lodge_key_group_note_default(LodgeKeyGroup *group, const char *key, const char *value)
{
    note_origin(group, find_spec(group, key)->key, value, 0);
}

void lodge_key_group_mask(LodgeKeyGroup *group, const char *key)
{
    GPtrArray *origins = group->file->origins;
    for (guint i = 0; i < origins->len; i++) {
        LodgeSettingOrigin *origin = g_ptr_array_index(origins, i);
        if (strcmp(origin->group, group->name) == 0 && strcmp(origin->key, key) == 0) {
            g_free(origin->value);
            origin->value = g_strdup("(not shown)");
        }
    }
}
