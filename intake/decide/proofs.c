#include "intake/decide/proofs.h"

#include "intake/decide/json_count.h"
#include <string.h>

static void free_dkim(gpointer data)
{
    LodgeDkimProof *proof = data;
    g_free(proof->domain);
    g_free(proof->selector);
    g_free(proof->algorithm);
    g_free(proof->result);
    g_free(proof->reason);
    g_free(proof->crypto);
    g_free(proof);
}

LodgeProofs *lodge_proofs_new(void)
{
    LodgeProofs *proofs = g_new0(LodgeProofs, 1);
    proofs->dkim = g_ptr_array_new_with_free_func(free_dkim);
    proofs->arc.sealers = g_new0(char *, 1);
    proofs->arc.dmarc_pass = g_new0(char *, 1);
    proofs->arc.dkim_pass = g_new0(char *, 1);
    return proofs;
}

void lodge_proofs_free(LodgeProofs *proofs)
{
    if (proofs == NULL)
        return;
    g_ptr_array_unref(proofs->dkim);
    g_free(proofs->arc.result);
    g_free(proofs->arc.reason);
    g_strfreev(proofs->arc.sealers);
    g_strfreev(proofs->arc.dmarc_pass);
    g_strfreev(proofs->arc.dkim_pass);
    g_free(proofs->dmarc.result);
    g_free(proofs->dmarc.domain);
    g_free(proofs->dmarc.policy);
    g_free(proofs);
}

LodgeDkimProof *lodge_proofs_add_dkim(LodgeProofs *proofs)
{
    LodgeDkimProof *proof = g_new0(LodgeDkimProof, 1);
    g_ptr_array_add(proofs->dkim, proof);
    return proof;
}

/* ---- stored form ---- */

static void write_dkim(LodgeJsonWriter *json, const LodgeDkimProof *proof)
{
    lodge_json_begin_object(json, NULL);
    lodge_json_add_string(json, "domain", proof->domain);
    lodge_json_add_string(json, "selector", proof->selector);
    lodge_json_add_string(json, "algorithm", proof->algorithm);
    lodge_json_add_string(json, "result", proof->result);
    lodge_json_add_string(json, "reason", proof->reason);
    lodge_json_add_string(json, "crypto", proof->crypto);
    lodge_json_add_int(json, "key_bits", proof->key_bits);
    lodge_json_add_bool(json, "whole", proof->is_whole);
    lodge_json_add_bool(json, "signs_from", proof->signs_from);
    lodge_json_add_bool(json, "testing", proof->is_testing);
    lodge_json_end_object(json);
}

static void write_arc(LodgeJsonWriter *json, const LodgeArcProof *arc)
{
    lodge_json_begin_object(json, "arc");
    lodge_json_add_string(json, "result", arc->result);
    lodge_json_add_string(json, "reason", arc->reason);
    lodge_json_add_strings(json, "sealers", (const char *const *)arc->sealers);
    lodge_json_add_bool(json, "covers", arc->covers);
    lodge_json_add_strings(json, "dmarc_pass", (const char *const *)arc->dmarc_pass);
    lodge_json_add_strings(json, "dkim_pass", (const char *const *)arc->dkim_pass);
    lodge_json_end_object(json);
}

void lodge_proofs_write(const LodgeProofs *proofs, LodgeJsonWriter *json, const char *name)
{
    lodge_json_begin_object(json, name);
    lodge_json_begin_array(json, "dkim");
    for (guint i = 0; i < proofs->dkim->len; i++)
        write_dkim(json, g_ptr_array_index(proofs->dkim, i));
    lodge_json_end_array(json);
    write_arc(json, &proofs->arc);
    lodge_json_begin_object(json, "dmarc");
    lodge_json_add_string(json, "result", proofs->dmarc.result);
    lodge_json_add_string(json, "domain", proofs->dmarc.domain);
    lodge_json_add_string(json, "policy", proofs->dmarc.policy);
    lodge_json_end_object(json);
    lodge_json_end_object(json);
}

static char *get_text(LodgeJsonDocument *json, const LodgeJsonNode *node, const char *name)
{
    return g_strdup(lodge_json_get_optional_string(json, node, name));
}

static void
read_dkim(LodgeJsonDocument *json, const LodgeJsonNode *node, LodgeProofs *proofs)
{
    LodgeDkimProof *proof = lodge_proofs_add_dkim(proofs);
    proof->domain = get_text(json, node, "domain");
    proof->selector = get_text(json, node, "selector");
    proof->algorithm = get_text(json, node, "algorithm");
    proof->result = g_strdup(lodge_json_get_string(json, node, "result"));
    proof->reason = get_text(json, node, "reason");
    proof->crypto = get_text(json, node, "crypto");
    proof->key_bits = lodge_json_get_count(json, node, "key_bits");
    proof->is_whole = lodge_json_get_bool(json, node, "whole");
    proof->signs_from = lodge_json_get_bool(json, node, "signs_from");
    proof->is_testing = lodge_json_get_bool(json, node, "testing");
}

static void read_arc(LodgeJsonDocument *json, const LodgeJsonNode *root, LodgeArcProof *arc)
{
    const LodgeJsonNode *node = lodge_json_get_object(json, root, "arc");
    arc->result = get_text(json, node, "result");
    arc->reason = get_text(json, node, "reason");
    arc->covers = lodge_json_get_bool(json, node, "covers");
    g_strfreev(arc->sealers);
    g_strfreev(arc->dmarc_pass);
    g_strfreev(arc->dkim_pass);
    arc->sealers = lodge_json_get_strings(json, node, "sealers");
    arc->dmarc_pass = lodge_json_get_strings(json, node, "dmarc_pass");
    arc->dkim_pass = lodge_json_get_strings(json, node, "dkim_pass");
}

LodgeProofs *
lodge_proofs_read(LodgeJsonDocument *json, const LodgeJsonNode *root, const char *name)
{
    const LodgeJsonNode *node = lodge_json_get_optional_object(json, root, name);
    if (node == NULL)
        return NULL;
    LodgeProofs *proofs = lodge_proofs_new();
    const LodgeJsonNode *dkim = lodge_json_get_array(json, node, "dkim");
    for (guint i = 0; dkim != NULL && i < lodge_json_array_length(dkim); i++)
        read_dkim(json, lodge_json_array_object(json, dkim, i), proofs);
    read_arc(json, node, &proofs->arc);
    const LodgeJsonNode *dmarc = lodge_json_get_object(json, node, "dmarc");
    proofs->dmarc.result = get_text(json, dmarc, "result");
    proofs->dmarc.domain = get_text(json, dmarc, "domain");
    proofs->dmarc.policy = get_text(json, dmarc, "policy");
    return proofs;
}

/* ---- what they prove ---- */

/* Exactly this domain: relaxed alignment would let one council vouch for another. */
static gboolean is_of(const LodgeDkimProof *proof, const char *domain)
{
    return proof->domain != NULL && g_ascii_strcasecmp(proof->domain, domain) == 0;
}

static gboolean could_prove(const LodgeDkimProof *proof, const char *domain)
{
    return is_of(proof, domain) && proof->is_whole && proof->signs_from;
}

gboolean lodge_proofs_has_dkim_pass(const LodgeProofs *proofs, const char *domain)
{
    for (guint i = 0; proofs != NULL && i < proofs->dkim->len; i++) {
        const LodgeDkimProof *proof = g_ptr_array_index(proofs->dkim, i);
        if (could_prove(proof, domain) && !proof->is_testing &&
            g_strcmp0(proof->result, "pass") == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean has_domain(const GStrv domains, const char *domain)
{
    for (gsize i = 0; domains[i] != NULL; i++)
        if (g_ascii_strcasecmp(domains[i], domain) == 0)
            return TRUE;
    return FALSE;
}

/* Anybody may make a chain of his own: all of its sealers must be trusted. */
static gboolean are_trusted(const LodgeArcProof *arc, const char *const *trusted)
{
    for (gsize i = 0; arc->sealers[i] != NULL; i++)
        if (!has_domain((GStrv)trusted, arc->sealers[i]))
            return FALSE;
    return arc->sealers[0] != NULL;
}

gboolean lodge_proofs_has_arc_pass(const LodgeProofs *proofs,
                                   const char *const *trusted,
                                   const char *domain)
{
    if (proofs == NULL || g_strcmp0(proofs->arc.result, "pass") != 0)
        return FALSE;
    const LodgeArcProof *arc = &proofs->arc;
    return arc->covers && are_trusted(arc, trusted) &&
           (has_domain(arc->dmarc_pass, domain) || has_domain(arc->dkim_pass, domain));
}

gboolean lodge_proofs_may_pass_later(const LodgeProofs *proofs,
                                     const char *const *trusted,
                                     const char *domain)
{
    for (guint i = 0; proofs != NULL && i < proofs->dkim->len; i++) {
        const LodgeDkimProof *proof = g_ptr_array_index(proofs->dkim, i);
        if (could_prove(proof, domain) && g_strcmp0(proof->result, "temperror") == 0)
            return TRUE;
    }
    return proofs != NULL && trusted[0] != NULL &&
           g_strcmp0(proofs->arc.result, "temperror") == 0;
}
