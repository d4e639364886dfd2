/* project.h - the human-readable trees that are owed, written and journalled in batches.
 *
 * A message that was decided again may have had another tree before: that one is taken away once the new
 * one is durable. Repeatable at any point. */
#pragma once

#include "intake/committer.h"
#include "intake/context.h"

/* `damage_out`: the first message that has no tree now because its objects cannot be read, or NULL; the others have
 * theirs. FALSE: the disk failed. */
gboolean lodge_project_run(LodgeSpool *spool,
                           LodgeCommitter *committer,
                           const LodgeContext *context,
                           GError **damage_out,
                           GError **error);
