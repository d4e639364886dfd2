/* Bytes on their way to become an object: written and hashed as they come. */
#include "spool/spool_error.h"
#include "spool/spool_internal.h"

#include <errno.h>
#include <fcntl.h>

LodgeStage *lodge_stage_new(LodgeSpool *spool, GError **error)
{
    g_return_val_if_fail(spool != NULL, NULL);
    if (!lodge_spool_require_writer(spool, error))
        return NULL;
    LodgeDurableFile *file = lodge_durable_file_new(spool->root, "stage", error);
    if (file == NULL)
        return NULL;
    LodgeStage *stage = g_new0(LodgeStage, 1);
    stage->root = spool->root;
    stage->file = file;
    stage->digest = lodge_digest_new();
    return stage;
}

gboolean
lodge_stage_write(LodgeStage *stage, const void *bytes, gsize size_bytes, GError **error)
{
    g_return_val_if_fail(stage != NULL && stage->digest != NULL, FALSE);
    if (size_bytes == 0)
        return TRUE;
    if (!lodge_durable_file_write(stage->file, bytes, size_bytes, error))
        return FALSE;
    lodge_digest_update(stage->digest, bytes, size_bytes);
    stage->size_bytes += (gint64)size_bytes;
    return TRUE;
}

gboolean lodge_stage_finish(LodgeStage *stage, GError **error)
{
    g_return_val_if_fail(stage != NULL && stage->digest != NULL, FALSE);
    if (!lodge_durable_file_start(stage->file, error))
        return FALSE;
    lodge_digest_finish(stage->digest, stage->sha256);
    g_clear_pointer(&stage->digest, lodge_digest_free);
    return TRUE;
}

const char *lodge_stage_sha256(const LodgeStage *stage)
{
    g_return_val_if_fail(stage != NULL && stage->digest == NULL, NULL);
    return stage->sha256;
}

gint64 lodge_stage_size(const LodgeStage *stage)
{
    return stage->size_bytes;
}

int lodge_stage_open(LodgeStage *stage, GError **error)
{
    g_return_val_if_fail(stage != NULL && stage->file != NULL, -1);
    const char *name = lodge_durable_file_name(stage->file);
    int fd =
        openat(lodge_durable_root_fd(stage->root), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        int failure = errno;
        g_autofree char *path = lodge_durable_root_join(stage->root, name);
        lodge_spool_error_set(error, failure, "open", path);
    }
    return fd;
}

int lodge_stage_scratch(LodgeSpool *spool, GError **error)
{
    g_return_val_if_fail(spool != NULL, -1);
    return lodge_spool_require_writer(spool, error)
               ? lodge_durable_scratch_open(spool->root, error)
               : -1;
}

void lodge_stage_free(LodgeStage *stage)
{
    if (stage == NULL)
        return;
    lodge_durable_file_free(stage->file);
    lodge_digest_free(stage->digest);
    g_free(stage);
}
