/* Raw bytes as lodge.conf: every group of the schema is read to the end. */
#include "config/key_file.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_key(LodgeKeyGroup *group, const LodgeKeySpec *spec)
{
    switch (spec->form) {
    case LODGE_KEY_LIST:
        g_strfreev(lodge_key_group_get_list(group, spec->key));
        break;
    case LODGE_KEY_CHOICE:
        lodge_key_group_get_choice(group, spec->key);
        break;
    case LODGE_KEY_HOST:
        g_free(lodge_key_group_get_host(group, spec->key));
        break;
    case LODGE_KEY_ADDRESS:
        g_free(lodge_key_group_get_address(group, spec->key));
        break;
    case LODGE_KEY_PATH:
        g_free(lodge_key_group_get_path(group, spec->key));
        break;
    case LODGE_KEY_COUNT:
    case LODGE_KEY_DURATION:
    case LODGE_KEY_SIZE:
    case LODGE_KEY_RATE:
        lodge_key_group_get_number(group, spec->key, 0);
        break;
    default:
        g_free(lodge_key_group_get_text(group, spec->key));
    }
}

static void read_group(LodgeKeyGroup *group, const LodgeKeySchema *schema, const char *word)
{
    for (guint i = 0; i < schema->count; i++) {
        if (strcmp(schema->keys[i].group, word) == 0)
            read_key(group, &schema->keys[i]);
    }
}

static void read_groups(LodgeKeyFile *file, const LodgeKeySchema *schema)
{
    for (guint i = 0; schema->groups[i] != NULL; i++) {
        g_autofree char *word =
            g_strndup(schema->groups[i], strcspn(schema->groups[i], " "));
        if (strcmp(word, schema->groups[i]) == 0) {
            read_group(lodge_key_file_take(file, schema->groups[i]), schema, word);
            continue;
        }
        const char *known = strcmp(word, "call") == 0 ? "call" : "mailbox";
        g_autoptr(GPtrArray) groups = lodge_key_file_take_all(file, known);
        for (guint j = 0; j < groups->len; j++)
            read_group(g_ptr_array_index(groups, j), schema, word);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const LodgeKeySchema *schema = lodge_key_schema_settings();
    GError *error = NULL;
    g_autoptr(LodgeKeyFile) file =
        lodge_key_file_parse((const char *)bytes, size, "lodge.conf", schema, &error);
    if (file != NULL) {
        g_autoptr(GPtrArray) origins = NULL;
        read_groups(file, schema);
        gboolean finished = lodge_key_file_finish(file, &origins, &error);
        g_assert(finished == (error == NULL));
    }
    g_assert(error == NULL || strchr(error->message, '\n') == NULL);
    g_clear_error(&error);
    return 0;
}
