#include "intake/decide/history.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    g_autoptr(LodgeHistory) history = lodge_history_new("PP24-000124-X");
    world_add_past(history->same_content, "PP24-000001-A", NULL, 0, NULL);
    LodgePast *past = world_add_past(history->council, "PP24-000002-B", TONBRIDGE, 2,
                                     "2024-07-18T10:00:00.000001Z");
    world_set(&past->message_id, "two@tmbc.gov.uk");
    g_strfreev(past->documents);
    past->documents = g_strsplit("aa bb", " ", -1);
    world_add_past(history->same_id, "PP24-000003-C", TONBRIDGE, 1, NULL);
    history->receipts = 1;
    world_set(&history->last_receipt_message_id, "receipt.PP24-000124-X.1@x");

    g_autoptr(GBytes) bytes = lodge_history_format(history);
    assert_null(g_strstr_len(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes),
                             "answered"));
    g_autoptr(LodgeHistory) back = lodge_history_parse(bytes, NULL);
    assert_non_null(back);
    assert_string_equal(back->reference, "PP24-000124-X");
    assert_int_equal(back->same_content->len, 1);
    const LodgePast *two = g_ptr_array_index(back->council, 0);
    assert_int_equal(two->version, 2);
    assert_string_equal(two->council, TONBRIDGE);
    assert_string_equal(two->message_id, "two@tmbc.gov.uk");
    assert_string_equal(two->documents[1], "bb");
    assert_int_equal(two->received_us, past->received_us);
    assert_int_equal(back->same_id->len, 1);
    assert_int_equal(back->receipts, 1);
    g_autoptr(GBytes) again = lodge_history_format(back);
    assert_true(g_bytes_equal(bytes, again));
}

static void how_often_we_answered_is_part_of_it(void **state)
{
    (void)state;
    g_autoptr(LodgeHistory) history = lodge_history_new("PP24-000124-X");
    history->answered = lodge_answered_new();
    history->answered->domain = (LodgeAnsweredCount){2, 7};
    lodge_answered_add_council(history->answered, TONBRIDGE, (LodgeAnsweredCount){1, 3});
    g_autoptr(GBytes) bytes = lodge_history_format(history);
    g_autoptr(LodgeHistory) back = lodge_history_parse(bytes, NULL);
    assert_non_null(back);
    assert_int_equal(back->answered->domain.day, 7);
    assert_int_equal(lodge_answered_find_council(back->answered, TONBRIDGE).hour, 1);
    g_autoptr(GBytes) again = lodge_history_format(back);
    assert_true(g_bytes_equal(bytes, again));
}

static void what_is_not_a_history_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "null",
        "{\"format\":1}",
        "{\"format\":1,\"reference\":\"x\",\"same_content\":[1],\"council\":[],\"receipts\":0}",
        "{\"format\":1,\"reference\":\"x\",\"same_content\":[{}],\"council\":[],\"receipts\":0}",
        "{\"format\":1,\"reference\":\"x\",\"same_content\":[],\"council\":[],\"receipts\":-1}",
        "{\"format\":9,\"reference\":\"x\",\"same_content\":[],\"council\":[],\"receipts\":0}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i], strlen(cases[i]));
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeHistory) history = lodge_history_parse(bytes, &error);
        if (history != NULL || error == NULL)
            fail_msg("taken for a history: %s", cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(how_often_we_answered_is_part_of_it),
        cmocka_unit_test(what_is_not_a_history_is_refused),
    };
    return cmocka_run_group_tests_name("intake/decide/history", tests, NULL, NULL);
}
