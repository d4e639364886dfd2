#include "intake/learn/attempt.h"

#include "parsers/text/display.h"

#include <signal.h>
#include <sys/wait.h>

#define REASON_MAX_BYTES 300

static char *words_for_memory(void)
{
    return g_strdup_printf("reading it needs more than %d MB of memory",
                           (int)(LODGE_LIMIT_READER_MEMORY_BYTES / 1024 / 1024));
}

static void judge_signal(const LodgeFate *fate, LodgeAttempt *attempt)
{
    int number = WTERMSIG(fate->wait_status);
    gboolean is_cpu_spent = fate->cpu_ms >= LODGE_LIMIT_READER_CPU_S * 1000;
    if (number == SIGXCPU || (number == SIGKILL && is_cpu_spent)) {
        attempt->end = LODGE_ATTEMPT_LIMIT;
        attempt->why = g_strdup_printf("reading it takes more than %d seconds of work",
                                       LODGE_LIMIT_READER_CPU_S);
    } else if (number == SIGXFSZ) {
        attempt->end = LODGE_ATTEMPT_LIMIT;
        attempt->why = g_strdup("what is packed in it is far larger than itself");
    } else if (number == SIGKILL || number == SIGTERM) {
        attempt->end = LODGE_ATTEMPT_KILLED;
    } else {
        attempt->end = LODGE_ATTEMPT_CRASHED;
        attempt->why =
            g_strdup_printf("the program that reads it failed (signal %d)", number);
    }
}

/* FALSE: we could not look. */
static gboolean
judge_report(LodgePassage *passage, GBytes *report, LodgeAttempt *attempt, GError **error)
{
    g_autoptr(GError) lie = NULL;
    if (lodge_passage_take_report(passage, report, &lie)) {
        attempt->end = LODGE_ATTEMPT_DONE;
        return TRUE;
    }
    if (lie->domain == LODGE_AIRLOCK_ERROR) {
        g_propagate_error(error, g_steal_pointer(&lie));
        return FALSE;
    }
    g_autofree char *shown = lodge_display_line(lie->message, REASON_MAX_BYTES);
    attempt->end = LODGE_ATTEMPT_CRASHED;
    attempt->why = g_strdup_printf("its reader's report cannot be used: %s", shown);
    return TRUE;
}

/* FALSE: the reader says that the fault is ours. */
static gboolean judge_exit(LodgePassage *passage,
                           const LodgeJobResult *result,
                           LodgeAttempt *attempt,
                           GError **error)
{
    int status = WEXITSTATUS(result->fate.wait_status);
    if (status == LODGE_READER_FAILED || status == LODGE_READER_REFUSED) {
        gsize size_bytes = 0;
        const void *bytes = g_bytes_get_data(result->report, &size_bytes);
        g_autofree char *reason = lodge_display_bytes(bytes, size_bytes, REASON_MAX_BYTES);
        g_set_error(error, LODGE_AIRLOCK_ERROR,
                    status == LODGE_READER_FAILED ? LODGE_AIRLOCK_ERROR_IO
                                                  : LODGE_AIRLOCK_ERROR_UNAVAILABLE,
                    "the reader could not work: %s", reason);
        return FALSE;
    }
    if (status == LODGE_READER_DONE) {
        return judge_report(passage, result->report, attempt, error);
    } else if (status == LODGE_READER_MEMORY) {
        attempt->end = LODGE_ATTEMPT_LIMIT;
        attempt->why = words_for_memory();
    } else {
        attempt->end = LODGE_ATTEMPT_CRASHED;
        attempt->why =
            g_strdup_printf("the program that reads it failed (exit status %d)", status);
    }
    return TRUE;
}

static gboolean judge_fate(LodgePassage *passage,
                           const LodgeJobResult *result,
                           guint32 wall_ms,
                           LodgeAttempt *attempt,
                           GError **error)
{
    const LodgeFate *fate = &result->fate;
    switch (fate->kind) {
    case LODGE_FATE_NOT_STARTED:
        g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE,
                    "cannot start a reader: %s", g_strerror(fate->error_number));
        return FALSE;
    case LODGE_FATE_TIMED_OUT:
        attempt->end = LODGE_ATTEMPT_LIMIT;
        attempt->why =
            g_strdup_printf("reading it takes longer than %u milliseconds", wall_ms);
        return TRUE;
    case LODGE_FATE_MEMORY:
        attempt->end = LODGE_ATTEMPT_LIMIT;
        attempt->why = words_for_memory();
        return TRUE;
    default:
        if (WIFSIGNALED(fate->wait_status)) {
            judge_signal(fate, attempt);
            return TRUE;
        }
        return judge_exit(passage, result, attempt, error);
    }
}

gboolean lodge_attempt_judge(LodgePassage *passage,
                             const LodgeJobResult *result,
                             guint32 wall_ms,
                             LodgeAttempt *attempt_out,
                             GError **error)
{
    switch (result->end) {
    case LODGE_JOB_LOST:
        attempt_out->end = LODGE_ATTEMPT_KILLED;
        return TRUE;
    case LODGE_JOB_FLOODED:
        attempt_out->end = LODGE_ATTEMPT_CRASHED;
        attempt_out->why = g_strdup("its reader's report has no end");
        return TRUE;
    default:
        return judge_fate(passage, result, wall_ms, attempt_out, error);
    }
}

void lodge_attempt_clear(LodgeAttempt *attempt)
{
    g_clear_pointer(&attempt->why, g_free);
}
