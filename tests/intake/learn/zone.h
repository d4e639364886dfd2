/* zone.h - DNS as a collection of mails froze it: a zone file and a table of failures.
 *
 * Only what the collections need: lines "name TTL IN TXT "…" "…"", and dns-status.tsv with names that do not
 * exist, fail or do not answer. A name in neither does not exist. */
#pragma once

#include "intake/learn/txt_lookup.h"
#include <glib.h>

typedef struct TestZone TestZone;

TestZone *test_zone_new(void);
/* NULL: there is no dns.zone in the folder. */
TestZone *test_zone_load(const char *folder);
void test_zone_free(TestZone *zone);
/* One record more of that name, its dot at the end included. */
void test_zone_add(TestZone *zone, const char *name, const char *text);
void test_zone_fail(TestZone *zone, const char *name, LodgeTxtStatus status);
/* A LodgeTxtAsk; `data` is the zone. */
void test_zone_ask(const char *name, LodgeTxtAnswer *answer_out, gpointer data);
guint test_zone_count_questions(const TestZone *zone);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestZone, test_zone_free)
