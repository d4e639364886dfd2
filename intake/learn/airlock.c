#include "intake/learn/airlock.h"

#include "intake/learn/reader_path.h"
#include "intake/learn/zygote_link.h"
#include "parsers/text/display.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

G_DEFINE_QUARK(lodge_airlock_error_quark, lodge_airlock_error)

/* Kills by somebody else say nothing of the document; so many in a row say something of the
 * machine. */
#define KILLED_MAX 10
#define REASON_MAX_BYTES 300
#define CHUNK_BYTES (256 * 1024)

struct LodgeAirlock {
    LodgeZygoteLink *link;
    char *path;
    guint32 wall_ms;
};

/* One message or document on its way through. */
typedef struct {
    LodgeReadKind kind;
    const char *name, *declared_type;
    int input_fd, leaves_fd;
    gint64 size_bytes;
    char sha256[LODGE_DIGEST_SIZE]; /* of a document, as we see it */
    LodgeMessageFacts *message;     /* the result, one of the two */
    LodgeDocumentFacts *document;
} Passage;

typedef enum {
    ATTEMPT_DONE,
    ATTEMPT_CRASHED, /* or lied: its report cannot be used */
    ATTEMPT_LIMIT,
    ATTEMPT_KILLED, /* by somebody else, or its zygote was */
} AttemptEnd;

typedef struct {
    AttemptEnd end;
    char *why; /* plain words, for CRASHED and LIMIT */
} Attempt;

static void attempt_clear(Attempt *attempt)
{
    g_clear_pointer(&attempt->why, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Attempt, attempt_clear)

static gboolean
set_error(GError **error, LodgeAirlockError code, const char *what, int number)
{
    g_set_error(error, LODGE_AIRLOCK_ERROR, code, "%s: %s", what, g_strerror(number));
    return FALSE;
}

/* ---- what the parent can see for itself ---- */

/* SHA-256 of a range, by pread: positions belong to others. */
static gboolean
digest_range(int fd, gint64 offset, gint64 size_bytes, char hex_out[LODGE_DIGEST_SIZE])
{
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    g_autofree guint8 *chunk = g_malloc(CHUNK_BYTES);
    while (size_bytes > 0) {
        ssize_t got = pread(fd, chunk, (gsize)MIN(size_bytes, CHUNK_BYTES), (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got == 0 ? EIO : errno; /* shorter than it was a moment ago */
            return FALSE;
        }
        lodge_digest_update(digest, chunk, (gsize)got);
        offset += got;
        size_bytes -= got;
    }
    lodge_digest_finish(digest, hex_out);
    return TRUE;
}

/* A descriptor of its own position and without the right to write, where /proc gives one. */
static int reopen_input(int fd)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    int own = open(path, O_RDONLY | O_CLOEXEC);
    if (own < 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
        own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return own;
}

static gint64 size_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? (gint64)status.st_size : -1;
}

static gboolean empty_leaves(int fd, GError **error)
{
    if (fd < 0 || (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0))
        return TRUE;
    return set_error(error, LODGE_AIRLOCK_ERROR_IO, "cannot empty the file for leaves",
                     errno);
}

/* ---- the report against what we can see ---- */

/* Errors below are the report's, except those of LODGE_AIRLOCK_ERROR, which are ours. */
static GQuark lie_quark(void)
{
    return g_quark_from_static_string("lodge-airlock-lie");
}

static gboolean set_lie(GError **error, const char *what)
{
    g_set_error_literal(error, lie_quark(), 0, what);
    return FALSE;
}

/* Each leaf handed back lies inside the file, behind the one before, and is what it claims. */
static gboolean check_leaves(const LodgeMessageFacts *facts, int leaves_fd, GError **error)
{
    gint64 total = size_of(leaves_fd);
    gint64 free_from = 0;
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        if (part->stream_offset < 0)
            continue;
        if (part->stream_offset < free_from || part->size_bytes < 0 ||
            part->size_bytes > total - part->stream_offset)
            return set_lie(error, "a part lies outside the stream of leaves");
        free_from = part->stream_offset + part->size_bytes;
        char sha256[LODGE_DIGEST_SIZE];
        if (!digest_range(leaves_fd, part->stream_offset, part->size_bytes, sha256))
            return set_error(error, LODGE_AIRLOCK_ERROR_IO, "cannot read a leaf again",
                             errno);
        if (strcmp(sha256, part->sha256) != 0)
            return set_lie(error, "a part is not the one that its digest names");
    }
    return TRUE;
}

static gboolean take_message(Passage *passage, GBytes *report, GError **error)
{
    g_autoptr(LodgeMessageFacts) facts = lodge_report_parse_message(report, error);
    if (!facts)
        return FALSE;
    if (facts->size_bytes != passage->size_bytes)
        return set_lie(error, "it speaks of a message of another size");
    if (!check_leaves(facts, passage->leaves_fd, error))
        return FALSE;
    passage->message = g_steal_pointer(&facts);
    return TRUE;
}

static gboolean take_document(Passage *passage, GBytes *report, GError **error)
{
    g_autoptr(LodgeDocumentFacts) facts = lodge_report_parse_document(report, error);
    if (!facts)
        return FALSE;
    if (facts->size_bytes != passage->size_bytes ||
        strcmp(facts->sha256, passage->sha256) != 0)
        return set_lie(error, "it speaks of another document");
    passage->document = g_steal_pointer(&facts);
    return TRUE;
}

/* ---- one attempt ---- */

static char *words_for_memory(void)
{
    return g_strdup_printf("reading it needs more than %d MB of memory",
                           (int)(LODGE_LIMIT_READER_MEMORY_BYTES / 1024 / 1024));
}

static void judge_signal(const LodgeFate *fate, Attempt *attempt)
{
    int number = WTERMSIG(fate->wait_status);
    gboolean is_cpu_spent = fate->cpu_ms >= LODGE_LIMIT_READER_CPU_S * 1000;
    if (number == SIGXCPU || (number == SIGKILL && is_cpu_spent)) {
        attempt->end = ATTEMPT_LIMIT;
        attempt->why = g_strdup_printf("reading it takes more than %d seconds of work",
                                       LODGE_LIMIT_READER_CPU_S);
    } else if (number == SIGXFSZ) {
        attempt->end = ATTEMPT_LIMIT;
        attempt->why = g_strdup("what is packed in it is far larger than itself");
    } else if (number == SIGKILL || number == SIGTERM) {
        attempt->end = ATTEMPT_KILLED;
    } else {
        attempt->end = ATTEMPT_CRASHED;
        attempt->why = g_strdup_printf("the program that reads it failed (signal %d, %s)",
                                       number, g_strsignal(number));
    }
}

/* FALSE: we could not look. */
static gboolean
judge_report(Passage *passage, GBytes *report, Attempt *attempt, GError **error)
{
    g_autoptr(GError) lie = NULL;
    gboolean is_taken = passage->kind == LODGE_READ_MESSAGE
                            ? take_message(passage, report, &lie)
                            : take_document(passage, report, &lie);
    if (is_taken) {
        attempt->end = ATTEMPT_DONE;
        return TRUE;
    }
    if (lie->domain == LODGE_AIRLOCK_ERROR) {
        g_propagate_error(error, g_steal_pointer(&lie));
        return FALSE;
    }
    g_autofree char *shown = lodge_display_line(lie->message, REASON_MAX_BYTES);
    attempt->end = ATTEMPT_CRASHED;
    attempt->why = g_strdup_printf("its reader's report cannot be used: %s", shown);
    return TRUE;
}

/* FALSE: the reader says that the fault is ours. */
static gboolean
judge_exit(Passage *passage, const LodgeJobResult *result, Attempt *attempt, GError **error)
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
        attempt->end = ATTEMPT_LIMIT;
        attempt->why = words_for_memory();
    } else {
        attempt->end = ATTEMPT_CRASHED;
        attempt->why =
            g_strdup_printf("the program that reads it failed (exit status %d)", status);
    }
    return TRUE;
}

static gboolean judge_fate(Passage *passage,
                           const LodgeJobResult *result,
                           guint32 wall_ms,
                           Attempt *attempt,
                           GError **error)
{
    const LodgeFate *fate = &result->fate;
    switch (fate->kind) {
    case LODGE_FATE_NOT_STARTED:
        return set_error(error, LODGE_AIRLOCK_ERROR_UNAVAILABLE, "cannot start a reader",
                         fate->error_number);
    case LODGE_FATE_TIMED_OUT:
        attempt->end = ATTEMPT_LIMIT;
        attempt->why = g_strdup_printf("reading it takes longer than %.3g seconds",
                                       (double)wall_ms / 1000.0);
        return TRUE;
    case LODGE_FATE_MEMORY:
        attempt->end = ATTEMPT_LIMIT;
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

static gboolean
try_once(LodgeAirlock *airlock, Passage *passage, Attempt *attempt, GError **error)
{
    if (!empty_leaves(passage->leaves_fd, error))
        return FALSE;
    LodgeRequest request;
    lodge_protocol_fill_request(&request, passage->kind, passage->name,
                                passage->declared_type);
    request.wall_ms = airlock->wall_ms;
    request.size_bytes = passage->size_bytes;
    g_auto(LodgeJobResult) result = {0};
    if (!lodge_zygote_link_run(airlock->link, &request, passage->input_fd,
                               passage->leaves_fd, &result, error))
        return FALSE;
    if (result.end == LODGE_JOB_LOST) {
        attempt->end = ATTEMPT_KILLED;
        return TRUE;
    }
    if (result.end == LODGE_JOB_FLOODED) {
        attempt->end = ATTEMPT_CRASHED;
        attempt->why = g_strdup("its reader's report has no end");
        return TRUE;
    }
    return judge_fate(passage, &result, airlock->wall_ms, attempt, error);
}

/* ---- the facts of a failure ---- */

static LodgeDocumentFacts *document_of_failure(const Passage *passage, const Attempt *last)
{
    LodgeDocumentFacts *facts = lodge_document_facts_new();
    g_strlcpy(facts->sha256, passage->sha256, sizeof facts->sha256);
    facts->size_bytes = passage->size_bytes;
    facts->pages = -1;
    facts->encrypted = LODGE_ENCRYPTED_UNKNOWN;
    facts->examination =
        last->end == ATTEMPT_LIMIT ? LODGE_NOT_EXAMINED_LIMIT : LODGE_NOT_EXAMINED_CRASHED;
    facts->why = g_strdup(last->why);
    return facts;
}

static LodgeMessageFacts *message_of_failure(const Passage *passage, const Attempt *last)
{
    LodgeMessageFacts *facts = lodge_message_facts_new();
    const char *defects[] = {last->end == ATTEMPT_LIMIT ? "reader-limit" : "reader-crashed",
                             NULL};
    facts->parseable = FALSE;
    facts->size_bytes = passage->size_bytes;
    g_strfreev(facts->defects);
    facts->defects = g_strdupv((char **)defects);
    return facts;
}

static gboolean fill_failure(Passage *passage, const Attempt *last, GError **error)
{
    if (!empty_leaves(passage->leaves_fd, error)) /* half of a leaf is nobody's */
        return FALSE;
    if (passage->kind == LODGE_READ_MESSAGE)
        passage->message = message_of_failure(passage, last);
    else
        passage->document = document_of_failure(passage, last);
    return TRUE;
}

/* Fills the passage's result. Only failures of the reader's own making count against what it read. */
static gboolean pass_through(LodgeAirlock *airlock, Passage *passage, GError **error)
{
    guint failed = 0, killed = 0;
    while (killed < KILLED_MAX) {
        g_auto(Attempt) attempt = {.end = ATTEMPT_KILLED};
        if (!try_once(airlock, passage, &attempt, error))
            return FALSE;
        if (attempt.end == ATTEMPT_DONE)
            return TRUE;
        if (attempt.end == ATTEMPT_KILLED)
            killed++;
        else if (++failed == LODGE_LIMIT_READER_ATTEMPTS)
            return fill_failure(passage, &attempt, error);
    }
    g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_KILLED,
                "readers are being killed from outside (%d times in a row): look for an "
                "administrator, a memory limit or an antivirus that does it",
                KILLED_MAX);
    return FALSE;
}

static gboolean open_passage(Passage *passage, int input_fd, GError **error)
{
    passage->input_fd = reopen_input(input_fd);
    if (passage->input_fd < 0)
        return set_error(error, LODGE_AIRLOCK_ERROR_IO, "cannot open the input again",
                         errno);
    passage->size_bytes = size_of(passage->input_fd);
    if (passage->size_bytes < 0)
        return set_error(error, LODGE_AIRLOCK_ERROR_IO, "cannot size the input", errno);
    if (passage->kind == LODGE_READ_DOCUMENT &&
        !digest_range(passage->input_fd, 0, passage->size_bytes, passage->sha256))
        return set_error(error, LODGE_AIRLOCK_ERROR_IO, "cannot read the input", errno);
    return TRUE;
}

static gboolean
run_passage(LodgeAirlock *airlock, Passage *passage, int input_fd, GError **error)
{
    gboolean is_through =
        open_passage(passage, input_fd, error) && pass_through(airlock, passage, error);
    if (passage->input_fd >= 0)
        close(passage->input_fd);
    return is_through;
}

/* ---- the door ---- */

LodgeAirlock *lodge_airlock_new(const LodgeAirlockOptions *options, GError **error)
{
    g_autofree char *looked = NULL;
    g_autofree char *path =
        lodge_reader_path_find(options ? options->reader_path : NULL, &looked);
    if (!path) {
        g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE,
                    "the program lodge-reader is missing: looked for %s", looked);
        return NULL;
    }
    g_autoptr(LodgeAirlock) airlock = g_new0(LodgeAirlock, 1);
    airlock->wall_ms =
        options && options->wall_ms ? options->wall_ms : LODGE_LIMIT_READER_WALL_MS;
    airlock->path = g_steal_pointer(&path);
    airlock->link = lodge_zygote_link_new(airlock->path, error);
    return airlock->link ? g_steal_pointer(&airlock) : NULL;
}

void lodge_airlock_free(LodgeAirlock *airlock)
{
    if (!airlock)
        return;
    lodge_zygote_link_free(airlock->link);
    g_free(airlock->path);
    g_free(airlock);
}

LodgeMessageFacts *lodge_airlock_read_message(LodgeAirlock *airlock,
                                              int input_fd,
                                              int leaves_fd,
                                              GError **error)
{
    g_return_val_if_fail(airlock && input_fd >= 0 && leaves_fd >= 0, NULL);
    Passage passage = {.kind = LODGE_READ_MESSAGE, .input_fd = -1, .leaves_fd = leaves_fd};
    return run_passage(airlock, &passage, input_fd, error) ? passage.message : NULL;
}

LodgeDocumentFacts *lodge_airlock_read_document(LodgeAirlock *airlock,
                                                int input_fd,
                                                const char *name,
                                                const char *declared_type,
                                                GError **error)
{
    g_return_val_if_fail(airlock && input_fd >= 0, NULL);
    Passage passage = {.kind = LODGE_READ_DOCUMENT,
                       .name = name,
                       .declared_type = declared_type,
                       .input_fd = -1,
                       .leaves_fd = -1};
    return run_passage(airlock, &passage, input_fd, error) ? passage.document : NULL;
}

char *lodge_airlock_describe(LodgeAirlock *airlock)
{
    g_return_val_if_fail(airlock != NULL, NULL);
    LodgeHello hello = lodge_zygote_link_get_hello(airlock->link);
    g_autofree char *landlock =
        hello.landlock_abi > 0
            ? g_strdup_printf("version %u, no right granted", hello.landlock_abi)
            : g_strdup("not offered by this kernel; documents are read without opening "
                       "any file, pictures are not made");
    return g_strdup_printf(
        "reader: %s, version %s\n"
        "seccomp: on, nothing can be opened, connected, forked or executed\n"
        "no_new_privs: on\n"
        "landlock: %s\n"
        "memory: %d MB a reader, %s\n"
        "time: %d s of work, %.3g s in all\n",
        airlock->path, hello.version, landlock,
        (int)(LODGE_LIMIT_READER_MEMORY_BYTES / 1024 / 1024),
        hello.is_sanitized ? "watched" : "enforced by the kernel", LODGE_LIMIT_READER_CPU_S,
        (double)airlock->wall_ms / 1000.0);
}
