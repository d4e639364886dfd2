/* The S/MIME layers in a report. A message without any has no such member, as in older readings. */
#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"

/* A byte that is no UTF-8 becomes three. */
#define TEXT_MAX_BYTES (3 * LODGE_LIMIT_SMIME_TEXT_BYTES)
#define CHAIN_MAX (LODGE_LIMIT_SMIME_CERTIFICATES + 2) /* the signer's and the anchor */
#define USAGES_MAX 32

static void write_certificate(LodgeJsonWriter *writer, const LodgeSmimeCertificate *facts)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "sha256", facts->sha256);
    lodge_json_add_string(writer, "subject", facts->subject);
    lodge_json_add_instant(writer, "not_before", facts->not_before_us);
    lodge_json_add_instant(writer, "not_after", facts->not_after_us);
    lodge_json_end_object(writer);
}

/* null: not limited. */
static void
write_usage(LodgeJsonWriter *writer, const char *name, gboolean is_there, GStrv usage)
{
    if (is_there)
        lodge_json_add_strings(writer, name, (const char *const *)usage);
    else
        lodge_json_add_null(writer, name);
}

static void write_signer(LodgeJsonWriter *writer, const LodgeSmimeSigner *signer)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "result", lodge_smime_result_format(signer->result));
    lodge_json_add_string(writer, "why", signer->why);
    lodge_json_add_string(writer, "digest", signer->digest);
    lodge_json_add_string(writer, "algorithm", signer->algorithm);
    lodge_json_add_string(writer, "subject", signer->subject);
    lodge_json_add_string(writer, "issuer", signer->issuer);
    lodge_json_add_string(writer, "serial", signer->serial);
    lodge_json_add_strings(writer, "emails", (const char *const *)signer->emails);
    write_usage(writer, "key_usage", signer->has_key_usage, signer->key_usage);
    write_usage(writer, "extended_key_usage", signer->has_extended_key_usage,
                signer->extended_key_usage);
    lodge_json_add_bool(writer, "suits_mail", signer->suits_mail);
    lodge_json_add_instant(writer, "signing_time", signer->signing_time_us);
    lodge_json_begin_array(writer, "chain");
    for (guint i = 0; i < signer->chain->len; i++)
        write_certificate(writer, g_ptr_array_index(signer->chain, i));
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
}

void report_write_smime(LodgeJsonWriter *writer, const GPtrArray *layers)
{
    if (layers->len == 0)
        return;
    lodge_json_begin_array(writer, "smime");
    for (guint i = 0; i < layers->len; i++) {
        const LodgeSmimeLayer *layer = g_ptr_array_index(layers, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "path", layer->path);
        lodge_json_add_string(writer, "form", lodge_smime_form_format(layer->form));
        lodge_json_add_bool(writer, "at_root", layer->at_root);
        lodge_json_add_string(writer, "result", lodge_smime_result_format(layer->result));
        lodge_json_begin_array(writer, "signers");
        for (guint j = 0; j < layer->signers->len; j++)
            write_signer(writer, g_ptr_array_index(layer->signers, j));
        lodge_json_end_array(writer);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static LodgeSmimeResult read_result(LodgeJsonDocument *document,
                                    const LodgeJsonNode *object)
{
    LodgeSmimeResult result = LODGE_SMIME_UNREADABLE;
    const char *word = lodge_json_get_string(document, object, "result");

    if (word != NULL && !lodge_smime_result_parse(word, &result))
        lodge_json_fail(document, "result is none of S/MIME");
    return result;
}

static LodgeSmimeForm read_form(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    LodgeSmimeForm form = LODGE_SMIME_OTHER;
    const char *word = lodge_json_get_string(document, object, "form");

    if (word != NULL && !lodge_smime_form_parse(word, &form))
        lodge_json_fail(document, "form is none of S/MIME");
    return form;
}

static char *
read_text(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    return report_read_text(document, object, name, TEXT_MAX_BYTES);
}

static GStrv read_usage(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name,
                        gboolean *is_there_out)
{
    *is_there_out = lodge_json_get_optional_array(document, object, name) != NULL;
    if (!*is_there_out)
        return g_new0(char *, 1);
    return report_read_texts(document, object, name, USAGES_MAX, TEXT_MAX_BYTES);
}

static void
read_chain(LodgeJsonDocument *document, const LodgeJsonNode *object, GPtrArray *chain)
{
    const LodgeJsonNode *array = report_read_array(document, object, "chain", CHAIN_MAX);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;

    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        g_autofree char *subject = read_text(document, node, "subject");
        LodgeSmimeCertificate *certificate = lodge_smime_certificate_new(subject);
        g_ptr_array_add(chain, certificate);
        report_read_digest(document, node, "sha256", FALSE, certificate->sha256);
        certificate->not_before_us = lodge_json_get_instant(document, node, "not_before");
        certificate->not_after_us = lodge_json_get_instant(document, node, "not_after");
    }
}

static LodgeSmimeSigner *read_signer(LodgeJsonDocument *document,
                                     const LodgeJsonNode *object)
{
    LodgeSmimeSigner *signer = lodge_smime_signer_new();
    const struct {
        char **place;
        const char *name;
    } texts[] = {{&signer->why, "why"},         {&signer->digest, "digest"},
                 {&signer->subject, "subject"}, {&signer->algorithm, "algorithm"},
                 {&signer->issuer, "issuer"},   {&signer->serial, "serial"}};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(*texts[i].place);
        *texts[i].place = read_text(document, object, texts[i].name);
    }
    signer->result = read_result(document, object);
    g_strfreev(signer->emails);
    signer->emails = report_read_texts(document, object, "emails", LODGE_LIMIT_SMIME_EMAILS,
                                       TEXT_MAX_BYTES);
    g_strfreev(signer->key_usage);
    signer->key_usage = read_usage(document, object, "key_usage", &signer->has_key_usage);
    g_strfreev(signer->extended_key_usage);
    signer->extended_key_usage =
        read_usage(document, object, "extended_key_usage", &signer->has_extended_key_usage);
    signer->suits_mail = lodge_json_get_bool(document, object, "suits_mail");
    signer->signing_time_us = lodge_json_get_instant(document, object, "signing_time");
    read_chain(document, object, signer->chain);
    return signer;
}

static void
read_layer(LodgeJsonDocument *document, const LodgeJsonNode *object, GPtrArray *layers)
{
    g_autofree char *path =
        report_read_text(document, object, "path", LODGE_LIMIT_HEADER_FIELD_BYTES);
    LodgeSmimeLayer *layer = lodge_smime_layer_new(path, read_form(document, object));
    g_ptr_array_add(layers, layer);
    layer->at_root = lodge_json_get_bool(document, object, "at_root");
    layer->result = read_result(document, object);

    const LodgeJsonNode *array =
        report_read_array(document, object, "signers", LODGE_LIMIT_SMIME_SIGNERS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(layer->signers,
                        read_signer(document, lodge_json_array_object(document, array, i)));
}

void report_read_smime(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       GPtrArray *layers)
{
    if (lodge_json_get_optional_array(document, object, "smime") == NULL)
        return;
    const LodgeJsonNode *array =
        report_read_array(document, object, "smime", LODGE_LIMIT_SMIME_LAYERS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++)
        read_layer(document, lodge_json_array_object(document, array, i), layers);
}
