/* type_words.h - media types as people call them. */
#pragma once

#include <glib.h>

/* "PDF document"; an unknown type stands for itself. Not owned. */
const char *lodge_type_words(const char *media_type);
/* "PDF document, Word document"; `types` may be NULL; g_free. */
char *lodge_type_words_list(char **types);
