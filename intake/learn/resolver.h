/* resolver.h - the one door to DNS: the TXT records of a name.
 *
 * Three makers stand behind it: libunbound (resolver_unbound.h), a zone file (resolver_zone.h) and
 * the answers stored with a decision (resolver_stored.h). The same world gives the same answer through
 * each of them. Here is what they share: a name is checked before it is asked, the answer is bounded, its
 * texts are in a stable order, and it says when it was asked. A failure that may pass is never absence.
 *
 * A resolver may be used by any thread at any time. No lookup lasts longer than its maker's time-out and
 * the caller's deadline. Nothing here is an error: what DNS would not say is in the answer. */
#pragma once

#include "intake/decide/dns_answers.h"
#include <glib.h>

#define LODGE_RESOLVER_ERROR lodge_resolver_error_quark()
GQuark lodge_resolver_error_quark(void);
typedef enum {
    LODGE_RESOLVER_ERROR_UNAVAILABLE, /* libunbound cannot be started, or nobody answers */
    LODGE_RESOLVER_ERROR_ZONE,        /* a zone file with a mistake in it */
} LodgeResolverError;

typedef struct LodgeResolver LodgeResolver;

/* `deadline_us`: on the monotonic clock, 0 for none but the maker's own. Never NULL; lodge_dns_answer_free it. */
LodgeDnsAnswer *
lodge_resolver_lookup_txt(LodgeResolver *resolver, const char *name, gint64 deadline_us);
/* No lookup may be under way. */
void lodge_resolver_free(LodgeResolver *resolver);

/* ---- for makers ---- */

typedef struct {
    /* `answer` has its normalised name and the status SERVFAIL: fills in the rest. */
    void (*lookup_txt)(gpointer self, LodgeDnsAnswer *answer, gint64 deadline_us);
    void (*free)(gpointer self);
} LodgeResolverMaker;

/* Takes `self`. `now_us`: the wall clock, for the stamp of an answer; NULL: answers bring their own. */
LodgeResolver *
lodge_resolver_new(const LodgeResolverMaker *maker, gpointer self, gint64 (*now_us)(void));

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeResolver, lodge_resolver_free)
