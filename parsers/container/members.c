#include "parsers/container/members.h"

#include "parsers/mail/sniff.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

void lodge_members_init(LodgeMembers *members,
                        LodgeContainerFacts *facts,
                        int leaves_fd,
                        gint64 leaves_max_bytes)
{
    *members = (LodgeMembers){.facts = facts,
                              .leaves_fd = leaves_fd,
                              .leaves_max_bytes = leaves_max_bytes,
                              .window = g_byte_array_new()};
}

void lodge_members_clear(LodgeMembers *members)
{
    g_clear_pointer(&members->digest, lodge_digest_free);
    g_byte_array_unref(members->window);
    g_clear_error(&members->failure);
}

void lodge_members_set_trouble(LodgeMembers *members, const char *trouble)
{
    if (members->facts->trouble == NULL)
        members->facts->trouble = g_strdup(trouble);
}

static void stop(LodgeMembers *members, const char *trouble)
{
    lodge_members_set_trouble(members, trouble);
    members->is_over = TRUE;
}

static char *show(const char *name)
{
    g_autofree char *text =
        lodge_display_utf8(name, MIN(strlen(name), LODGE_LIMIT_NAME_BYTES / 4));
    return g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
}

/* Of a path the last name. */
static const char *last_of(const char *name)
{
    const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
    const char *last = MAX(slash, back);
    return last != NULL ? last + 1 : name;
}

gboolean lodge_members_begin(LodgeMembers *members, const char *name)
{
    if (members->is_over)
        return FALSE;
    if (members->facts->members->len >= LODGE_LIMIT_CONTAINER_MEMBERS) {
        stop(members, "container-members");
        return FALSE;
    }
    LodgePart *part = lodge_part_new();
    g_ptr_array_add(members->facts->members, part);
    g_free(part->path);
    part->path = g_strdup_printf("%u", members->facts->members->len);
    g_free(part->declared_type);
    part->declared_type = g_strdup("application/octet-stream");
    part->kind = LODGE_PART_DOCUMENT;
    part->name = show(last_of(name));
    part->raw_name = show(name);
    part->stream_offset = members->written_bytes;
    members->current = part;
    g_clear_pointer(&members->digest, lodge_digest_free);
    members->digest = lodge_digest_new();
    g_byte_array_set_size(members->window, 0);
    return TRUE;
}

static gboolean write_all(LodgeMembers *members, const char *bytes, gsize size)
{
    while (size > 0) {
        ssize_t put = write(members->leaves_fd, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            members->failure =
                g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED,
                            "what was unpacked cannot be written: %s", g_strerror(errno));
            members->is_over = TRUE;
            return FALSE;
        }
        members->written_bytes += put;
        bytes += put;
        size -= (gsize)put;
    }
    return TRUE;
}

gboolean lodge_members_take(LodgeMembers *members, const void *bytes, gsize size)
{
    LodgePart *part = members->current;
    if (members->is_over)
        return FALSE;
    if ((gint64)size > members->leaves_max_bytes - members->written_bytes) {
        lodge_members_spoil(members, "container-bytes");
        stop(members, "container-bytes");
        return FALSE;
    }
    gsize room =
        LODGE_SNIFF_WINDOW_BYTES - MIN(members->window->len, LODGE_SNIFF_WINDOW_BYTES);
    g_byte_array_append(members->window, bytes, (guint)MIN(size, room));
    lodge_digest_update(members->digest, bytes, size);
    part->size_bytes += (gint64)size;
    return write_all(members, bytes, size);
}

void lodge_members_end(LodgeMembers *members)
{
    LodgePart *part = members->current;
    if (members->failure != NULL || part->trouble != NULL)
        return;
    part->sniffed_type = lodge_sniff_type(members->window->data, members->window->len);
    lodge_digest_finish(members->digest, part->sha256);
}

void lodge_members_decorate(LodgeMembers *members)
{
    LodgePart *part = members->current;
    if (part->trouble != NULL || part->sniffed_type == NULL ||
        !g_str_has_prefix(part->sniffed_type, "image/"))
        return;
    part->kind = LODGE_PART_DECORATION;
    part->stream_offset = -1;
}

void lodge_members_spoil(LodgeMembers *members, const char *trouble)
{
    LodgePart *part = members->current;
    part->kind = LODGE_PART_OTHER;
    part->stream_offset = -1;
    part->size_bytes = 0;
    part->trouble = g_strdup(trouble);
}
