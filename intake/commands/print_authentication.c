#include "intake/commands/print_authentication.h"

#include "intake/commands/command.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"

#define NAME_BYTES 200
#define UNCHECKED "not checked, there is no DNS to ask"

static const char *known(const char *text)
{
    return text != NULL ? text : "";
}

static const char *or_none(const char *word)
{
    return word != NULL ? word : "none";
}

/* What is said of a signature or a chain: `result` is never NULL, `reason` may be. */
typedef struct {
    const char *result, *reason;
} Said;

/* The n-th DKIM-Signature of the message was checked as the n-th proof; NULL: by nobody. */
static const LodgeDkimProof *find_proof(const LodgeAuthentication *authentication,
                                        guint nth)
{
    const LodgeProofs *proofs = authentication->proofs;
    return proofs != NULL && nth < proofs->dkim->len ? g_ptr_array_index(proofs->dkim, nth)
                                                     : NULL;
}

static Said say_dkim(const LodgeDkimProof *proof)
{
    return proof != NULL ? (Said){or_none(proof->result), proof->reason}
                         : (Said){"none", UNCHECKED};
}

/* RFC 8617 section 4.4 knows three states of a chain. One whose keys DNS does not give is not validated, so it must count
 * for nothing; that it may be whole is told as its reason. */
static Said say_arc(const LodgeProofs *proofs)
{
    if (proofs == NULL)
        return (Said){"none", UNCHECKED};
    gboolean is_temporary = g_strcmp0(proofs->arc.result, "temperror") == 0;
    return is_temporary ? (Said){"fail", "DNS did not answer, the chain may be whole"}
                        : (Said){or_none(proofs->arc.result), proofs->arc.reason};
}

static const char *name_signer(const LodgeSmimeProof *smime)
{
    const LodgeSmimeSigner *signer = smime->signer;
    if (signer == NULL)
        return "";
    return signer->emails != NULL && signer->emails[0] != NULL ? signer->emails[0]
                                                               : known(signer->subject);
}

/* ---- for machines ---- */

static void write_from(LodgeJsonWriter *json, const LodgeMessageFacts *message)
{
    const LodgeAddress *single = lodge_message_facts_find_from(message);
    lodge_json_begin_object(json, "from");
    lodge_json_begin_array(json, "addresses");
    for (guint i = 0; i < message->from->len; i++) {
        const LodgeAddress *from = g_ptr_array_index(message->from, i);
        lodge_json_add_string(json, NULL, known(from->address));
    }
    lodge_json_end_array(json);
    lodge_json_add_string(json, "domain", known(single != NULL ? single->domain : NULL));
    lodge_json_end_object(json);
}

static void write_signature(LodgeJsonWriter *json,
                            const LodgeDkimSignature *signature,
                            const LodgeDkimProof *proof)
{
    Said said = say_dkim(proof);
    lodge_json_begin_object(json, NULL);
    lodge_json_add_string(json, "domain", known(signature->domain));
    lodge_json_add_string(json, "selector", known(signature->selector));
    lodge_json_add_string(json, "algorithm", known(signature->algorithm));
    lodge_json_add_string(json, "result", said.result);
    lodge_json_add_string(json, "reason", known(said.reason));
    lodge_json_add_int(json, "body_signed_bytes", MAX(signature->hashed_bytes, 0));
    lodge_json_end_object(json);
}

static void write_dkim(LodgeJsonWriter *json,
                       const LodgeMessageFacts *message,
                       const LodgeAuthentication *authentication)
{
    guint nth = 0;
    lodge_json_begin_array(json, "dkim");
    for (guint i = 0; i < message->signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(message->signatures, i);
        if (signature->field == LODGE_DKIM_SIGNATURE)
            write_signature(json, signature, find_proof(authentication, nth++));
    }
    lodge_json_end_array(json);
}

static void write_arc(LodgeJsonWriter *json, const LodgeProofs *proofs)
{
    Said said = say_arc(proofs);
    lodge_json_begin_object(json, "arc");
    lodge_json_add_string(json, "result", said.result);
    lodge_json_add_strings(
        json, "sealers", proofs != NULL ? (const char *const *)proofs->arc.sealers : NULL);
    lodge_json_add_string(json, "reason", known(said.reason));
    lodge_json_end_object(json);
}

static void write_own_checks(LodgeJsonWriter *json,
                             const LodgeAuthentication *authentication)
{
    const LodgeProofs *proofs = authentication->proofs;
    write_arc(json, proofs);
    lodge_json_begin_object(json, "dmarc");
    lodge_json_add_string(json, "result", authentication->dmarc);
    lodge_json_add_string(json, "policy",
                          known(proofs != NULL ? proofs->dmarc.policy : NULL));
    lodge_json_add_string(json, "domain",
                          known(proofs != NULL ? proofs->dmarc.domain : NULL));
    lodge_json_end_object(json);
    lodge_json_begin_object(json, "smime");
    lodge_json_add_string(json, "result",
                          lodge_smime_verdict_format(authentication->smime.verdict));
    lodge_json_add_string(json, "signer", name_signer(&authentication->smime));
    lodge_json_add_string(json, "reason", known(authentication->smime.reason));
    lodge_json_end_object(json);
}

static void write_authority(LodgeJsonWriter *json, const LodgeAuthority *authority)
{
    lodge_json_begin_object(json, "authority");
    lodge_json_add_string(json, "result", lodge_authority_result_format(authority->result));
    lodge_json_add_string(json, "council", known(authority->council));
    lodge_json_begin_array(json, "why");
    for (guint i = 0; i < authority->ladder->len; i++) {
        const LodgeRung *rung = g_ptr_array_index(authority->ladder, i);
        lodge_json_add_string(json, NULL, known(rung->words));
    }
    lodge_json_end_array(json);
    lodge_json_end_object(json);
}

void lodge_print_authentication_json(const LodgeMessageFacts *message,
                                     const LodgeAuthentication *authentication)
{
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    write_from(json, message);
    write_dkim(json, message, authentication);
    write_own_checks(json, authentication);
    lodge_json_begin_object(json, "trusted_results");
    lodge_json_add_string(json, "source", known(authentication->results_source));
    lodge_json_add_strings(json, "methods", (const char *const *)authentication->results);
    lodge_json_end_object(json);
    write_authority(json, authentication->authority);
    lodge_json_begin_array(json, "findings");
    for (guint i = 0; i < authentication->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(authentication->findings, i);
        lodge_json_add_string(json, NULL, finding->code);
    }
    lodge_json_end_array(json);
    lodge_json_end_object(json);
    lodge_print_json(lodge_json_finish_text(json));
}

/* ---- for people ---- */

/* "label: word, name, reason", without what is empty. */
static void
print_check(const char *label, const char *word, const char *name, const char *reason)
{
    g_autofree char *shown_name = lodge_display_line(known(name), NAME_BYTES);
    g_autofree char *shown_reason = lodge_display_line(known(reason), NAME_BYTES);
    lodge_print("%s: %s%s%s%s%s\n", label, word, *shown_name != '\0' ? ", " : "",
                shown_name, *shown_reason != '\0' ? ", " : "", shown_reason);
}

static void print_dkim(const LodgeMessageFacts *message,
                       const LodgeAuthentication *authentication)
{
    guint nth = 0;
    for (guint i = 0; i < message->signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(message->signatures, i);
        if (signature->field != LODGE_DKIM_SIGNATURE)
            continue;
        Said said = say_dkim(find_proof(authentication, nth++));
        print_check("dkim", said.result, signature->domain, said.reason);
    }
    if (nth == 0)
        print_check("dkim", "none", NULL, "no signature");
}

static void print_own_checks(const LodgeAuthentication *authentication)
{
    const LodgeProofs *proofs = authentication->proofs;
    if (proofs == NULL) {
        lodge_print("arc, dmarc: " UNCHECKED "\n");
    } else {
        g_autofree char *sealers = g_strjoinv(", ", proofs->arc.sealers);
        Said arc = say_arc(proofs);
        print_check("arc", arc.result, sealers, arc.reason);
        print_check("dmarc", authentication->dmarc, proofs->dmarc.domain,
                    proofs->dmarc.policy);
    }
    print_check("smime", lodge_smime_verdict_format(authentication->smime.verdict),
                name_signer(&authentication->smime), authentication->smime.reason);
}

void lodge_print_authentication_words(const LodgeMessageFacts *message,
                                      const LodgeAuthentication *authentication)
{
    const LodgeAuthority *authority = authentication->authority;
    for (guint i = 0; i < message->from->len; i++) {
        const LodgeAddress *from = g_ptr_array_index(message->from, i);
        g_autofree char *shown = lodge_display_line(from->address, NAME_BYTES);
        lodge_print("from: %s\n", shown);
    }
    print_dkim(message, authentication);
    print_own_checks(authentication);
    for (guint i = 0; authentication->results[i] != NULL; i++)
        print_check("our border", known(authentication->results_source),
                    authentication->results[i], NULL);
    print_check("authority", lodge_authority_result_format(authority->result),
                authority->council, NULL);
    for (guint i = 0; i < authority->ladder->len; i++) {
        const LodgeRung *rung = g_ptr_array_index(authority->ladder, i);
        lodge_print("  %s: %s, %s\n", rung->check, rung->result, rung->words);
    }
    for (guint i = 0; i < authentication->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(authentication->findings, i);
        lodge_print("%s: %s\n", finding->code, finding->words);
    }
}
