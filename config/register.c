#include "config/register.h"

#include "config/key_file.h"
#include "config/key_value.h"

#include <string.h>

#define DAY_US (24 * 60 * 60 * LODGE_SECOND_US)

struct LodgeRegister {
    GPtrArray *bodies;  /* LodgeBody, in order of the file */
    GHashTable *by_gss; /* the same, borrowed */
};

/* A body while its file is read: where its lines are, for messages about two of them. */
typedef struct {
    LodgeBody *body;
    LodgeKeyGroup *group;
} Entry;

static void free_body(gpointer data)
{
    LodgeBody *body = data;
    g_free(body->gss);
    g_free(body->name);
    g_free(body->slug);
    g_free(body->kind);
    g_free(body->nation);
    g_strfreev(body->domains);
    g_strfreev(body->unconfirmed);
    g_strfreev(body->delegates);
    g_free(body->contact);
    g_free(body->successor);
    g_free(body);
}

void lodge_register_free(LodgeRegister *reg)
{
    if (reg == NULL)
        return;
    g_hash_table_unref(reg->by_gss);
    g_ptr_array_unref(reg->bodies);
    g_free(reg);
}

/* ---- one body ---- */

/* "Tonbridge and Malling Borough Council" gives "tonbridge-and-malling-borough-council". */
static char *make_slug(const char *name)
{
    GString *slug = g_string_new(NULL);
    for (const char *at = name; *at != '\0' && slug->len < 60; at++) {
        if (g_ascii_isalnum(*at))
            g_string_append_c(slug, g_ascii_tolower(*at));
        else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
            g_string_append_c(slug, '-');
    }
    while (slug->len > 0 && slug->str[slug->len - 1] == '-')
        g_string_truncate(slug, slug->len - 1);
    return g_string_free(slug, FALSE);
}

static void read_slug(LodgeBody *body, LodgeKeyGroup *group)
{
    body->slug = lodge_key_group_get_text(group, "slug");
    if (body->slug == NULL && body->name != NULL) {
        body->slug = make_slug(body->name);
        lodge_key_group_note_default(group, "slug", body->slug);
    }
    if (body->slug != NULL && !lodge_key_value_is_identifier(body->slug))
        lodge_key_group_fail(group, "slug",
                             "'%s' is no slug; use lower-case letters, digits and hyphens",
                             body->slug);
}

static void read_validity(LodgeBody *body, LodgeKeyGroup *group)
{
    body->valid_from_us = lodge_key_group_get_day(group, "valid_from");
    body->valid_until_us = lodge_key_group_get_day(group, "valid_to");
    if (body->valid_until_us != LODGE_INSTANT_UNKNOWN) {
        body->valid_until_us += DAY_US;
        if (body->valid_from_us >= body->valid_until_us)
            lodge_key_group_fail(group, "valid_to", "the council ends before it begins");
    }
    body->successor = lodge_key_group_get_text(group, "successor");
    if (body->successor != NULL && (!lodge_key_value_is_gss(body->successor) ||
                                    strcmp(body->successor, body->gss) == 0))
        lodge_key_group_fail(group, "successor", "'%s' is no GSS code of another council",
                             body->successor);
}

static void refuse_doubled(LodgeKeyGroup *group, const char *key, GStrv items, GStrv others)
{
    for (gsize i = 0; items[i] != NULL; i++) {
        gboolean before = FALSE;
        for (gsize j = 0; j < i && !before; j++)
            before = strcmp(items[i], items[j]) == 0;
        if (before)
            lodge_key_group_fail(group, key, "'%s' is there twice", items[i]);
        if (others != NULL && g_strv_contains((const char *const *)others, items[i]))
            lodge_key_group_fail(group, key,
                                 "'%s' is confirmed under domains already; delete it here",
                                 items[i]);
    }
}

static LodgeBody *read_body(LodgeKeyGroup *group)
{
    LodgeBody *body = g_new0(LodgeBody, 1);
    body->gss = g_strdup(lodge_key_group_name(group));
    body->name = lodge_key_group_get_text(group, "name");
    read_slug(body, group);
    body->kind = lodge_key_group_get_text(group, "kind");
    body->nation = lodge_key_group_get_text(group, "nation");
    body->domains = lodge_key_group_get_domains(group, "domains");
    body->unconfirmed = lodge_key_group_get_domains(group, "unconfirmed");
    body->delegates = lodge_key_group_get_addresses(group, "delegates");
    body->contact = lodge_key_group_get_address(group, "contact");
    read_validity(body, group);
    refuse_doubled(group, "domains", body->domains, NULL);
    refuse_doubled(group, "unconfirmed", body->unconfirmed, body->domains);
    refuse_doubled(group, "delegates", body->delegates, NULL);
    if (!lodge_key_value_is_gss(body->gss))
        lodge_key_group_fail(group, NULL,
                             "the group is neither a GSS code (a capital letter and eight "
                             "digits, [E07000115]) nor [domain NAME]");
    return body;
}

/* ---- domains of two bodies ---- */

static gboolean overlap(const LodgeBody *a, const LodgeBody *b)
{
    gboolean a_first = a->valid_until_us != LODGE_INSTANT_UNKNOWN &&
                       b->valid_from_us != LODGE_INSTANT_UNKNOWN &&
                       a->valid_until_us <= b->valid_from_us;
    gboolean b_first = b->valid_until_us != LODGE_INSTANT_UNKNOWN &&
                       a->valid_from_us != LODGE_INSTANT_UNKNOWN &&
                       b->valid_until_us <= a->valid_from_us;
    return !a_first && !b_first;
}

static void
refuse_shared(GPtrArray *owners, const Entry *entry, const char *domain, gboolean declared)
{
    for (guint i = 0; i < owners->len && !declared; i++) {
        const Entry *other = g_ptr_array_index(owners, i);
        if (!overlap(other->body, entry->body))
            continue;
        lodge_key_group_fail(
            entry->group, "domains",
            "'%s' is a domain of %s (%s, line %u) as well as of %s (%s); if "
            "they share it, add [domain %s] with shared = yes, else delete one",
            domain, other->body->name, other->body->gss,
            lodge_key_group_key_line(other->group, "domains"), entry->body->name,
            entry->body->gss, domain);
    }
}

/* Only confirmed domains give authority, so only they are checked. */
static void check_domains(GArray *entries, GHashTable *shared)
{
    g_autoptr(GHashTable) owners = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                                         (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < entries->len; i++) {
        Entry *entry = &g_array_index(entries, Entry, i);
        for (gsize j = 0; entry->body->domains[j] != NULL; j++) {
            char *domain = entry->body->domains[j];
            GPtrArray *before = g_hash_table_lookup(owners, domain);
            if (before == NULL) {
                before = g_ptr_array_new();
                g_hash_table_insert(owners, domain, before);
            }
            refuse_shared(before, entry, domain, g_hash_table_contains(shared, domain));
            g_ptr_array_add(before, entry);
        }
    }
}

static gboolean is_named_by_a_body(const GArray *entries, const char *domain)
{
    for (guint i = 0; i < entries->len; i++) {
        const LodgeBody *body = g_array_index(entries, Entry, i).body;
        if (g_strv_contains((const char *const *)body->domains, domain) ||
            g_strv_contains((const char *const *)body->unconfirmed, domain))
            return TRUE;
    }
    return FALSE;
}

/* [domain NAME] groups: the set of those that are shared. */
static GHashTable *read_domains(const GArray *entries, GPtrArray *groups)
{
    GHashTable *shared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < groups->len; i++) {
        LodgeKeyGroup *group = g_ptr_array_index(groups, i);
        const char *argument = lodge_key_group_argument(group);
        gboolean is_shared = lodge_key_group_get_switch(group, "shared");
        g_autofree char *domain = NULL;
        g_autofree char *fault = lodge_key_value_parse_domain(argument, &domain);
        if (fault != NULL)
            lodge_key_group_fail(group, NULL, "'%s' %s", argument, fault);
        else if (!is_named_by_a_body(entries, domain))
            lodge_key_group_fail(group, NULL, "no council has this domain");
        else if (is_shared)
            g_hash_table_add(shared, g_steal_pointer(&domain));
    }
    return shared;
}

/* ---- the register ---- */

static GArray *read_bodies(LodgeRegister *reg, LodgeKeyFile *file)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_autoptr(GPtrArray) groups = lodge_key_file_take_rest(file, "GSS");
    for (guint i = 0; i < groups->len; i++) {
        Entry entry = {.group = g_ptr_array_index(groups, i)};
        entry.body = read_body(entry.group);
        g_ptr_array_add(reg->bodies, entry.body);
        g_hash_table_insert(reg->by_gss, entry.body->gss, entry.body);
        g_array_append_val(entries, entry);
    }
    return entries;
}

LodgeRegister *lodge_register_new(void)
{
    LodgeRegister *reg = g_new0(LodgeRegister, 1);
    reg->bodies = g_ptr_array_new_with_free_func(free_body);
    reg->by_gss = g_hash_table_new(g_str_hash, g_str_equal);
    return reg;
}

LodgeRegister *lodge_register_parse(const char *text, const char *name, GError **error)
{
    g_return_val_if_fail(text != NULL && name != NULL, NULL);
    g_autoptr(LodgeKeyFile) file =
        lodge_key_file_parse(text, strlen(text), name, lodge_key_schema_register(), error);
    if (file == NULL)
        return NULL;
    g_autoptr(LodgeRegister) reg = lodge_register_new();
    g_autoptr(GPtrArray) domains = lodge_key_file_take_all(file, "domain");
    g_autoptr(GArray) entries = read_bodies(reg, file);
    g_autoptr(GHashTable) shared = read_domains(entries, domains);
    check_domains(entries, shared);
    if (!lodge_key_file_finish(file, NULL, error))
        return NULL;
    if (reg->bodies->len == 0) {
        g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                    "%s: the register holds no council; add groups like [E07000115]", name);
        return NULL;
    }
    return g_steal_pointer(&reg);
}

LodgeRegister *lodge_register_load(const char *path, char **text_out, GError **error)
{
    gsize size_bytes;
    g_return_val_if_fail(path != NULL, NULL);
    g_autofree char *text = lodge_key_file_read(path, &size_bytes, error);
    LodgeRegister *reg = text == NULL ? NULL : lodge_register_parse(text, path, error);
    if (reg != NULL && text_out != NULL)
        *text_out = g_steal_pointer(&text);
    return reg;
}

guint lodge_register_count(const LodgeRegister *reg)
{
    return reg->bodies->len;
}

const LodgeBody *lodge_register_at(const LodgeRegister *reg, guint index)
{
    g_return_val_if_fail(index < reg->bodies->len, NULL);
    return g_ptr_array_index(reg->bodies, index);
}

const LodgeBody *lodge_register_find(const LodgeRegister *reg, const char *gss)
{
    return gss == NULL ? NULL : g_hash_table_lookup(reg->by_gss, gss);
}

gboolean lodge_body_is_valid_at(const LodgeBody *body, gint64 at_us)
{
    if (at_us == LODGE_INSTANT_UNKNOWN)
        return TRUE; /* a time that nobody could establish excludes nobody */
    if (body->valid_from_us != LODGE_INSTANT_UNKNOWN && at_us < body->valid_from_us)
        return FALSE;
    return body->valid_until_us == LODGE_INSTANT_UNKNOWN || at_us < body->valid_until_us;
}

GPtrArray *lodge_register_find_domain(const LodgeRegister *reg,
                                      const char *domain,
                                      gint64 at_us,
                                      gboolean unconfirmed)
{
    GPtrArray *found = g_ptr_array_new();
    g_autofree char *wanted = g_ascii_strdown(domain == NULL ? "" : domain, -1);
    for (guint i = 0; i < reg->bodies->len; i++) {
        LodgeBody *body = g_ptr_array_index(reg->bodies, i);
        GStrv domains = unconfirmed ? body->unconfirmed : body->domains;
        if (g_strv_contains((const char *const *)domains, wanted) &&
            lodge_body_is_valid_at(body, at_us))
            g_ptr_array_add(found, body);
    }
    return found;
}

GPtrArray *
lodge_register_find_delegate(const LodgeRegister *reg, const char *address, gint64 at_us)
{
    GPtrArray *found = g_ptr_array_new();
    g_autofree char *wanted = g_ascii_strdown(address == NULL ? "" : address, -1);
    for (guint i = 0; i < reg->bodies->len; i++) {
        LodgeBody *body = g_ptr_array_index(reg->bodies, i);
        if (g_strv_contains((const char *const *)body->delegates, wanted) &&
            lodge_body_is_valid_at(body, at_us))
            g_ptr_array_add(found, body);
    }
    return found;
}
