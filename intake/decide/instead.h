/* instead.h - what is to be said of whatever came instead of the plan.
 *
 * One finding for each kind of stand-in (stand_in.h) that a message brings, with the names of its parts, and one
 * for a link to a service that keeps files (OneDrive, Google Drive, Dropbox and others). Each says what to send
 * instead. None of it is a fault where the plan came, too; but a file that a mail system has not handed over yet,
 * or has taken away, might be another plan, and holds. */
#pragma once

#include "intake/decide/attachments.h"
#include "intake/decide/findings.h"

/* Without a plan. TRUE: something is said, and "no document" would be wrong. */
gboolean lodge_instead_judge(const GPtrArray *attachments,
                             const LodgeMessageFacts *message,
                             const LodgeCall *call,
                             GPtrArray *findings);
/* Beside the plan. */
void lodge_instead_judge_beside(const GPtrArray *attachments,
                                const LodgeMessageFacts *message,
                                const LodgeCall *call,
                                GPtrArray *findings);
/* What the service is called that keeps files under this host, or NULL. */
const char *lodge_instead_find_service(const char *host);
