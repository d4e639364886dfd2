/* zone.h - the DNS of a test, through the resolver's own zone files: a collection's frozen zone, or
 * records given one by one. Names end in a dot. */
#pragma once

#include "intake/decide/dns_answers.h"
#include <glib.h>

typedef struct TestZone TestZone;

TestZone *test_zone_new(void);
/* dns.zone and dns-status.tsv of a folder of mails; NULL: there is no dns.zone. */
TestZone *test_zone_load(const char *folder);
void test_zone_free(TestZone *zone);
/* One record more; not after the first question. */
void test_zone_add(TestZone *zone, const char *name, const char *text);
/* "servfail" or "timeout" */
void test_zone_fail(TestZone *zone, const char *name, const char *status);
/* Borrowed; answers live as long as the zone. */
const LodgeDnsAsk *test_zone_ask(TestZone *zone);
guint test_zone_count_questions(const TestZone *zone);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestZone, test_zone_free)
