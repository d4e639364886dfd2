/* projection_internal.h - what writing a tree needs of its plan, inside the box. */
#pragma once

#include "spool/projection.h"
#include "spool/spool_internal.h"

/* Below filed/, held/ or rejected/, and nowhere else. */
gboolean lodge_projection_check_path(const char *path, GError **error);
