/* The door to the malware scanner, with a scanner that behaves and with many that do not. */
#include "intake/learn/scanner.h"

#include "parsers/text/digest.h"
#include "parsers/text/limits.h"
#include "tests/support/clamd_peer.h"
#include "tests/support/cmocka.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENGINE "ClamAV 1.4.6"
#define NOW_US 1721296803000000
#define LONG_MS (10 * 60 * 1000)
#define SHORT_MS 150

static const ClamdPeerScript good;

static gint64 now_us(void)
{
    return NOW_US;
}

/* A clamd on a socket or on loopback, the settings that lead there, and the door. */
typedef struct {
    char *dir, *path;
    ClamdPeer *peer;
    LodgeScannerSettings settings;
    LodgeScanner *scanner;
} World;

static World *world_new(const ClamdPeerScript *script, gboolean tcp)
{
    World *world = g_new0(World, 1);
    world->dir = g_dir_make_tmp("lodge-scanner-XXXXXX", NULL);
    assert_non_null(world->dir);
    world->path = g_build_filename(world->dir, "clamd", NULL);
    world->peer = clamd_peer_start(tcp ? NULL : world->path, script);
    world->settings = (LodgeScannerSettings){.is_on = TRUE,
                                             .socket = tcp ? NULL : world->path,
                                             .host = tcp ? (char *)"127.0.0.1" : NULL,
                                             .port = clamd_peer_port(world->peer),
                                             .timeout_ms = LONG_MS,
                                             .max_size_bytes = 64 * 1024 * 1024};
    world->scanner = lodge_scanner_new(&world->settings, now_us, NULL);
    return world;
}

static void world_free(World *world)
{
    lodge_scanner_free(world->scanner);
    clamd_peer_free(world->peer);
    rmdir(world->dir);
    g_free(world->path);
    g_free(world->dir);
    g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static int file_of(const void *bytes, gsize size)
{
    int fd = memfd_create("document", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

static LodgeScan *scan(const World *world, const void *bytes, gsize size, GError **error)
{
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(bytes, size, sha256);
    int fd = file_of(bytes, size);
    LodgeScan *found = lodge_scanner_scan(world->scanner, fd, sha256, ENGINE, error);
    close(fd);
    return found;
}

/* ---- a scanner that behaves ---- */

static void a_document_arrives_whole(void **state)
{
    (void)state;
    static const gsize sizes[] = {0, 1, 65535, 65536, 65537, 3 * 65536, 5000000};
    for (guint i = 0; i < 2 * G_N_ELEMENTS(sizes); i++) {
        g_autoptr(World) world = world_new(&good, i % 2 == 1);
        gsize size = sizes[i / 2];
        g_autofree guint8 *bytes = g_malloc(size + 1);
        for (gsize at = 0; at < size; at++)
            bytes[at] = (guint8)(at * 31 + at / 251);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeScan) found = scan(world, bytes, size, &error);
        if (found == NULL)
            fail_msg("%zu bytes: %s", size, error->message);
        assert_int_equal(found->verdict, LODGE_SCAN_CLEAN);
        clamd_peer_stop(world->peer);
        GBytes *streamed = clamd_peer_streamed(world->peer);
        assert_int_equal(g_bytes_get_size(streamed), size);
        assert_memory_equal(size > 0 ? g_bytes_get_data(streamed, NULL) : bytes, bytes,
                            size);
        assert_true(clamd_peer_largest_chunk(world->peer) <= 65536);
    }
}

static void what_was_found_is_named_with_engine_and_time(void **state)
{
    (void)state;
    static const ClamdPeerScript script = {.stream = {.reply = "stream: Lodge.Test FOUND"}};
    g_autoptr(World) world = world_new(&script, FALSE);
    g_autoptr(LodgeScan) found = scan(world, "x", 1, NULL);
    assert_non_null(found);
    assert_int_equal(found->verdict, LODGE_SCAN_INFECTED);
    assert_string_equal(found->name, "Lodge.Test");
    assert_string_equal(found->engine, ENGINE);
    assert_int_equal(found->at_us, NOW_US);
    assert_false(found->is_message);
}

static void a_hostile_name_is_made_safe(void **state)
{
    (void)state;
    static const ClamdPeerScript script = {
        .stream = {.reply = "stream: \x1b[31mred\r\n\xff FOUND"}};
    g_autoptr(World) world = world_new(&script, FALSE);
    g_autoptr(LodgeScan) found = scan(world, "x", 1, NULL);
    assert_non_null(found);
    assert_string_equal(found->name, "\\x1B[31mred\\x0D\\x0A\\xFF");
}

static void what_the_scanner_gave_up_on_is_not_clean(void **state)
{
    (void)state;
    static const ClamdPeerScript script = {
        .stream = {.reply = "stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND"}};
    g_autoptr(World) world = world_new(&script, FALSE);
    g_autoptr(LodgeScan) found = scan(world, "x", 1, NULL);
    assert_non_null(found);
    assert_int_equal(found->verdict, LODGE_SCAN_NOT_SCANNED);
    assert_string_equal(found->why, LODGE_SCAN_WHY_LIMITS);
}

static void what_is_too_large_is_not_handed_over(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new(&good, FALSE);
    world->settings.max_size_bytes = 3;
    g_autoptr(LodgeScan) at_the_limit = scan(world, "abc", 3, NULL);
    assert_non_null(at_the_limit);
    assert_int_equal(at_the_limit->verdict, LODGE_SCAN_CLEAN);
    g_autoptr(LodgeScan) above = scan(world, "abcd", 4, NULL);
    assert_non_null(above);
    assert_int_equal(above->verdict, LODGE_SCAN_NOT_SCANNED);
    assert_string_equal(above->why, LODGE_SCAN_WHY_SIZE);
    assert_null(above->engine);
    clamd_peer_stop(world->peer);
    assert_int_equal(clamd_peer_connections(world->peer), 1);
}

static void a_scanner_says_which_it_is_and_takes_the_largest(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new(&good, FALSE);
    world->settings.max_size_bytes = 1000000;
    g_autoptr(GError) error = NULL;
    g_autofree char *words = lodge_scanner_describe(world->scanner, &error);
    if (words == NULL)
        fail_msg("%s", error->message);
    assert_string_equal(words, "answers, ClamAV 1.4.6/27400/Tue Sep 17 08:38:30 2024\n"
                               "takes as much as max_size: 1000000 bytes\n");
    clamd_peer_stop(world->peer);
    assert_int_equal(g_bytes_get_size(clamd_peer_streamed(world->peer)), 1000000);
}

/* ---- scanners that do not ---- */

typedef struct {
    const char *name;
    ClamdPeerTurn turn;
    guint timeout_ms; /* 0: it must not be needed */
    LodgeScannerError code;
    const char *says;
} Fault;

#define UNAVAILABLE LODGE_SCANNER_ERROR_UNAVAILABLE

static const Fault faults[] = {
    {"it never answers",
     {.manner = CLAMD_PEER_SILENT},
     SHORT_MS,
     UNAVAILABLE,
     "did not answer within 150 ms"},
    {"it takes nothing",
     {.manner = CLAMD_PEER_DEAF},
     SHORT_MS,
     UNAVAILABLE,
     "did not take it within 150 ms"},
    {"it goes away at once",
     {.manner = CLAMD_PEER_DROP},
     0,
     UNAVAILABLE,
     "broke the connection off"},
    {"it goes away in the middle",
     {.manner = CLAMD_PEER_DROP_MIDWAY},
     0,
     UNAVAILABLE,
     "broke the connection off"},
    {"a line without end",
     {.manner = CLAMD_PEER_FLOOD},
     0,
     UNAVAILABLE,
     "answered with more than 1024 bytes"},
    {"half a verdict",
     {CLAMD_PEER_WITHOUT_NUL, "stream: OK", 0},
     0,
     UNAVAILABLE,
     "broke the connection off: no answer"},
    {"two verdicts",
     {CLAMD_PEER_ANSWER, "stream: OK\0stream: x FOUND", 25},
     0,
     UNAVAILABLE,
     "said more than one reply"},
    {"nothing but an end",
     {CLAMD_PEER_ANSWER, "", 0},
     0,
     UNAVAILABLE,
     "answered with what is no verdict"},
    {"another protocol",
     {CLAMD_PEER_ANSWER, "HTTP/1.1 400 Bad\r\n", 0},
     0,
     UNAVAILABLE,
     "answered with what is no verdict: HTTP/1.1 400 Bad\\x0D\\x0A"},
    {"trouble",
     {CLAMD_PEER_ANSWER, "stream: No space\x1b[2J ERROR", 0},
     0,
     UNAVAILABLE,
     "is in trouble: stream: No space\\x1B[2J ERROR"},
    {"clean before it had all", {CLAMD_PEER_EARLY, "stream: OK", 0}, 0, UNAVAILABLE, NULL},
    {"it takes less than we hand over",
     {CLAMD_PEER_ANSWER, "INSTREAM size limit exceeded. ERROR", 0},
     0,
     LODGE_SCANNER_ERROR_LIMIT,
     "takes less than [scanner] max_size; raise StreamMaxLength in its clamd.conf"},
};

static void check_fault(const Fault *fault, gboolean tcp, gsize size)
{
    const ClamdPeerScript script = {.stream = fault->turn};
    g_autoptr(World) world = world_new(&script, tcp);
    if (fault->timeout_ms > 0)
        world->settings.timeout_ms = fault->timeout_ms;
    g_autofree char *bytes = g_malloc0(size);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeScan) found = scan(world, bytes, size, &error);
    if (found != NULL)
        fail_msg("%s: taken for a verdict", fault->name);
    if (!g_error_matches(error, LODGE_SCANNER_ERROR, (int)fault->code))
        fail_msg("%s: %s", fault->name, error->message);
    if (fault->says != NULL && strstr(error->message, fault->says) == NULL)
        fail_msg("%s: %s", fault->name, error->message);
    if (strpbrk(error->message, "\x1b\r\n") != NULL)
        fail_msg("%s: not shown safely", fault->name);
}

/* More than the buffers of a connection hold, so that sending has to wait; less where the time is for the answer. */
static void no_fault_of_the_scanner_is_a_verdict(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        gsize size = faults[i].turn.manner == CLAMD_PEER_SILENT ? 1024 : 20 * 1024 * 1024;
        check_fault(&faults[i], FALSE, size);
        check_fault(&faults[i], TRUE, size);
    }
}

/* clamd says so as soon as it has enough, and closes. */
static void a_limit_that_is_told_early_is_heard(void **state)
{
    (void)state;
    static const ClamdPeerScript script = {
        .stream = {CLAMD_PEER_EARLY, "INSTREAM size limit exceeded. ERROR", 0}};
    g_autoptr(World) world = world_new(&script, FALSE);
    g_autofree char *bytes = g_malloc0(20 * 1024 * 1024);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeScan) found = scan(world, bytes, 20 * 1024 * 1024, &error);
    assert_null(found);
    assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_LIMIT));
}

static void nobody_there_is_told_at_once(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new(&good, FALSE);
    world->settings.socket = (char *)"/nonexistent/clamd";
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeScan) found = scan(world, "x", 1, &error);
    assert_null(found);
    assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, UNAVAILABLE));
    assert_non_null(strstr(error->message,
                           "the malware scanner at /nonexistent/clamd cannot be reached"));
}

static void a_port_where_nobody_listens_is_told_at_once(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new(&good, TRUE);
    g_clear_pointer(&world->peer, clamd_peer_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *version = lodge_scanner_fetch_version(world->scanner, &error);
    assert_null(version);
    assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, UNAVAILABLE));
    assert_non_null(strstr(error->message, "cannot be reached"));
}

/* localhost is found without asking anybody. */
static void a_host_may_be_a_name(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new(&good, TRUE);
    world->settings.host = (char *)"localhost";
    g_autoptr(GError) error = NULL;
    g_autofree char *version = lodge_scanner_fetch_version(world->scanner, &error);
    if (version == NULL)
        fail_msg("%s", error->message);
}

static void a_version_that_is_none_is_refused(void **state)
{
    (void)state;
    static const ClamdPeerTurn turns[] = {
        {CLAMD_PEER_ANSWER, "UNKNOWN COMMAND", 0},
        {CLAMD_PEER_ANSWER, "", 0},
        {CLAMD_PEER_WITHOUT_NUL, "ClamAV 1.4.6", 0},
        {.manner = CLAMD_PEER_FLOOD},
        {.manner = CLAMD_PEER_DROP},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(turns); i++) {
        const ClamdPeerScript script = {.version = turns[i]};
        g_autoptr(World) world = world_new(&script, FALSE);
        g_autoptr(GError) error = NULL;
        g_autofree char *version = lodge_scanner_fetch_version(world->scanner, &error);
        assert_null(version);
        assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, UNAVAILABLE));
    }
}

static void whoever_does_not_pong_is_no_clamd(void **state)
{
    (void)state;
    static const ClamdPeerScript script = {.ping = {CLAMD_PEER_ANSWER, "PING", 0}};
    g_autoptr(World) world = world_new(&script, FALSE);
    g_autoptr(GError) error = NULL;
    g_autofree char *words = lodge_scanner_describe(world->scanner, &error);
    assert_null(words);
    assert_non_null(strstr(error->message, "answered PING with \"PING\"; is it a clamd?"));
}

static void a_limit_is_found_by_the_check(void **state)
{
    (void)state;
    static const ClamdPeerScript script = {
        .stream = {CLAMD_PEER_ANSWER, "INSTREAM size limit exceeded. ERROR", 0}};
    g_autoptr(World) world = world_new(&script, FALSE);
    g_autoptr(GError) error = NULL;
    g_autofree char *words = lodge_scanner_describe(world->scanner, &error);
    assert_null(words);
    assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_LIMIT));
}

/* ---- our own side ---- */

static guint asked;

static gboolean stop_when_asked_often(void)
{
    return ++asked > 5;
}

/* Ten minutes are allowed, and not needed. */
static void a_wait_ends_when_lodge_is_to_end(void **state)
{
    (void)state;
    static const ClamdPeerManner manners[] = {CLAMD_PEER_SILENT, CLAMD_PEER_DEAF};
    for (gsize i = 0; i < G_N_ELEMENTS(manners); i++) {
        const ClamdPeerScript script = {.stream = {.manner = manners[i]}};
        g_autoptr(World) world = world_new(&script, FALSE);
        lodge_scanner_free(world->scanner);
        asked = 0;
        world->scanner = lodge_scanner_new(&world->settings, now_us, stop_when_asked_often);
        g_autofree char *bytes = g_malloc0(20 * 1024 * 1024);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeScan) found = scan(world, bytes, 20 * 1024 * 1024, &error);
        assert_null(found);
        assert_true(
            g_error_matches(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_STOPPED));
    }
}

static void a_document_that_cannot_be_read_is_no_fault_of_the_scanner(void **state)
{
    (void)state;
    char nothing[LODGE_DIGEST_SIZE];
    g_autoptr(World) world = world_new(&good, FALSE);
    g_autoptr(GError) error = NULL;
    lodge_digest_compute("", 0, nothing);
    g_autoptr(LodgeScan) closed =
        lodge_scanner_scan(world->scanner, -1, nothing, ENGINE, &error);
    assert_null(closed);
    assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_OBJECT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_arrives_whole),
        cmocka_unit_test(what_was_found_is_named_with_engine_and_time),
        cmocka_unit_test(a_hostile_name_is_made_safe),
        cmocka_unit_test(what_the_scanner_gave_up_on_is_not_clean),
        cmocka_unit_test(what_is_too_large_is_not_handed_over),
        cmocka_unit_test(a_scanner_says_which_it_is_and_takes_the_largest),
        cmocka_unit_test(no_fault_of_the_scanner_is_a_verdict),
        cmocka_unit_test(a_limit_that_is_told_early_is_heard),
        cmocka_unit_test(nobody_there_is_told_at_once),
        cmocka_unit_test(a_port_where_nobody_listens_is_told_at_once),
        cmocka_unit_test(a_host_may_be_a_name),
        cmocka_unit_test(a_version_that_is_none_is_refused),
        cmocka_unit_test(whoever_does_not_pong_is_no_clamd),
        cmocka_unit_test(a_limit_is_found_by_the_check),
        cmocka_unit_test(a_wait_ends_when_lodge_is_to_end),
        cmocka_unit_test(a_document_that_cannot_be_read_is_no_fault_of_the_scanner),
    };
    return cmocka_run_group_tests_name("intake/learn/scanner", tests, NULL, NULL);
}
