/* wording_english.h - the built-in words, one table; used by wording.c only. */
#pragma once

#include "config/wording.h"

/* NULL after the last. */
const LodgeWordingEntry *lodge_wording_english(guint nth);
