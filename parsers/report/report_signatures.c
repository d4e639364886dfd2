/* The signatures of DKIM and ARC in a report. Written only where there are any, so that older
 * readings keep their bytes. */
#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"
#include <string.h>

/* A value of limits.h, of which each byte may have become the three of U+FFFD. */
#define TEXT_MAX_BYTES (3 * LODGE_LIMIT_VALUE_BYTES)
#define SIGNATURES_MAX (LODGE_LIMIT_DKIM_SIGNATURES + 2 * LODGE_LIMIT_ARC_INSTANCES)

static void write_signature(LodgeJsonWriter *writer, const LodgeDkimSignature *signature)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "field", lodge_dkim_field_format(signature->field));
    lodge_json_add_int(writer, "position", signature->position);
    lodge_json_add_int(writer, "instance", signature->instance);
    lodge_json_add_string(writer, "result", signature->result);
    lodge_json_add_string(writer, "reason", signature->reason);
    lodge_json_add_string(writer, "algorithm", signature->algorithm);
    lodge_json_add_string(writer, "domain", signature->domain);
    lodge_json_add_string(writer, "selector", signature->selector);
    lodge_json_add_string(writer, "identity", signature->identity);
    lodge_json_add_string(writer, "query", signature->query);
    lodge_json_add_string(writer, "chain", signature->chain);
    lodge_json_add_bool(writer, "relaxed_header", signature->relaxed_header);
    lodge_json_add_bool(writer, "relaxed_body", signature->relaxed_body);
    lodge_json_add_strings(writer, "signed_headers",
                           (const char *const *)signature->signed_headers);
    lodge_json_add_int(writer, "signed_s", signature->signed_s);
    lodge_json_add_int(writer, "expires_s", signature->expires_s);
    lodge_json_add_int(writer, "body_limit", signature->body_limit);
    lodge_json_add_string(writer, "body_hash", signature->body_hash);
    lodge_json_add_string(writer, "signature", signature->signature);
    lodge_json_add_string(writer, "header_digest", signature->header_digest);
    lodge_json_add_string(writer, "body_digest", signature->body_digest);
    lodge_json_add_int(writer, "hashed_bytes", signature->hashed_bytes);
    lodge_json_add_int(writer, "body_bytes", signature->body_bytes);
    lodge_json_end_object(writer);
}

void report_write_signatures(LodgeJsonWriter *writer, const LodgeMessageFacts *facts)
{
    if (facts->signatures->len > 0) {
        lodge_json_begin_array(writer, "signatures");
        for (guint i = 0; i < facts->signatures->len; i++)
            write_signature(writer, g_ptr_array_index(facts->signatures, i));
        lodge_json_end_array(writer);
    }
    if (facts->arc_results->len == 0)
        return;
    lodge_json_begin_array(writer, "arc_results");
    for (guint i = 0; i < facts->arc_results->len; i++) {
        const LodgeArcResults *results = g_ptr_array_index(facts->arc_results, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_int(writer, "instance", results->instance);
        report_write_results(writer, results->results);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

/* "", or the hexadecimal digits of SHA-1 or SHA-256. */
static void read_digest(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name,
                        char hex_out[LODGE_DKIM_DIGEST_SIZE])
{
    const char *hex = lodge_json_get_string(document, object, name);
    gsize size = hex != NULL ? strlen(hex) : 0;

    hex_out[0] = '\0';
    if (size == 0)
        return;
    if ((size != 40 && size != 64) || strspn(hex, "0123456789abcdef") != size) {
        lodge_json_fail(document, "%s is no digest", name);
        return;
    }
    g_strlcpy(hex_out, hex, LODGE_DKIM_DIGEST_SIZE);
}

static void read_texts(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       LodgeDkimSignature *signature)
{
    const struct {
        const char *name;
        char **text;
    } texts[] = {
        {"result", &signature->result},       {"reason", &signature->reason},
        {"algorithm", &signature->algorithm}, {"domain", &signature->domain},
        {"selector", &signature->selector},   {"identity", &signature->identity},
        {"query", &signature->query},         {"chain", &signature->chain},
        {"body_hash", &signature->body_hash}, {"signature", &signature->signature},
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i].text =
            report_read_optional_text(document, object, texts[i].name, TEXT_MAX_BYTES);
    if (signature->result != NULL && strcmp(signature->result, "permerror") != 0 &&
        strcmp(signature->result, "neutral") != 0)
        lodge_json_fail(document, "the result of a signature is not one of its words");
    if ((signature->result == NULL) != (signature->reason == NULL))
        lodge_json_fail(document,
                        "a signature has a result without its reason, or the reverse");
}

static void read_numbers(LodgeJsonDocument *document,
                         const LodgeJsonNode *object,
                         LodgeDkimSignature *signature)
{
    const struct {
        const char *name;
        gint64 *number;
    } numbers[] = {
        {"signed_s", &signature->signed_s},     {"expires_s", &signature->expires_s},
        {"body_limit", &signature->body_limit}, {"hashed_bytes", &signature->hashed_bytes},
        {"body_bytes", &signature->body_bytes},
    };

    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        *numbers[i].number =
            report_read_int(document, object, numbers[i].name, -1, G_MAXINT64);
    signature->position = (guint)report_read_int(document, object, "position", 0,
                                                 LODGE_LIMIT_HEADER_FIELDS - 1);
    signature->instance =
        (guint)report_read_int(document, object, "instance", 0, LODGE_LIMIT_ARC_INSTANCES);
    if (signature->hashed_bytes > signature->body_bytes)
        lodge_json_fail(document, "a signature covers more body than there is");
}

/* Who checks a signature that is not settled may rely on these. */
static void check_checkable(LodgeJsonDocument *document,
                            const LodgeDkimSignature *signature)
{
    if (signature->result == NULL &&
        (signature->algorithm == NULL || signature->domain == NULL ||
         signature->selector == NULL || signature->signature == NULL))
        lodge_json_fail(document, "a signature that could be checked is not all there");
}

static LodgeDkimSignature *read_signature(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object)
{
    LodgeDkimSignature *signature = lodge_dkim_signature_new(LODGE_DKIM_SIGNATURE);
    const char *field = lodge_json_get_string(document, object, "field");

    if (!lodge_dkim_field_parse(field, &signature->field))
        lodge_json_fail(document, "the field of a signature is not one of its words");
    read_texts(document, object, signature);
    check_checkable(document, signature);
    read_numbers(document, object, signature);
    signature->relaxed_header = lodge_json_get_bool(document, object, "relaxed_header");
    signature->relaxed_body = lodge_json_get_bool(document, object, "relaxed_body");
    g_strfreev(signature->signed_headers);
    signature->signed_headers = report_read_texts(document, object, "signed_headers",
                                                  LODGE_LIMIT_DKIM_NAMES, TEXT_MAX_BYTES);
    read_digest(document, object, "header_digest", signature->header_digest);
    read_digest(document, object, "body_digest", signature->body_digest);
    return signature;
}

void report_read_signatures(LodgeJsonDocument *document,
                            const LodgeJsonNode *object,
                            LodgeMessageFacts *facts)
{
    const LodgeJsonNode *array =
        report_read_optional_array(document, object, "signatures", SIGNATURES_MAX);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        g_ptr_array_add(facts->signatures, read_signature(document, node));
    }

    array = report_read_optional_array(document, object, "arc_results",
                                       LODGE_LIMIT_ARC_INSTANCES);
    count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        guint instance = (guint)report_read_int(document, node, "instance", 0,
                                                LODGE_LIMIT_ARC_INSTANCES);
        LodgeAuthenticationResults *results = report_read_results(document, node);
        g_ptr_array_add(facts->arc_results, lodge_arc_results_new(instance, results));
    }
}
