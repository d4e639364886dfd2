/* folder_failure.h - what concerns one folder alone does not stop the others. Internal, pure. */
#pragma once

#include <glib.h>

/* Refused folders and changed epochs concern one folder; everything else concerns us all. */
gboolean lodge_folder_failure_is_own(const GError *failure);
/* Keeps the gravest, else the first; takes `failure`. TRUE: go on with the next folder. */
gboolean lodge_folder_failure_keep(GError **first, GError *failure);
