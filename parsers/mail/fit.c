#include "parsers/mail/fit.h"

#include "parsers/text/limits.h"
#include <string.h>

/* Shares of LODGE_LIMIT_REPORT_BYTES; together they leave room for the members' names. */
#define HEADER_SHARE_BYTES (1100 * 1024)
#define TRACE_SHARE_BYTES (700 * 1024)
#define PARTS_SHARE_BYTES (700 * 1024)
#define ADDRESSES_SHARE_BYTES (400 * 1024)
#define TEXT_SHARE_BYTES (400 * 1024)
#define SMIME_SHARE_BYTES (64 * 1024) /* its members' names included */
#define SIGNATURES_SHARE_BYTES (256 * 1024)
#define SIGNATURE_NAMES_BYTES 640 /* its members' names, numbers and digests */

typedef struct {
    gsize left_bytes;
    gboolean is_exceeded;
} Share;

/* How many bytes JSON takes for the character: see parsers/text/json.c. */
static gsize cost_of(const char *at)
{
    guchar c = (guchar)*at;

    if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t')
        return 2;
    if (c < 0x20 || c == 0x7f || strncmp(at, "\xe2\x80\xa8", 3) == 0 ||
        strncmp(at, "\xe2\x80\xa9", 3) == 0)
        return 6;
    return (gsize)(g_utf8_next_char(at) - at);
}

static void fit_text(char *text, Share *share)
{
    char *at = text;

    while (at != NULL && *at != '\0') {
        gsize cost = cost_of(at);
        if (cost > share->left_bytes) {
            share->is_exceeded = TRUE;
            *at = '\0';
            return;
        }
        share->left_bytes -= cost;
        at = g_utf8_next_char(at);
    }
}

static gboolean fits_whole(const char *text, Share *share)
{
    gsize cost = 0;

    for (const char *at = text; at != NULL && *at != '\0'; at = g_utf8_next_char(at))
        cost += cost_of(at);
    if (cost > share->left_bytes) {
        share->is_exceeded = TRUE;
        return FALSE;
    }
    share->left_bytes -= cost;
    return TRUE;
}

static void fit_header(GPtrArray *header, Share *share)
{
    for (guint i = 0; i < header->len; i++) {
        LodgeHeaderField *field = g_ptr_array_index(header, i);
        fit_text(field->name, share);
        fit_text(field->value, share);
        fit_text(field->raw, share);
    }
}

/* A whole address or none: what follows the first that does not fit is dropped. */
static void fit_addresses(GPtrArray *addresses, Share *share)
{
    for (guint i = 0; i < addresses->len; i++) {
        LodgeAddress *address = g_ptr_array_index(addresses, i);
        if (!fits_whole(address->address, share) || !fits_whole(address->domain, share)) {
            g_ptr_array_set_size(addresses, (int)i);
            return;
        }
        fit_text(address->display_name, share);
    }
}

/* A verdict that does not fit whole is none. */
static gboolean fits_results(const LodgeAuthenticationResults *results, Share *share)
{
    gboolean fits = fits_whole(results->authserv_id, share);

    for (guint i = 0; fits && i < results->methods->len; i++) {
        const LodgeAuthenticationMethod *method = g_ptr_array_index(results->methods, i);
        fits = fits_whole(method->method, share) && fits_whole(method->result, share) &&
               fits_whole(method->reason, share) && share->left_bytes > 80;
        share->left_bytes -= fits ? 80 : 0; /* its members' names */
        for (guint j = 0; fits && j < method->properties->len; j++) {
            const LodgeAuthenticationProperty *property =
                g_ptr_array_index(method->properties, j);
            fits = fits_whole(property->ptype, share) &&
                   fits_whole(property->property, share) &&
                   fits_whole(property->value, share) && share->left_bytes > 40;
            share->left_bytes -= fits ? 40 : 0;
        }
    }
    share->is_exceeded |= !fits;
    return fits;
}

static void fit_trace(LodgeMessageFacts *facts, Share *share)
{
    for (guint i = 0; i < facts->authentication_results->len; i++) {
        LodgeAuthenticationResults *results =
            g_ptr_array_index(facts->authentication_results, i);
        if (!fits_results(results, share)) {
            g_ptr_array_set_size(results->methods, 0);
            results->well_formed = FALSE;
        }
        fit_text(results->text, share);
    }
    for (guint i = 0; i < facts->received->len; i++) {
        LodgeReceived *received = g_ptr_array_index(facts->received, i);
        char *texts[] = {received->by, received->helo, received->peer_name, received->with,
                         received->text};
        for (guint j = 0; j < G_N_ELEMENTS(texts); j++)
            fit_text(texts[j], share);
    }
}

static gboolean fits_signature(const LodgeDkimSignature *signature, Share *share)
{
    const char *texts[] = {signature->reason,    signature->algorithm, signature->domain,
                           signature->selector,  signature->identity,  signature->query,
                           signature->body_hash, signature->signature, signature->chain};
    gboolean fits = share->left_bytes > SIGNATURE_NAMES_BYTES;

    share->left_bytes -= fits ? SIGNATURE_NAMES_BYTES : 0;
    for (guint i = 0; fits && i < G_N_ELEMENTS(texts); i++)
        fits = fits_whole(texts[i], share);
    for (guint i = 0; fits && signature->signed_headers[i] != NULL; i++) {
        fits = fits_whole(signature->signed_headers[i], share) && share->left_bytes > 3;
        share->left_bytes -= fits ? 3 : 0;
    }
    share->is_exceeded |= !fits;
    return fits;
}

/* A signature that does not fit whole is there, and cannot be checked. */
static void fit_signatures(LodgeMessageFacts *facts, Share *share)
{
    for (guint i = 0; i < facts->arc_results->len; i++) {
        LodgeArcResults *arc = g_ptr_array_index(facts->arc_results, i);
        if (!fits_results(arc->results, share)) {
            g_ptr_array_set_size(arc->results->methods, 0);
            arc->results->well_formed = FALSE;
        }
        fit_text(arc->results->text, share);
    }
    for (guint i = 0; i < facts->signatures->len; i++) {
        LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, i);
        if (fits_signature(signature, share))
            continue;
        LodgeDkimSignature *bare = lodge_dkim_signature_new(signature->field);
        bare->position = signature->position;
        bare->instance = signature->instance;
        lodge_dkim_signature_settle(bare, "neutral", "too long to be reported");
        lodge_dkim_signature_free(signature);
        g_ptr_array_index(facts->signatures, i) = bare;
    }
}

/* Names, dates and digest of a certificate; names and words of a signer. */
#define CERTIFICATE_FRAME_BYTES 220
#define SIGNER_FRAME_BYTES 400

static gboolean fits_frame(gsize bytes, Share *share)
{
    gboolean fits = share->left_bytes >= bytes;
    share->left_bytes -= fits ? bytes : 0;
    share->is_exceeded |= !fits;
    return fits;
}

static gboolean fits_all(GStrv texts, Share *share)
{
    gboolean fits = TRUE;
    for (guint i = 0; fits && texts[i] != NULL; i++)
        fits = fits_whole(texts[i], share) && fits_frame(3, share);
    return fits;
}

static gboolean fits_signer(const LodgeSmimeSigner *signer, Share *share)
{
    gboolean fits =
        fits_frame(SIGNER_FRAME_BYTES, share) && fits_whole(signer->why, share) &&
        fits_whole(signer->digest, share) && fits_whole(signer->algorithm, share) &&
        fits_whole(signer->subject, share) && fits_whole(signer->issuer, share) &&
        fits_whole(signer->serial, share) && fits_all(signer->emails, share) &&
        fits_all(signer->key_usage, share) && fits_all(signer->extended_key_usage, share);

    for (guint i = 0; fits && i < signer->chain->len; i++) {
        const LodgeSmimeCertificate *certificate = g_ptr_array_index(signer->chain, i);
        fits = fits_frame(CERTIFICATE_FRAME_BYTES, share) &&
               fits_whole(certificate->subject, share);
    }
    return fits;
}

/* A layer whose signers do not fit whole says nothing of them. */
static void fit_smime(GPtrArray *layers, Share *share)
{
    for (guint i = 0; i < layers->len; i++) {
        LodgeSmimeLayer *layer = g_ptr_array_index(layers, i);
        gboolean fits = TRUE;
        for (guint j = 0; fits && j < layer->signers->len; j++)
            fits = fits_signer(g_ptr_array_index(layer->signers, j), share);
        if (!fits) {
            g_ptr_array_set_size(layer->signers, 0);
            layer->result = LODGE_SMIME_LIMIT;
        }
        fit_text(layer->path, share);
    }
}

static void fit_parts(GPtrArray *parts, Share *share)
{
    for (guint i = 0; i < parts->len; i++) {
        LodgePart *part = g_ptr_array_index(parts, i);
        char *texts[] = {part->path,        part->declared_type, part->sniffed_type,
                         part->disposition, part->charset,       part->content_id,
                         part->name,        part->raw_name};
        for (guint j = 0; j < G_N_ELEMENTS(texts); j++)
            fit_text(texts[j], share);
    }
}

static void fit_texts(LodgeMessageFacts *facts, Share *share)
{
    fit_text(facts->message_id, share);
    fit_text(facts->subject, share);
    fit_text(facts->return_path, share);
    for (guint i = 0; facts->in_reply_to[i] != NULL; i++)
        fit_text(facts->in_reply_to[i], share);
    for (guint i = 0; facts->references[i] != NULL; i++)
        fit_text(facts->references[i], share);
    fit_text(facts->body_text, share);
}

void lodge_fit_message(LodgeMessageFacts *facts, LodgeMarks *marks)
{
    Share header = {HEADER_SHARE_BYTES, FALSE};
    Share trace = {TRACE_SHARE_BYTES, FALSE};
    Share parts = {PARTS_SHARE_BYTES, FALSE};
    Share addresses = {ADDRESSES_SHARE_BYTES, FALSE};
    Share texts = {TEXT_SHARE_BYTES, FALSE};
    Share signatures = {SIGNATURES_SHARE_BYTES, FALSE};
    Share smime = {SMIME_SHARE_BYTES, FALSE};

    fit_header(facts->header, &header);
    fit_trace(facts, &trace);
    fit_parts(facts->parts, &parts);
    fit_addresses(facts->from, &addresses);
    fit_addresses(facts->reply_to, &addresses);
    fit_addresses(facts->to, &addresses);
    fit_addresses(facts->cc, &addresses);
    fit_texts(facts, &texts);
    fit_signatures(facts, &signatures);
    fit_smime(facts->smime, &smime);
    if (header.is_exceeded || trace.is_exceeded || parts.is_exceeded ||
        addresses.is_exceeded || texts.is_exceeded || signatures.is_exceeded ||
        smime.is_exceeded)
        lodge_marks_add_limit(marks, "report-bytes");
}
