/* rules_cache.h - rules objects parsed once each: a register of 317 councils is not read per message. */
#pragma once

#include "config/rules.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct LodgeRulesCache LodgeRulesCache;

/* Borrows the spool. Belongs to one thread. */
LodgeRulesCache *lodge_rules_cache_new(LodgeSpool *spool);
void lodge_rules_cache_free(LodgeRulesCache *cache);
/* Borrowed; NULL with error set. */
const LodgeRules *
lodge_rules_cache_find(LodgeRulesCache *cache, const char *sha256, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeRulesCache, lodge_rules_cache_free)
