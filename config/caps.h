/* caps.h - how many automatic answers may be owed in an hour and in a day, to one address, domain and council.
 *
 * The last thing that ends a duel of two responders when every header of the other one lies (RFC 3834
 * section 2 and its answers' rate). From the group [answers] of lodge.conf, and part of the rules: a replay
 * asks the caps of the day of the decision. Rules without the member "caps", from before there were caps, have
 * none; so have caps that are all zero, which are not written: equal caps give equal bytes. What is counted, and
 * whom no cap silences, is intake/decide/answered.h's. */
#pragma once

#include "config/key_file.h"
#include "parsers/text/json.h"
#include <glib.h>

/* Zero: no cap. */
typedef struct {
    guint hour, day;
} LodgeCap;

typedef struct {
    LodgeCap address, domain, council;
} LodgeCaps;

/* Out of [answers]; failures are the group's. */
LodgeCaps lodge_caps_read(LodgeKeyGroup *group);
/* Adds the member "caps" to the object that is being written, if there is any. */
void lodge_caps_format(LodgeJsonWriter *writer, const LodgeCaps *caps);
/* The member "caps" of `object`; failures are the document's. */
LodgeCaps lodge_caps_parse(LodgeJsonDocument *document, const LodgeJsonNode *object);
