/* nearest.h - which known word was probably meant. Pure. */
#pragma once

#include <glib.h>

/* The candidate with the fewest edits (insert, delete, change, swap of neighbours), if they are few for its
 * length; NULL: nothing is near. Borrowed from the candidates. */
const char *lodge_nearest_find(const char *word, const char *const *candidates);
