#include "intake/workers.h"

#include "intake/examine.h"
#include "intake/known_document.h"
#include "intake/learn/authenticator.h"
#include "intake/log.h"
#include "intake/scan.h"
#include "parsers/text/limits.h"
#include <unistd.h>

#define WAIT_SLICE_US (200 * 1000)

typedef struct {
    char *reference;
    char *sha256;
    gint64 instant_us; /* when it was received, as the mailbox says; else when we had it */
} Job;

struct LodgeWorkers {
    LodgeSpool *spool;
    LodgeAirlock *airlock;
    LodgeResolver *resolver;     /* NULL: no signature is checked */
    const LodgeScanner *scanner; /* NULL: nothing is scanned */
    const LodgeTrust *trust;     /* the settings' */
    LodgeRecorder *recorder;
    GPtrArray *threads;
    GMutex mutex;
    GCond filled, finished;
    GQueue waiting;        /* Job */
    GHashTable *under_way; /* references, waiting or being read */
    guint64 pushed_count, finished_count;
    gboolean ending;
};

static void job_free(Job *job)
{
    g_free(job->reference);
    g_free(job->sha256);
    g_free(job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

/* ---- one message ---- */

typedef struct {
    LodgeSpool *spool;
    GPtrArray *stages;
} Carving;

static gboolean
write_stage(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    return lodge_stage_write(data, bytes, size_bytes, error);
}

static int carve_stage(int leaves_fd, const LodgePart *part, gpointer data, GError **error)
{
    Carving *carving = data;
    g_autoptr(LodgeStage) stage = lodge_stage_new(carving->spool, error);
    if (stage == NULL || !lodge_examine_copy(leaves_fd, part, write_stage, stage, error) ||
        !lodge_stage_finish(stage, error))
        return -1;
    int fd = lodge_stage_open(stage, error);
    if (fd >= 0)
        g_ptr_array_add(carving->stages, g_steal_pointer(&stage));
    return fd;
}

static LodgeDocumentFacts *recall_document(const LodgePart *part, gpointer data)
{
    const Carving *carving = data;
    return lodge_known_document_find(carving->spool, part->sha256);
}

static int make_scratch(gpointer data, GError **error)
{
    const Carving *carving = data;
    return lodge_stage_scratch(carving->spool, error);
}

/* The reading as it will be stored, read back: what is decided on is what a replay will see. */
static gboolean settle_reading(LodgeFound *found, LodgeReading *reading, GError **error)
{
    found->reading_bytes = lodge_report_format_reading(reading);
    lodge_reading_free(reading);
    found->reading = lodge_report_parse_reading(found->reading_bytes, error);
    return found->reading != NULL;
}

static gboolean read_message(LodgeWorkers *workers,
                             const Job *job,
                             LodgeFound *found,
                             GError **fault_out,
                             GError **error)
{
    int input_fd = lodge_spool_open_object(workers->spool, job->sha256, error);
    if (input_fd < 0)
        return FALSE;
    int leaves_fd = lodge_stage_scratch(workers->spool, error);
    LodgeReading *reading = NULL;
    if (leaves_fd >= 0) {
        Carving carving = {workers->spool, found->stages};
        const LodgeExamineFiles files = {carve_stage, recall_document, make_scratch,
                                         &carving};
        reading = lodge_examine_message(workers->airlock, input_fd, leaves_fd, &files,
                                        fault_out, error);
        close(leaves_fd);
    }
    close(input_fd);
    return reading != NULL && settle_reading(found, reading, error);
}

static const char *scanner_fault_code(int code)
{
    switch ((LodgeScannerError)code) {
    case LODGE_SCANNER_ERROR_UNAVAILABLE:
        return "scanner-unavailable";
    case LODGE_SCANNER_ERROR_LIMIT:
        return "scanner-limit";
    case LODGE_SCANNER_ERROR_OBJECT:
        return LODGE_FAULT_SPOOL;
    case LODGE_SCANNER_ERROR_STOPPED:
        return LODGE_FAULT_STOPPED;
    }
    g_return_val_if_reached("scanner-unavailable");
}

static const char *fault_code(const GError *error)
{
    if (error->domain == LODGE_SCANNER_ERROR)
        return scanner_fault_code(error->code);
    if (error->domain == LODGE_AIRLOCK_ERROR)
        return error->code == LODGE_AIRLOCK_ERROR_KILLED ? "reader-killed"
                                                         : "reader-unavailable";
    if (error->domain == LODGE_SPOOL_ERROR)
        return LODGE_FAULT_SPOOL;
    return "report-unreadable";
}

static void find_fault(LodgeFound *found, const char *event, const GError *error)
{
    lodge_log_warning(event, "reference", found->reference, "reason", error->message, NULL);
    found->fault_code = g_strdup(fault_code(error));
    found->fault_words = g_strdup(error->message);
}

/* What is known of a message that could not be read: nothing but that it is there. */
static void find_nothing(LodgeFound *found)
{
    g_ptr_array_set_size(found->stages, 0);
    g_clear_pointer(&found->reading_bytes, g_bytes_unref);
    g_clear_pointer(&found->reading, lodge_reading_free);
    LodgeReading *nothing = lodge_reading_new();
    nothing->message = lodge_message_facts_new();
    g_free(nothing->reader_version);
    nothing->reader_version = g_strdup(LODGE_VERSION);
    g_autoptr(GError) impossible = NULL;
    if (!settle_reading(found, nothing, &impossible))
        g_error("an empty reading cannot be read back: %s", impossible->message);
}

/* Also after a fault of the reader: in the end a person gets the documents all the same. */
static void scan(LodgeWorkers *workers, const Job *job, LodgeFound *found)
{
    g_autoptr(GError) error = NULL;
    found->scans = lodge_scan_message(workers->scanner, workers->spool, job->sha256,
                                      found->stages, &error);
    if (error != NULL && found->fault_code == NULL)
        find_fault(found, "not-scanned", error);
}

static void work(LodgeWorkers *workers, const Job *job)
{
    g_autoptr(GError) error = NULL;
    LodgeFound *found = g_new0(LodgeFound, 1);
    found->reference = g_strdup(job->reference);
    found->stages = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_stage_free);
    g_autoptr(GError) fault = NULL;
    gboolean read = read_message(workers, job, found, &fault, &error);
    if (!read)
        find_nothing(found);
    if (!read || fault != NULL)
        find_fault(found, "not-read", read ? fault : error);
    if (read && workers->resolver != NULL)
        found->proofs =
            lodge_authenticator_run(found->reading->message, workers->resolver,
                                    workers->trust, job->instant_us, &found->dns);
    if (read && workers->scanner != NULL)
        scan(workers, job, found);
    lodge_recorder_submit(workers->recorder, found);
}

/* ---- the threads ---- */

static Job *take(LodgeWorkers *workers)
{
    g_mutex_lock(&workers->mutex);
    while (workers->waiting.length == 0 && !workers->ending)
        g_cond_wait(&workers->filled, &workers->mutex);
    Job *job = g_queue_pop_head(&workers->waiting);
    g_mutex_unlock(&workers->mutex);
    return job;
}

static gpointer run(gpointer data)
{
    for (;;) {
        g_autoptr(Job) job = take(data);
        if (job == NULL)
            return NULL;
        work(data, job);
    }
}

LodgeWorkers *lodge_workers_new(const LodgeSettings *settings,
                                LodgeSpool *spool,
                                LodgeAirlock *airlock,
                                LodgeResolver *resolver,
                                const LodgeScanner *scanner,
                                LodgeRecorder *recorder)
{
    LodgeWorkers *workers = g_new0(LodgeWorkers, 1);
    workers->spool = spool;
    workers->airlock = airlock;
    workers->resolver = resolver;
    workers->scanner = scanner;
    workers->trust = settings->trust;
    workers->recorder = recorder;
    workers->threads = g_ptr_array_new();
    g_mutex_init(&workers->mutex);
    g_cond_init(&workers->filled);
    g_cond_init(&workers->finished);
    g_queue_init(&workers->waiting);
    workers->under_way = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint count =
        settings->limits.workers > 0 ? settings->limits.workers : g_get_num_processors();
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(workers->threads, g_thread_new("worker", run, workers));
    return workers;
}

void lodge_workers_push(LodgeWorkers *workers, const LodgeLedgerMessage *message)
{
    Job *job = g_new0(Job, 1);
    job->reference = g_strdup(message->reference);
    job->sha256 = g_strdup(message->message_sha256);
    job->instant_us = message->internaldate_us != LODGE_INSTANT_UNKNOWN
                          ? message->internaldate_us
                          : message->kept_us;
    g_mutex_lock(&workers->mutex);
    gboolean taken = g_hash_table_add(workers->under_way, g_strdup(job->reference));
    if (taken) {
        workers->pushed_count++;
        g_queue_push_tail(&workers->waiting, job);
        g_cond_signal(&workers->filled);
    }
    g_mutex_unlock(&workers->mutex);
    if (!taken)
        job_free(job);
}

void lodge_workers_finished(LodgeWorkers *workers, const char *reference)
{
    g_mutex_lock(&workers->mutex);
    g_hash_table_remove(workers->under_way, reference);
    workers->finished_count++;
    g_cond_broadcast(&workers->finished);
    g_mutex_unlock(&workers->mutex);
}

/* With the mutex held. */
static void drop_waiting(LodgeWorkers *workers)
{
    Job *job;
    while ((job = g_queue_pop_head(&workers->waiting)) != NULL) {
        g_hash_table_remove(workers->under_way, job->reference);
        workers->pushed_count--;
        job_free(job);
    }
}

gboolean lodge_workers_are_idle(LodgeWorkers *workers)
{
    g_mutex_lock(&workers->mutex);
    gboolean idle = workers->finished_count >= workers->pushed_count;
    g_mutex_unlock(&workers->mutex);
    return idle;
}

void lodge_workers_wait(LodgeWorkers *workers,
                        gboolean (*stopping)(gpointer data),
                        gpointer data)
{
    g_mutex_lock(&workers->mutex);
    while (workers->finished_count < workers->pushed_count) {
        if (stopping(data))
            drop_waiting(workers);
        lodge_log_progress("reading messages", workers->finished_count,
                           workers->pushed_count);
        g_cond_wait_until(&workers->finished, &workers->mutex,
                          g_get_monotonic_time() + WAIT_SLICE_US);
    }
    g_mutex_unlock(&workers->mutex);
}

void lodge_workers_free(LodgeWorkers *workers)
{
    if (workers == NULL)
        return;
    g_mutex_lock(&workers->mutex);
    workers->ending = TRUE;
    drop_waiting(workers);
    g_cond_broadcast(&workers->filled);
    g_mutex_unlock(&workers->mutex);
    for (guint i = 0; i < workers->threads->len; i++)
        g_thread_join(g_ptr_array_index(workers->threads, i));
    g_ptr_array_unref(workers->threads);
    g_hash_table_unref(workers->under_way);
    g_mutex_clear(&workers->mutex);
    g_cond_clear(&workers->filled);
    g_cond_clear(&workers->finished);
    g_free(workers);
}
