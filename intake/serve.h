/* serve.h - the main thread of `lodge serve`: start, tend, reload, end.
 *
 * On reload the new configuration is loaded and checked first; what is refused leaves the running one as it is. A good
 * one takes its place as a whole: the old service ends in order, the new one begins; nothing is lost between, for the
 * mailbox waits. A second request to end, while we are ending, ends us at once; nothing is lost then either. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"

/* Until somebody asks us to end. Takes the settings. FALSE: it could not begin. */
gboolean lodge_serve_run(LodgeSettings *settings, LodgeContext *context, GError **error);
