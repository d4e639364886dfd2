/* The airlock with readers that misbehave: the right fate each, and nobody blamed for a kill. */
#include "intake/learn/airlock.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FAULTY LODGE_BINARY_DIR "/tests/lodge-reader-faulty"
/* Enough on a busy machine; and what a reader that hangs is worth waiting for. */
#define WALL_MS (20 * 1000)
#define IMPATIENT_WALL_MS 300

/* ---- help ---- */

static LodgeAirlock *new_airlock(guint wall_ms)
{
    LodgeAirlockOptions options = {.reader_path = FAULTY, .wall_ms = wall_ms};
    g_autoptr(GError) error = NULL;
    LodgeAirlock *airlock = lodge_airlock_new(&options, &error);
    if (!airlock)
        fail_msg("%s", error->message);
    return airlock;
}

static LodgeAirlock *new_impatient_airlock(const char *order)
{
    return strcmp(order, "hang") == 0 ? new_airlock(IMPATIENT_WALL_MS) : NULL;
}

static int make_file(const char *content)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    return fd;
}

static LodgeDocumentFacts *
read_document(LodgeAirlock *airlock, const char *order, GError **error)
{
    int fd = make_file(order);
    LodgeDocumentFacts *facts =
        lodge_airlock_read_document(airlock, fd, "plan.pdf", "application/pdf", error);
    close(fd);
    return facts;
}

static LodgeMessageFacts *read_message(LodgeAirlock *airlock,
                                       const char *order,
                                       gint64 *leaves_bytes_out,
                                       GError **error)
{
    int fd = make_file(order);
    int leaves = make_file("left over from before");
    LodgeMessageFacts *facts = lodge_airlock_read_message(airlock, fd, leaves, error);
    struct stat status;
    assert_int_equal(fstat(leaves, &status), 0);
    *leaves_bytes_out = status.st_size;
    close(leaves);
    close(fd);
    return facts;
}

/* Processes whose parent is `parent`: by /proc, as an administrator would. */
static GArray *find_children(pid_t parent_pid)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(GDir) folder = g_dir_open("/proc", 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename("/proc", name, "stat", NULL);
        g_autofree char *content = NULL;
        if (!g_ascii_isdigit(*name) || !g_file_get_contents(path, &content, NULL, NULL))
            continue;
        const char *after = strrchr(content, ')');
        char state = 0;
        int ppid = 0;
        if (after && sscanf(after, ") %c %d", &state, &ppid) == 2 && ppid == parent_pid &&
            state != 'Z') {
            pid_t pid = atoi(name);
            g_array_append_val(found, pid);
        }
    }
    return found;
}

static pid_t find_zygote(void)
{
    g_autoptr(GArray) children = find_children(getpid());
    assert_int_equal(children->len, 1);
    return g_array_index(children, pid_t, 0);
}

/* ---- fates ---- */

static void readers_that_misbehave_spoil_their_own_document_only(void **state)
{
    static const struct {
        const char *order;
        LodgeExamination examination;
        const char *why; /* a part of it */
    } cases[] = {
        {"crash", LODGE_NOT_EXAMINED_CRASHED, "signal"},
        {"leave", LODGE_NOT_EXAMINED_CRASHED, "exit status 42"},
        {"hang", LODGE_NOT_EXAMINED_LIMIT, "300 milliseconds"},
        {"devour", LODGE_NOT_EXAMINED_LIMIT, "memory"},
        {"flood", LODGE_NOT_EXAMINED_CRASHED, "no end"},
        {"garbage", LODGE_NOT_EXAMINED_CRASHED, "report cannot be used"},
        {"nest", LODGE_NOT_EXAMINED_CRASHED, "report cannot be used"},
        {"empty", LODGE_NOT_EXAMINED_CRASHED, "report cannot be used"},
        {"wrong digest", LODGE_NOT_EXAMINED_CRASHED, "another document"},
        {"wrong size", LODGE_NOT_EXAMINED_CRASHED, "another document"},
        {"honest", LODGE_EXAMINED, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeAirlock) impatient = new_impatient_airlock(cases[i].order);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeDocumentFacts) facts =
            read_document(impatient ? impatient : *state, cases[i].order, &error);
        if (!facts)
            fail_msg("%s: %s", cases[i].order, error->message);
        char sha256[LODGE_DIGEST_SIZE];
        lodge_digest_compute(cases[i].order, strlen(cases[i].order), sha256);
        assert_string_equal(facts->sha256, sha256);
        assert_int_equal(facts->size_bytes, strlen(cases[i].order));
        if (facts->examination != cases[i].examination ||
            (cases[i].why && !strstr(facts->why, cases[i].why)))
            fail_msg("%s: %s, %s", cases[i].order,
                     lodge_examination_format(facts->examination), facts->why);
        assert_true(!facts->why || g_str_is_ascii(facts->why));
        assert_true(!facts->why || !strchr(facts->why, '\x1b'));
    }
}

static void readers_that_misbehave_on_a_message_leave_it_unparseable(void **state)
{
    static const struct {
        const char *order;
        const char *defect; /* NULL: it is read */
    } cases[] = {
        {"crash", "reader-crashed"},       {"hang", "reader-limit"},
        {"flood", "reader-crashed"},       {"empty", "reader-crashed"},
        {"overlap", "reader-crashed"},     {"outside", "reader-crashed"},
        {"far outside", "reader-crashed"}, {"wrong digest", "reader-crashed"},
        {"wrong size", "reader-crashed"},  {"honest", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeAirlock) impatient = new_impatient_airlock(cases[i].order);
        g_autoptr(GError) error = NULL;
        gint64 leaves_bytes = -1;
        g_autoptr(LodgeMessageFacts) facts = read_message(
            impatient ? impatient : *state, cases[i].order, &leaves_bytes, &error);
        if (!facts)
            fail_msg("%s: %s", cases[i].order, error->message);
        gboolean is_defect_told =
            cases[i].defect
                ? g_strv_contains((const char *const *)facts->defects, cases[i].defect)
                : facts->parseable && facts->parts->len == 2;
        if (!is_defect_told || facts->parseable != (cases[i].defect == NULL))
            fail_msg("%s: parseable %d", cases[i].order, facts->parseable);
        assert_int_equal(leaves_bytes, cases[i].defect ? 0 : 6);
    }
}

static void a_reader_that_blames_us_is_an_error_and_no_fact(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_null(read_document(*state, "fail", &error));
    assert_true(g_error_matches(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO));
    assert_non_null(strstr(error->message, "the disk"));
    assert_null(strchr(error->message, '\x1b'));
}

static void names_pass_the_airlock(void **state)
{
    g_autoptr(LodgeDocumentFacts) facts = read_document(*state, "honest", NULL);
    assert_string_equal(facts->title, "plan.pdf");
}

static void a_descriptor_that_may_write_is_given_on_without_the_right(void **state)
{
    int fd = make_file("honest");
    assert_int_equal(lseek(fd, 0, SEEK_END), 6); /* whatever its position */
    g_autoptr(LodgeDocumentFacts) facts =
        lodge_airlock_read_document(*state, fd, NULL, NULL, NULL);
    assert_int_equal(facts->examination, LODGE_EXAMINED);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 6);
    close(fd);
}

/* ---- kills ---- */

typedef struct {
    LodgeAirlock *airlock;
    const char *order;
    LodgeDocumentFacts *facts;
    GError *error;
} Job;

static gpointer run_job(gpointer data)
{
    Job *job = data;
    job->facts = read_document(job->airlock, job->order, &job->error);
    return NULL;
}

static pid_t wait_for_reader(pid_t zygote)
{
    for (;;) {
        g_autoptr(GArray) readers = find_children(zygote);
        if (readers->len > 0)
            return g_array_index(readers, pid_t, 0);
        g_thread_yield();
    }
}

static void a_job_whose_zygote_is_killed_is_done_by_the_next(void **state)
{
    (void)state;
    g_autoptr(LodgeAirlock) airlock = new_airlock(WALL_MS);
    pid_t zygote = find_zygote();
    Job job = {.airlock = airlock, .order = "slow 2000"};
    GThread *thread = g_thread_new("job", run_job, &job);
    pid_t reader = wait_for_reader(zygote);
    assert_int_equal(kill(zygote, SIGKILL), 0);
    g_thread_join(thread);
    assert_non_null(job.facts);
    assert_int_equal(job.facts->examination, LODGE_EXAMINED);
    assert_int_not_equal(find_zygote(), zygote);
    /* its reader died with it */
    while (kill(reader, 0) == 0)
        g_thread_yield();
    lodge_document_facts_free(job.facts);
}

typedef struct {
    volatile gint is_over;
    gulong pause_us; /* between two kills */
    volatile gint kills;
} Killer;

static gpointer kill_readers(gpointer data)
{
    Killer *killer = data;
    while (!g_atomic_int_get(&killer->is_over)) {
        g_autoptr(GArray) zygotes = find_children(getpid());
        for (guint i = 0; i < zygotes->len; i++) {
            g_autoptr(GArray) readers = find_children(g_array_index(zygotes, pid_t, i));
            if (readers->len == 0)
                continue;
            guint victim = g_random_int() % readers->len;
            kill(g_array_index(readers, pid_t, victim), SIGKILL);
            g_atomic_int_inc(&killer->kills);
        }
        g_usleep(killer->pause_us);
    }
    return NULL;
}

static void readers_killed_at_random_lose_nothing_and_blame_nobody(void **state)
{
    (void)state;
    enum { JOBS = 4, ROUNDS = 10, ROUNDS_MAX = 10000 };
    g_autoptr(LodgeAirlock) airlock = new_airlock(WALL_MS);
    Killer killer = {.pause_us = 20 * 1000};
    GThread *killing = g_thread_new("killer", kill_readers, &killer);
    guint done = 0, put_off = 0;
    guint round = 0; /* a busy machine may leave the killer out for a while */
    while (round++ < ROUNDS ||
           (g_atomic_int_get(&killer.kills) == 0 && round < ROUNDS_MAX)) {
        Job jobs[JOBS];
        GThread *threads[JOBS];
        for (guint i = 0; i < JOBS; i++) {
            jobs[i] = (Job){.airlock = airlock, .order = "slow 15"};
            threads[i] = g_thread_new("job", run_job, &jobs[i]);
        }
        for (guint i = 0; i < JOBS; i++) {
            g_thread_join(threads[i]);
            if (jobs[i].facts) {
                assert_int_equal(jobs[i].facts->examination, LODGE_EXAMINED);
                done++;
            } else {
                assert_true(g_error_matches(jobs[i].error, LODGE_AIRLOCK_ERROR,
                                            LODGE_AIRLOCK_ERROR_KILLED));
                put_off++;
            }
            g_clear_pointer(&jobs[i].facts, lodge_document_facts_free);
            g_clear_error(&jobs[i].error);
        }
    }
    g_atomic_int_set(&killer.is_over, TRUE);
    g_thread_join(killing);
    printf("%d readers killed: %u documents read, %u put off, none blamed\n", killer.kills,
           done, put_off);
    assert_true(killer.kills > 0);
    assert_true(done > put_off);
}

static void readers_that_are_always_killed_are_an_error_that_says_so(void **state)
{
    (void)state;
    g_autoptr(LodgeAirlock) airlock = new_airlock(WALL_MS);
    Killer killer = {.pause_us = 0};
    GThread *killing = g_thread_new("killer", kill_readers, &killer);
    g_autoptr(GError) error = NULL;
    assert_null(read_document(airlock, "slow 4000", &error));
    g_atomic_int_set(&killer.is_over, TRUE);
    g_thread_join(killing);
    assert_true(g_error_matches(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_KILLED));
}

static void many_documents_are_read_side_by_side(void **state)
{
    (void)state;
    enum { JOBS = 16 };
    g_autoptr(LodgeAirlock) airlock = new_airlock(WALL_MS);
    Job jobs[JOBS];
    GThread *threads[JOBS];
    gint64 started_us = g_get_monotonic_time();
    for (guint i = 0; i < JOBS; i++) {
        jobs[i] = (Job){.airlock = airlock, .order = "slow 200"};
        threads[i] = g_thread_new("job", run_job, &jobs[i]);
    }
    for (guint i = 0; i < JOBS; i++) {
        g_thread_join(threads[i]);
        assert_int_equal(jobs[i].facts->examination, LODGE_EXAMINED);
        lodge_document_facts_free(jobs[i].facts);
    }
    assert_true(g_get_monotonic_time() - started_us < (gint64)JOBS * 200 * 1000);
}

/* ---- start and end ---- */

static void a_reader_that_is_missing_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *said;
    } cases[] = {
        {"/nonexistent/lodge-reader", "/nonexistent/lodge-reader"},
        {"/bin/true", "/bin/true cannot be used"},
        {"/etc", "/etc"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeAirlockOptions options = {.reader_path = cases[i].path};
        g_autoptr(GError) error = NULL;
        assert_null(lodge_airlock_new(&options, &error));
        assert_true(
            g_error_matches(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE));
        assert_non_null(strstr(error->message, cases[i].said));
    }
}

static void the_zygote_ends_with_its_airlock(void **state)
{
    (void)state;
    LodgeAirlock *airlock = new_airlock(WALL_MS);
    pid_t zygote = find_zygote();
    lodge_airlock_free(airlock);
    assert_int_equal(kill(zygote, 0), -1);
}

static int count_open(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void nothing_is_left_open_by_any_fate(void **state)
{
    static const char *const orders[] = {"honest", "crash", "flood", "garbage", "fail"};
    int before = count_open();
    for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
        g_autoptr(LodgeDocumentFacts) facts = read_document(*state, orders[i], NULL);
        assert_int_equal(facts == NULL, strcmp(orders[i], "fail") == 0);
        assert_int_equal(count_open(), before);
    }
}

static void the_sandbox_is_described_in_words(void **state)
{
    g_autofree char *text = lodge_airlock_describe(*state);
    assert_non_null(strstr(text, "seccomp: on"));
    assert_non_null(strstr(text, "landlock: "));
    assert_non_null(strstr(text, FAULTY));
}

static int start(void **state)
{
    *state = new_airlock(WALL_MS);
    return 0;
}

static int stop(void **state)
{
    lodge_airlock_free(*state);
    return 0;
}

#define SHARED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHARED(readers_that_misbehave_spoil_their_own_document_only),
        SHARED(readers_that_misbehave_on_a_message_leave_it_unparseable),
        SHARED(a_reader_that_blames_us_is_an_error_and_no_fact),
        SHARED(names_pass_the_airlock),
        SHARED(a_descriptor_that_may_write_is_given_on_without_the_right),
        SHARED(nothing_is_left_open_by_any_fate),
        SHARED(the_sandbox_is_described_in_words),
        cmocka_unit_test(a_job_whose_zygote_is_killed_is_done_by_the_next),
        cmocka_unit_test(readers_killed_at_random_lose_nothing_and_blame_nobody),
        cmocka_unit_test(readers_that_are_always_killed_are_an_error_that_says_so),
        cmocka_unit_test(many_documents_are_read_side_by_side),
        cmocka_unit_test(a_reader_that_is_missing_is_named),
        cmocka_unit_test(the_zygote_ends_with_its_airlock),
    };
    return cmocka_run_group_tests_name("airlock", tests, NULL, NULL);
}
