/* world.h - a small world to decide about, built in C.
 *
 * world_new is the ordinary day: an officer of Tonbridge and Malling mails a plan of three pages,
 * our border takes it over from outside in good time and finds DMARC to pass. Each test changes
 * the one thing it is about. Text values are copied; everything lives as long as the world. */
#pragma once

#include "intake/decide/decision.h"

#define TONBRIDGE "E07000115"
#define ADUR "E07000223"
#define WORTHING "E07000229"
#define BORDER "mx.dept.gov.uk"
#define OUTSIDE "203.0.113.5"
#define PDF "application/pdf"
/* The plan that every theme and the call's name stand in. */
#define PLAN_TEXT                                                                          \
    "Tonbridge and Malling Borough Council\nProductivity Plan 2024\n"                      \
    "1. Transforming services\nWe have trans-\nformed the way we work.\n"                  \
    "2. Technology and\ndata\n3. Reducing wasteful spend\n4. Barriers to progress\n"

typedef struct {
    LodgeReading *reading;
    LodgeMessageFacts *message; /* of the reading */
    LodgeEvidence *evidence;
    LodgeHistory *history;
    LodgeRules *rules;
} World;

/* How the rules differ from the ordinary: NULL or zero keeps them. */
typedef struct {
    const char *deadline; /* "2024-07-20T00:00" */
    const char *opens;
    const char *includes;    /* "none" */
    const char *late_policy; /* "file" */
    const char *mend_days;   /* "14" */
    const char *mend_counts; /* "own" */
    const char *extension_council, *extension_until;
    const char *extra_register; /* groups to add */
    const char *networks;       /* one network more that is ours */
    const char *server;         /* one server more that is ours */
    LodgeSpfPolicy spf;
} WorldRules;

World *world_new(void);
World *world_new_with(const WorldRules *rules);
void world_free(World *world);

gint64 world_instant(const char *text); /* RFC 3339 */
void world_set(char **field, const char *value);

void world_set_from(World *world, const char *address);
void world_add_from(World *world, const char *address);
void world_add_header(World *world, const char *name, const char *value);

void world_clear_hops(World *world);
/* `peer`, `with`, `at` (RFC 3339) may be NULL. Stands below those added before. */
LodgeReceived *world_add_hop(World *world,
                             guint position,
                             const char *by,
                             const char *peer,
                             const char *with,
                             const char *at);

void world_clear_results(World *world);
/* One header with no method yet; `id` NULL: Exchange's form. */
LodgeAuthenticationResults *world_add_results(World *world, guint position, const char *id);
void world_add_method(LodgeAuthenticationResults *results,
                      const char *method,
                      const char *result,
                      const char *ptype,
                      const char *property,
                      const char *value);

void world_clear_documents(World *world);
/* Part and facts of a document whose bytes are named by `name`; `text` NULL: none. */
LodgeDocumentFacts *world_add_document(
    World *world, const char *name, const char *type, gint64 pages, const char *text);
LodgePart *world_add_part(
    World *world, const char *path, LodgePartKind kind, const char *type, const char *name);

LodgePast *world_add_past(GPtrArray *pasts,
                          const char *reference,
                          const char *council,
                          guint version,
                          const char *received);

LodgeDecision *world_decide(const World *world);
const LodgeFinding *world_find(const LodgeDecision *decision, const char *code);
/* "late hold, document-scanned note": all findings in order; g_free. */
char *world_list_findings(const LodgeDecision *decision);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)
