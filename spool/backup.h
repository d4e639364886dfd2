/* backup.h - a consistent copy of a spool, made beside whoever works on it.
 *
 * The journal as it stands at the beginning decides what is copied: each segment up to the last one, and
 * every record and object that they name; nothing that comes later. ledger.db and the trees are not copied: the index is
 * made anew from what is. A segment is copied after the objects that it names are durable in the copy,
 * as the spool itself does it; so a copy that was broken off is an earlier state, whole in itself. All
 * the same LODGE_BACKUP_MARKER lies in it until it is complete, and a spool in which that file lies is not written to.
 *
 * Into a copy of the same spool only what is missing is copied. Each segment that the copy has must be the
 * spool's, byte for byte, else it is refused by name. Digests are verified while copying; an object that the
 * copy has already is compared by its size only (lodge_verify_run looks at all of it).
 *
 * What was purged is not copied; what an earlier run has copied of it is erased from the copy.
 *
 * What the spool itself has lost is a problem that names the object; everything else is copied all the same.
 * Nothing is written outside the target, and no link in it is followed.
 *
 * Errors: LODGE_SPOOL_ERROR; MISSING: the target is unfit; DAMAGED: a journal is; LOCKED: somebody
 * writes into the target. */
#pragma once

#include "spool/erasure.h"
#include <glib.h>

#define LODGE_BACKUP_MARKER "backup-unfinished"

typedef struct {
    guint64 segments, objects;               /* that belong in the copy */
    guint64 segments_copied, objects_copied; /* by this run */
    guint64 bytes_copied;
    LodgeErased erased;  /* purged since an earlier run had copied it: gone from the copy */
    gboolean continued;  /* an earlier run was broken off */
    GPtrArray *problems; /* char *: what could not be copied, with the mend */
} LodgeBackupReport;

typedef void (*LodgeBackupProgress)(guint64 done, guint64 total, gpointer data);

/* `dir` is the spool, `target` an empty or new directory or an earlier copy. */
LodgeBackupReport *lodge_backup_run(const char *dir,
                                    const char *target,
                                    gint64 now_us,
                                    LodgeBackupProgress progress,
                                    gpointer data,
                                    GError **error);
void lodge_backup_report_free(LodgeBackupReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeBackupReport, lodge_backup_report_free)
