#include "parsers/report/report.h"

#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_DIGEST "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static LodgePart *add_part(LodgeMessageFacts *facts,
                           const char *path,
                           LodgePartKind kind,
                           gint64 offset,
                           gint64 size)
{
    LodgePart *part = lodge_part_new();
    g_free(part->path);
    part->path = g_strdup(path);
    part->kind = kind;
    part->stream_offset = offset;
    part->size_bytes = size;
    if (kind != LODGE_PART_MULTIPART && kind != LODGE_PART_MESSAGE)
        g_strlcpy(part->sha256, DIGEST, sizeof part->sha256);
    g_ptr_array_add(facts->parts, part);
    return part;
}

static void fill_trace(LodgeMessageFacts *facts)
{
    LodgeReceived *received = lodge_received_new();
    received->position = 1;
    received->by = g_strdup("mx.gov.example");
    received->peer_address = g_strdup("2001:db8::1");
    received->instant_us = 1721401391000000;
    received->text = g_strdup("by mx.gov.example");
    g_ptr_array_add(facts->received, received);

    LodgeAuthenticationResults *results = lodge_authentication_results_new();
    LodgeAuthenticationMethod *method = lodge_authentication_method_new();
    results->well_formed = TRUE;
    results->authserv_id = g_strdup("mx.gov.example");
    results->text = g_strdup("mx.gov.example; dmarc=pass header.from=council.example");
    method->method = g_strdup("dmarc");
    method->result = g_strdup("pass");
    g_ptr_array_add(method->properties,
                    lodge_authentication_property_new("header", "from", "council.example"));
    g_ptr_array_add(results->methods, method);
    g_ptr_array_add(facts->authentication_results, results);
}

static void fill_smime(LodgeMessageFacts *facts)
{
    static const char *const emails[] = {"clerk@council.example", "c@d.example", NULL};
    static const char *const usage[] = {"digital-signature", NULL};
    LodgeSmimeLayer *layer = lodge_smime_layer_new("", LODGE_SMIME_OPAQUE);
    LodgeSmimeSigner *signer = lodge_smime_signer_new();
    LodgeSmimeCertificate *certificate = lodge_smime_certificate_new("CN=A \"Clerk\"");

    layer->at_root = TRUE;
    layer->result = signer->result = LODGE_SMIME_UNTRUSTED;
    g_free(signer->why);
    signer->why = g_strdup("no issuer");
    g_free(signer->serial);
    signer->serial = g_strdup("0A1B");
    g_strfreev(signer->emails);
    signer->emails = g_strdupv((GStrv)emails);
    signer->has_key_usage = TRUE;
    g_strfreev(signer->key_usage);
    signer->key_usage = g_strdupv((GStrv)usage);
    signer->suits_mail = TRUE;
    signer->signing_time_us = 1721401391000000;
    g_strlcpy(certificate->sha256, OTHER_DIGEST, sizeof certificate->sha256);
    certificate->not_after_us = 1721401392000000;
    g_ptr_array_add(signer->chain, certificate);
    g_ptr_array_add(layer->signers, signer);
    g_ptr_array_add(facts->smime, layer);
    g_ptr_array_add(facts->smime, lodge_smime_layer_new("1.1", LODGE_SMIME_ENVELOPED));
}

static void fill_delivery(LodgeMessageFacts *facts)
{
    LodgeDeliveryStatus *status = g_new0(LodgeDeliveryStatus, 1);
    status->recipient = g_strdup("f@b.example");
    status->action = g_strdup("failed");
    status->diagnostic = g_strdup("550 \"no\"");
    g_ptr_array_add(facts->delivery, status);
    g_ptr_array_add(facts->delivery, g_new0(LodgeDeliveryStatus, 1));
    g_strfreev(facts->returned_ids);
    facts->returned_ids = g_strsplit("one@x two@y", " ", -1);
}

/* Every member set to something, strings with all that JSON must carry. */
static LodgeMessageFacts *make_message(void)
{
    static const char *const defects[] = {"bare-lf", "no-from", NULL};
    static const char *const limits[] = {"parts", NULL};
    LodgeMessageFacts *facts = lodge_message_facts_new();

    facts->parseable = TRUE;
    facts->size_bytes = G_GINT64_CONSTANT(5000000000);
    g_ptr_array_add(facts->header, lodge_header_field_new(
                                       "Subject", " =?utf-8?Q?Plan?=\r\n\t2", "Plan 2"));
    g_ptr_array_add(facts->header, lodge_header_field_new("X", "\\x80\x01\"\\/\x7f",
                                                          "\xe2\x80\xa8 \xf0\x9f\x93\x84"));
    g_ptr_array_add(facts->from, lodge_address_new("Clerk@Council.Example", "A \"Clerk\""));
    g_ptr_array_add(facts->to, lodge_address_new("", NULL));
    g_ptr_array_add(facts->cc, lodge_address_new("c@d.example", NULL));
    g_ptr_array_add(facts->reply_to, lodge_address_new("nobody", ""));
    facts->from_fields = 1;
    facts->return_path = g_strdup("");
    facts->subject = g_strdup("Plan 2");
    facts->message_id = g_strdup("1@council.example");
    g_strfreev(facts->references);
    facts->references = g_strsplit("a@b c@d", " ", -1);
    facts->date_us = 1721401391123456;
    fill_trace(facts);
    fill_smime(facts);
    fill_delivery(facts);
    ((LodgeAddress *)g_ptr_array_index(facts->from, 0))->look =
        g_strdup("council.exarnple");
    add_part(facts, "", LODGE_PART_MULTIPART, -1, 0);
    add_part(facts, "1", LODGE_PART_BODY, -1, 12);
    add_part(facts, "2", LODGE_PART_DOCUMENT, 0, 100)->name = g_strdup("plan \xc2\xa3.pdf");
    add_part(facts, "3", LODGE_PART_DOCUMENT, 100, 0);
    LodgePart *picture = add_part(facts, "4", LODGE_PART_DOCUMENT, 100, 7);
    picture->width = 2480;
    picture->height = G_MAXUINT32;
    g_strfreev(facts->link_hosts);
    facts->link_hosts = g_strsplit("we.tl a.sharepoint.com", " ", -1);
    facts->body_text = g_strdup("Dear all,\nplease find\n");
    g_strfreev(facts->defects);
    facts->defects = g_strdupv((GStrv)defects);
    g_strfreev(facts->limits_hit);
    facts->limits_hit = g_strdupv((GStrv)limits);
    return facts;
}

static LodgeDocumentDetails *make_details(void)
{
    LodgeDocumentDetails *details = lodge_document_details_new();
    details->format_version = g_strdup("1.7");
    details->encryption = g_strdup("aes-256");
    details->author = g_strdup("A \"Clerk\" \xc2\xa3");
    details->created = g_strdup("2024-07-09T10:11:12+01:00");
    details->language = g_strdup("en-GB");
    g_strfreev(details->conformance);
    details->conformance = g_strsplit("pdf/a-2b pdf/ua-1", " ", -1);
    details->tagged = TRUE;
    details->form = g_strdup("none");
    g_ptr_array_add(details->page_sizes, lodge_page_size_new(595, 842, 3));
    details->external = 2;
    g_ptr_array_add(details->external_found,
                    lodge_external_target_new("attached-template", "http://x/t.dotm"));
    details->comments = 0;
    return details;
}

static LodgeDocumentFacts *make_document(const char *sha256)
{
    static const char *const active[] = {"javascript", "launch", NULL};
    LodgeDocumentFacts *facts = lodge_document_facts_new();

    g_strlcpy(facts->sha256, sha256, sizeof facts->sha256);
    facts->size_bytes = 100;
    facts->examination = LODGE_EXAMINED_PARTLY;
    facts->why = g_strdup("cut at 2000 pages");
    g_free(facts->media_type);
    facts->media_type = g_strdup("application/pdf");
    facts->pages = 3;
    facts->encrypted = LODGE_ENCRYPTED_RESTRICTED;
    facts->text_bytes = 999999;
    facts->scanned = TRUE;
    facts->damaged = TRUE;
    facts->is_signed = TRUE;
    facts->macros = TRUE;
    facts->title = g_strdup("Plan");
    g_strfreev(facts->active_content);
    facts->active_content = g_strdupv((GStrv)active);
    g_ptr_array_add(facts->pages_text, g_strdup("one\n"));
    g_ptr_array_add(facts->pages_text, g_strdup(""));
    facts->details = make_details();
    return facts;
}

static void a_message_comes_back_as_it_went(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = make_message();
    g_autoptr(GBytes) once = lodge_report_format_message(facts);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMessageFacts) back = lodge_report_parse_message(once, &error);
    if (back == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) twice = lodge_report_format_message(back);

    assert_true(g_bytes_equal(once, twice));
    assert_int_equal(back->size_bytes, facts->size_bytes);
    assert_int_equal(back->date_us, facts->date_us);
    assert_string_equal(back->return_path, "");
    assert_null(back->in_reply_to[0]);
    assert_string_equal(back->references[1], "c@d");
    const LodgeAddress *from = g_ptr_array_index(back->from, 0);
    assert_string_equal(from->address, "Clerk@council.example");
    assert_string_equal(from->domain, "council.example");
    const LodgeAddress *to = g_ptr_array_index(back->to, 0);
    assert_string_equal(to->address, "");
    assert_null(to->display_name);
    const LodgeHeaderField *odd = lodge_message_facts_find_header(back, "x", 0);
    assert_string_equal(odd->raw, "\\x80\x01\"\\/\x7f");
    const LodgePart *part = g_ptr_array_index(back->parts, 4);
    assert_int_equal(part->stream_offset, 100);
    assert_int_equal(part->width, 2480);
    assert_int_equal(part->height, G_MAXUINT32);
    assert_string_equal(back->link_hosts[1], "a.sharepoint.com");
    const LodgeReceived *received = g_ptr_array_index(back->received, 0);
    assert_null(received->helo);
    assert_string_equal(received->peer_address, "2001:db8::1");
}

static void an_unparseable_message_comes_back_empty(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    g_autoptr(GBytes) once = lodge_report_format_message(facts);
    g_autoptr(LodgeMessageFacts) back = lodge_report_parse_message(once, NULL);

    assert_non_null(back);
    assert_false(back->parseable);
    assert_int_equal(back->date_us, LODGE_INSTANT_UNKNOWN);
    assert_null(back->return_path);
    assert_int_equal(back->parts->len, 0);
}

static void a_document_comes_back_as_it_went(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = make_document(DIGEST);
    g_autoptr(GBytes) once = lodge_report_format_document(facts);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeDocumentFacts) back = lodge_report_parse_document(once, &error);
    if (back == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) twice = lodge_report_format_document(back);
    assert_true(g_bytes_equal(once, twice));
    assert_int_equal(back->pages, 3);
    assert_int_equal(back->encrypted, LODGE_ENCRYPTED_RESTRICTED);
    assert_string_equal(g_ptr_array_index(back->pages_text, 1), "");

    g_autoptr(LodgeDocumentFacts) unknown = make_document(DIGEST);
    unknown->pages = -1;
    g_autoptr(GBytes) without = lodge_report_format_document(unknown);
    g_autoptr(LodgeDocumentFacts) again = lodge_report_parse_document(without, NULL);
    assert_int_equal(again->pages, -1);
}

/* As the reader wrote it before there were details: it is named by its digest, and a replay years later must
 * find the same bytes. */
static void an_older_document_keeps_its_bytes(void **state)
{
    (void)state;
    static const char older[] =
        "{\"kind\":\"document\",\"sha256\":\"" DIGEST "\",\"size_bytes\":9079,"
        "\"examination\":\"complete\",\"why\":null,\"media_type\":\"application/pdf\","
        "\"pages\":4,\"encrypted\":\"no\",\"text_bytes\":4,\"scanned\":false,"
        "\"active_content\":[],\"macros\":false,\"damaged\":false,\"signed\":false,"
        "\"title\":null,\"pages_text\":[\"one\\n\"],\"limits_hit\":[]}";
    g_autoptr(GBytes) stored = g_bytes_new_static(older, strlen(older));
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeDocumentFacts) facts = lodge_report_parse_document(stored, &error);
    if (facts == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) again = lodge_report_format_document(facts);
    assert_null(facts->details);
    assert_true(g_bytes_equal(stored, again));
}

/* Messages and documents are shown with the same members. */
static void what_is_shown_has_one_shape(void **state)
{
    (void)state;
    static const char *const members[] = {
        "kind",       "media_type", "declared_type",  "pages",     "encrypted",
        "text_bytes", "scanned",    "active_content", "macros",    "damaged",
        "signed",     "themes",     "parts",          "documents", "limits_hit"};
    g_auto(GStrv) themes = g_strsplit("barriers", " ", -1);
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    reading->message = make_message();
    g_ptr_array_add(reading->documents, make_document(DIGEST));
    LodgeShownDocument shown = {g_ptr_array_index(reading->documents, 0), "application/pdf",
                                themes};
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_add(all, &shown);
    g_autoptr(GBytes) document = lodge_report_format_shown_document(&shown, NULL, NULL);
    g_autoptr(GBytes) message = lodge_report_format_shown_message(reading, all);
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *member = g_strdup_printf("\"%s\":", members[i]);
        assert_non_null(strstr(g_bytes_get_data(document, NULL), member));
        assert_non_null(strstr(g_bytes_get_data(message, NULL), member));
    }
    const char *text = g_bytes_get_data(message, NULL);
    assert_non_null(strstr(text, "\"active_content\":[\"javascript\",\"launch\"],"
                                 "\"macros\":true,\"damaged\":false,\"signed\":true,"
                                 "\"themes\":[\"barriers\"]"));
}

static void a_reading_carries_its_documents_and_its_reader(void **state)
{
    (void)state;
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    reading->message = make_message();
    g_ptr_array_add(reading->documents, make_document(DIGEST));
    g_ptr_array_add(reading->documents, make_document(OTHER_DIGEST));
    g_autoptr(GBytes) once = lodge_report_format_reading(reading);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeReading) back = lodge_report_parse_reading(once, &error);
    if (back == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) twice = lodge_report_format_reading(back);

    assert_true(g_bytes_equal(once, twice));
    assert_string_equal(back->reader_version, LODGE_VERSION);
    assert_non_null(lodge_reading_find_document(back, OTHER_DIGEST));
    assert_null(lodge_reading_find_document(
        back, "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"));
    const char *text = g_bytes_get_data(once, NULL);
    assert_true(
        g_str_has_prefix(text, "{\"kind\":\"message\",\"reader\":\"" LODGE_VERSION
                               "\",\"media_type\":\"message/rfc822\",\"parseable\":true"));
}

/* ---- readers that lie ---- */

typedef struct {
    const char *name, *from, *to; /* in a good report, `from` becomes `to` */
} Lie;

static const Lie message_lies[] = {
    {"it is of another kind", "\"kind\":\"message\"", "\"kind\":\"document\""},
    {"it is of no kind", "\"kind\":\"message\",", ""},
    {"a flag is a number", "\"parseable\":true", "\"parseable\":1"},
    {"a number is text", "\"size_bytes\":5000000000", "\"size_bytes\":\"5\""},
    {"a size is negative", "\"size_bytes\":5000000000", "\"size_bytes\":-1"},
    {"a size is a fraction", "\"size_bytes\":5000000000", "\"size_bytes\":1.5"},
    {"a size is beyond 64 bits", "\"size_bytes\":5000000000",
     "\"size_bytes\":99999999999999999999"},
    {"a list is an object", "\"cc\":[", "\"cc\":{\"a\":["},
    {"a list holds a number", "\"references\":[\"a@b\"", "\"references\":[7"},
    {"an address is text", "\"cc\":[{", "\"cc\":[\"x\",{"},
    {"a date is no date", "2024-07-19T15:03:11.123456Z", "2024-07-32T15:03:11.123456Z"},
    {"a kind of part is unknown", "\"kind\":\"body\"", "\"kind\":\"treasure\""},
    {"a digest is too short", "\"sha256\":\"aa", "\"sha256\":\"a"},
    {"a digest is in upper case", "\"sha256\":\"aa", "\"sha256\":\"AA"},
    {"a document has no digest", "\"size_bytes\":100,\"sha256\":\"" DIGEST "\"",
     "\"size_bytes\":100,\"sha256\":\"\""},
    {"documents overlap in the stream", "\"stream_offset\":100", "\"stream_offset\":99"},
    {"an offset is below -1", "\"stream_offset\":100", "\"stream_offset\":-2"},
    {"an offset and a size go past the end of numbers",
     "\"size_bytes\":100,\"sha256\":\"" DIGEST "\",\"stream_offset\":0",
     "\"size_bytes\":9223372036854775807,\"sha256\":\"" DIGEST "\",\"stream_offset\":1"},
    {"a body stands in the stream",
     "\"size_bytes\":12,\"sha256\":\"" DIGEST "\",\"stream_offset\":-1",
     "\"size_bytes\":12,\"sha256\":\"" DIGEST "\",\"stream_offset\":0"},
    {"a container has a size", "\"size_bytes\":0,\"sha256\":\"\"",
     "\"size_bytes\":1,\"sha256\":\"\""},
    {"a form of S/MIME is unknown", "\"form\":\"opaque\"", "\"form\":\"transparent\""},
    {"a result of S/MIME is unknown", "\"result\":\"untrusted\"", "\"result\":\"great\""},
    {"a layer is a list", "\"smime\":[{", "\"smime\":[[],{"},
    {"a usage is a word", "\"key_usage\":[\"digital-signature\"]",
     "\"key_usage\":\"digital-signature\""},
    {"an address is a number", "\"emails\":[\"clerk", "\"emails\":[1,\"clerk"},
    {"a certificate has no digest", "\"sha256\":\"" OTHER_DIGEST "\"", "\"sha256\":\"\""},
    {"a validity is no time", "\"not_before\":null", "\"not_before\":\"always\""},
    {"a chain is missing", "\"chain\":[", "\"chains\":["},
    {"a code is a sentence", "\"bare-lf\"", "\"Bare LF!\""},
    {"a code is empty", "\"bare-lf\"", "\"\""},
    {"a position is beyond the header", "\"position\":1", "\"position\":2000"},
    {"a NUL is in a string", "Plan 2", "Plan\\u00002"},
    {"a string is not UTF-8", "Plan 2", "Plan\xff 2"},
    {"a string holds half a pair", "Plan 2", "Plan\\ud800 2"},
    {"something follows", "\"limits_hit\":[\"parts\"]}", "\"limits_hit\":[\"parts\"]}x"},
    {"it is cut", "\"limits_hit\":[\"parts\"]}", "\"limits_hit\":[\"parts\"]"},
};

static const Lie document_lies[] = {
    {"it is of another kind", "\"kind\":\"document\"", "\"kind\":\"message\""},
    {"an examination is unknown", "\"partial\"", "\"brilliant\""},
    {"an encryption is unknown", "\"restricted\"", "\"rot13\""},
    {"pages are negative", "\"pages\":3", "\"pages\":-2"},
    {"pages are text", "\"pages\":3", "\"pages\":\"3\""},
    {"pages are more than any document has", "\"pages\":3", "\"pages\":3000000000"},
    {"it has no digest", "\"sha256\":\"" DIGEST "\"", "\"sha256\":\"\""},
    {"the text is shorter than nothing", "\"text_bytes\":999999", "\"text_bytes\":-1"},
    {"a page is null", "\"pages_text\":[\"one\\n\"", "\"pages_text\":[null"},
    {"active content is no code", "\"javascript\"", "\"java script\""},
    {"details are a list", "\"details\":{", "\"details\":[{"},
    {"a count is below nothing", "\"external\":2", "\"external\":-2"},
    {"a page size has no pages", "\"height_pt\":842,\"pages\":3",
     "\"height_pt\":842,\"pages\":0"},
    {"a width is beyond all paper", "\"width_pt\":595", "\"width_pt\":5950000000"},
    {"a target has no kind", "\"kind\":\"attached-template\",", ""},
    {"an author is a number", "\"last_author\":null", "\"last_author\":7"},
    {"a flag is text", "\"tagged\":true", "\"tagged\":\"yes\""},
};

/* The first occurrence only; the case must be in the report. */
static GBytes *tell(GBytes *good, const Lie *lie)
{
    gsize size = 0;
    const char *text = g_bytes_get_data(good, &size);
    g_autofree char *copy = g_strndup(text, size);
    const char *at = strstr(copy, lie->from);
    if (at == NULL)
        fail_msg("%s: the report has no %s", lie->name, lie->from);
    char *lying = g_strdup_printf("%.*s%s%s", (int)(at - copy), copy, lie->to,
                                  at + strlen(lie->from));
    return g_bytes_new_take(lying, strlen(lying));
}

static void a_lying_report_of_a_message_is_refused(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = make_message();
    g_autoptr(GBytes) good = lodge_report_format_message(facts);

    for (gsize i = 0; i < G_N_ELEMENTS(message_lies); i++) {
        g_autoptr(GBytes) report = tell(good, &message_lies[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeMessageFacts) believed = lodge_report_parse_message(report, &error);
        if (believed != NULL || error == NULL)
            fail_msg("%s: believed", message_lies[i].name);
    }
}

static void a_lying_report_of_a_document_is_refused(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = make_document(DIGEST);
    g_autoptr(GBytes) good = lodge_report_format_document(facts);

    for (gsize i = 0; i < G_N_ELEMENTS(document_lies); i++) {
        g_autoptr(GBytes) report = tell(good, &document_lies[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeDocumentFacts) believed =
            lodge_report_parse_document(report, &error);
        if (believed != NULL || error == NULL)
            fail_msg("%s: believed", document_lies[i].name);
    }
}

static void assert_refused(const char *name, char *text)
{
    g_autoptr(GBytes) report = g_bytes_new_take(text, strlen(text));
    g_autoptr(LodgeMessageFacts) message = lodge_report_parse_message(report, NULL);
    g_autoptr(LodgeDocumentFacts) document = lodge_report_parse_document(report, NULL);
    g_autoptr(LodgeReading) reading = lodge_report_parse_reading(report, NULL);
    if (message != NULL || document != NULL || reading != NULL)
        fail_msg("%s: believed", name);
}

static char *repeat(const char *piece, gsize count)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < count; i++)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

static void what_is_no_report_at_all_is_refused(void **state)
{
    (void)state;
    assert_refused("nothing", g_strdup(""));
    assert_refused("an empty object", g_strdup("{}"));
    assert_refused("an array", g_strdup("[]"));
    assert_refused("a word", g_strdup("null"));
    assert_refused("200,000 brackets", repeat("[", 200000));
    assert_refused("200,000 objects", repeat("{\"kind\":", 200000));
    assert_refused("a gigabyte's beginning", repeat("x", LODGE_LIMIT_REPORT_BYTES + 1));
}

/* At the limit it is believed, one above it is not. */
static void check_count(const char *name,
                        GPtrArray *list,
                        guint limit,
                        gpointer (*make)(void),
                        LodgeMessageFacts *facts)
{
    while (list->len < limit)
        g_ptr_array_add(list, make());
    g_autoptr(GBytes) full = lodge_report_format_message(facts);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMessageFacts) believed = lodge_report_parse_message(full, &error);
    if (believed == NULL)
        fail_msg("%s: %s", name, error->message);

    g_ptr_array_add(list, make());
    g_autoptr(GBytes) above = lodge_report_format_message(facts);
    g_autoptr(LodgeMessageFacts) refused = lodge_report_parse_message(above, NULL);
    if (refused != NULL)
        fail_msg("%s: one more than %u is believed", name, limit);
    g_ptr_array_set_size(list, 0);
}

static gpointer make_field(void)
{
    return lodge_header_field_new("X", "x", "x");
}

static gpointer make_address(void)
{
    return lodge_address_new("a@b.example", NULL);
}

static gpointer make_received(void)
{
    LodgeReceived *received = lodge_received_new();
    received->text = g_strdup("");
    return received;
}

static gpointer make_results(void)
{
    LodgeAuthenticationResults *results = lodge_authentication_results_new();
    results->text = g_strdup("");
    return results;
}

static gpointer make_part(void)
{
    LodgePart *part = lodge_part_new();
    g_strlcpy(part->sha256, DIGEST, sizeof part->sha256);
    return part;
}

static void each_list_has_its_limit(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    check_count("header", facts->header, LODGE_LIMIT_HEADER_FIELDS, make_field, facts);
    check_count("from", facts->from, LODGE_LIMIT_ADDRESSES, make_address, facts);
    check_count("received", facts->received, LODGE_LIMIT_RECEIVED, make_received, facts);
    check_count("authentication results", facts->authentication_results,
                LODGE_LIMIT_AUTHENTICATION_RESULTS, make_results, facts);
    check_count("parts", facts->parts, LODGE_LIMIT_PARTS, make_part, facts);
}

static void texts_have_their_limits(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = make_document(DIGEST);
    g_ptr_array_set_size(facts->pages_text, 0);
    g_ptr_array_add(facts->pages_text, repeat("x", LODGE_LIMIT_DOCUMENT_TEXT_BYTES));
    g_autoptr(GBytes) full = lodge_report_format_document(facts);
    g_autoptr(LodgeDocumentFacts) believed = lodge_report_parse_document(full, NULL);
    assert_non_null(believed);

    g_ptr_array_add(facts->pages_text, g_strdup("x"));
    g_autoptr(GBytes) above = lodge_report_format_document(facts);
    g_autoptr(LodgeDocumentFacts) refused = lodge_report_parse_document(above, NULL);
    assert_null(refused);

    g_autoptr(LodgeMessageFacts) message = lodge_message_facts_new();
    message->body_text = repeat("x", LODGE_LIMIT_BODY_TEXT_BYTES + 1);
    g_autoptr(GBytes) long_text = lodge_report_format_message(message);
    g_autoptr(LodgeMessageFacts) refused_message =
        lodge_report_parse_message(long_text, NULL);
    assert_null(refused_message);
}

static void a_reading_with_a_document_twice_is_refused(void **state)
{
    (void)state;
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    reading->message = make_message();
    g_ptr_array_add(reading->documents, make_document(DIGEST));
    g_ptr_array_add(reading->documents, make_document(DIGEST));
    g_autoptr(GBytes) bytes = lodge_report_format_reading(reading);
    g_autoptr(LodgeReading) believed = lodge_report_parse_reading(bytes, NULL);
    assert_null(believed);
}

static void words_and_values_go_both_ways(void **state)
{
    (void)state;
    for (int i = LODGE_PART_MULTIPART; i <= LODGE_PART_OTHER; i++) {
        LodgePartKind kind = LODGE_PART_OTHER;
        assert_true(lodge_part_kind_parse(lodge_part_kind_format((LodgePartKind)i), &kind));
        assert_int_equal(kind, i);
    }
    for (int i = LODGE_EXAMINED; i <= LODGE_NOT_EXAMINED_LIMIT; i++) {
        LodgeExamination examination = LODGE_EXAMINED;
        assert_true(lodge_examination_parse(lodge_examination_format((LodgeExamination)i),
                                            &examination));
        assert_int_equal(examination, i);
    }
    for (int i = LODGE_ENCRYPTED_NO; i <= LODGE_ENCRYPTED_UNKNOWN; i++) {
        LodgeEncryption encryption = LODGE_ENCRYPTED_NO;
        assert_true(lodge_encryption_parse(lodge_encryption_format((LodgeEncryption)i),
                                           &encryption));
        assert_int_equal(encryption, i);
    }
    LodgePartKind kind;
    assert_false(lodge_part_kind_parse("Body", &kind));
    assert_false(lodge_part_kind_parse(NULL, &kind));
}

static void fields_are_found_from_the_top_whatever_their_case(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    g_ptr_array_add(facts->header, lodge_header_field_new("Received", "1", "1"));
    g_ptr_array_add(facts->header, lodge_header_field_new("From", "f", "f"));
    g_ptr_array_add(facts->header, lodge_header_field_new("RECEIVED", "2", "2"));
    assert_string_equal(lodge_message_facts_find_header(facts, "received", 0)->value, "1");
    assert_string_equal(lodge_message_facts_find_header(facts, "received", 1)->value, "2");
    assert_null(lodge_message_facts_find_header(facts, "received", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_comes_back_as_it_went),
        cmocka_unit_test(an_unparseable_message_comes_back_empty),
        cmocka_unit_test(a_document_comes_back_as_it_went),
        cmocka_unit_test(an_older_document_keeps_its_bytes),
        cmocka_unit_test(what_is_shown_has_one_shape),
        cmocka_unit_test(a_reading_carries_its_documents_and_its_reader),
        cmocka_unit_test(a_lying_report_of_a_message_is_refused),
        cmocka_unit_test(a_lying_report_of_a_document_is_refused),
        cmocka_unit_test(what_is_no_report_at_all_is_refused),
        cmocka_unit_test(each_list_has_its_limit),
        cmocka_unit_test(texts_have_their_limits),
        cmocka_unit_test(a_reading_with_a_document_twice_is_refused),
        cmocka_unit_test(words_and_values_go_both_ways),
        cmocka_unit_test(fields_are_found_from_the_top_whatever_their_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
