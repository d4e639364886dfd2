/* backup_internal.h - the directory that a copy is made in. */
#pragma once

#include "spool/durable_file.h"
#include "spool/lock.h"
#include <glib.h>

typedef struct {
    LodgeDurableRoot *root;
    LodgeLock *lock;
    gboolean continued; /* the marker was there */
} LodgeBackupTarget;

/* Refuses what is not fit, makes the layout, takes the lock. */
gboolean lodge_backup_target_open(LodgeBackupTarget *target,
                                  const LodgeDurableRoot *spool,
                                  const char *dir,
                                  gint64 now_us,
                                  GError **error);
/* A directory, and no link to one. */
gboolean lodge_backup_target_check_directory(const LodgeBackupTarget *target,
                                             const char *name,
                                             GError **error);
/* Lays the marker, before the first change. */
gboolean lodge_backup_target_begin(LodgeBackupTarget *target, GError **error);
/* Takes the marker away: the copy is complete. */
gboolean lodge_backup_target_finish(LodgeBackupTarget *target, GError **error);
void lodge_backup_target_clear(LodgeBackupTarget *target);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeBackupTarget, lodge_backup_target_clear)
