/* projector.h - which human-readable tree a decided message owes, and what is in it.
 *
 *   accepted → filed/<call>/<GSS>-<slug>/v<version>/   held → held/<REF>/   rejected → rejected/<REF>/
 *
 * Duplicates and what is no submission have none. Decoration (logos) is left out, and so is what is withheld: there is a
 * line instead that names it. Everything is derived from the
 * ledger and objects, so that the same message gives the same bytes whenever it is asked. */
#pragma once

#include "intake/operate/rules_cache.h"
#include "intake/operate/withheld.h"
#include "spool/projection.h"
#include <glib.h>

/* What is in a tree of this message, for whoever makes one: its documents, but for those that are withheld (NULL: none
 * is), and submission.json, which names these. */
void lodge_projector_add_documents(LodgeProjection *projection,
                                   const LodgeLedgerMessage *message,
                                   const GPtrArray *withheld);
void lodge_projector_add_submission(LodgeProjection *projection,
                                    const LodgeLedgerMessage *message,
                                    const GPtrArray *withheld);
/* The trees that this message may have had by earlier decisions, its present one left out: paths, char *.
 * `versions`: LodgeLedgerVersion, all that it was ever given. */
GPtrArray *lodge_projector_list_former(LodgeRulesCache *cache,
                                       const LodgeLedgerMessage *message,
                                       const GPtrArray *versions,
                                       GError **error);
/* NULL with no error: this message owes no tree. */
LodgeProjection *lodge_projector_plan(LodgeSpool *spool,
                                      LodgeRulesCache *cache,
                                      const LodgeLedgerMessage *message,
                                      GError **error);
