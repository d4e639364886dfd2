#include "parsers/container/container.h"

#include "parsers/container/members.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>

static LodgeContainerFacts *
read_bytes(const void *bytes, gsize size, int leaves_fd, gint64 max_bytes, GError **error)
{
    g_autoptr(LodgeContainerFacts) facts = lodge_container_facts_new();
    LodgeMembers members;
    facts->size_bytes = (gint64)size;
    lodge_digest_compute(bytes, size, facts->sha256);
    lodge_members_init(&members, facts, leaves_fd, max_bytes);
    if (!lodge_members_read_zip(&members, bytes, size))
        lodge_members_read_tnef(&members, bytes, size);
    GError *failure = g_steal_pointer(&members.failure);
    lodge_members_clear(&members);
    if (failure == NULL)
        return g_steal_pointer(&facts);
    g_propagate_error(error, failure);
    return NULL;
}

LodgeContainerFacts *lodge_container_open(
    int input_fd, gint64 size_bytes, int leaves_fd, gint64 leaves_max_bytes, GError **error)
{
    g_return_val_if_fail(input_fd >= 0 && size_bytes >= 0 && leaves_fd >= 0, NULL);
    if (size_bytes == 0)
        return read_bytes("", 0, leaves_fd, leaves_max_bytes, error);
    gsize size = (gsize)size_bytes;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, input_fd, 0);
    if (bytes == MAP_FAILED) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "the container cannot be read: %s", g_strerror(errno));
        return NULL;
    }
    LodgeContainerFacts *facts =
        read_bytes(bytes, size, leaves_fd, leaves_max_bytes, error);
    munmap(bytes, size);
    return facts;
}
