/* Every type goes to row and record and back; nothing personal stands in a row. */
#include "tests/spool/support.h"

#include "spool/event_member.h"

#define SALT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char *digest_of(char digit)
{
    return g_strnfill(64, digit);
}

static void fill_findings(LodgeEvent *event)
{
    event->findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_finding_free);
    g_ptr_array_add(event->findings,
                    lodge_event_finding_new("sender-unproven", "hold",
                                            "Jo Bloggs could not be proven."));
    g_ptr_array_add(event->findings, lodge_event_finding_new("pages-few", "note", NULL));
}

static void fill_documents(LodgeEvent *event)
{
    event->documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_document_free);
    LodgeEventDocument *document = lodge_event_document_new();
    document->name = g_strdup("Bloggs – plan \"final\".pdf");
    document->role = g_strdup("plan");
    document->media_type = g_strdup("application/pdf");
    document->size_bytes = 5000000000;
    document->pages = 4;
    document->sha256 = digest_of('d');
    g_ptr_array_add(event->documents, document);
    g_ptr_array_add(event->documents, lodge_event_document_new());
}

static void fill_folders(LodgeEvent *event)
{
    event->folders =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_folder_free);
    LodgeEventFolder *folder = lodge_event_folder_new("Bloggs/Inbox");
    folder->uidvalidity = 4294967295u;
    folder->uidnext = 4294967294u;
    folder->present = 5;
    folder->known = 4;
    folder->fetched = 3;
    folder->failed = 2;
    folder->vanished = 1;
    folder->looked_us = T0 + 60;
    folder->unseen = 6;
    folder->unseen_uids = g_strdup("10-14,17");
    folder->unseen_since_us = T0 + 50;
    g_ptr_array_add(event->folders, folder);
}

/* Every member that this type has is set to something that can be told apart. */
static void fill_member(LodgeEvent *event, const LodgeMember *member, guint number)
{
    switch (member->kind) {
    case LODGE_MEMBER_STRING:
        *LODGE_MEMBER_AT(char *, event, member) =
            member->half == LODGE_IN_ROW
                ? g_strdup_printf("code-%u", number)
                : g_strdup_printf("Bloggs, \"%s\" ü\n", member->name);
        break;
    case LODGE_MEMBER_DIGEST:
        *LODGE_MEMBER_AT(char *, event, member) = digest_of((char)('a' + number % 6));
        break;
    case LODGE_MEMBER_INSTANT:
    case LODGE_MEMBER_INT64:
        *LODGE_MEMBER_AT(gint64, event, member) = T0 + (gint64)number;
        break;
    case LODGE_MEMBER_UINT:
        *LODGE_MEMBER_AT(guint, event, member) = number;
        break;
    case LODGE_MEMBER_INT:
        *LODGE_MEMBER_AT(int, event, member) = 250;
        break;
    case LODGE_MEMBER_BOOL:
        *LODGE_MEMBER_AT(gboolean, event, member) = TRUE;
        break;
    case LODGE_MEMBER_LOCATION:
        event->location =
            (LodgeLocation){g_strdup("Bloggs-mailbox"), g_strdup("Bloggs/Inbox"), 7, 9};
        break;
    case LODGE_MEMBER_FINDINGS:
        fill_findings(event);
        break;
    case LODGE_MEMBER_DOCUMENTS:
        fill_documents(event);
        break;
    case LODGE_MEMBER_FOLDERS:
        fill_folders(event);
        break;
    }
}

static LodgeEvent *rich(LodgeEventType type)
{
    LodgeEvent *event = lodge_event_new(type, T0, NULL);
    event->seq = 17;
    for (guint i = 0; i < lodge_members_count; i++)
        if (lodge_member_is_of(&lodge_members[i], type))
            fill_member(event, &lodge_members[i], i + 1);
    return event;
}

static LodgeEvent *parse_back(const char *row, GBytes *record)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sha256 = NULL;
    LodgeEvent *event = lodge_event_parse_row(row, strlen(row), &sha256, &error);
    assert_ok(event != NULL, error);
    assert_int_equal(sha256 != NULL, record != NULL);
    if (record != NULL)
        assert_ok(lodge_event_parse_record(event, record, &error), error);
    return event;
}

static void assert_same_bytes(GBytes *a, GBytes *b)
{
    assert_int_equal(a != NULL, b != NULL);
    if (a != NULL)
        assert_true(g_bytes_equal(a, b));
}

static void every_type_survives_the_way_to_disk_and_back(void **state)
{
    (void)state;
    for (int type = LODGE_EVENT_KEPT; type <= LODGE_EVENT_PURGED; type++) {
        g_autoptr(LodgeEvent) event = rich((LodgeEventType)type);
        g_autoptr(GBytes) record = lodge_event_format_record(event, SALT);
        g_autofree char *digest = record != NULL ? digest_of('e') : NULL;
        g_autofree char *row = lodge_event_format_row(event, digest);
        assert_null(strchr(row, '\n'));
        g_autoptr(LodgeEvent) back = parse_back(row, record);
        assert_int_equal(back->type, type);
        assert_int_equal(back->seq, 17);
        assert_int_equal(back->at_us, T0);
        g_autoptr(GBytes) record_again = lodge_event_format_record(back, SALT);
        g_autofree char *row_again = lodge_event_format_row(back, digest);
        assert_string_equal(row, row_again);
        assert_same_bytes(record, record_again);
    }
}

/* The walk above is blind to a member that neither side carries: these are looked at one by one. */
static void the_values_are_the_ones_that_were_set(void **state)
{
    (void)state;
    g_autoptr(LodgeEvent) event = rich(LODGE_EVENT_DECIDED);
    g_autoptr(GBytes) record = lodge_event_format_record(event, SALT);
    g_autofree char *digest = digest_of('e');
    g_autofree char *row = lodge_event_format_row(event, digest);
    g_autoptr(LodgeEvent) back = parse_back(row, record);
    assert_string_equal(back->from, event->from);
    assert_string_equal(back->subject, event->subject);
    assert_int_equal(back->received_us, event->received_us);
    assert_int_equal(back->version, event->version);
    assert_int_equal(back->findings->len, 2);
    const LodgeEventFinding *finding = g_ptr_array_index(back->findings, 0);
    assert_string_equal(finding->code, "sender-unproven");
    assert_string_equal(finding->words, "Jo Bloggs could not be proven.");
    const LodgeEventDocument *document = g_ptr_array_index(back->documents, 0);
    assert_true(document->size_bytes == 5000000000);
    assert_string_equal(document->name, "Bloggs – plan \"final\".pdf");
    document = g_ptr_array_index(back->documents, 1);
    assert_int_equal(document->pages, -1);
    assert_null(document->sha256);
}

static void a_copy_is_its_own(void **state)
{
    (void)state;
    for (int type = LODGE_EVENT_KEPT; type <= LODGE_EVENT_PURGED; type++) {
        LodgeEvent *event = rich((LodgeEventType)type);
        g_autofree char *row = lodge_event_format_row(event, NULL);
        g_autoptr(GBytes) record = lodge_event_format_record(event, SALT);
        g_autoptr(LodgeEvent) copy = lodge_event_copy(event);
        lodge_event_free(event);
        g_autofree char *row_of_copy = lodge_event_format_row(copy, NULL);
        g_autoptr(GBytes) record_of_copy = lodge_event_format_record(copy, SALT);
        assert_string_equal(row, row_of_copy);
        assert_same_bytes(record, record_of_copy);
    }
}

static void an_empty_event_of_zeros_means_not_set(void **state)
{
    (void)state;
    const LodgeEvent event = {.type = LODGE_EVENT_DEFERRED,
                              .seq = 1,
                              .at_us = T0,
                              .reference = (char *)"PP24-000001-X",
                              .code = (char *)"reader-unavailable"};
    g_autoptr(GBytes) record = lodge_event_format_record(&event, SALT);
    g_autofree char *digest = digest_of('e');
    g_autofree char *row = lodge_event_format_row(&event, digest);
    g_autoptr(LodgeEvent) back = parse_back(row, record);
    assert_true(back->retry_at_us == LODGE_INSTANT_UNKNOWN);
    assert_null(back->words);
}

/* All personal strings of the rich events hold the name; all digests are 64 digits. */
static void no_row_holds_anything_personal(void **state)
{
    (void)state;
    for (int type = LODGE_EVENT_KEPT; type <= LODGE_EVENT_PURGED; type++) {
        g_autoptr(LodgeEvent) event = rich((LodgeEventType)type);
        g_autofree char *digest = digest_of('9');
        g_autofree char *row = lodge_event_format_row(event, digest);
        assert_null(strstr(row, "Bloggs"));
        for (char digit = 'a'; digit <= 'f'; digit++) {
            g_autofree char *foreign = digest_of(digit);
            assert_null(strstr(row, foreign));
        }
    }
}

/* The same with a real transaction: the bytes of the journal against everything personal in it. */
static void the_journal_of_a_rich_day_names_nobody(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    const char *raw = "From: jo.bloggs@council.example\r\n\r\nplan\r\n";
    g_autofree char *reference = take_in(txn, raw, 4711);
    g_autoptr(LodgeEvent) answered = about_receipt(LODGE_EVENT_ANSWERED, reference);
    answered->code = g_strdup("refused");
    answered->words = g_strdup("550 no such user jo.bloggs here");
    add(txn, answered);
    g_autoptr(LodgeEvent) marked = lodge_event_new(LODGE_EVENT_MARKED, T0, reference);
    marked->code = g_strdup("keyword");
    marked->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, 4711};
    add(txn, marked);
    g_autoptr(LodgeEvent) passed = lodge_event_new(LODGE_EVENT_PASSED, T0, NULL);
    passed->account = g_strdup("plans");
    passed->call = g_strdup("productivity-plans-2024");
    fill_folders(passed);
    add(txn, passed);
    commit(txn);

    g_autofree char *path = g_build_filename(dir, "journal", "000000000001.jsonl", NULL);
    g_autofree char *journal = NULL;
    assert_true(g_file_get_contents(path, &journal, NULL, NULL));
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(raw, strlen(raw), sha256);
    const char *personal[] = {sha256,  "council.example", "Bloggs",     "bloggs",
                              "INBOX", "Inbox",           "Our plan",   ".pdf",
                              "abc@",  "no such user",    "many pages", "\"plans\"",
                              ":4711", "the plan"};
    for (guint i = 0; i < G_N_ELEMENTS(personal); i++)
        if (strstr(journal, personal[i]) != NULL)
            fail_msg("the journal holds \"%s\": %s", personal[i], journal);
    assert_non_null(strstr(journal, "E07000115"));
    assert_non_null(strstr(journal, reference));
    lodge_spool_close(spool);
    remove_dir(dir);
}

/* A pass as it was recorded before looks were remembered. */
static void an_old_account_of_a_folder_is_still_read(void **state)
{
    (void)state;
    static const char row[] =
        "{\"seq\":1,\"type\":\"passed\",\"at\":\"2024-07-18T10:00:00.000000Z\","
        "\"call\":\"c\",\"complete\":true,\"record\":\"" SALT "\"}";
    static const char record[] =
        "{\"salt\":\"" SALT "\",\"account\":\"plans\",\"folders\":[{\"folder\":\"INBOX\","
        "\"uidvalidity\":7,\"uidnext\":9,\"present\":5,\"known\":4,\"fetched\":1,"
        "\"failed\":0,\"vanished\":2}]}";
    g_autoptr(GBytes) bytes = g_bytes_new_static(record, strlen(record));
    g_autoptr(LodgeEvent) event = parse_back(row, bytes);
    const LodgeEventFolder *folder = g_ptr_array_index(event->folders, 0);
    assert_int_equal(folder->uidnext, 9);
    assert_int_equal(folder->looked_us, LODGE_INSTANT_UNKNOWN);
    assert_int_equal(folder->unseen, 0);
    assert_null(folder->unseen_uids);
}

static void the_same_record_twice_has_two_digests(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = keep_at(txn, "m", 1);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_DEFERRED, T0, reference);
    event->code = g_strdup("reader-unavailable");
    add(txn, event);
    add(txn, event);
    commit(txn);
    g_autoptr(LodgeJournalSegment) segment = lodge_journal_load(spool->root, 1, NULL);
    g_autofree char *first = NULL, *second = NULL;
    for (guint i = 1; i <= 2; i++) {
        const char *row = g_ptr_array_index(segment->rows, i);
        g_autoptr(LodgeEvent) back =
            lodge_event_parse_row(row, strlen(row), i == 1 ? &first : &second, NULL);
        assert_non_null(back);
    }
    assert_string_not_equal(first, second);
    g_autoptr(GBytes) record = lodge_spool_read_object(spool, first, 10000, NULL);
    assert_true(g_str_has_prefix(g_bytes_get_data(record, NULL), "{\"salt\":\""));
    lodge_spool_close(spool);
    remove_dir(dir);
}

static void rows_that_are_not_ours_are_refused(void **state)
{
    (void)state;
    const char *cases[] = {
        "",
        "{}",
        "[]",
        "{\"seq\":1,\"type\":\"invented\",\"at\":\"2024-07-01T00:00:00.000000Z\"}",
        "{\"seq\":1,\"type\":\"projected\",\"at\":\"2024-07-01T00:00:00.000000Z\"}",
        "{\"seq\":-1,\"type\":\"projected\",\"at\":\"2024-07-01T00:00:00.000000Z\","
        "\"reference\":\"a\"}",
        "{\"seq\":1,\"type\":\"projected\",\"at\":\"yesterday\",\"reference\":\"a\"}",
        "{\"seq\":1,\"type\":\"projected\",\"at\":null,\"reference\":\"a\"}",
        "{\"seq\":1,\"type\":\"projected\",\"at\":\"2024-07-01T00:00:00.000000Z\","
        "\"reference\":\"a b\"}",
        "{\"seq\":1,\"type\":\"projected\",\"at\":\"2024-07-01T00:00:00.000000Z\","
        "\"reference\":\"a\",\"record\":\"b\"}",
        "{\"seq\":1,\"type\":\"marked\",\"at\":\"2024-07-01T00:00:00.000000Z\","
        "\"reference\":\"a\",\"code\":\"moved\"}",
        "{\"seq\":1,\"type\":\"projected\",\"at\":\"2024-07-01T00:00:00.000000Z\","
        "\"reference\":\"a\"} x",
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *sha256 = NULL;
        assert_null(lodge_event_parse_row(cases[i], strlen(cases[i]), &sha256, &error));
        assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
    }
}

static void a_record_of_another_row_is_refused(void **state)
{
    (void)state;
    g_autoptr(LodgeEvent) event = rich(LODGE_EVENT_DECIDED);
    g_autoptr(GBytes) record = lodge_event_format_record(event, SALT);
    g_ptr_array_set_size(event->findings, 1);
    g_autoptr(GError) error = NULL;
    assert_false(lodge_event_parse_record(event, record, &error));
    g_clear_error(&error);
    g_autoptr(GBytes) unsalted = g_bytes_new_static("{\"words\":null}", 14);
    g_autoptr(LodgeEvent) deferred = rich(LODGE_EVENT_DEFERRED);
    assert_false(lodge_event_parse_record(deferred, unsalted, &error));
    assert_non_null(strstr(error->message, "salt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_survives_the_way_to_disk_and_back),
        cmocka_unit_test(the_values_are_the_ones_that_were_set),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(an_empty_event_of_zeros_means_not_set),
        cmocka_unit_test(no_row_holds_anything_personal),
        cmocka_unit_test(the_journal_of_a_rich_day_names_nobody),
        cmocka_unit_test(an_old_account_of_a_folder_is_still_read),
        cmocka_unit_test(the_same_record_twice_has_two_digests),
        cmocka_unit_test(rows_that_are_not_ours_are_refused),
        cmocka_unit_test(a_record_of_another_row_is_refused),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
