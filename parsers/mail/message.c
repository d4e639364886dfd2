#include "parsers/mail/message.h"

#include "parsers/mail/body_text.h"
#include "parsers/mail/charset.h"
#include "parsers/mail/delivery_report.h"
#include "parsers/mail/dkim.h"
#include "parsers/mail/fit.h"
#include "parsers/mail/header_facts.h"
#include "parsers/mail/leaf.h"
#include "parsers/mail/links.h"
#include "parsers/mail/look.h"
#include "parsers/mail/marks.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/smime.h"
#include "parsers/mail/smime_trust.h"
#include "parsers/mail/sniff.h"
#include "parsers/mail/uuencode.h"
#include "parsers/text/limits.h"
#include <gmime/gmime.h>
#include <string.h>

/* A message/rfc822 that came base64-encoded is decoded into memory to be entered. */
#define ENCODED_MESSAGE_MAX_BYTES (64 * 1024 * 1024)

G_DEFINE_QUARK(lodge_message_error_quark, lodge_message_error)

gboolean lodge_message_prepare(GError **error)
{
    const char *missing = NULL;

    lodge_smime_trust_prepare();
    if (!lodge_charset_prepare(&missing)) {
        g_set_error(
            error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_PREPARE,
            "the converter for %s is missing: install the C library's gconv modules",
            missing);
        return FALSE;
    }
    if (!lodge_sniff_prepare(&missing)) {
        g_set_error(error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_PREPARE,
                    "libmagic's database cannot be loaded: %s", missing);
        return FALSE;
    }
    g_autofree char *why = NULL;
    if (!lodge_look_prepare(&why)) {
        g_set_error(error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_PREPARE,
                    "ICU's tables of letters cannot be loaded: %s", why);
        return FALSE;
    }
    g_mime_init();
    /* OpenSSL sets itself up at the first digest. */
    char digest[LODGE_DIGEST_SIZE];
    lodge_digest_compute("", 0, digest);
    return TRUE;
}

gboolean lodge_message_trust(GBytes *anchors_pem, GError **error)
{
    g_return_val_if_fail(anchors_pem != NULL, FALSE);
    g_autofree char *why = NULL;

    if (lodge_smime_trust_load(anchors_pem, &why))
        return TRUE;
    g_set_error_literal(error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_PREPARE, why);
    return FALSE;
}

typedef struct {
    LodgeMessageFacts *facts;
    LodgeLeafStream stream;
    LodgeMarks *marks;
    guint wrappers; /* that are open around what is being read */
    gboolean has_plain_text;
    GPtrArray *link_hosts; /* char * */
} Reading;

static LodgePart *make_part(const LodgeMimeNode *node)
{
    LodgePart *part = lodge_part_new();

    g_free(part->path);
    part->path = g_strdup(node->path);
    g_free(part->declared_type);
    part->declared_type = g_strdup(node->type);
    part->charset = g_strdup(node->charset);
    part->disposition = g_strdup(node->disposition);
    part->content_id = g_strdup(node->content_id);
    part->name = g_strdup(node->name);
    part->raw_name = g_strdup(node->raw_name);
    if (node->shape == LODGE_MIME_MULTIPART)
        part->kind = LODGE_PART_MULTIPART;
    else if (node->shape == LODGE_MIME_MESSAGE)
        part->kind = LODGE_PART_MESSAGE;
    return part;
}

static void take_links(Reading *reading, const LodgePart *part, GBytes *content)
{
    gsize size = 0;
    const char *bytes = content != NULL ? g_bytes_get_data(content, &size) : NULL;
    if (size == 0)
        return;
    g_autofree char *text = lodge_charset_to_utf8(part->charset, bytes, size);
    lodge_links_find(text, reading->link_hosts, reading->marks);
}

/* The first plain text is the mail's text; until one comes, the first of another kind. */
static void
take_text(Reading *reading, const LodgePart *part, GBytes *content, gboolean is_beginning)
{
    gboolean is_plain = strcmp(part->declared_type, "text/plain") == 0;
    gboolean is_cut = FALSE;

    if (g_bytes_get_size(content) == 0)
        return;
    if (part->charset != NULL && !lodge_charset_is_known(part->charset))
        lodge_marks_add_defect(reading->marks, "unknown-charset");
    if (reading->has_plain_text || (reading->facts->body_text != NULL && !is_plain))
        return;
    reading->has_plain_text = is_plain;
    g_free(reading->facts->body_text);
    reading->facts->body_text =
        lodge_body_text_make(part->declared_type, part->charset, content, &is_cut);
    if (is_cut || is_beginning)
        lodge_marks_add_limit(reading->marks, "body-text-bytes");
}

static gboolean read_tree(Reading *reading,
                          const LodgeSource *source,
                          const LodgeMimeTree *tree,
                          GError **error);

/* An encoded message/rfc822, which the RFC forbids and programs send. */
static gboolean enter_encoded(Reading *reading,
                              const LodgeSource *source,
                              const LodgeMimeNode *node,
                              gboolean *entered_out,
                              GError **error)
{
    GError *failure = NULL;
    g_autoptr(GBytes) content = lodge_leaf_decode(source, node, ENCODED_MESSAGE_MAX_BYTES,
                                                  reading->marks, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    *entered_out = FALSE;
    if (content == NULL) {
        lodge_marks_add_limit(reading->marks, "encoded-message-bytes");
        return TRUE;
    }
    LodgeSource inner = {-1, content, (gint64)g_bytes_get_size(content)};
    g_autoptr(LodgeMimeTree) tree =
        lodge_mime_tree_scan(&inner, node->path, node->depth + 1, reading->marks, error);
    if (tree == NULL)
        return FALSE;
    if (!tree->is_message)
        return TRUE;
    LodgePart *part = make_part(node);
    part->kind = LODGE_PART_MESSAGE;
    if (part->name == NULL)
        part->name = lodge_mime_node_read_subject(tree->header);
    g_ptr_array_add(reading->facts->parts, part);
    *entered_out = TRUE;
    return read_tree(reading, &inner, tree, error);
}

static gboolean is_encoded_message(const LodgeMimeNode *node)
{
    return node->depth < LODGE_LIMIT_NESTING && lodge_mime_node_is_encoded(node) &&
           (strcmp(node->type, "message/rfc822") == 0 ||
            strcmp(node->type, "message/global") == 0);
}

/* Files that stand in the text itself become parts; the text is what is around them. */
static gboolean take_out_files(Reading *reading,
                               const LodgeSource *source,
                               const LodgeMimeNode *node,
                               gint64 size_bytes,
                               GBytes **text,
                               GError **error)
{
    if (strcmp(node->type, "text/plain") != 0 ||
        !lodge_uuencode_may_hold(*text, size_bytes))
        return TRUE;
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(LodgeTextRange));
    if (!lodge_uuencode_read(source, node, &reading->stream, reading->facts->parts, ranges,
                             reading->marks, error))
        return FALSE;
    GBytes *around = lodge_uuencode_strip(*text, ranges);
    g_bytes_unref(*text);
    *text = around;
    return TRUE;
}

static gboolean read_part(Reading *reading,
                          const LodgeSource *source,
                          const LodgeMimeNode *node,
                          GError **error)
{
    g_autoptr(GBytes) text = NULL;
    LodgePart *part = make_part(node);

    g_ptr_array_add(reading->facts->parts, part);
    if (node->shape != LODGE_MIME_LEAF)
        return TRUE;
    if (!lodge_leaf_read(source, node, &reading->stream, part, reading->marks, &text,
                         error))
        return FALSE;
    if (text == NULL)
        return TRUE;
    gboolean is_beginning = part->size_bytes > (gint64)g_bytes_get_size(text);
    if (!take_out_files(reading, source, node, part->size_bytes, &text, error))
        return FALSE;
    take_text(reading, part, text, is_beginning);
    take_links(reading, part, text);
    return TRUE;
}

/* What was signed: a MIME entity as it should be, or the bytes of some file. */
static gboolean read_signed_content(Reading *reading,
                                    const LodgeMimeNode *wrapper,
                                    GBytes *content,
                                    GError **error)
{
    LodgeSource source = {-1, content, (gint64)g_bytes_get_size(content)};
    g_autoptr(LodgeMimeTree) tree = lodge_mime_tree_scan(
        &source, wrapper->path, wrapper->depth + 1, reading->marks, error);
    if (tree == NULL)
        return FALSE;
    if (tree->is_message)
        return read_tree(reading, &source, tree, error);
    LodgeMimeNode *node = lodge_smime_plain_node(wrapper, source.size_bytes);
    gboolean is_read = read_part(reading, &source, node, error);
    lodge_mime_node_free(node);
    return is_read;
}

/* The content of the wrapper; NULL and no error: it is a leaf. The CMS object is not held any longer. */
static GBytes *open_wrapper(Reading *reading,
                            const LodgeSource *source,
                            const LodgeMimeNode *node,
                            GError **error)
{
    GError *failure = NULL;
    GBytes *content = NULL;
    g_autoptr(GBytes) object = lodge_leaf_decode(
        source, node, LODGE_LIMIT_SMIME_WRAPPER_BYTES, reading->marks, &failure);
    if (failure == NULL)
        lodge_smime_open(object, node, reading->facts->smime, reading->marks, &content,
                         &failure);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return content;
}

static gboolean enter_wrapper(Reading *reading,
                              const LodgeSource *source,
                              const LodgeMimeNode *node,
                              gboolean *entered_out,
                              GError **error)
{
    GError *failure = NULL;
    if (reading->wrappers >= LODGE_LIMIT_SMIME_NESTING) {
        lodge_marks_add_limit(reading->marks, "smime-nesting");
        return TRUE;
    }
    g_autoptr(GBytes) content = open_wrapper(reading, source, node, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (content == NULL)
        return TRUE;
    LodgePart *part = make_part(node);
    part->kind = LODGE_PART_MULTIPART;
    g_ptr_array_add(reading->facts->parts, part);
    *entered_out = TRUE;
    reading->wrappers++;
    gboolean is_read = read_signed_content(reading, node, content, error);
    reading->wrappers--;
    return is_read;
}

static gboolean read_node(Reading *reading,
                          const LodgeSource *source,
                          const LodgeMimeNode *node,
                          GError **error)
{
    gboolean is_leaf = node->shape == LODGE_MIME_LEAF;
    gboolean is_entered = FALSE;

    if (is_leaf && is_encoded_message(node) &&
        !enter_encoded(reading, source, node, &is_entered, error))
        return FALSE;
    if (is_leaf && node->depth < LODGE_LIMIT_NESTING && lodge_smime_is_wrapper(node) &&
        !enter_wrapper(reading, source, node, &is_entered, error))
        return FALSE;
    return is_entered || (read_part(reading, source, node, error) &&
                          lodge_delivery_report_read(source, node, reading->facts,
                                                     reading->marks, error));
}

static gboolean read_tree(Reading *reading,
                          const LodgeSource *source,
                          const LodgeMimeTree *tree,
                          GError **error)
{
    for (guint i = 0; i < tree->nodes->len; i++) {
        if (reading->facts->parts->len >= LODGE_LIMIT_PARTS) {
            lodge_marks_add_limit(reading->marks, "parts");
            return TRUE;
        }
        if (!lodge_smime_read_detached(source, tree, i, reading->facts->smime,
                                       reading->marks, error) ||
            !read_node(reading, source, g_ptr_array_index(tree->nodes, i), error))
            return FALSE;
    }
    return TRUE;
}

/* The root is the first node, and its content the body. */
static gboolean read_signatures(LodgeMessageFacts *facts,
                                const LodgeSource *source,
                                const LodgeMimeTree *tree,
                                LodgeMarks *marks,
                                GError **error)
{
    const LodgeMimeNode *root =
        tree->nodes->len > 0 ? g_ptr_array_index(tree->nodes, 0) : NULL;

    return lodge_dkim_read(source, tree->header,
                           root != NULL ? root->content_start : source->size_bytes, facts,
                           marks, error);
}

static void hand_over_marks(LodgeMessageFacts *facts, const LodgeMarks *marks)
{
    g_strfreev(facts->defects);
    facts->defects = lodge_marks_defects(marks);
    g_strfreev(facts->limits_hit);
    facts->limits_hit = lodge_marks_limits(marks);
}

static void hand_over_links(LodgeMessageFacts *facts, GPtrArray *hosts)
{
    g_ptr_array_set_free_func(hosts, NULL);
    g_ptr_array_add(hosts, NULL);
    g_strfreev(facts->link_hosts);
    facts->link_hosts = (GStrv)g_memdup2(hosts->pdata, hosts->len * sizeof(gpointer));
}

LodgeMessageFacts *
lodge_message_parse(int input_fd, gint64 size_bytes, int leaves_fd, GError **error)
{
    g_return_val_if_fail(input_fd >= 0 && size_bytes >= 0, NULL);
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    g_autoptr(LodgeMarks) marks = lodge_marks_new();
    LodgeSource source = {input_fd, NULL, size_bytes};
    g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func(g_free);
    Reading reading = {facts, {leaves_fd, 0}, marks, 0, FALSE, hosts};

    facts->size_bytes = size_bytes;
    g_autoptr(LodgeMimeTree) tree = lodge_mime_tree_scan(&source, NULL, 0, marks, error);
    if (tree == NULL)
        return NULL;
    facts->parseable = tree->is_message;
    if (tree->is_message) {
        lodge_header_facts_read(tree->header, facts, marks);
        if (!read_tree(&reading, &source, tree, error) ||
            !read_signatures(facts, &source, tree, marks, error))
            return NULL;
        lodge_delivery_report_read_text(facts, marks);
        lodge_fit_message(facts, marks);
        hand_over_links(facts, hosts);
    }
    hand_over_marks(facts, marks);
    return g_steal_pointer(&facts);
}
