#include "intake/operate/room.h"

LodgeRoom lodge_room_look(LodgeSpool *spool, const LodgeLimits *limits)
{
    LodgeRoom room = {.free_bytes = lodge_spool_free_bytes(spool)};
    room.is_full = room.free_bytes >= 0 && room.free_bytes < limits->reserve_bytes;
    room.is_low =
        room.is_full || (room.free_bytes >= 0 && room.free_bytes < limits->low_space_bytes);
    return room;
}

static char *format_size(gint64 bytes)
{
    return g_format_size_full((guint64)MAX(bytes, 0), G_FORMAT_SIZE_IEC_UNITS);
}

char *
lodge_room_explain(const LodgeRoom *room, LodgeSpool *spool, const LodgeLimits *limits)
{
    g_autofree char *left = format_size(room->free_bytes);
    g_autofree char *reserve = format_size(limits->reserve_bytes);
    if (room->is_full)
        return g_strdup_printf(
            "%s has %s left, less than [limits] reserve; nothing more is fetched (it stays "
            "safe in the mailbox) until there is room",
            lodge_spool_dir(spool), left);
    return g_strdup_printf("%s has %s left; make room, below %s nothing more is fetched",
                           lodge_spool_dir(spool), left, reserve);
}
