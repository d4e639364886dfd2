/* reader.h - the child's side of zygote.h: from the fork to the end. */
#pragma once

#include "parsers/cell/protocol.h"
#include "parsers/cell/zygote.h"
#include <sys/types.h>

/* For the child of a fork: never returns, never runs exit handlers. `zygote` is the pid to die with. */
G_NORETURN void lodge_reader_run(pid_t zygote,
                                 const LodgeZygotePlan *plan,
                                 const LodgeRequest *request,
                                 const LodgeRequestDescriptors *descriptors);

/* Can a cell be closed on this machine? Tried in a child of its own. `why_out` is freed by the
 * caller and set only for FALSE. */
gboolean lodge_reader_probe(char **why_out);
