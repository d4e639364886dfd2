/* unbound_result.h - what libunbound hands over, as an answer of ours. Pure. */
#pragma once

#include "intake/decide/dns_answers.h"
#include <unbound.h>

/* Fills in status, texts, canonical name, time to live and DNSSEC. `validates`: libunbound had an anchor to check from. */
void lodge_unbound_result_read(const struct ub_result *result,
                               gboolean validates,
                               LodgeDnsAnswer *answer);
