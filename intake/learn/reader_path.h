/* reader_path.h - where lodge-reader is: it decides which program meets the strangers' bytes,
 * so nothing from the environment has a say. */
#pragma once

#include <glib.h>

/* `given` if it is not NULL; else beside the running program, in parsers/ of a build tree, or where
 * it is installed. The first that may be executed; NULL and where it was looked for if none. */
char *lodge_reader_path_find(const char *given, char **looked_out);
