#include "intake/decide/evidence.h"

#include "intake/decide/dns_answers.h"
#include "intake/decide/json_count.h"
#include "intake/decide/ruling.h"
#include "intake/decide/scans.h"
#include "parsers/text/json.h"

/* DNS answers may be LODGE_LIMIT_DNS_MESSAGE_BYTES, and six bytes in JSON for a control character; each of
 * LODGE_LIMIT_PARTS may have a scan with two texts of LODGE_LIMIT_SCANNER_NAME_BYTES. */
#define MAX_BYTES (4 * 1024 * 1024)
#define MAX_DEPTH 6

LodgeEvidence *lodge_evidence_new(void)
{
    LodgeEvidence *evidence = g_new0(LodgeEvidence, 1);
    evidence->internaldate_us = LODGE_INSTANT_UNKNOWN;
    evidence->kept_us = LODGE_INSTANT_UNKNOWN;
    return evidence;
}

void lodge_evidence_free(LodgeEvidence *evidence)
{
    if (evidence == NULL)
        return;
    g_free(evidence->account);
    g_free(evidence->folder);
    g_free(evidence->our_fault);
    g_free(evidence->our_fault_words);
    lodge_ruling_free(evidence->ruling);
    lodge_proofs_free(evidence->proofs);
    g_clear_pointer(&evidence->dns, g_ptr_array_unref);
    g_clear_pointer(&evidence->scans, g_ptr_array_unref);
    g_free(evidence);
}

GBytes *lodge_evidence_format(const LodgeEvidence *evidence)
{
    g_return_val_if_fail(evidence != NULL, NULL);
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_add_int(json, "format", 1);
    lodge_json_add_string(json, "account", evidence->account);
    lodge_json_add_string(json, "folder", evidence->folder);
    lodge_json_add_instant(json, "internaldate", evidence->internaldate_us);
    lodge_json_add_instant(json, "kept", evidence->kept_us);
    lodge_json_add_int(json, "attempts", evidence->attempts);
    lodge_json_add_string(json, "our_fault", evidence->our_fault);
    lodge_json_add_string(json, "our_fault_words", evidence->our_fault_words);
    if (evidence->proofs != NULL)
        lodge_proofs_write(evidence->proofs, json, "proofs");
    if (evidence->pending)
        lodge_json_add_int(json, "pending", 1);
    if (evidence->ruling != NULL)
        lodge_ruling_write(evidence->ruling, json, "ruling");
    if (evidence->dns != NULL)
        lodge_dns_answers_write(evidence->dns, json, "dns");
    if (evidence->scans != NULL)
        lodge_scans_write(evidence->scans, json, "scans");
    lodge_json_end_object(json);
    return lodge_json_finish_bytes(json);
}

LodgeEvidence *lodge_evidence_parse(GBytes *bytes, GError **error)
{
    g_return_val_if_fail(bytes != NULL, NULL);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, size, MAX_BYTES, MAX_DEPTH, error);
    if (json == NULL) {
        g_prefix_error(error, "evidence: ");
        return NULL;
    }
    const LodgeJsonNode *root = lodge_json_root(json);
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    lodge_json_require_format(json, root, 1);
    evidence->account = g_strdup(lodge_json_get_optional_string(json, root, "account"));
    evidence->folder = g_strdup(lodge_json_get_optional_string(json, root, "folder"));
    evidence->internaldate_us = lodge_json_get_instant(json, root, "internaldate");
    evidence->kept_us = lodge_json_get_instant(json, root, "kept");
    evidence->attempts = lodge_json_get_count(json, root, "attempts");
    evidence->our_fault = g_strdup(lodge_json_get_optional_string(json, root, "our_fault"));
    evidence->our_fault_words =
        g_strdup(lodge_json_get_optional_string(json, root, "our_fault_words"));
    evidence->proofs = lodge_proofs_read(json, root, "proofs");
    evidence->pending = lodge_json_get_optional_int(json, root, "pending", 0) != 0;
    evidence->ruling = lodge_ruling_read(json, root, "ruling");
    evidence->dns = lodge_dns_answers_read(json, root, "dns");
    evidence->scans = lodge_scans_read(json, root, "scans");
    if (!lodge_json_finish(json, error)) {
        g_prefix_error(error, "evidence: ");
        return NULL;
    }
    return g_steal_pointer(&evidence);
}
