#include "parsers/mail/smime.h"

#include "parsers/mail/leaf.h"
#include "parsers/mail/smime_shape.h"
#include "parsers/mail/smime_verify.h"
#include "parsers/text/limits.h"
#include <string.h>

static gboolean has_ending(const LodgeMimeNode *node, const char *ending)
{
    gsize size = node->name != NULL ? strlen(node->name) : 0;
    return size > strlen(ending) &&
           g_ascii_strcasecmp(node->name + size - strlen(ending), ending) == 0;
}

static gboolean is_unnamed(const LodgeMimeNode *node)
{
    return strcmp(node->type, "application/octet-stream") == 0;
}

gboolean lodge_smime_is_wrapper(const LodgeMimeNode *node)
{
    return strcmp(node->type, "application/pkcs7-mime") == 0 ||
           strcmp(node->type, "application/x-pkcs7-mime") == 0 ||
           (is_unnamed(node) && has_ending(node, ".p7m"));
}

static gboolean is_signature(const LodgeMimeNode *node)
{
    return strcmp(node->type, "application/pkcs7-signature") == 0 ||
           strcmp(node->type, "application/x-pkcs7-signature") == 0 ||
           (is_unnamed(node) && has_ending(node, ".p7s"));
}

/* NULL: as many as are looked at have been. The array's. */
static LodgeSmimeLayer *
add_layer(GPtrArray *layers, const char *path, LodgeSmimeForm form, LodgeMarks *marks)
{
    if (layers->len >= LODGE_LIMIT_SMIME_LAYERS) {
        lodge_marks_add_limit(marks, "smime-layers");
        return NULL;
    }
    LodgeSmimeLayer *layer = lodge_smime_layer_new(path, form);
    g_ptr_array_add(layers, layer);
    return layer;
}

/* Only in the outer message is there nothing above a node. */
static gboolean is_root(const LodgeMimeNode *node)
{
    return node->depth == 0;
}

static gboolean set_limit(LodgeSmimeLayer *layer, LodgeMarks *marks)
{
    lodge_marks_add_limit(marks, "smime-signature-bytes");
    layer->result = LODGE_SMIME_LIMIT;
    return TRUE;
}

/* ---- opaque ---- */

static gboolean verify_opaque(GBytes *object,
                              const LodgeSmimeShape *shape,
                              LodgeSmimeLayer *layer,
                              LodgeMarks *marks,
                              GError **error)
{
    if (shape->other_bytes > LODGE_LIMIT_SMIME_SIGNATURE_BYTES)
        return set_limit(layer, marks);
    LodgeSource source = {-1, shape->content, (gint64)g_bytes_get_size(shape->content)};
    LodgeSmimeContent content = {&source, 0, source.size_bytes, FALSE};
    return lodge_smime_verify(object, &content, layer, marks, error);
}

gboolean lodge_smime_open(GBytes *object,
                          const LodgeMimeNode *node,
                          GPtrArray *layers,
                          LodgeMarks *marks,
                          GBytes **content_out,
                          GError **error)
{
    g_auto(LodgeSmimeShape) shape = {LODGE_SMIME_OTHER, NULL, 0};
    if (object != NULL)
        shape = lodge_smime_shape_find(object);
    /* a signature without content, or certificates alone: nothing is covered */
    if (shape.form == LODGE_SMIME_OPAQUE && shape.content == NULL)
        shape.form = LODGE_SMIME_OTHER;
    LodgeSmimeLayer *layer = add_layer(layers, node->path, shape.form, marks);
    if (layer != NULL) {
        layer->at_root = is_root(node);
        if (object == NULL)
            set_limit(layer, marks);
        else if (shape.form == LODGE_SMIME_OTHER)
            layer->result = LODGE_SMIME_UNREADABLE;
        else if (shape.form == LODGE_SMIME_OPAQUE &&
                 !verify_opaque(object, &shape, layer, marks, error))
            return FALSE;
    }
    *content_out = g_steal_pointer(&shape.content);
    return TRUE;
}

LodgeMimeNode *lodge_smime_plain_node(const LodgeMimeNode *wrapper, gint64 size_bytes)
{
    LodgeMimeNode *node = g_new0(LodgeMimeNode, 1);

    node->shape = LODGE_MIME_LEAF;
    node->path = g_strconcat(wrapper->path, ".1", NULL);
    node->depth = wrapper->depth + 1;
    node->type = g_strdup("application/octet-stream");
    node->disposition = g_strdup("attachment");
    node->content_end = size_bytes;
    if (has_ending(wrapper, ".p7m"))
        node->name = g_strndup(wrapper->name, strlen(wrapper->name) - strlen(".p7m"));
    return node;
}

/* ---- detached ---- */

/* The n-th part of the multipart, or NULL. */
static const LodgeMimeNode *
find_child(const LodgeMimeTree *tree, guint parent_index, guint nth)
{
    const LodgeMimeNode *parent = g_ptr_array_index(tree->nodes, parent_index);

    for (guint i = parent_index + 1; i < tree->nodes->len; i++) {
        const LodgeMimeNode *node = g_ptr_array_index(tree->nodes, i);
        if (node->depth <= parent->depth)
            return NULL;
        if (node->depth == parent->depth + 1 && nth-- == 0)
            return node;
    }
    return NULL;
}

static gboolean verify_detached(const LodgeSource *source,
                                const LodgeMimeNode *covered,
                                const LodgeMimeNode *signature,
                                LodgeSmimeLayer *layer,
                                LodgeMarks *marks,
                                GError **error)
{
    GError *failure = NULL;
    g_autoptr(GBytes) object = lodge_leaf_decode(
        source, signature, LODGE_LIMIT_SMIME_SIGNATURE_BYTES, marks, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (object == NULL)
        return set_limit(layer, marks);
    LodgeSmimeContent content = {source, covered->entity_start, covered->entity_end, TRUE};
    return lodge_smime_verify(object, &content, layer, marks, error);
}

gboolean lodge_smime_read_detached(const LodgeSource *source,
                                   const LodgeMimeTree *tree,
                                   guint index,
                                   GPtrArray *layers,
                                   LodgeMarks *marks,
                                   GError **error)
{
    const LodgeMimeNode *node = g_ptr_array_index(tree->nodes, index);
    if (node->shape != LODGE_MIME_MULTIPART || strcmp(node->type, "multipart/signed") != 0)
        return TRUE;
    const LodgeMimeNode *covered = find_child(tree, index, 0);
    const LodgeMimeNode *signature = find_child(tree, index, 1);
    if (signature == NULL || signature->shape != LODGE_MIME_LEAF ||
        !is_signature(signature))
        return TRUE;
    LodgeSmimeLayer *layer = add_layer(layers, node->path, LODGE_SMIME_DETACHED, marks);
    if (layer == NULL)
        return TRUE;
    layer->at_root = is_root(node) && node->children == 2;
    return verify_detached(source, covered, signature, layer, marks, error);
}
