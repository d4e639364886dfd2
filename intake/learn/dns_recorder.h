/* dns_recorder.h - one message's questions to DNS: each name asked once, every answer kept, in order.
 *
 * What was used is evidence and is stored with the decision, so that a replay finds each answer
 * again, whatever became of the records since. Bounds what one message can make us ask: names
 * past LODGE_LIMIT_DNS_LOOKUPS and answers past LODGE_LIMIT_DNS_MESSAGE_BYTES are LIMIT, names after the
 * budget of time is spent are TIMEOUT; neither is asked, both are kept like an answer. Whoever
 * asks bounds how many names a message can name at all. Not for several threads at once. */
#pragma once

#include "intake/learn/resolver.h"
#include <glib.h>

typedef struct LodgeDnsRecorder LodgeDnsRecorder;

/* `resolver` must outlive it. `budget_ms` begins now, on the monotonic clock; 0: no limit. */
LodgeDnsRecorder *lodge_dns_recorder_new(LodgeResolver *resolver, guint budget_ms);
void lodge_dns_recorder_free(LodgeDnsRecorder *recorder);
/* How the pure checks ask; answers live as long as the array below. */
LodgeDnsAsk lodge_dns_recorder_ask(LodgeDnsRecorder *recorder);
/* All answers so far, LodgeDnsAnswer; the recorder's own, g_ptr_array_ref it to keep it. */
GPtrArray *lodge_dns_recorder_answers(const LodgeDnsRecorder *recorder);
/* The first answer that is a failure that may pass; NULL: there was none. */
const LodgeDnsAnswer *lodge_dns_recorder_find_trouble(const LodgeDnsRecorder *recorder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDnsRecorder, lodge_dns_recorder_free)
