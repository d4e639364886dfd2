#include "parsers/mail/dkim_signature.h"

#include "parsers/mail/dkim_domain.h"
#include "parsers/text/base64.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include "parsers/text/tag_list.h"
#include <string.h>

static const char too_many_names[] = "h= names too many header fields";

/* Each reads one tag (NULL: absent) and returns NULL or what is wrong with it. */
typedef const char *(*TagReader)(LodgeDkimSignature *signature, const LodgeTag *tag);

static char *text_of(const LodgeTag *tag)
{
    return lodge_display_utf8(tag->value, tag->value_size);
}

/* ---- names ---- */

/* sig-d-tag = %x64 [FWS] "=" [FWS] domain-name */
static const char *read_domain(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL)
        return "no d=";
    g_autofree char *text = text_of(tag);
    signature->domain = g_ascii_strdown(text, -1);
    return lodge_dkim_domain_is_name(tag->value, tag->value_size, 2)
               ? NULL
               : "d= is not a domain name";
}

/* sig-s-tag = %x73 [FWS] "=" [FWS] selector; selector = sub-domain *( "." sub-domain ) */
static const char *read_selector(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL)
        return "no s=";
    signature->selector = text_of(tag);
    return lodge_dkim_domain_is_name(tag->value, tag->value_size, 1)
               ? NULL
               : "s= is not a selector";
}

/* sig-i-tag = %x69 [FWS] "=" [FWS] [ Local-part ] "@" domain-name */
static const char *read_identity(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL) {
        if (signature->domain != NULL)
            signature->identity = g_strconcat("@", signature->domain, NULL);
        return NULL;
    }
    g_autofree char *text = lodge_tag_compact(tag);
    gboolean is_identity = lodge_dkim_identity_decode(text);
    signature->identity = lodge_display_utf8(text, strlen(text));
    if (!is_identity)
        return "i= is not an identity";
    return signature->domain == NULL ||
                   lodge_dkim_identity_is_within(text, signature->domain)
               ? NULL
               : "i= is not within d=";
}

/* instance = 1*2DIGIT, 1 to 50 (RFC 8617 section 4.2.1) */
static const char *read_instance(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    guint instance = 0;

    if (tag == NULL)
        return "no i=";
    for (gsize i = 0; i < tag->value_size; i++) {
        if (i == 2 || !g_ascii_isdigit(tag->value[i]))
            return "i= is not an instance";
        instance = instance * 10 + (guint)(tag->value[i] - '0');
    }
    if (instance == 0 || instance > LODGE_LIMIT_ARC_INSTANCES)
        return "i= is not an instance";
    signature->instance = instance;
    return NULL;
}

/* ---- words ---- */

static const char *read_version(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    (void)signature;
    if (tag == NULL)
        return "no v=";
    return lodge_tag_is(tag, "1") ? NULL : "v= is not 1";
}

static const char *read_algorithm(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL)
        return "no a=";
    signature->algorithm = text_of(tag);
    if (lodge_tag_is(tag, "rsa-sha256") || lodge_tag_is(tag, "ed25519-sha256"))
        return NULL;
    if (lodge_tag_is(tag, "rsa-sha1") && signature->field == LODGE_DKIM_SIGNATURE)
        return NULL;
    return "a= is not an algorithm that we admit";
}

/* sig-c-tag = %x63 [FWS] "=" [FWS] sig-c-tag-alg ["/" sig-c-tag-alg] */
static const char *read_canonicalisation(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    const struct {
        const char *word;
        gboolean relaxed_header, relaxed_body;
    } words[] = {{"simple", FALSE, FALSE},        {"simple/simple", FALSE, FALSE},
                 {"simple/relaxed", FALSE, TRUE}, {"relaxed", TRUE, FALSE},
                 {"relaxed/simple", TRUE, FALSE}, {"relaxed/relaxed", TRUE, TRUE}};

    if (tag == NULL)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (lodge_tag_is(tag, words[i].word)) {
            signature->relaxed_header = words[i].relaxed_header;
            signature->relaxed_body = words[i].relaxed_body;
            return NULL;
        }
    }
    return "c= is not a canonicalisation";
}

/* Of several query methods those unknown are passed over; "dns/txt" is the one there is. */
static const char *read_query(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL)
        return NULL;
    g_autofree char *text = lodge_tag_compact(tag);
    g_auto(GStrv) methods = g_strsplit(text, ":", LODGE_LIMIT_DKIM_NAMES);
    signature->query = lodge_display_utf8(text, strlen(text));
    return g_strv_contains((const char *const *)methods, "dns/txt")
               ? NULL
               : "q= has no method that we know";
}

static const char *read_chain(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL)
        return "no cv=";
    signature->chain = text_of(tag);
    return lodge_tag_is(tag, "none") || lodge_tag_is(tag, "pass") ||
                   lodge_tag_is(tag, "fail")
               ? NULL
               : "cv= is not a chain status";
}

/* ---- header fields ---- */

/* hdr-name = field-name, without the ";" */
static gboolean is_header_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (*at < 0x21 || *at == 0x7f)
            return FALSE;
    }
    return name[0] != '\0';
}

static const char *check_names(const LodgeDkimSignature *signature)
{
    const char *const *names = (const char *const *)signature->signed_headers;

    if (signature->field == LODGE_DKIM_ARC_SIGNATURE)
        return g_strv_contains(names, "arc-seal") ? "h= names ARC-Seal" : NULL;
    return g_strv_contains(names, "from") ? NULL : "From is not signed";
}

/* In lower case and without the white space around them; NULL: one is no name. */
static GStrv take_names(const LodgeTag *tag, gboolean may_be_empty)
{
    g_autofree char *text = g_strndup(tag->value, tag->value_size);
    g_auto(GStrv) parts = g_strsplit(text, ":", LODGE_LIMIT_DKIM_NAMES + 1);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; parts[i] != NULL; i++) {
        g_autofree char *name = g_ascii_strdown(g_strstrip(parts[i]), -1);
        if (name[0] == '\0' && may_be_empty)
            continue;
        if (!is_header_name(name))
            return NULL;
        g_ptr_array_add(names, g_steal_pointer(&name));
    }
    g_ptr_array_add(names, NULL);
    g_ptr_array_set_free_func(names, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* sig-h-tag = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name ) */
static const char *read_names(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (signature->field == LODGE_DKIM_ARC_SEAL)
        return tag != NULL ? "a seal has no h=" : NULL;
    if (tag == NULL)
        return "no h=";
    GStrv names = take_names(tag, signature->field == LODGE_DKIM_ARC_SIGNATURE);
    if (names == NULL)
        return "h= is not a list of header fields";
    if (g_strv_length(names) > LODGE_LIMIT_DKIM_NAMES) {
        g_strfreev(names);
        return too_many_names;
    }
    g_strfreev(signature->signed_headers);
    signature->signed_headers = names;
    return check_names(signature);
}

/* ---- numbers ---- */

static gboolean take_digits(const LodgeTag *tag, gsize most, gint64 *number_out)
{
    gint64 number = 0;

    if (tag->value_size == 0 || tag->value_size > most)
        return FALSE;
    for (gsize i = 0; i < tag->value_size; i++) {
        if (!g_ascii_isdigit(tag->value[i]))
            return FALSE;
        gint64 digit = tag->value[i] - '0';
        number = number > (G_MAXINT64 - digit) / 10 ? G_MAXINT64 : number * 10 + digit;
    }
    *number_out = number;
    return TRUE;
}

/* sig-l-tag = %x6c [FWS] "=" [FWS] 1*76DIGIT */
static const char *read_limit(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    return tag == NULL || take_digits(tag, 76, &signature->body_limit)
               ? NULL
               : "l= is not a number";
}

/* sig-t-tag = %x74 [FWS] "=" [FWS] 1*12DIGIT */
static const char *read_signed(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    return tag == NULL || take_digits(tag, 12, &signature->signed_s) ? NULL
                                                                     : "t= is not a time";
}

/* sig-x-tag = %x78 [FWS] "=" [FWS] 1*12DIGIT, later than t= */
static const char *read_expires(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    if (tag == NULL)
        return NULL;
    if (!take_digits(tag, 12, &signature->expires_s))
        return "x= is not a time";
    return signature->expires_s > signature->signed_s ? NULL : "x= is not after t=";
}

/* ---- base64 ---- */

static const char *read_base64(const LodgeTag *tag, const char *what, char **text_out)
{
    if (tag == NULL)
        return what;
    g_autofree char *text = lodge_tag_compact(tag);
    g_autoptr(GBytes) bytes = lodge_base64_decode(text, strlen(text));
    *text_out = lodge_display_utf8(text, strlen(text));
    return bytes != NULL ? NULL : what;
}

static const char *read_signature(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    return read_base64(tag, tag == NULL ? "no b=" : "b= is not base64",
                       &signature->signature);
}

static const char *read_body_hash(LodgeDkimSignature *signature, const LodgeTag *tag)
{
    return read_base64(tag, tag == NULL ? "no bh=" : "bh= is not base64",
                       &signature->body_hash);
}

/* ---- the field ---- */

#define IN_DKIM (1u << LODGE_DKIM_SIGNATURE)
#define IN_ARC (1u << LODGE_DKIM_ARC_SIGNATURE | 1u << LODGE_DKIM_ARC_SEAL)
#define IN_SEAL (1u << LODGE_DKIM_ARC_SEAL)
#define IN_MESSAGE (1u << LODGE_DKIM_SIGNATURE | 1u << LODGE_DKIM_ARC_SIGNATURE)
#define IN_ALL (IN_DKIM | IN_ARC)

/* In this order: i= is compared with d=, x= with t=. */
static const struct {
    const char *name;
    guint fields;
    TagReader read;
} readers[] = {
    {"v", IN_DKIM, read_version},    {"i", IN_ARC, read_instance},
    {"a", IN_ALL, read_algorithm},   {"c", IN_MESSAGE, read_canonicalisation},
    {"d", IN_ALL, read_domain},      {"s", IN_ALL, read_selector},
    {"h", IN_ALL, read_names},       {"i", IN_DKIM, read_identity},
    {"cv", IN_SEAL, read_chain},     {"l", IN_MESSAGE, read_limit},
    {"q", IN_MESSAGE, read_query},   {"t", IN_ALL, read_signed},
    {"x", IN_MESSAGE, read_expires}, {"bh", IN_MESSAGE, read_body_hash},
    {"b", IN_ALL, read_signature},
};

static void read_tags(LodgeDkimSignature *signature, const LodgeTagList *tags)
{
    for (guint i = 0; i < G_N_ELEMENTS(readers); i++) {
        if ((readers[i].fields & 1u << signature->field) == 0)
            continue;
        const char *reason =
            readers[i].read(signature, lodge_tag_list_find(tags, readers[i].name));
        if (reason != NULL)
            lodge_dkim_signature_settle(
                signature, reason == too_many_names ? "neutral" : "permerror", reason);
    }
}

LodgeDkimSignature *lodge_dkim_signature_parse(LodgeDkimField kind,
                                               const LodgeCanonField *field,
                                               LodgeDkimHole *hole_out)
{
    LodgeDkimSignature *signature = lodge_dkim_signature_new(kind);
    const char *value = field->bytes + field->colon + 1;
    gsize size = field->size - field->colon - 1 - 2;
    LodgeTagList tags;
    const char *reason = NULL;

    *hole_out = (LodgeDkimHole){0, 0};
    if (size > LODGE_LIMIT_VALUE_BYTES) {
        lodge_dkim_signature_settle(signature, "neutral", "the field is too long");
        return signature;
    }
    if (!lodge_tag_list_parse(value, size, &tags, &reason))
        lodge_dkim_signature_settle(signature, "permerror", reason);
    read_tags(signature, &tags);
    const LodgeTag *own = lodge_tag_list_find(&tags, "b");
    if (own != NULL)
        *hole_out = (LodgeDkimHole){(gsize)(own->raw - field->bytes), own->raw_size};
    return signature;
}

gboolean lodge_dkim_signature_is_sha1(const LodgeDkimSignature *signature)
{
    return g_strcmp0(signature->algorithm, "rsa-sha1") == 0;
}
