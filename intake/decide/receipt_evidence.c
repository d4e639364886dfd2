#include "intake/decide/receipt_content.h"

#include "intake/decide/decision_value.h"
#include "intake/decide/rung.h"
#include "parsers/text/digest.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>

#define VALUE_BYTES 1000

/* The register as it was for this decision, named by its bytes. */
static void add_digest(LodgeJsonWriter *json, const char *name, const char *text)
{
    char digest[LODGE_DIGEST_SIZE];
    if (text == NULL) {
        lodge_json_add_null(json, name);
        return;
    }
    lodge_digest_compute(text, strlen(text), digest);
    lodge_json_add_string(json, name, digest);
}

/* People open this file, too: what a stranger wrote is shown, not obeyed. */
static void add_shown(LodgeJsonWriter *json, const char *name, const char *value)
{
    g_autofree char *shown = lodge_display_line(value, VALUE_BYTES);
    lodge_json_add_string(json, name, value == NULL ? NULL : shown);
}

static void add_message(LodgeJsonWriter *json, const LodgeMessageFacts *message)
{
    lodge_json_begin_object(json, "message");
    add_shown(json, "message_id", message->message_id);
    add_shown(json, "envelope_sender", message->return_path);
    add_shown(json, "subject", message->subject);
    lodge_json_add_instant(json, "date", message->date_us);
    lodge_json_end_object(json);
}

/* With every clock that there was, so that a council can hold ours against its own; a stranger learns
 * nothing of our servers. */
static void add_received(LodgeJsonWriter *json, const LodgeDecision *decision)
{
    const LodgeReceivedInstant *received = decision->received;
    lodge_json_begin_object(json, "received");
    lodge_json_add_instant(json, "at", received->instant_us);
    lodge_json_add_string(json, "source", received->source);
    if (!lodge_receipt_is_brief(decision))
        lodge_rungs_format(json, "clocks", received->clocks);
    lodge_json_end_object(json);
}

static void add_deadline(LodgeJsonWriter *json, const LodgeReceiptInputs *inputs)
{
    const LodgeCall *call = inputs->rules->call;
    lodge_json_begin_object(json, "deadline");
    lodge_json_add_string(json, "call", call->id);
    lodge_json_add_instant(json, "first_late_instant", inputs->decision->deadline_us);
    lodge_json_add_string(json, "rule", call->deadline_text);
    lodge_json_add_string(json, "includes", call->deadline_includes);
    lodge_json_add_string(json, "zone", lodge_zone_name(call->zone));
    lodge_json_add_string(json, "extended_until",
                          inputs->extension == NULL ? NULL : inputs->extension->until_text);
    lodge_json_end_object(json);
}

static void add_findings(LodgeJsonWriter *json, const GPtrArray *findings)
{
    lodge_json_begin_array(json, "findings");
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "code", finding->code);
        lodge_json_add_string(json, "severity", lodge_severity_format(finding->severity));
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}

static void add_attachments(LodgeJsonWriter *json, const GPtrArray *documents)
{
    lodge_json_begin_array(json, "attachments");
    for (guint i = 0; i < documents->len; i++) {
        const LodgeDecisionDocument *document = g_ptr_array_index(documents, i);
        g_autofree char *media_type = lodge_display_line(document->media_type, VALUE_BYTES);
        lodge_json_begin_object(json, NULL);
        lodge_decision_document_format(json, document,
                                       document->media_type == NULL ? NULL : media_type);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}

static void add_submission(LodgeJsonWriter *json, const LodgeReceiptInputs *inputs)
{
    const LodgeDecision *decision = inputs->decision;
    lodge_json_add_string(json, "council", decision->authority->council);
    add_digest(json, "register_sha256", inputs->rules->register_text);
    lodge_json_add_string(json, "outcome", lodge_outcome_format(decision->outcome));
    lodge_json_add_string(json, "timeliness",
                          lodge_timeliness_format(decision->timeliness));
    lodge_json_add_int(json, "version", decision->version);
    lodge_json_add_string(json, "mends",
                          decision->mends == NULL ? NULL : decision->mends->reference);
    lodge_json_add_string(json, "ruling", decision->ruling);
    add_deadline(json, inputs);
    add_findings(json, decision->findings);
    add_attachments(json, decision->documents);
}

char *lodge_receipt_format_evidence(const LodgeReceiptInputs *inputs,
                                    const LodgeReceiptContent *content)
{
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_add_int(json, "format", 1);
    lodge_json_add_string(json, "receipt", content->id);
    lodge_json_add_string(json, "kind", content->kind);
    lodge_json_add_string(json, "previous_receipt",
                          inputs->history->last_receipt_message_id);
    lodge_json_add_string(json, "reference", inputs->history->reference);
    lodge_json_add_string(json, "call", inputs->rules->call->id);
    lodge_json_add_string(json, "instance", inputs->rules->instance_domain);
    add_message(json, inputs->reading->message);
    add_received(json, inputs->decision);
    if (!lodge_receipt_is_brief(inputs->decision))
        add_submission(json, inputs);
    lodge_json_end_object(json);
    return lodge_json_finish_text(json);
}
