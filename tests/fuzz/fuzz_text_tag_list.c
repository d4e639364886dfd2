#include "parsers/text/base64.h"
#include "parsers/text/tag_list.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Tags follow one another inside the bytes, and each name is found once. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    const char *end = text, *reason = NULL;
    LodgeTagList list;
    gboolean is_good = lodge_tag_list_parse(text, size, &list, &reason);

    g_assert(is_good == (reason == NULL) && list.count <= LODGE_LIMIT_TAGS);
    for (guint i = 0; i < list.count; i++) {
        const LodgeTag *tag = &list.tags[i];
        g_autofree char *name = g_strndup(tag->name, tag->name_size);
        g_autofree char *compact = lodge_tag_compact(tag);
        g_autoptr(GBytes) decoded = lodge_base64_decode(tag->value, tag->value_size);
        g_assert(tag->name >= end && tag->value >= tag->raw);
        end = tag->raw + tag->raw_size;
        g_assert(tag->value + tag->value_size <= end && end <= text + size);
        g_assert(lodge_tag_list_find(&list, name) == tag);
        g_assert(decoded == NULL || g_bytes_get_size(decoded) <= strlen(compact));
    }
    return 0;
}
