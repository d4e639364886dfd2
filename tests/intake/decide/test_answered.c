/* Caps: when it is enough, what is stored of it, and that a duel ends while a correct burst does not. */
#include "intake/decide/answered.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define SECOND_US G_GINT64_CONSTANT(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)

static void it_is_enough_when_the_hour_or_the_day_is_full(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        LodgeAnsweredCount count;
        LodgeCap cap;
        gboolean expected;
    } cases[] = {
        {"nothing yet", {0, 0}, {1, 1}, FALSE},
        {"one less than the hour allows", {9, 9}, {10, 40}, FALSE},
        {"as many as the hour allows", {10, 10}, {10, 40}, TRUE},
        {"a new hour of the same day", {0, 39}, {10, 40}, FALSE},
        {"as many as the day allows", {0, 40}, {10, 40}, TRUE},
        {"no cap for the hour", {1000, 39}, {0, 40}, FALSE},
        {"no cap for the day", {9, 1000}, {10, 0}, FALSE},
        {"no cap at all", {1000, 1000}, {0, 0}, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (lodge_answered_is_enough(cases[i].count, &cases[i].cap) != cases[i].expected)
            fail_msg("%s", cases[i].name);
}

/* ---- the stored form ---- */

static LodgeAnswered *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, strlen(text), 4096, 8, &error);
    assert_non_null(json);
    g_autoptr(LodgeAnswered) answered = lodge_answered_parse(json, lodge_json_root(json));
    return lodge_json_finish(json, &error) ? g_steal_pointer(&answered) : NULL;
}

static char *format(const LodgeAnswered *answered)
{
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_answered_format(json, answered);
    lodge_json_end_object(json);
    return lodge_json_finish_text(json);
}

static void counts_survive_the_round_trip(void **state)
{
    (void)state;
    static const char text[] = "{\"answered\":{\"address\":{\"hour\":1,\"day\":2},"
                               "\"domain\":{\"hour\":3,\"day\":4},\"councils\":["
                               "{\"council\":\"E07000223\",\"hour\":5,\"day\":6}]}}";
    g_autoptr(LodgeAnswered) answered = parse(text);
    assert_non_null(answered);
    g_autofree char *again = format(answered);
    assert_string_equal(again, text);
    assert_int_equal(lodge_answered_find_council(answered, ADUR).day, 6);
    assert_int_equal(lodge_answered_find_council(answered, WORTHING).day, 0);
    assert_int_equal(lodge_answered_find_council(answered, NULL).day, 0);
}

/* Histories from before there were caps keep their bytes. */
static void what_was_not_measured_is_not_written(void **state)
{
    (void)state;
    g_autofree char *text = format(NULL);
    assert_string_equal(text, "{}");
    g_autoptr(LodgeAnswered) answered = parse("{\"reference\":\"x\"}");
    assert_null(answered);
}

static void what_is_no_count_is_refused(void **state)
{
    (void)state;
    assert_null(parse("{\"answered\":{\"address\":{\"hour\":-1,\"day\":2},"
                      "\"domain\":{\"hour\":3,\"day\":4},\"councils\":[]}}"));
    assert_null(parse("{\"answered\":{\"address\":{\"hour\":1,\"day\":2},"
                      "\"domain\":{\"hour\":3,\"day\":4}}}"));
    assert_null(parse("{\"answered\":{\"address\":{\"hour\":1,\"day\":2},"
                      "\"councils\":[]}}"));
}

/* ---- a simulated outbox: what the ledger would count ---- */

typedef struct {
    gint64 at_us;
    char *address, *council;
} Answer;

static void answer_clear(gpointer data)
{
    Answer *answer = data;
    g_free(answer->address);
    g_free(answer->council);
}

static GArray *outbox_new(void)
{
    GArray *outbox = g_array_new(FALSE, FALSE, sizeof(Answer));
    g_array_set_clear_func(outbox, answer_clear);
    return outbox;
}

static gboolean ends_with(const char *address, const char *end)
{
    return g_str_has_suffix(address, end);
}

/* Answers to addresses that end so, without the first for each council. */
static guint count_to(const GArray *outbox, const char *end, gint64 since_us)
{
    g_autoptr(GHashTable) councils = g_hash_table_new(g_str_hash, g_str_equal);
    guint count = 0;
    for (guint i = 0; i < outbox->len; i++) {
        const Answer *answer = &g_array_index(outbox, Answer, i);
        if (answer->at_us <= since_us || !ends_with(answer->address, end))
            continue;
        if (answer->council == NULL || !g_hash_table_add(councils, answer->council))
            count++;
    }
    return count;
}

static guint count_for(const GArray *outbox, const char *council, gint64 since_us)
{
    guint count = 0;
    for (guint i = 0; i < outbox->len; i++) {
        const Answer *answer = &g_array_index(outbox, Answer, i);
        count += answer->at_us > since_us && g_strcmp0(answer->council, council) == 0;
    }
    return count;
}

static void recall(World *world, const GArray *outbox, gint64 now_us)
{
    const LodgeAddress *from = g_ptr_array_index(world->message->from, 0);
    lodge_answered_free(world->history->answered);
    LodgeAnswered *answered = world->history->answered = lodge_answered_new();
    const char *domain = strchr(from->address, '@');
    answered->address =
        (LodgeAnsweredCount){count_to(outbox, from->address, now_us - HOUR_US),
                             count_to(outbox, from->address, now_us - DAY_US)};
    answered->domain = (LodgeAnsweredCount){count_to(outbox, domain, now_us - HOUR_US),
                                            count_to(outbox, domain, now_us - DAY_US)};
    g_auto(GStrv) councils =
        lodge_decide_candidates(world->reading, world->evidence, world->rules);
    for (gsize i = 0; councils[i] != NULL; i++) {
        LodgeAnsweredCount count = {count_for(outbox, councils[i], now_us - HOUR_US),
                                    count_for(outbox, councils[i], now_us - DAY_US)};
        lodge_answered_add_council(answered, councils[i], count);
    }
}

static const char *decide_at(World *world, GArray *outbox, gint64 now_us)
{
    recall(world, outbox, now_us);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    for (guint i = 0; i < decision->receipts->len; i++) {
        const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, i);
        Answer answer = {now_us, g_strdup(receipt->to),
                         g_strdup(decision->authority->council)};
        g_array_append_val(outbox, answer);
    }
    return g_intern_string(decision->may_answer);
}

static void set_default_caps(World *world)
{
    world->rules->caps = (LodgeCaps){{10, 40}, {60, 240}, {30, 120}};
}

static void set_proven_sender(World *world, const char *address)
{
    world_set_from(world, address);
    world_clear_results(world);
    world_add_method(world_add_results(world, 0, BORDER), "dmarc", "pass", "header", "from",
                     strchr(address, '@') + 1);
}

static guint most_in(const GArray *outbox, gint64 window_us)
{
    guint most = 0;
    for (guint first = 0, last = 0; last < outbox->len; last++) {
        while (g_array_index(outbox, Answer, first).at_us <=
               g_array_index(outbox, Answer, last).at_us - window_us)
            first++;
        most = MAX(most, last - first + 1);
    }
    return most;
}

/* Two days, a mail every 30 seconds, each from another address of the domain, each with a document. */
static GArray *duel(const char *domain)
{
    g_autoptr(World) world = world_new();
    GArray *outbox = outbox_new();
    set_default_caps(world);
    gint64 begin_us = world_instant("2024-07-18T10:05:00Z");
    for (guint i = 0; i < 2 * 24 * 120; i++) {
        g_autofree char *address = g_strdup_printf("case-%u@%s", i, domain);
        set_proven_sender(world, address);
        decide_at(world, outbox, begin_us + i * 30 * SECOND_US);
    }
    return outbox;
}

static void a_duel_with_a_council_stays_within_its_caps(void **state)
{
    (void)state;
    g_autoptr(GArray) outbox = duel("tmbc.gov.uk");
    assert_int_equal(most_in(outbox, HOUR_US), 30);
    assert_int_equal(most_in(outbox, DAY_US), 120);
}

static void a_duel_with_a_stranger_stays_within_the_caps_of_its_domain(void **state)
{
    (void)state;
    g_autoptr(GArray) outbox = duel("strangers.example");
    assert_int_equal(most_in(outbox, HOUR_US), 60);
    assert_int_equal(most_in(outbox, DAY_US), 240);
}

/* ---- a shared service ---- */

static const char *const COUNCILS[] = {
    "Alder",    "Beech",  "Cedar",   "Damson", "Elder",  "Fir",      "Gorse",
    "Hawthorn", "Ivy",    "Juniper", "Kapok",  "Larch",  "Maple",    "Nettle",
    "Olive",    "Poplar", "Quince",  "Rowan",  "Spruce", "Tamarisk",
};

static World *shared_service(void)
{
    g_autoptr(GString) groups = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(COUNCILS); i++)
        g_string_append_printf(groups,
                               "[E0800%04u]\nname = %s Borough Council\n"
                               "delegates = clerk@shared.example\n",
                               i, COUNCILS[i]);
    const WorldRules wanted = {.extra_register = groups->str};
    World *world = world_new_with(&wanted);
    set_default_caps(world);
    set_proven_sender(world, "clerk@shared.example");
    return world;
}

static const char *send_for(World *world, guint council, GArray *outbox, gint64 now_us)
{
    g_autofree char *subject =
        g_strdup_printf("Productivity Plan of %s Borough Council", COUNCILS[council]);
    world_set(&world->message->subject, subject);
    return decide_at(world, outbox, now_us);
}

static void a_shared_service_is_answered_for_each_of_its_councils(void **state)
{
    (void)state;
    g_autoptr(World) world = shared_service();
    g_autoptr(GArray) outbox = outbox_new();
    gint64 now_us = world_instant("2024-07-18T10:05:00Z");
    for (guint i = 0; i < G_N_ELEMENTS(COUNCILS); i++)
        assert_string_equal(send_for(world, i, outbox, now_us + i * SECOND_US), "yes");
    assert_int_equal(outbox->len, G_N_ELEMENTS(COUNCILS));
    for (guint i = 0; i < G_N_ELEMENTS(COUNCILS); i++)
        assert_int_equal(count_for(outbox, g_array_index(outbox, Answer, i).council, 0), 1);
    /* Corrections within the hour: ten of them. */
    now_us += 60 * SECOND_US;
    for (guint i = 0; i < G_N_ELEMENTS(COUNCILS); i++)
        assert_string_equal(send_for(world, i, outbox, now_us + i * SECOND_US),
                            i < 10 ? "yes" : "address-capped");
}

static void noise_of_others_keeps_no_council_from_its_first_answer(void **state)
{
    (void)state;
    g_autoptr(World) world = shared_service();
    g_autoptr(GArray) outbox = outbox_new();
    gint64 now_us = world_instant("2024-07-18T10:05:00Z");
    const char *last = NULL;
    for (guint i = 0; i < 50; i++)
        last = send_for(world, 0, outbox, now_us + i * SECOND_US);
    assert_string_equal(last, "address-capped");
    assert_string_equal(send_for(world, 1, outbox, now_us + 60 * SECOND_US), "yes");
    assert_string_equal(send_for(world, 1, outbox, now_us + 61 * SECOND_US),
                        "address-capped");
}

static void whoever_is_not_authorised_has_no_first_answer_free(void **state)
{
    (void)state;
    g_autoptr(World) world = shared_service();
    g_autoptr(GArray) outbox = outbox_new();
    gint64 now_us = world_instant("2024-07-18T10:05:00Z");
    world_set(&world->message->subject, "The Productivity Plan of one of us");
    guint answered = 0;
    for (guint i = 0; i < 50; i++)
        answered += strcmp(decide_at(world, outbox, now_us + i * SECOND_US), "yes") == 0;
    assert_int_equal(answered, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_enough_when_the_hour_or_the_day_is_full),
        cmocka_unit_test(counts_survive_the_round_trip),
        cmocka_unit_test(what_was_not_measured_is_not_written),
        cmocka_unit_test(what_is_no_count_is_refused),
        cmocka_unit_test(a_duel_with_a_council_stays_within_its_caps),
        cmocka_unit_test(a_duel_with_a_stranger_stays_within_the_caps_of_its_domain),
        cmocka_unit_test(a_shared_service_is_answered_for_each_of_its_councils),
        cmocka_unit_test(noise_of_others_keeps_no_council_from_its_first_answer),
        cmocka_unit_test(whoever_is_not_authorised_has_no_first_answer_free),
    };
    return cmocka_run_group_tests_name("intake/decide/answered", tests, NULL, NULL);
}
