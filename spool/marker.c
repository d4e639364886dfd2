#include "spool/marker.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

gboolean lodge_marker_is_laid(const LodgeDurableRoot *root, const char *name)
{
    return faccessat(lodge_durable_root_fd(root), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
write_file(LodgeDurableRoot *root, const char *name, const char *words, GError **error)
{
    g_autoptr(LodgeDurableFile) file = lodge_durable_file_new(root, "marker", error);
    return file != NULL && lodge_durable_file_write(file, words, strlen(words), error) &&
           lodge_durable_file_sync(file, 0600, error) &&
           lodge_durable_file_place(file, name, error);
}

gboolean lodge_marker_lay(LodgeDurableRoot *root,
                          const char *name,
                          const char *words,
                          GError **error)
{
    return (lodge_marker_is_laid(root, name) || write_file(root, name, words, error)) &&
           lodge_durable_directory_sync(root, ".", error);
}

gboolean lodge_marker_lift(LodgeDurableRoot *root, const char *name, GError **error)
{
    return lodge_durable_remove(root, name, error) &&
           lodge_durable_directory_sync(root, ".", error);
}
