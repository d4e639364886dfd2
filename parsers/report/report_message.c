#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"

static void
write_addresses(LodgeJsonWriter *writer, const char *name, const GPtrArray *addresses)
{
    lodge_json_begin_array(writer, name);
    for (guint i = 0; i < addresses->len; i++) {
        const LodgeAddress *address = g_ptr_array_index(addresses, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "address", address->address);
        lodge_json_add_string(writer, "domain", address->domain);
        lodge_json_add_string(writer, "display_name", address->display_name);
        if (address->look != NULL)
            lodge_json_add_string(writer, "look", address->look);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_header(LodgeJsonWriter *writer, const GPtrArray *header)
{
    lodge_json_begin_array(writer, "header");
    for (guint i = 0; i < header->len; i++) {
        const LodgeHeaderField *field = g_ptr_array_index(header, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "name", field->name);
        lodge_json_add_string(writer, "raw", field->raw);
        lodge_json_add_string(writer, "value", field->value);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_documents(LodgeJsonWriter *writer, const GPtrArray *documents)
{
    lodge_json_begin_array(writer, "documents");
    for (guint i = 0; i < documents->len; i++) {
        lodge_json_begin_object(writer, NULL);
        report_write_document(writer, g_ptr_array_index(documents, i));
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

void report_write_message(LodgeJsonWriter *writer,
                          const LodgeMessageFacts *facts,
                          GPtrArray *documents)
{
    lodge_json_add_string(writer, "media_type", "message/rfc822");
    lodge_json_add_bool(writer, "parseable", facts->parseable);
    lodge_json_add_int(writer, "size_bytes", facts->size_bytes);
    write_addresses(writer, "from", facts->from);
    lodge_json_add_int(writer, "from_fields", facts->from_fields);
    write_addresses(writer, "to", facts->to);
    write_addresses(writer, "cc", facts->cc);
    write_addresses(writer, "reply_to", facts->reply_to);
    lodge_json_add_string(writer, "return_path", facts->return_path);
    lodge_json_add_string(writer, "subject", facts->subject);
    lodge_json_add_string(writer, "message_id", facts->message_id);
    lodge_json_add_strings(writer, "in_reply_to", (const char *const *)facts->in_reply_to);
    lodge_json_add_strings(writer, "references", (const char *const *)facts->references);
    lodge_json_add_instant(writer, "date", facts->date_us);
    write_header(writer, facts->header);
    report_write_trace(writer, facts);
    report_write_signatures(writer, facts);
    report_write_smime(writer, facts->smime);
    report_write_delivery(writer, facts);
    report_write_parts(writer, facts->parts);
    if (documents != NULL)
        write_documents(writer, documents);
    lodge_json_add_string(writer, "body_text", facts->body_text);
    if (facts->link_hosts[0] != NULL)
        lodge_json_add_strings(writer, "link_hosts",
                               (const char *const *)facts->link_hosts);
    lodge_json_add_strings(writer, "defects", (const char *const *)facts->defects);
    lodge_json_add_strings(writer, "limits_hit", (const char *const *)facts->limits_hit);
}

static void read_addresses(LodgeJsonDocument *document,
                           const LodgeJsonNode *object,
                           const char *name,
                           GPtrArray *addresses)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, name, LODGE_LIMIT_ADDRESSES);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;

    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        LodgeAddress *address = g_new0(LodgeAddress, 1);
        g_ptr_array_add(addresses, address);
        address->address =
            report_read_text(document, node, "address", LODGE_LIMIT_HEADER_FIELD_BYTES);
        address->domain = report_read_optional_text(document, node, "domain",
                                                    LODGE_LIMIT_HEADER_FIELD_BYTES);
        address->display_name = report_read_optional_text(document, node, "display_name",
                                                          LODGE_LIMIT_HEADER_FIELD_BYTES);
        address->look = report_read_optional_text(document, node, "look",
                                                  LODGE_LIMIT_HEADER_FIELD_BYTES);
    }
}

static void
read_header(LodgeJsonDocument *document, const LodgeJsonNode *object, GPtrArray *header)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "header", LODGE_LIMIT_HEADER_FIELDS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;

    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        LodgeHeaderField *field = g_new0(LodgeHeaderField, 1);
        g_ptr_array_add(header, field);
        field->name =
            report_read_text(document, node, "name", LODGE_LIMIT_HEADER_FIELD_BYTES);
        field->raw = report_read_text(document, node, "raw", LODGE_LIMIT_REPORT_BYTES);
        field->value = report_read_text(document, node, "value", LODGE_LIMIT_VALUE_BYTES);
    }
}

static void read_strings(LodgeJsonDocument *document,
                         const LodgeJsonNode *object,
                         LodgeMessageFacts *facts)
{
    const gsize max_bytes = LODGE_LIMIT_HEADER_FIELD_BYTES;

    facts->return_path =
        report_read_optional_text(document, object, "return_path", max_bytes);
    facts->subject = report_read_optional_text(document, object, "subject", max_bytes);
    facts->message_id =
        report_read_optional_text(document, object, "message_id", max_bytes);
    g_strfreev(facts->in_reply_to);
    facts->in_reply_to = report_read_texts(document, object, "in_reply_to",
                                           LODGE_LIMIT_MESSAGE_IDS, max_bytes);
    g_strfreev(facts->references);
    facts->references = report_read_texts(document, object, "references",
                                          LODGE_LIMIT_MESSAGE_IDS, max_bytes);
    facts->body_text = report_read_optional_text(document, object, "body_text",
                                                 LODGE_LIMIT_BODY_TEXT_BYTES);
    if (report_read_optional_array(document, object, "link_hosts",
                                   LODGE_LIMIT_LINK_HOSTS) != NULL) {
        g_strfreev(facts->link_hosts);
        facts->link_hosts = report_read_texts(
            document, object, "link_hosts", LODGE_LIMIT_LINK_HOSTS, LODGE_LIMIT_HOST_BYTES);
    }
    g_strfreev(facts->defects);
    facts->defects = report_read_codes(document, object, "defects");
    g_strfreev(facts->limits_hit);
    facts->limits_hit = report_read_codes(document, object, "limits_hit");
}

LodgeMessageFacts *report_read_message(LodgeJsonDocument *document,
                                       const LodgeJsonNode *object)
{
    LodgeMessageFacts *facts = lodge_message_facts_new();

    facts->parseable = lodge_json_get_bool(document, object, "parseable");
    facts->size_bytes = report_read_int(document, object, "size_bytes", 0, G_MAXINT64);
    read_addresses(document, object, "from", facts->from);
    facts->from_fields = (guint)report_read_int(document, object, "from_fields", 0,
                                                LODGE_LIMIT_HEADER_FIELDS);
    read_addresses(document, object, "to", facts->to);
    read_addresses(document, object, "cc", facts->cc);
    read_addresses(document, object, "reply_to", facts->reply_to);
    read_strings(document, object, facts);
    facts->date_us = lodge_json_get_instant(document, object, "date");
    read_header(document, object, facts->header);
    report_read_trace(document, object, facts);
    report_read_signatures(document, object, facts);
    report_read_smime(document, object, facts->smime);
    report_read_delivery(document, object, facts);
    report_read_parts(document, object, facts->parts);
    return facts;
}
