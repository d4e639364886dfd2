/* export_tree.h - an export as a directory that is there whole or not at all.
 *
 *   <dir>/README.txt  plans.csv  plans.json  SHA256SUMS
 *   <dir>/<GSS>-<slug>/[v<n>/]  the plan, the other documents, submission.json
 *
 * Written beside as <dir>.partial, synced, and renamed at the end. Documents are copied out of the objects, each
 * digest checked on the way: one that is damaged or missing is named, and nothing is exported. Directories have mode
 * 0700, files 0600: who else may read them is the caller's to say. The spool is only read. */
#pragma once

#include "intake/operate/export.h"

/* Before anything is gathered: TRUE if `dir` is absent or empty, and its .partial absent; else TARGET. */
gboolean lodge_export_check_target(const char *dir, GError **error);
/* TARGET: as above. LODGE_SPOOL_ERROR_DAMAGED: an object is not what its name says, or not there. After a
 * failure nothing of it is left; after a kill the .partial is, and stops the next one. */
gboolean lodge_export_save(const LodgeExport *export,
                           LodgeSpool *spool,
                           const char *dir,
                           GError **error);
