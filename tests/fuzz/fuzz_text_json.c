#include "parsers/text/json.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse((const char *)bytes, size, 1 << 16, 64, NULL);
    if (document == NULL)
        return 0;
    /* What was read is written, and what was written is read again and written alike. */
    g_autofree char *once = lodge_json_node_text(lodge_json_root(document));
    g_autoptr(LodgeJsonDocument) again =
        lodge_json_parse(once, strlen(once), 1 << 20, 64, NULL);
    g_assert(again != NULL);
    g_autofree char *twice = lodge_json_node_text(lodge_json_root(again));
    g_assert_cmpstr(once, ==, twice);
    return 0;
}
