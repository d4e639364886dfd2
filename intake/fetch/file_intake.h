/* file_intake.h - one open file, or a pipe, becomes messages for the sink. Internal.
 *
 * An mbox gives each of its messages, everything else is one. The limit holds for each message, not for
 * the file; one that is over it is named and left out, and those behind it are taken. */
#pragma once

#include "intake/fetch/mailbox.h"
#include <glib.h>

typedef struct {
    LodgeSpool *spool;
    gint64 max_message_bytes;
    const LodgeFetchSink *sink;
    guint64 fetched, failed;
} LodgeFileIntake;

/* Reads to the end. FALSE: the spool, the sink, or somebody who asked us to stop ends it all; what concerns this
 * file alone is named and counted. */
gboolean
lodge_file_intake_take(LodgeFileIntake *intake, int fd, const char *path, GError **error);
/* Says why this object is left out, and goes on: always TRUE. */
gboolean
lodge_file_intake_leave_out(LodgeFileIntake *intake, const char *path, const char *words);
gboolean lodge_file_intake_check_stopping(const LodgeFileIntake *intake, GError **error);
