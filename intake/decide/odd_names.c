#include "intake/decide/odd_names.h"

#include "intake/decide/attachments.h"
#include "intake/decide/findings.h"
#include <string.h>

typedef gboolean (*IsOdd)(const char *path);

static gboolean is_separator(gunichar c)
{
    return c == '/' || c == '\\';
}

static gboolean is_absolute(const char *path)
{
    return is_separator((guchar)path[0]) || (g_ascii_isalpha(path[0]) && path[1] == ':');
}

static gboolean any_step(const char *path, gboolean (*is_it)(const char *step, gsize size))
{
    gsize size = strcspn(path, "/\\");
    for (; path[size] != '\0'; path += size + 1, size = strcspn(path, "/\\"))
        if (is_it(path, size))
            return TRUE;
    return is_it(path, size);
}

static gboolean is_upwards(const char *step, gsize size)
{
    return size == 2 && memcmp(step, "..", 2) == 0;
}

/* Whatever ends it: Windows opens a device for "nul.pdf", too. */
static gboolean is_device(const char *step, gsize size)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "com#", "lpt#"};
    gsize length = MIN(strcspn(step, "."), size);
    while (length > 0 && step[length - 1] == ' ')
        length--;
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
        gsize at = 0;
        while (at < length && devices[i][at] != '\0' &&
               (devices[i][at] == '#' ? g_ascii_isdigit(step[at])
                                      : g_ascii_tolower(step[at]) == devices[i][at]))
            at++;
        if (at == length && devices[i][at] == '\0')
            return TRUE;
    }
    return FALSE;
}

static gboolean leads_upwards(const char *path)
{
    return any_step(path, is_upwards);
}

static gboolean means_device(const char *path)
{
    return any_step(path, is_device);
}

static gboolean turns_letters(const char *path)
{
    for (const char *at = path; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_control(const char *path)
{
    for (const char *at = path; *at != '\0'; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return TRUE;
    return FALSE;
}

static const struct {
    IsOdd is_odd;
    const char *words;
} oddities[] = {
    {leads_upwards, "a path that leads upwards"},
    {is_absolute, "an absolute path"},
    {means_device, "the name of a device"},
    {turns_letters, "characters that turn letters around"},
    {has_control, "control characters"},
};

static gboolean is_member(const LodgePart *part, const LodgePart *container)
{
    return g_strcmp0(part->container, container->path) == 0 && part->raw_name != NULL &&
           part->raw_name[0] != '\0';
}

static gboolean
has_odd_member(const LodgeMessageFacts *message, const LodgePart *container, IsOdd is_odd)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (is_member(part, container) && is_odd(part->raw_name))
            return TRUE;
    }
    return FALSE;
}

static gboolean comes_again(const GPtrArray *parts, guint at, const LodgePart *container)
{
    const LodgePart *first = g_ptr_array_index(parts, at);
    for (guint i = at + 1; i < parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(parts, i);
        if (is_member(part, container) && strcmp(part->raw_name, first->raw_name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean has_name_twice(const LodgeMessageFacts *message, const LodgePart *container)
{
    for (guint i = 0; i < message->parts->len; i++)
        if (is_member(g_ptr_array_index(message->parts, i), container) &&
            comes_again(message->parts, i, container))
            return TRUE;
    return FALSE;
}

static void say(GString *list, const char *words)
{
    g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ", words);
}

static void judge_container(const LodgeMessageFacts *message,
                            const LodgePart *container,
                            GPtrArray *findings)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(oddities); i++)
        if (has_odd_member(message, container, oddities[i].is_odd))
            say(list, oddities[i].words);
    if (has_name_twice(message, container))
        say(list, "two files of one name");
    if (list->len == 0)
        return;
    g_autofree char *name = lodge_attachments_show_name(container);
    lodge_findings_add(findings, LODGE_FINDING_ARCHIVE_ODD_NAMES, NULL, name, list->str);
}

/* A mail that was attached is no archive: two of its files may well have one name. */
static gboolean is_archive(const LodgePart *part)
{
    return part->kind == LODGE_PART_CONTAINER &&
           g_strcmp0(part->sniffed_type, "application/zip") == 0;
}

void lodge_odd_names_judge(const LodgeMessageFacts *message, GPtrArray *findings)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (is_archive(part))
            judge_container(message, part, findings);
    }
}
