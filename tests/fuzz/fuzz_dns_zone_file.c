/* fuzz_dns_zone_file: any text as a zone file, asked for names with CNAMEs and without; what was
 * answered must come back from its stored form. */
#include "intake/learn/resolver_zone.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_stored(GPtrArray *answers)
{
    g_autoptr(LodgeJsonWriter) writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_dns_answers_write(answers, writer, "dns");
    lodge_json_end_object(writer);
    const char *text = lodge_json_text(writer);
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, strlen(text), 1024 * 1024, 4, NULL);
    g_assert_nonnull(json);
    g_autoptr(GPtrArray) back = lodge_dns_answers_read(json, lodge_json_root(json), "dns");
    g_assert_true(lodge_json_finish(json, NULL));
    g_assert_cmpuint(back->len, ==, answers->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {"a", "a.b", "s._domainkey.example.com", "", "a b"};
    g_autoptr(GError) error = NULL;
    LodgeZoneFile *zone = lodge_zone_file_parse((const char *)bytes, size, "zone", &error);
    g_assert_true((zone == NULL) == (error != NULL));
    if (zone == NULL)
        return 0;
    g_autoptr(LodgeResolver) resolver = lodge_resolver_zone_new(zone, NULL);
    g_autoptr(GPtrArray) answers = lodge_dns_answers_new();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_ptr_array_add(answers, lodge_resolver_lookup_txt(resolver, names[i], 0));
    check_stored(answers);
    return 0;
}
