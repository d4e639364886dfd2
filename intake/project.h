/* project.h - the human-readable trees that are owed, written and journalled in batches. */
#pragma once

#include "intake/pass.h"

gboolean lodge_project_run(LodgePass *pass, GError **error);
