#include "intake/decide/stand_in.h"

#include <string.h>

/* ---- names ---- */

static gboolean has_ending(const LodgePart *part, const char *const *endings)
{
    if (part->name == NULL)
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(part->name, -1);
    for (gsize i = 0; endings[i] != NULL; i++)
        if (g_str_has_suffix(lower, endings[i]))
            return TRUE;
    return FALSE;
}

/* Its whole name, but for an ending that a program may add. */
static gboolean is_called(const LodgePart *part, const char *const *names)
{
    static const char *const endings[] = {".eml", ".txt", ".msg"};
    if (part->name == NULL)
        return FALSE;
    g_autofree char *lower = g_strstrip(g_ascii_strdown(part->name, -1));
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(lower, endings[i])) {
            lower[strlen(lower) - strlen(endings[i])] = '\0';
            break;
        }
    return g_strv_contains(names, lower);
}

static gboolean is_declared(const LodgePart *part, const char *type)
{
    return strcmp(part->declared_type, type) == 0;
}

/* ---- kinds ---- */

static gboolean is_placeholder(const LodgeMessageFacts *message, const LodgePart *part)
{
    (void)message;
    static const char *const names[] = {"atp scan in progress",
                                        "safe attachments scan in progress", NULL};
    return is_called(part, names);
}

static gboolean is_removed(const LodgeMessageFacts *message, const LodgePart *part)
{
    (void)message;
    static const char *const names[] = {"unsafe attachments blocked", "malware alert text",
                                        NULL};
    return is_called(part, names);
}

static gboolean is_protected(const LodgeMessageFacts *message, const LodgePart *part)
{
    (void)message;
    static const char *const endings[] = {".rpmsg", NULL};
    return is_declared(part, "application/x-microsoft-rpmsg-message") ||
           has_ending(part, endings);
}

static gboolean is_enveloped(const LodgeMessageFacts *message, const LodgePart *part)
{
    for (guint i = 0; i < message->smime->len; i++) {
        const LodgeSmimeLayer *layer = g_ptr_array_index(message->smime, i);
        if (strcmp(layer->path, part->path) == 0)
            return layer->form == LODGE_SMIME_ENVELOPED;
    }
    return FALSE;
}

/* The second half of RFC 3156 section 4; the first is a version number. */
static gboolean is_pgp(const LodgePart *part)
{
    static const char *const endings[] = {".asc", ".pgp", ".gpg", NULL};
    return has_ending(part, endings) ||
           (part->sniffed_type != NULL && strstr(part->sniffed_type, "pgp") != NULL);
}

static gboolean is_encrypted(const LodgeMessageFacts *message, const LodgePart *part)
{
    return is_enveloped(message, part) || is_declared(part, "application/pgp-encrypted") ||
           is_pgp(part);
}

static gboolean is_empty(const LodgeMessageFacts *message, const LodgePart *part)
{
    (void)message;
    return part->size_bytes == 0;
}

static gboolean is_shortcut(const LodgeMessageFacts *message, const LodgePart *part)
{
    (void)message;
    static const char *const endings[] = {".url",  ".lnk",    ".webloc",  ".website",
                                          ".gdoc", ".gsheet", ".gslides", NULL};
    return has_ending(part, endings);
}

static const char *type_of(const LodgePart *part)
{
    return part->sniffed_type != NULL ? part->sniffed_type : part->declared_type;
}

static gboolean is_smaller(const LodgePart *part, gint64 pixels)
{
    return part->width >= 0 && MIN(part->width, part->height) < pixels;
}

static gboolean is_picture(const LodgeMessageFacts *message, const LodgePart *part)
{
    (void)message;
    return g_str_has_prefix(type_of(part), "image/") &&
           !is_smaller(part, LODGE_STAND_IN_PAGE_PIXELS);
}

/* First match. */
static const struct {
    LodgeStandIn kind;
    gboolean (*applies)(const LodgeMessageFacts *message, const LodgePart *part);
} rows[] = {
    {LODGE_STAND_IN_PLACEHOLDER, is_placeholder}, {LODGE_STAND_IN_REMOVED, is_removed},
    {LODGE_STAND_IN_PROTECTED, is_protected},     {LODGE_STAND_IN_EMPTY, is_empty},
    {LODGE_STAND_IN_ENCRYPTED, is_encrypted},     {LODGE_STAND_IN_SHORTCUT, is_shortcut},
    {LODGE_STAND_IN_PICTURE, is_picture},
};

/* Of what a mail shows in its text only a picture of a page is worth a word, and only where its size says so. */
static gboolean is_large_decoration(const LodgePart *part)
{
    gboolean is_large = part->width >= 0 && !is_smaller(part, LODGE_STAND_IN_INLINE_PIXELS);
    return is_large || g_str_has_prefix(type_of(part), "image/hei");
}

LodgeStandIn lodge_stand_in_judge(const LodgeMessageFacts *message, const LodgePart *part)
{
    if (part->kind == LODGE_PART_DECORATION)
        return is_large_decoration(part) ? LODGE_STAND_IN_PICTURE : LODGE_STAND_IN_NONE;
    if (part->kind == LODGE_PART_MESSAGE || part->kind == LODGE_PART_CONTAINER)
        return is_placeholder(message, part) ? LODGE_STAND_IN_PLACEHOLDER
               : is_removed(message, part)   ? LODGE_STAND_IN_REMOVED
                                             : LODGE_STAND_IN_NONE;
    if (part->kind != LODGE_PART_DOCUMENT)
        return LODGE_STAND_IN_NONE;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].applies(message, part))
            return rows[i].kind;
    return LODGE_STAND_IN_NONE;
}

gboolean lodge_stand_in_is_logo(const LodgePart *part)
{
    return g_str_has_prefix(type_of(part), "image/") &&
           is_smaller(part, LODGE_STAND_IN_PAGE_PIXELS);
}

const LodgePart *lodge_stand_in_find(const LodgeMessageFacts *message, LodgeStandIn kind)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (lodge_stand_in_judge(message, part) == kind)
            return part;
    }
    return NULL;
}

gboolean lodge_stand_in_has_left(const LodgeMessageFacts *message)
{
    return lodge_stand_in_find(message, LODGE_STAND_IN_PLACEHOLDER) != NULL ||
           lodge_stand_in_find(message, LODGE_STAND_IN_REMOVED) != NULL;
}
