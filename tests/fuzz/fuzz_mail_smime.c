#include "parsers/mail/message.h"
#include "parsers/mail/smime_shape.h"
#include "parsers/mail/smime_verify.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Any bytes as a CMS object, over the content that it wraps and over none: facts, and never good, because
 * nobody is trusted here. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    gboolean prepared = lodge_message_prepare(&error);
    g_assert(prepared);
    g_autoptr(GBytes) object = g_bytes_new(bytes, size);
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    g_auto(LodgeSmimeShape) shape = lodge_smime_shape_find(object);
    GBytes *contents[] = {nothing, shape.content != NULL ? shape.content : object};
    g_assert(shape.other_bytes <= size);

    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autoptr(LodgeMarks) marks = lodge_marks_new();
        g_autoptr(LodgeSmimeLayer) layer = lodge_smime_layer_new("1", shape.form);
        LodgeSource source = {-1, contents[i], (gint64)g_bytes_get_size(contents[i])};
        LodgeSmimeContent content = {&source, 0, source.size_bytes, TRUE};
        g_assert(lodge_smime_verify(object, &content, layer, marks, &error));
        g_assert(layer->result != LODGE_SMIME_GOOD);
    }
    return 0;
}
