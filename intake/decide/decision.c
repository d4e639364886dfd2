#include "intake/decide/decision.h"

#include "intake/decide/authority.h"
#include "intake/decide/bounce.h"
#include "intake/decide/decision_value.h"
#include "intake/decide/findings.h"
#include "intake/decide/mending.h"
#include "intake/decide/place.h"
#include "intake/decide/received_instant.h"
#include "intake/decide/rung.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"

#define PLACE_BYTES 300

/* ---- values ---- */

void lodge_decision_document_free(LodgeDecisionDocument *document)
{
    if (document == NULL)
        return;
    g_free(document->name);
    g_free(document->role);
    g_free(document->media_type);
    g_free(document->sha256);
    g_free(document->part);
    g_strfreev(document->themes);
    g_ptr_array_unref(document->places);
    g_free(document->withheld);
    g_free(document);
}

void lodge_receipt_content_free(LodgeReceiptContent *content)
{
    if (content == NULL)
        return;
    g_free(content->id);
    g_free(content->kind);
    g_free(content->to);
    g_free(content->subject);
    g_free(content->message_id);
    g_free(content->in_reply_to);
    g_strfreev(content->references);
    g_free(content->text);
    g_free(content->evidence);
    g_free(content);
}

LodgeDecision *lodge_decision_new(void)
{
    LodgeDecision *decision = g_new0(LodgeDecision, 1);
    decision->timeliness = LODGE_UNDETERMINED;
    decision->deadline_us = LODGE_INSTANT_UNKNOWN;
    decision->findings = lodge_findings_new();
    decision->documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_decision_document_free);
    decision->receipts =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_receipt_content_free);
    return decision;
}

void lodge_decision_free(LodgeDecision *decision)
{
    if (decision == NULL)
        return;
    lodge_authority_free(decision->authority);
    lodge_received_instant_free(decision->received);
    g_free(decision->duplicate_of);
    lodge_mends_free(decision->mends);
    lodge_bounce_free(decision->bounce);
    lodge_receipt_content_free(decision->notice);
    g_free(decision->ruling);
    g_free(decision->content_key);
    g_free(decision->may_answer);
    g_ptr_array_unref(decision->findings);
    g_ptr_array_unref(decision->documents);
    g_ptr_array_unref(decision->receipts);
    g_free(decision);
}

/* ---- words ---- */

const char *lodge_severity_format(LodgeSeverity severity)
{
    static const char *const words[] = {"note", "warning", "hold", "reject"};
    g_return_val_if_fail((gsize)severity < G_N_ELEMENTS(words), NULL);
    return words[severity];
}

const char *lodge_outcome_format(LodgeOutcome outcome)
{
    static const char *const words[] = {"accepted", "held", "rejected", "duplicate",
                                        "not-a-submission"};
    g_return_val_if_fail((gsize)outcome < G_N_ELEMENTS(words), NULL);
    return words[outcome];
}

const char *lodge_timeliness_format(LodgeTimeliness timeliness)
{
    static const char *const words[] = {"on-time", "late", "not-open", "undetermined"};
    g_return_val_if_fail((gsize)timeliness < G_N_ELEMENTS(words), NULL);
    return words[timeliness];
}

const char *lodge_authority_result_format(LodgeAuthorityResult result)
{
    static const char *const words[] = {"authorised", "unproven", "forged", "ambiguous",
                                        "unregistered"};
    g_return_val_if_fail((gsize)result < G_N_ELEMENTS(words), NULL);
    return words[result];
}

/* ---- format ---- */

static void format_authority(LodgeJsonWriter *json, const LodgeAuthority *authority)
{
    lodge_json_begin_object(json, "authority");
    lodge_json_add_string(json, "result", lodge_authority_result_format(authority->result));
    lodge_json_add_string(json, "council", authority->council);
    lodge_json_add_strings(json, "candidates", (const char *const *)authority->candidates);
    lodge_json_add_string(json, "address", authority->address);
    lodge_json_add_bool(json, "address_proven", authority->address_proven);
    lodge_rungs_format(json, "ladder", authority->ladder);
    lodge_json_end_object(json);
}

static void format_received(LodgeJsonWriter *json, const LodgeReceivedInstant *received)
{
    lodge_json_begin_object(json, "received");
    lodge_json_add_instant(json, "at", received->instant_us);
    lodge_json_add_string(json, "source", received->source);
    lodge_json_begin_array(json, "weighed");
    for (guint i = 0; i < received->weighed->len; i++)
        lodge_json_add_instant(json, NULL, g_array_index(received->weighed, gint64, i));
    lodge_json_end_array(json);
    lodge_rungs_format(json, "clocks", received->clocks);
    lodge_json_end_object(json);
}

static void format_mends(LodgeJsonWriter *json, const LodgeMends *mends)
{
    if (mends == NULL) {
        lodge_json_add_null(json, "mends");
        return;
    }
    lodge_json_begin_object(json, "mends");
    lodge_json_add_string(json, "reference", mends->reference);
    lodge_json_add_string(json, "by", mends->by);
    lodge_json_add_instant(json, "received", mends->received_us);
    lodge_json_add_string(json, "timeliness", lodge_timeliness_format(mends->timeliness));
    lodge_json_add_string(json, "own_timeliness", lodge_timeliness_format(mends->own));
    lodge_json_add_string(json, "counts", mends->original_counts ? "original" : "own");
    lodge_json_end_object(json);
}

/* Decisions without one keep their bytes. */
static void format_bounce(LodgeJsonWriter *json, const LodgeBounce *bounce)
{
    if (bounce == NULL)
        return;
    lodge_json_begin_object(json, "bounce");
    lodge_json_add_string(json, "receipt", bounce->receipt);
    lodge_json_add_string(json, "recipient", bounce->recipient);
    lodge_json_add_string(json, "status", bounce->status);
    lodge_json_add_string(json, "words", bounce->words);
    lodge_json_end_object(json);
}

static void format_findings(LodgeJsonWriter *json, const GPtrArray *findings)
{
    lodge_json_begin_array(json, "findings");
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "code", finding->code);
        lodge_json_add_string(json, "severity", lodge_severity_format(finding->severity));
        lodge_json_add_string(json, "words", finding->words);
        lodge_json_add_string(json, "mend", finding->mend);
        lodge_json_add_string(json, "evidence", finding->evidence);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}

void lodge_decision_document_format(LodgeJsonWriter *json,
                                    const LodgeDecisionDocument *document,
                                    const char *media_type)
{
    lodge_json_add_string(json, "name", document->name);
    lodge_json_add_string(json, "role", document->role);
    lodge_json_add_string(json, "media_type", media_type);
    lodge_json_add_int(json, "size_bytes", document->size_bytes);
    lodge_json_add_count(json, "pages", document->pages);
    lodge_json_add_string(json, "sha256", document->sha256);
}

static void format_places(LodgeJsonWriter *json, const GPtrArray *places)
{
    if (places->len == 0)
        return;
    lodge_json_begin_array(json, "places");
    for (guint i = 0; i < places->len; i++) {
        const LodgePlace *place = g_ptr_array_index(places, i);
        g_autofree char *words = lodge_display_line(place->words, PLACE_BYTES);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "id", place->id);
        lodge_json_add_count(json, "page", place->page);
        lodge_json_add_string(json, "words", words);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}

static void format_documents(LodgeJsonWriter *json, const GPtrArray *documents)
{
    lodge_json_begin_array(json, "documents");
    for (guint i = 0; i < documents->len; i++) {
        const LodgeDecisionDocument *document = g_ptr_array_index(documents, i);
        lodge_json_begin_object(json, NULL);
        lodge_decision_document_format(json, document, document->media_type);
        lodge_json_add_string(json, "part", document->part);
        lodge_json_add_strings(json, "themes", (const char *const *)document->themes);
        format_places(json, document->places);
        if (document->withheld != NULL)
            lodge_json_add_string(json, "withheld", document->withheld);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}

static void
format_content(LodgeJsonWriter *json, const char *name, const LodgeReceiptContent *content)
{
    lodge_json_begin_object(json, name);
    lodge_json_add_string(json, "id", content->id);
    lodge_json_add_string(json, "kind", content->kind);
    lodge_json_add_string(json, "to", content->to);
    lodge_json_add_string(json, "subject", content->subject);
    lodge_json_add_string(json, "message_id", content->message_id);
    lodge_json_add_string(json, "in_reply_to", content->in_reply_to);
    lodge_json_add_strings(json, "references", (const char *const *)content->references);
    lodge_json_add_string(json, "text", content->text);
    lodge_json_add_string(json, "evidence", content->evidence);
    lodge_json_end_object(json);
}

static void format_receipts(LodgeJsonWriter *json, const GPtrArray *receipts)
{
    lodge_json_begin_array(json, "receipts");
    for (guint i = 0; i < receipts->len; i++)
        format_content(json, NULL, g_ptr_array_index(receipts, i));
    lodge_json_end_array(json);
}

GBytes *lodge_decision_format(const LodgeDecision *decision)
{
    g_return_val_if_fail(decision != NULL, NULL);
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_add_int(json, "format", 1);
    lodge_json_add_string(json, "kind", lodge_kind_format(decision->kind));
    lodge_json_add_string(json, "outcome", lodge_outcome_format(decision->outcome));
    lodge_json_add_string(json, "timeliness",
                          lodge_timeliness_format(decision->timeliness));
    lodge_json_add_instant(json, "deadline", decision->deadline_us);
    format_authority(json, decision->authority);
    format_received(json, decision->received);
    lodge_json_add_int(json, "version", decision->version);
    lodge_json_add_bool(json, "current", decision->current);
    lodge_json_add_string(json, "duplicate_of", decision->duplicate_of);
    format_mends(json, decision->mends);
    format_bounce(json, decision->bounce);
    if (decision->ruling != NULL) /* decisions without one keep their bytes */
        lodge_json_add_string(json, "ruling", decision->ruling);
    lodge_json_add_string(json, "content_key", decision->content_key);
    format_findings(json, decision->findings);
    format_documents(json, decision->documents);
    lodge_json_add_string(json, "may_answer", decision->may_answer);
    format_receipts(json, decision->receipts);
    if (decision->notice != NULL) /* decisions without one keep their bytes */
        format_content(json, "notice", decision->notice);
    lodge_json_end_object(json);
    return lodge_json_finish_bytes(json);
}
