/* rung.h - one step of a ladder of checks, or one clock, in words that a person can follow. */
#pragma once

#include "intake/decide/decision.h"
#include "parsers/text/json.h"

GPtrArray *lodge_rungs_new(void); /* of LodgeRung, freed with it */
/* Copies; the words must have passed lodge_display_line where they quote a stranger. */
void lodge_rung_add(GPtrArray *rungs,
                    const char *check,
                    const char *result,
                    const char *words);
void lodge_rung_free(LodgeRung *rung);
/* As an array of objects; stored, so its bytes are for ever. */
void lodge_rungs_format(LodgeJsonWriter *json, const char *name, const GPtrArray *rungs);
