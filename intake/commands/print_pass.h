/* print_pass.h - the result of a pass for people and for machines. */
#pragma once

#include "intake/pipeline.h"

void lodge_print_pass_report(const LodgeContext *context, const LodgePassReport *report);
