/* json_count.h - two getters the stored inputs share: a count, and the format's number.
 *
 * Same sticky error as parsers/text/json.h: a failure gives the neutral value and is
 * reported by lodge_json_finish. */
#pragma once

#include "parsers/text/json.h"
#include <glib.h>

/* 0 .. G_MAXUINT. */
guint lodge_json_get_count(LodgeJsonDocument *json,
                           const LodgeJsonNode *object,
                           const char *name);
/* The member "format" must be this number: an input written by a later lodge is refused, not misread. */
void lodge_json_require_format(LodgeJsonDocument *json,
                               const LodgeJsonNode *object,
                               gint64 format);
