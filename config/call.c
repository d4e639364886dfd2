#include "config/call.h"

#include "config/config_error.h"
#include "config/key_file.h"
#include "config/key_value.h"

#include <string.h>

static void free_theme(gpointer data)
{
    LodgeTheme *theme = data;
    g_free(theme->id);
    g_free(theme->title);
    g_strfreev(theme->phrases);
    g_free(theme);
}

void lodge_extension_free(LodgeExtension *extension)
{
    if (extension == NULL)
        return;
    g_free(extension->council);
    g_free(extension->until_text);
    g_free(extension->reason);
    g_free(extension);
}

static void free_extension(gpointer extension)
{
    lodge_extension_free(extension);
}

void lodge_call_free(LodgeCall *call)
{
    if (call == NULL)
        return;
    g_free(call->id);
    g_free(call->title);
    g_free(call->noun);
    g_free(call->reference_prefix);
    g_strfreev(call->names);
    g_free(call->department);
    lodge_zone_unref(call->zone);
    g_free(call->opens_text);
    g_free(call->deadline_text);
    g_free(call->deadline_includes);
    g_strfreev(call->accepted_types);
    g_ptr_array_unref(call->themes);
    g_ptr_array_unref(call->signs);
    g_ptr_array_unref(call->extensions);
    g_free(call);
}

/* ---- checks ---- */

/* [A-Z]{2,4}[0-9]{0,4}: it is read out on the phone. */
static gboolean is_reference_prefix(const char *text)
{
    gsize letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    gsize digits = strspn(text + letters, "0123456789");
    return letters >= 2 && letters <= 4 && digits <= 4 && text[letters + digits] == '\0';
}

static gboolean is_media_type(const char *text)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL || slash == text || slash[1] == '\0')
        return FALSE;
    for (const char *at = text; *at != '\0'; at++) {
        if (at != slash && !g_ascii_islower(*at) && !g_ascii_isdigit(*at) &&
            strchr("+-._", *at) == NULL)
            return FALSE;
    }
    return TRUE;
}

static void check_identity(const LodgeCall *call, LodgeKeyGroup *group)
{
    if (call->id != NULL && !lodge_key_value_is_identifier(call->id))
        lodge_key_group_fail(group, "id",
                             "'%s' is no id; use lower-case letters, digits and hyphens",
                             call->id);
    if (call->reference_prefix != NULL && !is_reference_prefix(call->reference_prefix))
        lodge_key_group_fail(
            group, "reference_prefix",
            "'%s' is no prefix; use two to four capital letters, then up to "
            "four digits, like PP24",
            call->reference_prefix);
    for (gsize i = 0; call->accepted_types[i] != NULL; i++) {
        if (!is_media_type(call->accepted_types[i]))
            lodge_key_group_fail(group, "accepted_types",
                                 "'%s' is no media type; write it like application/pdf",
                                 call->accepted_types[i]);
    }
}

/* ---- times ---- */

static LodgeZone *read_zone(LodgeKeyGroup *group, LodgeZone *given)
{
    g_autoptr(GError) local = NULL;
    g_autofree char *name = lodge_key_group_get_text(group, "zone");
    if (name == NULL)
        return NULL;
    if (given != NULL && strcmp(lodge_zone_name(given), name) == 0)
        return lodge_zone_ref(given);
    if (given != NULL) {
        lodge_key_group_fail(group, "zone", "'%s' is not the zone %s that these rules hold",
                             name, lodge_zone_name(given));
        return NULL;
    }
    LodgeZone *zone = lodge_zone_load(name, &local);
    if (zone == NULL)
        lodge_key_group_fail(group, "zone", "%s", local->message);
    return zone;
}

static gint64
resolve(LodgeKeyGroup *group, const char *key, const LodgeZone *zone, const char *civil)
{
    g_autoptr(GError) local = NULL;
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    if (zone == NULL || civil == NULL)
        return LODGE_INSTANT_UNKNOWN;
    if (!lodge_zone_resolve(zone, civil, &instant_us, &local))
        lodge_key_group_fail(group, key, "%s", local->message);
    return instant_us;
}

/* "By 17:00" may mean that 17:00:59 is in: that is said once, and holds for extensions too. FALSE: seconds
 * were written where whole minutes count. */
static gboolean add_included(const LodgeCall *call, gint64 *instant_us)
{
    if (strcmp(call->deadline_includes, "none") == 0)
        return TRUE;
    if (strcmp(call->deadline_includes, "second") == 0) {
        *instant_us += LODGE_SECOND_US;
        return TRUE;
    }
    gboolean whole = *instant_us % (60 * LODGE_SECOND_US) == 0;
    *instant_us += 60 * LODGE_SECOND_US;
    return whole;
}

static gint64 resolve_deadline(const LodgeCall *call,
                               LodgeKeyGroup *group,
                               const char *key,
                               const char *civil)
{
    gint64 instant_us = resolve(group, key, call->zone, civil);
    if (instant_us != LODGE_INSTANT_UNKNOWN && !add_included(call, &instant_us))
        lodge_key_group_fail(group, key,
                             "'%s' has seconds, but deadline_includes is minute", civil);
    return instant_us;
}

static void read_window(LodgeCall *call, LodgeKeyGroup *group, LodgeZone *given)
{
    static const char *const includes[] = {"none", "second", "minute"};
    call->zone = read_zone(group, given);
    call->opens_text = lodge_key_group_get_text(group, "opens");
    call->deadline_text = lodge_key_group_get_text(group, "deadline");
    call->deadline_includes =
        g_strdup(includes[lodge_key_group_get_choice(group, "deadline_includes")]);
    call->opens_us = resolve(group, "opens", call->zone, call->opens_text);
    call->deadline_us = resolve_deadline(call, group, "deadline", call->deadline_text);
    if (call->opens_us != LODGE_INSTANT_UNKNOWN &&
        call->deadline_us != LODGE_INSTANT_UNKNOWN && call->opens_us >= call->deadline_us)
        lodge_key_group_fail(group, "deadline", "the call ends before it opens");
}

/* ---- groups ---- */

static void read_call(LodgeCall *call, LodgeKeyGroup *group, LodgeZone *zone)
{
    call->id = lodge_key_group_get_text(group, "id");
    call->title = lodge_key_group_get_text(group, "title");
    call->noun = lodge_key_group_get_text(group, "noun");
    call->reference_prefix = lodge_key_group_get_text(group, "reference_prefix");
    call->names = lodge_key_group_get_list(group, "names");
    call->department = lodge_key_group_get_text(group, "department");
    read_window(call, group, zone);
    call->late_policy = (LodgeLatePolicy)lodge_key_group_get_choice(group, "late_policy");
    call->mend_days = lodge_key_group_get_number(group, "mend_days", 0);
    call->mend_counts = (LodgeMendCounts)lodge_key_group_get_choice(group, "mend_counts");
    lodge_key_group_get_range(group, "pages", &call->pages_min, &call->pages_max);
    call->accepted_types = lodge_key_group_get_list(group, "accepted_types");
    check_identity(call, group);
}

static void read_theme(GPtrArray *themes, LodgeKeyGroup *group)
{
    LodgeTheme *theme = g_new0(LodgeTheme, 1);
    g_ptr_array_add(themes, theme);
    theme->id = g_strdup(lodge_key_group_argument(group));
    theme->title = lodge_key_group_get_text(group, "title");
    theme->phrases = lodge_key_group_get_list(group, "phrases");
    if (!lodge_key_value_is_identifier(theme->id))
        lodge_key_group_fail(group, NULL,
                             "'%s' is no id; use lower-case letters, digits and hyphens",
                             theme->id);
    for (gsize i = 0; theme->phrases[i] != NULL; i++) {
        /* A short word is in every document: it would show the theme to be anywhere. */
        if (g_utf8_strlen(theme->phrases[i], -1) < 6)
            lodge_key_group_fail(
                group, "phrases",
                "'%s' is too short to show anything; use six letters or more",
                theme->phrases[i]);
    }
}

static void read_themes(GPtrArray *themes, LodgeKeyFile *file, const char *kind)
{
    g_autoptr(GPtrArray) groups = lodge_key_file_take_all(file, kind);
    for (guint i = 0; i < groups->len; i++)
        read_theme(themes, g_ptr_array_index(groups, i));
}

static void read_extension(LodgeCall *call, LodgeKeyGroup *group)
{
    LodgeExtension *extension = g_new0(LodgeExtension, 1);
    g_ptr_array_add(call->extensions, extension);
    extension->council = lodge_key_group_get_text(group, "council");
    extension->until_text = lodge_key_group_get_text(group, "until");
    extension->reason = lodge_key_group_get_text(group, "reason");
    extension->until_us = resolve_deadline(call, group, "until", extension->until_text);
    if (extension->council != NULL && strcmp(extension->council, "*") != 0 &&
        !lodge_key_value_is_gss(extension->council))
        lodge_key_group_fail(
            group, "council",
            "'%s' is no GSS code (a letter and eight digits) nor * for all",
            extension->council);
    if (extension->until_us != LODGE_INSTANT_UNKNOWN &&
        call->deadline_us != LODGE_INSTANT_UNKNOWN &&
        extension->until_us <= call->deadline_us)
        lodge_key_group_fail(group, "until", "the extension is not after the deadline");
}

LodgeCall *
lodge_call_parse(const char *text, const char *name, LodgeZone *zone, GError **error)
{
    g_return_val_if_fail(text != NULL && name != NULL, NULL);
    g_autoptr(LodgeKeyFile) file =
        lodge_key_file_parse(text, strlen(text), name, lodge_key_schema_call(), error);
    if (file == NULL)
        return NULL;
    g_autoptr(LodgeCall) call = g_new0(LodgeCall, 1);
    call->themes = g_ptr_array_new_with_free_func(free_theme);
    call->signs = g_ptr_array_new_with_free_func(free_theme);
    call->extensions = g_ptr_array_new_with_free_func(free_extension);
    read_call(call, lodge_key_file_take(file, "call"), zone);
    read_themes(call->themes, file, "theme");
    read_themes(call->signs, file, "sign");
    g_autoptr(GPtrArray) extensions = lodge_key_file_take_all(file, "extension");
    for (guint i = 0; i < extensions->len; i++)
        read_extension(call, g_ptr_array_index(extensions, i));
    if (!lodge_key_file_finish(file, NULL, error))
        return NULL;
    return g_steal_pointer(&call);
}

LodgeCall *lodge_call_load(const char *path, char **text_out, GError **error)
{
    gsize size_bytes;
    g_return_val_if_fail(path != NULL, NULL);
    g_autofree char *text = lodge_key_file_read(path, &size_bytes, error);
    LodgeCall *call = text == NULL ? NULL : lodge_call_parse(text, path, NULL, error);
    if (call != NULL && text_out != NULL)
        *text_out = g_steal_pointer(&text);
    return call;
}

/* ---- extensions ---- */

LodgeExtension *lodge_extension_copy(const LodgeExtension *extension)
{
    LodgeExtension *copy = g_new0(LodgeExtension, 1);
    copy->council = g_strdup(extension->council);
    copy->until_us = extension->until_us;
    copy->until_text = g_strdup(extension->until_text);
    copy->reason = g_strdup(extension->reason);
    return copy;
}

void lodge_call_add_extension(LodgeCall *call, const LodgeExtension *extension)
{
    g_ptr_array_add(call->extensions, lodge_extension_copy(extension));
}

LodgeExtension *lodge_call_make_extension(const LodgeCall *call,
                                          const char *council,
                                          const char *until,
                                          const char *reason,
                                          GError **error)
{
    gint64 until_us = LODGE_INSTANT_UNKNOWN;
    if (!lodge_zone_resolve(call->zone, until, &until_us, error))
        return NULL;
    if (!add_included(call, &until_us)) {
        g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                    "'%s' has seconds, but deadline_includes is minute", until);
        return NULL;
    }
    const LodgeExtension extension = {(char *)council, until_us, (char *)until,
                                      (char *)reason};
    return lodge_extension_copy(&extension);
}

gint64 lodge_call_deadline_for(const LodgeCall *call,
                               const char *council,
                               const LodgeExtension **extension_out)
{
    gint64 deadline_us = call->deadline_us;
    const LodgeExtension *applied = NULL;
    for (guint i = 0; i < call->extensions->len; i++) {
        const LodgeExtension *extension = g_ptr_array_index(call->extensions, i);
        gboolean concerns = strcmp(extension->council, "*") == 0 ||
                            g_strcmp0(extension->council, council) == 0;
        if (concerns && extension->until_us > deadline_us) {
            deadline_us = extension->until_us;
            applied = extension;
        }
    }
    if (extension_out != NULL)
        *extension_out = applied;
    return deadline_us;
}
