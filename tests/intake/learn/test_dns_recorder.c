/* One message's questions: each name once, every answer kept, and the bounds of what a message may ask. */
#include "intake/learn/dns_recorder.h"

#include "intake/learn/resolver_stored.h"
#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define NOW_US G_GINT64_CONSTANT(1721296803000000)

/* A resolver that counts; every name has one text of `size` bytes. */
typedef struct {
    guint asked;
    gsize size;
    LodgeDnsStatus status;
    gint64 deadline_us;
    GCond never;
    GMutex lock;
} World;

static gint64 now_us(void)
{
    return NOW_US;
}

static void lookup_txt(gpointer self, LodgeDnsAnswer *answer, gint64 deadline_us)
{
    World *world = self;
    world->asked++;
    world->deadline_us = deadline_us;
    answer->status = world->status;
    if (world->status != LODGE_DNS_FOUND)
        return;
    g_autofree char *text = g_strnfill(world->size, 'x');
    lodge_dns_answer_add_text(answer, text, world->size);
}

/* Like servers that never answer: whoever asks has to wait until the deadline. */
static void lookup_late(gpointer self, LodgeDnsAnswer *answer, gint64 deadline_us)
{
    World *world = self;
    world->asked++;
    g_mutex_lock(&world->lock);
    while (g_cond_wait_until(&world->never, &world->lock, deadline_us))
        continue;
    g_mutex_unlock(&world->lock);
    answer->status = LODGE_DNS_TIMEOUT;
}

static void free_nothing(gpointer self)
{
    (void)self;
}

static const LodgeResolverMaker MAKER = {lookup_txt, free_nothing};
static const LodgeResolverMaker LATE = {lookup_late, free_nothing};

static const LodgeDnsAnswer *ask(LodgeDnsRecorder *recorder, const char *name)
{
    LodgeDnsAsk asker = lodge_dns_recorder_ask(recorder);
    return asker.txt(asker.data, name);
}

static void a_name_is_asked_once_and_kept_in_order(void **state)
{
    (void)state;
    World world = {.size = 3};
    g_autoptr(LodgeResolver) resolver = lodge_resolver_new(&MAKER, &world, now_us);
    g_autoptr(LodgeDnsRecorder) recorder = lodge_dns_recorder_new(resolver, 0);
    const LodgeDnsAnswer *first = ask(recorder, "b.example");
    assert_int_equal(first->status, LODGE_DNS_FOUND);
    assert_int_equal(first->asked_us, NOW_US);
    assert_int_equal(ask(recorder, "a.example")->status, LODGE_DNS_FOUND);
    assert_ptr_equal(ask(recorder, "B.Example."), first);
    assert_int_equal(ask(recorder, "no name")->status, LODGE_DNS_REFUSED);
    assert_int_equal(ask(recorder, "no name")->status, LODGE_DNS_REFUSED);
    assert_int_equal(world.asked, 2);
    assert_int_equal(world.deadline_us, 0);
    GPtrArray *answers = lodge_dns_recorder_answers(recorder);
    assert_int_equal(answers->len, 3);
    assert_string_equal(((LodgeDnsAnswer *)g_ptr_array_index(answers, 0))->name,
                        "b.example");
    assert_null(lodge_dns_recorder_find_trouble(recorder));
}

/* What the recorder kept answers the same questions the same way. */
static void check_replay(LodgeDnsRecorder *recorder)
{
    GPtrArray *answers = lodge_dns_recorder_answers(recorder);
    g_autoptr(LodgeResolver) stored = lodge_resolver_stored_new(answers);
    for (guint i = 0; i < answers->len; i++) {
        const LodgeDnsAnswer *then = g_ptr_array_index(answers, i);
        g_autoptr(LodgeDnsAnswer) now = lodge_resolver_lookup_txt(stored, then->name, 0);
        assert_int_equal(now->status, then->status);
        assert_int_equal(now->asked_us, then->asked_us);
    }
}

static void a_message_may_ask_so_many_names(void **state)
{
    (void)state;
    World world = {.status = LODGE_DNS_NXDOMAIN};
    g_autoptr(LodgeResolver) resolver = lodge_resolver_new(&MAKER, &world, now_us);
    g_autoptr(LodgeDnsRecorder) recorder = lodge_dns_recorder_new(resolver, 0);
    for (guint i = 0; i < LODGE_LIMIT_DNS_LOOKUPS + 5; i++) {
        g_autofree char *name = g_strdup_printf("n%u.example", i);
        assert_int_equal(ask(recorder, name)->status, i < LODGE_LIMIT_DNS_LOOKUPS
                                                          ? LODGE_DNS_NXDOMAIN
                                                          : LODGE_DNS_LIMIT);
    }
    assert_int_equal(world.asked, LODGE_LIMIT_DNS_LOOKUPS);
    assert_int_equal(ask(recorder, "n0.example")->status, LODGE_DNS_NXDOMAIN);
    check_replay(recorder);
}

static void a_message_may_bring_so_many_bytes(void **state)
{
    (void)state;
    World world = {.size = LODGE_LIMIT_DNS_ANSWER_BYTES};
    g_autoptr(LodgeResolver) resolver = lodge_resolver_new(&MAKER, &world, now_us);
    g_autoptr(LodgeDnsRecorder) recorder = lodge_dns_recorder_new(resolver, 0);
    guint full = LODGE_LIMIT_DNS_MESSAGE_BYTES / LODGE_LIMIT_DNS_ANSWER_BYTES;
    for (guint i = 0; i < full + 2; i++) {
        g_autofree char *name = g_strdup_printf("n%u.example", i);
        assert_int_equal(ask(recorder, name)->status,
                         i < full ? LODGE_DNS_FOUND : LODGE_DNS_LIMIT);
    }
    check_replay(recorder);
}

static void a_message_may_wait_so_long(void **state)
{
    (void)state;
    World world = {0};
    g_mutex_init(&world.lock);
    g_cond_init(&world.never);
    g_autoptr(LodgeResolver) resolver = lodge_resolver_new(&LATE, &world, now_us);
    gint64 began_us = g_get_monotonic_time();
    g_autoptr(LodgeDnsRecorder) recorder = lodge_dns_recorder_new(resolver, 200);
    for (guint i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("n%u.example", i);
        assert_int_equal(ask(recorder, name)->status, LODGE_DNS_TIMEOUT);
    }
    assert_true(g_get_monotonic_time() - began_us >= 200 * 1000);
    assert_int_equal(world.asked, 1);
    assert_string_equal(lodge_dns_recorder_find_trouble(recorder)->name, "n0.example");
    check_replay(recorder);
    g_mutex_clear(&world.lock);
    g_cond_clear(&world.never);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_asked_once_and_kept_in_order),
        cmocka_unit_test(a_message_may_ask_so_many_names),
        cmocka_unit_test(a_message_may_bring_so_many_bytes),
        cmocka_unit_test(a_message_may_wait_so_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
