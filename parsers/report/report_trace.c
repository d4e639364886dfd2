/* Received and Authentication-Results in a report. */
#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"

#define TEXT_MAX_BYTES LODGE_LIMIT_HEADER_FIELD_BYTES

static void write_received(LodgeJsonWriter *writer, const LodgeReceived *received)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_int(writer, "position", received->position);
    lodge_json_add_string(writer, "by", received->by);
    lodge_json_add_string(writer, "helo", received->helo);
    lodge_json_add_string(writer, "peer_name", received->peer_name);
    lodge_json_add_string(writer, "peer_address", received->peer_address);
    lodge_json_add_string(writer, "with", received->with);
    lodge_json_add_instant(writer, "instant", received->instant_us);
    lodge_json_add_string(writer, "text", received->text);
    lodge_json_end_object(writer);
}

static void write_method(LodgeJsonWriter *writer, const LodgeAuthenticationMethod *method)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "method", method->method);
    lodge_json_add_int(writer, "version", method->version);
    lodge_json_add_string(writer, "result", method->result);
    lodge_json_add_string(writer, "reason", method->reason);
    lodge_json_begin_array(writer, "properties");
    for (guint i = 0; i < method->properties->len; i++) {
        const LodgeAuthenticationProperty *property =
            g_ptr_array_index(method->properties, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "ptype", property->ptype);
        lodge_json_add_string(writer, "property", property->property);
        lodge_json_add_string(writer, "value", property->value);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
}

void report_write_results(LodgeJsonWriter *writer,
                          const LodgeAuthenticationResults *results)
{
    lodge_json_add_int(writer, "position", results->position);
    lodge_json_add_bool(writer, "well_formed", results->well_formed);
    lodge_json_add_bool(writer, "exchange_form", results->exchange_form);
    lodge_json_add_string(writer, "authserv_id", results->authserv_id);
    lodge_json_add_int(writer, "version", results->version);
    lodge_json_begin_array(writer, "methods");
    for (guint i = 0; i < results->methods->len; i++)
        write_method(writer, g_ptr_array_index(results->methods, i));
    lodge_json_end_array(writer);
    lodge_json_add_string(writer, "text", results->text);
}

void report_write_trace(LodgeJsonWriter *writer, const LodgeMessageFacts *facts)
{
    lodge_json_begin_array(writer, "received");
    for (guint i = 0; i < facts->received->len; i++)
        write_received(writer, g_ptr_array_index(facts->received, i));
    lodge_json_end_array(writer);

    lodge_json_begin_array(writer, "authentication_results");
    for (guint i = 0; i < facts->authentication_results->len; i++) {
        lodge_json_begin_object(writer, NULL);
        report_write_results(writer, g_ptr_array_index(facts->authentication_results, i));
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static guint read_position(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    return (guint)report_read_int(document, object, "position", 0,
                                  LODGE_LIMIT_HEADER_FIELDS - 1);
}

static LodgeReceived *read_received(LodgeJsonDocument *document,
                                    const LodgeJsonNode *object)
{
    LodgeReceived *received = lodge_received_new();

    received->position = read_position(document, object);
    received->by = report_read_optional_text(document, object, "by", TEXT_MAX_BYTES);
    received->helo = report_read_optional_text(document, object, "helo", TEXT_MAX_BYTES);
    received->peer_name =
        report_read_optional_text(document, object, "peer_name", TEXT_MAX_BYTES);
    received->peer_address =
        report_read_optional_text(document, object, "peer_address", TEXT_MAX_BYTES);
    received->with = report_read_optional_text(document, object, "with", TEXT_MAX_BYTES);
    received->instant_us = lodge_json_get_instant(document, object, "instant");
    received->text = report_read_text(document, object, "text", TEXT_MAX_BYTES);
    return received;
}

static void read_properties(LodgeJsonDocument *document,
                            const LodgeJsonNode *object,
                            GPtrArray *properties)
{
    const LodgeJsonNode *array = report_read_array(document, object, "properties",
                                                   LODGE_LIMIT_AUTHENTICATION_PROPERTIES);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;

    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        LodgeAuthenticationProperty *property = g_new0(LodgeAuthenticationProperty, 1);
        g_ptr_array_add(properties, property);
        property->ptype = report_read_text(document, node, "ptype", TEXT_MAX_BYTES);
        property->property = report_read_text(document, node, "property", TEXT_MAX_BYTES);
        property->value = report_read_text(document, node, "value", TEXT_MAX_BYTES);
    }
}

static void
read_methods(LodgeJsonDocument *document, const LodgeJsonNode *object, GPtrArray *methods)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "methods", LODGE_LIMIT_AUTHENTICATION_METHODS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;

    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        LodgeAuthenticationMethod *method = lodge_authentication_method_new();
        g_ptr_array_add(methods, method);
        method->method = report_read_text(document, node, "method", TEXT_MAX_BYTES);
        method->version = (guint)report_read_int(document, node, "version", 0, G_MAXUINT);
        method->result = report_read_text(document, node, "result", TEXT_MAX_BYTES);
        method->reason =
            report_read_optional_text(document, node, "reason", TEXT_MAX_BYTES);
        read_properties(document, node, method->properties);
    }
}

LodgeAuthenticationResults *report_read_results(LodgeJsonDocument *document,
                                                const LodgeJsonNode *object)
{
    LodgeAuthenticationResults *results = lodge_authentication_results_new();

    results->position = read_position(document, object);
    results->well_formed = lodge_json_get_bool(document, object, "well_formed");
    results->exchange_form = lodge_json_get_bool(document, object, "exchange_form");
    results->authserv_id =
        report_read_optional_text(document, object, "authserv_id", TEXT_MAX_BYTES);
    results->version = (guint)report_read_int(document, object, "version", 0, G_MAXUINT);
    read_methods(document, object, results->methods);
    results->text = report_read_text(document, object, "text", TEXT_MAX_BYTES);
    return results;
}

void report_read_trace(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       LodgeMessageFacts *facts)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "received", LODGE_LIMIT_RECEIVED);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        g_ptr_array_add(facts->received, read_received(document, node));
    }

    array = report_read_array(document, object, "authentication_results",
                              LODGE_LIMIT_AUTHENTICATION_RESULTS);
    count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        g_ptr_array_add(facts->authentication_results, report_read_results(document, node));
    }
}
