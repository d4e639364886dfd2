#include "spool/object_store.h"
#include "spool/spool_error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES (128 * 1024)

char *lodge_object_store_name(const char *sha256)
{
    return g_strdup_printf("objects/%.2s/%s", sha256, sha256);
}

gboolean lodge_object_store_find(const LodgeDurableRoot *root,
                                 const char *sha256,
                                 gint64 *size_bytes_out)
{
    if (!lodge_digest_is_valid(sha256))
        return FALSE;
    g_autofree char *name = lodge_object_store_name(sha256);
    struct stat status;
    if (fstatat(lodge_durable_root_fd(root), name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode))
        return FALSE;
    if (size_bytes_out != NULL)
        *size_bytes_out = status.st_size;
    return TRUE;
}

static int open_named(const LodgeDurableRoot *root, const char *name, GError **error)
{
    int fd = openat(lodge_durable_root_fd(root), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int failure = errno;
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return fd;
    g_autofree char *path = lodge_durable_root_join(root, name);
    if (fd >= 0 || failure == ELOOP)
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "%s is no file: move it away and restore the file from a backup", path);
    else
        lodge_spool_error_set(error, failure, "open", path);
    if (fd >= 0)
        close(fd);
    return -1;
}

int lodge_object_store_open(const LodgeDurableRoot *root,
                            const char *sha256,
                            GError **error)
{
    if (!lodge_digest_is_valid(sha256)) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
                    "an object is named by 64 lower-case hexadecimal digits");
        return -1;
    }
    g_autofree char *name = lodge_object_store_name(sha256);
    return open_named(root, name, error);
}

/* 0 at the end, -1 on error. */
static ssize_t read_block(
    int fd, void *block, const LodgeDurableRoot *root, const char *name, GError **error)
{
    ssize_t count;
    do {
        count = read(fd, block, BLOCK_BYTES);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        int failure = errno;
        g_autofree char *path = lodge_durable_root_join(root, name);
        lodge_spool_error_set(error, failure, "read", path);
    }
    return count;
}

/* Takes the descriptor. */
static gboolean stream(int fd,
                       const LodgeDurableRoot *root,
                       const char *name,
                       LodgeObjectSink sink,
                       gpointer data,
                       char digest_out[LODGE_DIGEST_SIZE],
                       gint64 *size_bytes_out,
                       GError **error)
{
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    g_autofree char *block = g_malloc(BLOCK_BYTES);
    gint64 size_bytes = 0;
    ssize_t count;
    gboolean taken = TRUE;
    while (taken && (count = read_block(fd, block, root, name, error)) > 0) {
        lodge_digest_update(digest, block, (gsize)count);
        size_bytes += count;
        taken = sink == NULL || sink(block, (gsize)count, data, error);
    }
    close(fd);
    if (!taken || count < 0)
        return FALSE;
    lodge_digest_finish(digest, digest_out);
    if (size_bytes_out != NULL)
        *size_bytes_out = size_bytes;
    return TRUE;
}

static gboolean check_digest(const LodgeDurableRoot *root,
                             const char *sha256,
                             const char *found,
                             GError **error)
{
    if (g_strcmp0(sha256, found) == 0)
        return TRUE;
    g_autofree char *name = lodge_object_store_name(sha256);
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                "%s/%s holds other bytes than its name says: restore it from a backup",
                lodge_durable_root_path(root), name);
    return FALSE;
}

gboolean lodge_object_store_stream(const LodgeDurableRoot *root,
                                   const char *sha256,
                                   LodgeObjectSink sink,
                                   gpointer data,
                                   gint64 *size_bytes_out,
                                   GError **error)
{
    int fd = lodge_object_store_open(root, sha256, error);
    if (fd < 0)
        return FALSE;
    char found[LODGE_DIGEST_SIZE];
    g_autofree char *name = lodge_object_store_name(sha256);
    return stream(fd, root, name, sink, data, found, size_bytes_out, error) &&
           check_digest(root, sha256, found, error);
}

typedef struct {
    GByteArray *bytes;
    gsize max_bytes;
    const char *sha256;
} Collect;

static gboolean collect(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    Collect *into = data;
    if (size_bytes > into->max_bytes - into->bytes->len) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "object %s is longer than the %" G_GSIZE_FORMAT " bytes allowed here",
                    into->sha256, into->max_bytes);
        return FALSE;
    }
    g_byte_array_append(into->bytes, bytes, (guint)size_bytes);
    return TRUE;
}

GBytes *lodge_object_store_read(const LodgeDurableRoot *root,
                                const char *sha256,
                                gsize max_bytes,
                                GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Collect into = {bytes, MIN(max_bytes, (gsize)G_MAXUINT / 2), sha256};
    if (!lodge_object_store_stream(root, sha256, collect, &into, NULL, error))
        return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

gboolean lodge_object_store_digest_file(const LodgeDurableRoot *root,
                                        const char *name,
                                        char digest_out[LODGE_DIGEST_SIZE],
                                        gint64 *size_bytes_out,
                                        GError **error)
{
    int fd = open_named(root, name, error);
    return fd >= 0 && stream(fd, root, name, NULL, NULL, digest_out, size_bytes_out, error);
}
