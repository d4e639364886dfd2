#include "intake/learn/airlock.h"

#include "intake/learn/attempt.h"
#include "intake/learn/passage.h"
#include "intake/learn/reader_path.h"
#include "intake/learn/zygote_link.h"

#include <string.h>

G_DEFINE_QUARK(lodge_airlock_error_quark, lodge_airlock_error)

/* Kills by somebody else say nothing of the document; so many in a row say something of the
 * machine. */
#define KILLED_MAX 10

struct LodgeAirlock {
    LodgeZygoteLink *link;
    char *path;
    guint32 wall_ms;
};

static gboolean try_once(LodgeAirlock *airlock,
                         LodgePassage *passage,
                         LodgeAttempt *attempt,
                         GError **error)
{
    if (!lodge_passage_empty_leaves(passage, error))
        return FALSE;
    LodgeRequest request;
    lodge_protocol_fill_request(&request, passage->kind, passage->name,
                                passage->declared_type);
    request.wall_ms = airlock->wall_ms;
    request.size_bytes = passage->size_bytes;
    request.leaves_max_bytes = passage->leaves_max_bytes;
    g_auto(LodgeJobResult) result = {0};
    if (!lodge_zygote_link_run(airlock->link, &request, passage->input_fd,
                               passage->leaves_fd, &result, error))
        return FALSE;
    return lodge_attempt_judge(passage, &result, airlock->wall_ms, attempt, error);
}

/* ---- the facts of a failure ---- */

static LodgeDocumentFacts *document_of_failure(const LodgePassage *passage,
                                               const LodgeAttempt *last)
{
    LodgeDocumentFacts *facts = lodge_document_facts_new();
    g_strlcpy(facts->sha256, passage->sha256, sizeof facts->sha256);
    facts->size_bytes = passage->size_bytes;
    facts->pages = -1;
    facts->encrypted = LODGE_ENCRYPTED_UNKNOWN;
    facts->examination = last->end == LODGE_ATTEMPT_LIMIT ? LODGE_NOT_EXAMINED_LIMIT
                                                          : LODGE_NOT_EXAMINED_CRASHED;
    facts->why = g_strdup(last->why);
    return facts;
}

static LodgeMessageFacts *message_of_failure(const LodgePassage *passage,
                                             const LodgeAttempt *last)
{
    LodgeMessageFacts *facts = lodge_message_facts_new();
    const char *defects[] = {
        last->end == LODGE_ATTEMPT_LIMIT ? "reader-limit" : "reader-crashed", NULL};
    facts->parseable = FALSE;
    facts->size_bytes = passage->size_bytes;
    g_strfreev(facts->defects);
    facts->defects = g_strdupv((char **)defects);
    return facts;
}

static LodgeContainerFacts *container_of_failure(const LodgePassage *passage,
                                                 const LodgeAttempt *last)
{
    LodgeContainerFacts *facts = lodge_container_facts_new();
    g_strlcpy(facts->sha256, passage->sha256, sizeof facts->sha256);
    facts->size_bytes = passage->size_bytes;
    facts->trouble =
        g_strdup(last->end == LODGE_ATTEMPT_LIMIT ? "reader-limit" : "reader-crashed");
    return facts;
}

static gboolean
fill_failure(LodgePassage *passage, const LodgeAttempt *last, GError **error)
{
    if (!lodge_passage_empty_leaves(passage, error)) /* half of a leaf is nobody's */
        return FALSE;
    if (passage->kind == LODGE_READ_MESSAGE)
        passage->message = message_of_failure(passage, last);
    else if (passage->kind == LODGE_READ_CONTAINER)
        passage->container = container_of_failure(passage, last);
    else
        passage->document = document_of_failure(passage, last);
    return TRUE;
}

/* Fills the passage's result. Only failures of the reader's own making count against what it read. */
static gboolean pass_through(LodgeAirlock *airlock, LodgePassage *passage, GError **error)
{
    guint failed = 0, killed = 0;
    while (killed < KILLED_MAX) {
        g_auto(LodgeAttempt) attempt = {.end = LODGE_ATTEMPT_KILLED};
        if (!try_once(airlock, passage, &attempt, error))
            return FALSE;
        if (attempt.end == LODGE_ATTEMPT_DONE)
            return TRUE;
        if (attempt.end == LODGE_ATTEMPT_KILLED)
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

static gboolean
run_passage(LodgeAirlock *airlock, LodgePassage *passage, int input_fd, GError **error)
{
    gboolean is_through = lodge_passage_open(passage, input_fd, error) &&
                          pass_through(airlock, passage, error);
    lodge_passage_close(passage);
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
    airlock->link = lodge_zygote_link_new(
        airlock->path, options != NULL ? options->anchors_pem : NULL, error);
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
    LodgePassage passage = {
        .kind = LODGE_READ_MESSAGE, .input_fd = -1, .leaves_fd = leaves_fd};
    return run_passage(airlock, &passage, input_fd, error) ? passage.message : NULL;
}

LodgeDocumentFacts *lodge_airlock_read_document(LodgeAirlock *airlock,
                                                int input_fd,
                                                const char *name,
                                                const char *declared_type,
                                                GError **error)
{
    g_return_val_if_fail(airlock && input_fd >= 0, NULL);
    LodgePassage passage = {.kind = LODGE_READ_DOCUMENT,
                            .name = name,
                            .declared_type = declared_type,
                            .input_fd = -1,
                            .leaves_fd = -1};
    return run_passage(airlock, &passage, input_fd, error) ? passage.document : NULL;
}

LodgeContainerFacts *lodge_airlock_read_container(LodgeAirlock *airlock,
                                                  int input_fd,
                                                  int leaves_fd,
                                                  gint64 leaves_max_bytes,
                                                  GError **error)
{
    g_return_val_if_fail(airlock && input_fd >= 0 && leaves_fd >= 0, NULL);
    LodgePassage passage = {.kind = LODGE_READ_CONTAINER,
                            .input_fd = -1,
                            .leaves_fd = leaves_fd,
                            .leaves_max_bytes = leaves_max_bytes};
    return run_passage(airlock, &passage, input_fd, error) ? passage.container : NULL;
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
        "time: %d s of work, %u ms in all\n",
        airlock->path, hello.version, landlock,
        (int)(LODGE_LIMIT_READER_MEMORY_BYTES / 1024 / 1024),
        hello.is_sanitized ? "watched" : "enforced by the kernel", LODGE_LIMIT_READER_CPU_S,
        airlock->wall_ms);
}
