/* projection_internal.h - what writing a tree needs of its plan, inside the box. */
#pragma once

#include "spool/projection.h"
#include "spool/spool_internal.h"

/* Safe and distinct names of the files, in their order. */
GStrv lodge_projection_choose_names(const LodgeProjection *projection);
/* Below filed/, held/ or rejected/, and nowhere else. */
gboolean lodge_projection_check_path(const char *path, GError **error);
