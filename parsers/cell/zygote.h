/* zygote.h - the one process that forks readers, and the life of a reader.
 *
 * The zygote is exec'ed once, has a single thread and loads everything that readers need; it never
 * sees a foreign byte but names. For each request it forks one child, which keeps its descriptors
 * only, dies with the zygote (PR_SET_PDEATHSIG, reliable because there is one thread), closes its cell
 * (cell.h), does its work, writes its report and ends. The zygote ends a child at its wall
 * deadline or when lodge hangs up on the job, reaps it and sends its fate. When lodge ends,
 * the control socket does, and with it every child and the zygote. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name;          /* "" if there is none */
    const char *declared_type; /* likewise */
    int input_fd;              /* the position is shared with others: pread or map it */
    gint64 size_bytes;
    int leaves_fd;           /* -1 for a document */
    gint64 leaves_max_bytes; /* of a container */
} LodgeReaderJob;

/* Runs in the closed cell. The report, or why there is none for reasons of ours. */
typedef GBytes *(*LodgeReaderWork)(const LodgeReaderJob *job, GError **error);

typedef struct {
    /* Loads what readers need; runs once, before any request. */
    gboolean (*prepare)(GError **error);
    /* Takes the operator's trust anchors, if there are any, once after prepare; NULL: nobody needs them. */
    gboolean (*trust)(GBytes *anchors_pem, GError **error);
    LodgeReaderWork read_message;
    LodgeReaderWork read_document;
    LodgeReaderWork read_container;
} LodgeZygotePlan;

/* Serves until the other end of `control_fd` is gone. The exit status for main: 0, or 1 when
 * the control socket is none or readers cannot run here (the hello says why). */
int lodge_zygote_run(int control_fd, const LodgeZygotePlan *plan);
