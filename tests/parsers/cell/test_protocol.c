/* Packets between lodge and the zygote, whole and broken. */
#include "parsers/cell/protocol.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct {
    int ends[2];
} Pair;

static int open_pair(void **state)
{
    Pair *pair = g_new0(Pair, 1);
    *state = pair;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair->ends);
}

static int close_pair(void **state)
{
    Pair *pair = *state;
    close(pair->ends[0]);
    close(pair->ends[1]);
    g_free(pair);
    return 0;
}

static int count_open(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void a_request_arrives_with_its_descriptors(void **state)
{
    Pair *pair = *state;
    LodgeRequest sent, got;
    lodge_protocol_fill_request(&sent, LODGE_READ_MESSAGE, "plän.pdf", "application/pdf");
    sent.wall_ms = 5;
    sent.size_bytes = G_GINT64_CONSTANT(5000000000);
    LodgeRequestDescriptors fds = {0, 0, 0, 0}, arrived;
    assert_true(lodge_protocol_send_request(pair->ends[0], &sent, &fds, NULL));
    assert_true(lodge_protocol_receive_request(pair->ends[1], &got, &arrived, NULL));
    assert_string_equal(got.name, "plän.pdf");
    assert_string_equal(got.declared_type, "application/pdf");
    assert_int_equal(got.size_bytes, sent.size_bytes);
    assert_int_equal(got.wall_ms, 5);
    assert_true(fcntl(arrived.leaves, F_GETFD) & FD_CLOEXEC);
    lodge_protocol_close_descriptors(&arrived);
    assert_int_equal(arrived.input, -1);
}

static void a_name_that_is_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    g_autoptr(GString) name = g_string_new("x");
    while (name->len < LODGE_LIMIT_NAME_BYTES)
        g_string_append(name, "é");
    LodgeRequest request;
    lodge_protocol_fill_request(&request, LODGE_READ_DOCUMENT, name->str, NULL);
    assert_true(g_utf8_validate(request.name, -1, NULL));
    assert_in_range(strlen(request.name), LODGE_LIMIT_NAME_BYTES - 2,
                    LODGE_LIMIT_NAME_BYTES - 1);
    assert_string_equal(request.declared_type, "");
}

static void a_packet_that_is_not_ours_is_refused_and_leaks_nothing(void **state)
{
    Pair *pair = *state;
    int before = count_open();
    LodgeRequest request;
    lodge_protocol_fill_request(&request, LODGE_READ_DOCUMENT, "x", "y");
    request.kind = 77;
    LodgeRequestDescriptors fds = {0, 0, 0, -1}, arrived = {-1, -1, -1, -1};
    g_autoptr(GError) error = NULL;
    assert_true(lodge_protocol_send_request(pair->ends[0], &request, &fds, NULL));
    assert_false(lodge_protocol_receive_request(pair->ends[1], &request, &arrived, &error));
    assert_true(g_error_matches(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_INVALID));
    assert_int_equal(count_open(), before);
}

static void a_packet_of_another_size_is_refused(void **state)
{
    Pair *pair = *state;
    static const char *const packets[] = {"", "x", "LDF1", "a longer text than a fate has"};
    for (gsize i = 1; i < G_N_ELEMENTS(packets); i++) {
        LodgeFate fate = {.kind = 99};
        g_autoptr(GError) error = NULL;
        assert_true(send(pair->ends[0], packets[i], strlen(packets[i]), 0) > 0);
        assert_false(lodge_protocol_receive_fate(pair->ends[1], &fate, &error));
        assert_true(
            g_error_matches(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_INVALID));
        assert_int_equal(fate.kind, 99); /* untouched */
    }
}

static void a_hello_is_not_taken_for_a_fate(void **state)
{
    Pair *pair = *state;
    LodgeHello hello = {.is_usable = 1};
    LodgeFate fate;
    assert_true(lodge_protocol_send_hello(pair->ends[0], &hello, NULL));
    assert_false(lodge_protocol_receive_fate(pair->ends[1], &fate, NULL));
}

static void the_end_of_the_other_end_is_told(void **state)
{
    Pair *pair = *state;
    LodgeFate fate = {0};
    g_autoptr(GError) error = NULL;
    close(pair->ends[0]);
    assert_false(lodge_protocol_receive_fate(pair->ends[1], &fate, &error));
    assert_true(g_error_matches(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_CLOSED));
    g_clear_error(&error);
    assert_false(lodge_protocol_send_fate(pair->ends[1], &fate, &error));
    assert_true(g_error_matches(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_CLOSED));
    pair->ends[0] = dup(pair->ends[1]);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(a_request_arrives_with_its_descriptors),
        cmocka_unit_test(a_name_that_is_too_long_is_cut_between_characters),
        WITH_PAIR(a_packet_that_is_not_ours_is_refused_and_leaks_nothing),
        WITH_PAIR(a_packet_of_another_size_is_refused),
        WITH_PAIR(a_hello_is_not_taken_for_a_fate),
        WITH_PAIR(the_end_of_the_other_end_is_told),
    };
    return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
