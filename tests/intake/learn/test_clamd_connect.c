/* The way to clamd: no descriptor left, a queue that is full, a name that nobody finds in time. All of it is an error
 * in words, at its deadline; nothing ends the program. */
#include "intake/learn/scanner.h"

#include "tests/support/clamd_peer.h"
#include "tests/support/cmocka.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LONG_MS (10 * 60 * 1000)
#define SHORT_MS 150

static const ClamdPeerScript good;

static gint64 now_us(void)
{
    return 1;
}

static void assert_unavailable(const LodgeScannerSettings *settings, const char *says)
{
    g_autoptr(LodgeScanner) scanner = lodge_scanner_new(settings, now_us, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *version = lodge_scanner_fetch_version(scanner, &error);
    assert_null(version);
    assert_true(
        g_error_matches(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_UNAVAILABLE));
    if (strstr(error->message, says) == NULL)
        fail_msg("%s", error->message);
}

static void assert_answers(const LodgeScannerSettings *settings)
{
    g_autoptr(LodgeScanner) scanner = lodge_scanner_new(settings, now_us, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *version = lodge_scanner_fetch_version(scanner, &error);
    if (version == NULL)
        fail_msg("%s", error->message);
}

/* ---- names: the system's getaddrinfo, as far as a test wants it ---- */

typedef struct addrinfo *(*Answer)(int *failure_out);

static struct {
    GMutex mutex;
    GCond opened;
    gboolean is_shut; /* nobody is answered meanwhile */
    Answer answer;    /* NULL: 127.0.0.1 at the port that was asked for */
    guint asked, freed;
} names;

static struct addrinfo *
make_address(const char *dotted, guint16 port, struct addrinfo *next)
{
    struct {
        struct addrinfo info;
        struct sockaddr_in address;
    } *made = g_malloc0(sizeof *made);
    made->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    assert_int_equal(inet_pton(AF_INET, dotted, &made->address.sin_addr), 1);
    made->info = (struct addrinfo){.ai_family = AF_INET,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_addr = (struct sockaddr *)&made->address,
                                   .ai_addrlen = sizeof made->address,
                                   .ai_next = next};
    return &made->info;
}

int getaddrinfo(const char *host,
                const char *port,
                const struct addrinfo *hints,
                struct addrinfo **found_out)
{
    (void)host;
    (void)hints;
    int failure = 0;
    g_mutex_lock(&names.mutex);
    names.asked++;
    while (names.is_shut)
        g_cond_wait(&names.opened, &names.mutex);
    *found_out = names.answer != NULL
                     ? names.answer(&failure)
                     : make_address("127.0.0.1", (guint16)atoi(port), NULL);
    g_mutex_unlock(&names.mutex);
    return failure;
}

void freeaddrinfo(struct addrinfo *found)
{
    while (found != NULL) {
        struct addrinfo *next = found->ai_next;
        g_free(found);
        found = next;
    }
    g_mutex_lock(&names.mutex);
    names.freed++;
    g_cond_broadcast(&names.opened);
    g_mutex_unlock(&names.mutex);
}

static struct addrinfo *find_nothing(int *failure_out)
{
    *failure_out = EAI_NONAME;
    return NULL;
}

static struct addrinfo *run_out_of_descriptors(int *failure_out)
{
    *failure_out = EAI_SYSTEM;
    errno = EMFILE;
    return NULL;
}

static guint16 living_port, dead_port;

static struct addrinfo *find_two(int *failure_out)
{
    (void)failure_out;
    return make_address("127.0.0.1", dead_port,
                        make_address("127.0.0.1", living_port, NULL));
}

static int tear_down(void **state)
{
    (void)state;
    names.is_shut = FALSE;
    names.answer = NULL;
    names.asked = names.freed = 0;
    return 0;
}

/* ---- descriptors ---- */

/* The lowest number that is free, which is then the limit. */
static void take_all_descriptors(struct rlimit *before_out)
{
    int lowest = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    assert_true(lowest >= 0);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, before_out), 0);
    struct rlimit none = {.rlim_cur = (rlim_t)lowest, .rlim_max = before_out->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

static void assert_waits_for_descriptors(const LodgeScannerSettings *settings)
{
    struct rlimit before;
    take_all_descriptors(&before);
    assert_unavailable(settings, "cannot be reached: Too many open files");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_answers(settings);
}

static void no_descriptor_left_is_said_and_passes(void **state)
{
    (void)state;
    g_autofree char *dir = g_dir_make_tmp("lodge-clamd-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "clamd", NULL);
    g_autoptr(ClamdPeer) local = clamd_peer_start(path, &good);
    g_autoptr(ClamdPeer) remote = clamd_peer_start(NULL, &good);
    LodgeScannerSettings socket = {.socket = path, .timeout_ms = LONG_MS};
    LodgeScannerSettings host = {.host = (char *)"scanner.example",
                                 .port = clamd_peer_port(remote),
                                 .timeout_ms = LONG_MS};
    assert_waits_for_descriptors(&socket);
    assert_waits_for_descriptors(&host);
    g_clear_pointer(&local, clamd_peer_free);
    rmdir(dir);
}

/* ---- queues that are full ---- */

/* Bound, listening, and nobody accepts: `fillers` wait already. */
typedef struct {
    int listener;
    int fillers[8];
} Queue;

static Queue fill(int family, const struct sockaddr *address, socklen_t size)
{
    Queue queue = {.listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_storage bound;
    socklen_t bound_size = sizeof bound;
    assert_int_equal(bind(queue.listener, address, size), 0);
    assert_int_equal(listen(queue.listener, 0), 0);
    assert_int_equal(getsockname(queue.listener, (struct sockaddr *)&bound, &bound_size),
                     0);
    for (gsize i = 0; i < G_N_ELEMENTS(queue.fillers); i++) {
        queue.fillers[i] = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int done = connect(queue.fillers[i], (struct sockaddr *)&bound, bound_size);
        assert_true(done == 0 || errno == EAGAIN || errno == EINPROGRESS);
    }
    return queue;
}

static void empty(const Queue *queue)
{
    for (gsize i = 0; i < G_N_ELEMENTS(queue->fillers); i++)
        close(queue->fillers[i]);
    close(queue->listener);
}

static void a_socket_whose_queue_is_full_has_a_deadline(void **state)
{
    (void)state;
    g_autofree char *dir = g_dir_make_tmp("lodge-clamd-XXXXXX", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/clamd", dir);
    Queue queue = fill(AF_UNIX, (struct sockaddr *)&address, sizeof address);
    LodgeScannerSettings settings = {.socket = address.sun_path, .timeout_ms = SHORT_MS};
    assert_unavailable(&settings, "cannot be reached: no connection within 150 ms");
    empty(&queue);
    unlink(address.sun_path);
    rmdir(dir);
}

static void a_port_whose_queue_is_full_has_a_deadline(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    Queue queue = fill(AF_INET, (struct sockaddr *)&address, size);
    assert_int_equal(getsockname(queue.listener, (struct sockaddr *)&address, &size), 0);
    LodgeScannerSettings settings = {.host = (char *)"scanner.example",
                                     .port = ntohs(address.sin_port),
                                     .timeout_ms = SHORT_MS};
    assert_unavailable(&settings, "cannot be reached: no connection within 150 ms");
    empty(&queue);
}

/* ---- names ---- */

static void a_name_that_is_not_found_is_told(void **state)
{
    (void)state;
    LodgeScannerSettings settings = {
        .host = (char *)"scanner.example", .port = 3310, .timeout_ms = LONG_MS};
    names.answer = find_nothing;
    assert_unavailable(&settings, "the malware scanner at scanner.example:3310 cannot be "
                                  "reached: Name or service not known");
    names.answer = run_out_of_descriptors;
    assert_unavailable(&settings, "cannot be reached: Too many open files");
}

static void a_name_that_takes_too_long_is_let_go_of(void **state)
{
    (void)state;
    LodgeScannerSettings settings = {
        .host = (char *)"scanner.example", .port = 3310, .timeout_ms = SHORT_MS};
    names.is_shut = TRUE;
    assert_unavailable(&settings, "cannot be reached: no connection within 150 ms");
    g_mutex_lock(&names.mutex);
    assert_int_equal(names.freed, 0);
    names.is_shut = FALSE;
    g_cond_broadcast(&names.opened);
    while (names.freed == 0) /* its own thread throws the late answer away */
        g_cond_wait(&names.opened, &names.mutex);
    g_mutex_unlock(&names.mutex);
}

static guint patience;

static gboolean stop_soon(void)
{
    return ++patience > 3;
}

static void a_lookup_ends_when_lodge_is_to_end(void **state)
{
    (void)state;
    LodgeScannerSettings settings = {
        .host = (char *)"scanner.example", .port = 3310, .timeout_ms = LONG_MS};
    names.is_shut = TRUE;
    patience = 0;
    g_autoptr(LodgeScanner) scanner = lodge_scanner_new(&settings, now_us, stop_soon);
    g_autoptr(GError) error = NULL;
    g_autofree char *version = lodge_scanner_fetch_version(scanner, &error);
    assert_null(version);
    assert_true(g_error_matches(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_STOPPED));
    g_mutex_lock(&names.mutex);
    names.is_shut = FALSE;
    g_cond_broadcast(&names.opened);
    while (names.freed == 0)
        g_cond_wait(&names.opened, &names.mutex);
    g_mutex_unlock(&names.mutex);
}

static void the_next_address_is_tried(void **state)
{
    (void)state;
    g_autoptr(ClamdPeer) dead = clamd_peer_start(NULL, &good);
    g_autoptr(ClamdPeer) living = clamd_peer_start(NULL, &good);
    dead_port = (guint16)clamd_peer_port(dead);
    living_port = (guint16)clamd_peer_port(living);
    g_clear_pointer(&dead, clamd_peer_free);
    LodgeScannerSettings settings = {
        .host = (char *)"scanner.example", .port = 3310, .timeout_ms = LONG_MS};
    names.answer = find_two;
    assert_answers(&settings);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(no_descriptor_left_is_said_and_passes),
        TEST(a_socket_whose_queue_is_full_has_a_deadline),
        TEST(a_port_whose_queue_is_full_has_a_deadline),
        TEST(a_name_that_is_not_found_is_told),
        TEST(a_name_that_takes_too_long_is_let_go_of),
        TEST(a_lookup_ends_when_lodge_is_to_end),
        TEST(the_next_address_is_tried),
    };
    return cmocka_run_group_tests_name("intake/learn/clamd_connect", tests, NULL, NULL);
}
