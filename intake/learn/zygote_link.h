/* zygote_link.h - lodge's end of the zygote: started, fed with jobs, started again when it died.
 *
 * Knows processes, sockets and pipes, and nothing of what a report says. Any thread may run a job;
 * jobs run side by side, each in a process of its own. A job whose zygote dies under it is
 * reported as lost, for the caller to try again.
 *
 * The zygote is spawned with an empty environment, the control socket, the operator's trust anchors
 * (an anonymous file, if there are any) and standard error, in
 * a session of its own: a ^C for lodge is not one for the readers it still waits for. */
#pragma once

#include "intake/learn/airlock.h"
#include "parsers/cell/protocol.h"
#include <glib.h>

typedef struct LodgeZygoteLink LodgeZygoteLink;

typedef enum {
    LODGE_JOB_ENDED,   /* fate and report are set */
    LODGE_JOB_FLOODED, /* the report went past its limit; its reader is being killed */
    LODGE_JOB_LOST,    /* the zygote died or fell silent */
} LodgeJobEnd;

typedef struct {
    LodgeJobEnd end;
    LodgeFate fate;
    GBytes *report; /* whatever was written, NULL unless ended */
} LodgeJobResult;

/* Starts the zygote and waits for its hello; every zygote gets the anchors (PEM, may be NULL). Errors:
 * LODGE_AIRLOCK_ERROR_UNAVAILABLE. */
LodgeZygoteLink *
lodge_zygote_link_new(const char *reader_path, GBytes *anchors_pem, GError **error);
/* No job may be running. Ends the zygote and waits for it. */
void lodge_zygote_link_free(LodgeZygoteLink *link);

/* What the zygote said of itself. */
LodgeHello lodge_zygote_link_get_hello(LodgeZygoteLink *link);

/* Runs one job; `leaves_fd` is -1 for a document. The descriptors stay the caller's. FALSE: no
 * job could be started for reasons of ours (UNAVAILABLE, IO). */
gboolean lodge_zygote_link_run(LodgeZygoteLink *link,
                               const LodgeRequest *request,
                               int input_fd,
                               int leaves_fd,
                               LodgeJobResult *result_out,
                               GError **error);
void lodge_job_result_clear(LodgeJobResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeZygoteLink, lodge_zygote_link_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeJobResult, lodge_job_result_clear)
