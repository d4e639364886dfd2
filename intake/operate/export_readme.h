/* export_readme.h - README.txt of an exported directory: what this is, of when, and how to check it. Pure. */
#pragma once

#include "intake/operate/export.h"

/* Plain text with LF, lines of at most 78 characters where no name is longer; g_free it. */
char *lodge_export_format_readme(const LodgeExport *export);
