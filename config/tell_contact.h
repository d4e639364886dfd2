/* tell_contact.h - is a council's registered contact told of a message that nothing proves to be from it, and how often?
 *
 * [answers] tell_contact of lodge.conf, and part of the rules: a replay asks what was in force on the day of the
 * decision. Rules without the member, from before contacts were told, tell nobody; `never` is not written: equal
 * settings give equal bytes. What is told, and when it is due, is intake/decide/notice.h's. */
#pragma once

#include "parsers/text/json.h"

/* In the order of the key's choices in key_schema.c. */
typedef enum {
    LODGE_TELL_NEVER,
    LODGE_TELL_ONCE,  /* for each council and call */
    LODGE_TELL_DAILY, /* at most once in 24 hours for each council */
} LodgeTellContact;

/* Adds the member "tell_contact" to the object that is being written, unless it is `never`. */
void lodge_tell_contact_format(LodgeJsonWriter *writer, LodgeTellContact tell);
/* The member "tell_contact" of `object`; failures are the document's. */
LodgeTellContact lodge_tell_contact_parse(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object);
