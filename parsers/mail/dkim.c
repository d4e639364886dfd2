#include "parsers/mail/dkim.h"

#include "parsers/mail/arc_results.h"
#include "parsers/mail/dkim_body.h"
#include "parsers/mail/dkim_header.h"
#include "parsers/mail/dkim_signature.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <string.h>

typedef struct {
    LodgeDkimSignature *facts; /* borrowed */
    LodgeDkimHole hole;
} Found;

typedef struct {
    LodgeMessageFacts *facts;
    LodgeMarks *marks;
    const LodgeHeaderBlock *block;
    LodgeDkimHeader *header; /* NULL: too large */
    GArray *found;           /* Found, top first */
    guint counts[3];         /* by LodgeDkimField */
} Reader;

static const struct {
    const char *name;
    LodgeDkimField field;
    guint limit;
    const char *mark;
} signature_fields[] = {
    {"DKIM-Signature", LODGE_DKIM_SIGNATURE, LODGE_LIMIT_DKIM_SIGNATURES,
     "dkim-signatures"},
    {"ARC-Message-Signature", LODGE_DKIM_ARC_SIGNATURE, LODGE_LIMIT_ARC_INSTANCES,
     "arc-sets"},
    {"ARC-Seal", LODGE_DKIM_ARC_SEAL, LODGE_LIMIT_ARC_INSTANCES, "arc-sets"},
};

/* Its index in signature_fields, or -1. */
static int find_signature_field(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(signature_fields); i++) {
        if (g_ascii_strcasecmp(name, signature_fields[i].name) == 0)
            return (int)i;
    }
    return -1;
}

static gboolean is_arc_results(const char *name)
{
    return g_ascii_strcasecmp(name, "ARC-Authentication-Results") == 0;
}

static gboolean has_any(const GPtrArray *fields)
{
    for (guint i = 0; i < fields->len; i++) {
        const LodgeRawField *field = g_ptr_array_index(fields, i);
        if (find_signature_field(field->name) >= 0 || is_arc_results(field->name))
            return TRUE;
    }
    return FALSE;
}

/* ---- finding ---- */

static void add_signature(Reader *reader, guint index, int kind)
{
    LodgeDkimField field = signature_fields[kind].field;
    Found found = {NULL, {0, 0}};

    if (reader->counts[field]++ >= signature_fields[kind].limit) {
        lodge_marks_add_limit(reader->marks, signature_fields[kind].mark);
        return;
    }
    if (reader->header == NULL) {
        found.facts = lodge_dkim_signature_new(field);
        lodge_dkim_signature_settle(found.facts, "neutral", "the header is too large");
    } else {
        found.facts = lodge_dkim_signature_parse(
            field, lodge_dkim_header_field(reader->header, index), &found.hole);
    }
    found.facts->position = index;
    g_ptr_array_add(reader->facts->signatures, found.facts);
    g_array_append_val(reader->found, found);
}

static void add_arc_results(Reader *reader, guint index, const LodgeRawField *raw)
{
    if (reader->facts->arc_results->len >= LODGE_LIMIT_ARC_INSTANCES) {
        lodge_marks_add_limit(reader->marks, "arc-sets");
        return;
    }
    g_autofree char *text = lodge_raw_field_text(raw);
    g_autofree char *valid = lodge_display_utf8(text, strlen(text));
    /* One that is cut could say something else: it says nothing. */
    gboolean is_long = strlen(valid) > LODGE_LIMIT_VALUE_BYTES;
    LodgeArcResults *results = lodge_arc_results_parse(is_long ? "" : valid);
    if (is_long)
        lodge_marks_add_limit(reader->marks, "value-bytes");
    results->results->position = index;
    g_ptr_array_add(reader->facts->arc_results, results);
}

static void find_fields(Reader *reader)
{
    const GPtrArray *fields = lodge_header_block_fields(reader->block);

    for (guint i = 0; i < fields->len; i++) {
        const LodgeRawField *field = g_ptr_array_index(fields, i);
        int kind = find_signature_field(field->name);
        if (kind >= 0)
            add_signature(reader, i, kind);
        else if (is_arc_results(field->name))
            add_arc_results(reader, i, field);
    }
}

/* ---- hashing ---- */

/* The field of that kind and instance, if there is exactly one. */
static const LodgeDkimSignature *
find_one(const Reader *reader, LodgeDkimField field, guint instance)
{
    const LodgeDkimSignature *one = NULL;

    for (guint i = 0; i < reader->facts->signatures->len; i++) {
        const LodgeDkimSignature *each = g_ptr_array_index(reader->facts->signatures, i);
        if (each->field != field || each->instance != instance)
            continue;
        if (one != NULL)
            return NULL;
        one = each;
    }
    return one;
}

static const LodgeArcResults *find_one_results(const Reader *reader, guint instance)
{
    const LodgeArcResults *one = NULL;

    for (guint i = 0; i < reader->facts->arc_results->len; i++) {
        const LodgeArcResults *each = g_ptr_array_index(reader->facts->arc_results, i);
        if (each->instance != instance)
            continue;
        if (one != NULL)
            return NULL;
        one = each;
    }
    return one;
}

/* All sets up to its own, each as results, signature, seal. A chain with a gap or a double has no such
 * list and no digest: it cannot be valid. */
static void hash_seal(const Reader *reader, const Found *found)
{
    guint fields[3 * LODGE_LIMIT_ARC_INSTANCES];
    guint count = 0;

    for (guint i = 1; i <= found->facts->instance; i++) {
        const LodgeArcResults *results = find_one_results(reader, i);
        const LodgeDkimSignature *signature = find_one(reader, LODGE_DKIM_ARC_SIGNATURE, i);
        const LodgeDkimSignature *seal = find_one(reader, LODGE_DKIM_ARC_SEAL, i);
        if (results == NULL || signature == NULL || seal == NULL)
            return;
        fields[count++] = results->results->position;
        fields[count++] = signature->position;
        fields[count++] = seal->position;
    }
    lodge_dkim_header_digest_seal(reader->header, found->facts, fields, count, found->hole,
                                  lodge_dkim_signature_is_sha1(found->facts));
}

static gboolean
hash_all(const Reader *reader, const LodgeSource *source, gint64 body_start, GError **error)
{
    g_autoptr(LodgeDkimBody) body = lodge_dkim_body_new();
    gboolean needs_body = FALSE;

    for (guint i = 0; i < reader->found->len; i++) {
        const Found *found = &g_array_index(reader->found, Found, i);
        LodgeDkimSignature *signature = found->facts;
        gboolean is_sha1 = lodge_dkim_signature_is_sha1(signature);
        if (signature->result != NULL)
            continue;
        if (signature->field == LODGE_DKIM_ARC_SEAL) {
            hash_seal(reader, found);
            continue;
        }
        lodge_dkim_header_digest(reader->header, signature, signature->position,
                                 found->hole, is_sha1);
        lodge_dkim_body_add(body, signature, is_sha1);
        needs_body = TRUE;
    }
    return !needs_body || lodge_dkim_body_read(body, source, body_start, error);
}

gboolean lodge_dkim_read(const LodgeSource *source,
                         const LodgeHeaderBlock *block,
                         gint64 body_start,
                         LodgeMessageFacts *facts,
                         LodgeMarks *marks,
                         GError **error)
{
    if (!has_any(lodge_header_block_fields(block)))
        return TRUE;
    GError *failure = NULL;
    g_autoptr(LodgeDkimHeader) header = lodge_dkim_header_load(block, source, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    Reader reader = {facts, marks, block, header, found, {0, 0, 0}};

    if (header == NULL)
        lodge_marks_add_limit(marks, "dkim-header");
    find_fields(&reader);
    return hash_all(&reader, source, body_start, error);
}
