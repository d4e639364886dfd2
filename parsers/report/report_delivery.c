/* What a bounce says, in a report. Written only where there is any, so that older readings keep their bytes. */
#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"

/* Display text grows by the mark of a cut. */
#define TEXT_MAX_BYTES (LODGE_LIMIT_DELIVERY_VALUE_BYTES + 8)

static void write_status(LodgeJsonWriter *writer, const LodgeDeliveryStatus *status)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "recipient", status->recipient);
    lodge_json_add_string(writer, "original", status->original);
    lodge_json_add_string(writer, "action", status->action);
    lodge_json_add_string(writer, "status", status->status);
    lodge_json_add_string(writer, "diagnostic", status->diagnostic);
    lodge_json_end_object(writer);
}

void report_write_delivery(LodgeJsonWriter *writer, const LodgeMessageFacts *facts)
{
    if (facts->returned_ids[0] != NULL)
        lodge_json_add_strings(writer, "returned_ids",
                               (const char *const *)facts->returned_ids);
    if (facts->delivery->len == 0)
        return;
    lodge_json_begin_array(writer, "delivery");
    for (guint i = 0; i < facts->delivery->len; i++)
        write_status(writer, g_ptr_array_index(facts->delivery, i));
    lodge_json_end_array(writer);
}

static char *
read_text(LodgeJsonDocument *document, const LodgeJsonNode *node, const char *name)
{
    return report_read_optional_text(document, node, name, TEXT_MAX_BYTES);
}

static void
read_status(LodgeJsonDocument *document, const LodgeJsonNode *node, GPtrArray *delivery)
{
    LodgeDeliveryStatus *status = g_new0(LodgeDeliveryStatus, 1);
    g_ptr_array_add(delivery, status);
    status->recipient = read_text(document, node, "recipient");
    status->original = read_text(document, node, "original");
    status->action = read_text(document, node, "action");
    status->status = read_text(document, node, "status");
    status->diagnostic = read_text(document, node, "diagnostic");
}

void report_read_delivery(LodgeJsonDocument *document,
                          const LodgeJsonNode *object,
                          LodgeMessageFacts *facts)
{
    if (report_read_optional_array(document, object, "returned_ids",
                                   LODGE_LIMIT_RETURNED_IDS) != NULL) {
        g_strfreev(facts->returned_ids);
        facts->returned_ids =
            report_read_texts(document, object, "returned_ids", LODGE_LIMIT_RETURNED_IDS,
                              LODGE_LIMIT_RETURNED_ID_BYTES);
    }
    const LodgeJsonNode *array =
        report_read_optional_array(document, object, "delivery", LODGE_LIMIT_RETURNED_IDS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++)
        read_status(document, lodge_json_array_object(document, array, i), facts->delivery);
}
