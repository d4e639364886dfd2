#include "config/register_import.h"

#include "config/council_changes.h"
#include "config/csv.h"
#include "config/key_value.h"
#include "config/register.h"

#include <string.h>

/* One council as it will be written. */
typedef struct {
    const char *gss; /* borrowed from the table or from council_changes */
    const char *name;
    const char *kind;
    const char *slug;
    const char *nation;
    const char *valid_from; /* day or NULL */
    const char *valid_to;
    const char *successor;
    char *domain; /* owned; NULL: the website gave none */
} Council;

typedef struct {
    int gss, tier, slug, nation, homepage, name;
} Columns;

typedef struct {
    const LodgeRegisterImport *options;
    const LodgeCsv *csv;
    const char *file;
    Columns columns;
    GArray *councils;    /* Council */
    GHashTable *lines;   /* gss -> line */
    GHashTable *domains; /* domain -> first council's gss */
    guint other_nation, ended, not_begun, recoded, no_domain;
} Import;

static void clear_council(gpointer council)
{
    g_free(((Council *)council)->domain);
}

static gboolean G_GNUC_PRINTF(4, 5)
    refuse(const Import *import, guint row, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID, "%s:%u: %s",
                import->file, lodge_csv_line(import->csv, row), words);
    return FALSE;
}

static gboolean
find_column(const Import *import, const char *name, int *column_out, GError **error)
{
    *column_out = lodge_csv_find_column(import->csv, name);
    if (*column_out >= 0)
        return TRUE;
    g_set_error(
        error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
        "%s:1: there is no column '%s'; this is not GOV.UK's list of local authorities",
        import->file, name);
    return FALSE;
}

static gboolean find_columns(Import *import, GError **error)
{
    Columns *columns = &import->columns;
    return find_column(import, "gss", &columns->gss, error) &&
           find_column(import, "tier_id", &columns->tier, error) &&
           find_column(import, "slug", &columns->slug, error) &&
           find_column(import, "country_name", &columns->nation, error) &&
           find_column(import, "homepage_url", &columns->homepage, error) &&
           find_column(import, "name", &columns->name, error);
}

/* The host of a web address without "www."; NULL when it is no domain. */
static char *find_domain(const char *url)
{
    const char *host = strstr(url, "://");
    if (host == NULL)
        return NULL;
    host += 3;
    g_autofree char *name = g_strndup(host, strcspn(host, "/:?#"));
    char *domain = NULL;
    g_autofree char *fault = lodge_key_value_parse_domain(name, &domain);
    if (fault != NULL || !g_str_has_prefix(domain, "www."))
        return domain;
    g_autofree char *whole = domain;
    char *bare = NULL;
    g_autofree char *bare_fault = lodge_key_value_parse_domain(whole + 4, &bare);
    return bare_fault == NULL ? bare : g_steal_pointer(&whole);
}

static const char *kind_of_tier(const char *tier)
{
    if (strcmp(tier, "1") == 0)
        return "county";
    if (strcmp(tier, "2") == 0)
        return "district";
    return strcmp(tier, "3") == 0 ? "unitary" : NULL;
}

/* Days as text compare like days. NULL: no limit. */
static gboolean is_before(const char *day, const char *other)
{
    return day != NULL && other != NULL && strcmp(day, other) < 0;
}

static gboolean has_row(const Import *import, const char *gss)
{
    for (guint row = 0; row < lodge_csv_count(import->csv); row++) {
        if (strcmp(lodge_csv_get(import->csv, row, import->columns.gss), gss) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The row stands for the council that existed on the day: the new one under its own code, or before
 * that the county council as it was. */
static void apply_recoding(Import *import, Council *council, const char *day)
{
    const LodgeCouncilRecoding *recoding =
        lodge_council_changes_find_recoding(council->gss);
    if (recoding == NULL || has_row(import, recoding->new_gss))
        return; /* a list that has been mended needs no mending */
    const LodgeCouncilChange *change = lodge_council_changes_find(recoding->new_gss);
    if (is_before(day, change->began)) {
        council->kind = "county";
        return;
    }
    council->gss = recoding->new_gss;
    council->name = recoding->new_name;
    import->recoded++;
}

/* FALSE: it did not exist on the day, counted. */
static gboolean apply_change(Import *import, Council *council, const char *day)
{
    const LodgeCouncilChange *change = lodge_council_changes_find(council->gss);
    if (change == NULL)
        return TRUE;
    if (is_before(day, change->began)) {
        import->not_begun++;
        return FALSE;
    }
    if (change->ended != NULL && (day == NULL || is_before(change->ended, day))) {
        import->ended++;
        return FALSE;
    }
    council->valid_from = change->began;
    council->valid_to = change->ended;
    council->successor = change->successor;
    return TRUE;
}

static gboolean check_text(const Import *import, guint row, int column, GError **error)
{
    const char *text = lodge_csv_get(import->csv, row, column);
    if (*text == '\0')
        return refuse(import, row, error, "the row lacks a name, slug or country");
    for (const char *at = text; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at) || *at == '\\')
            return refuse(import, row, error,
                          "the row holds a control character or backslash");
    }
    return TRUE;
}

static gboolean check_row(Import *import, guint row, const Council *council, GError **error)
{
    const Columns *columns = &import->columns;
    if (!check_text(import, row, columns->name, error) ||
        !check_text(import, row, columns->slug, error) ||
        !check_text(import, row, columns->nation, error))
        return FALSE;
    if (*council->gss == '\0')
        return refuse(import, row, error, "'%s' has no GSS code", council->name);
    if (!lodge_key_value_is_gss(council->gss))
        return refuse(import, row, error,
                      "'%s' is no GSS code; it is a capital letter and eight digits",
                      council->gss);
    if (!lodge_key_value_is_identifier(council->slug))
        return refuse(import, row, error, "'%s' is no slug", council->slug);
    if (council->kind == NULL)
        return refuse(import, row, error, "the tier is none of 1, 2 and 3");
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(import->lines, council->gss));
    if (before != 0)
        return refuse(import, row, error, "GSS code %s is in line %u already", council->gss,
                      before);
    g_hash_table_insert(import->lines, (gpointer)council->gss,
                        GUINT_TO_POINTER(lodge_csv_line(import->csv, row)));
    return TRUE;
}

static gboolean take_row(Import *import, guint row, const char *day, GError **error)
{
    const Columns *columns = &import->columns;
    const char *wanted = import->options->nation;
    Council council = {
        .gss = lodge_csv_get(import->csv, row, columns->gss),
        .name = lodge_csv_get(import->csv, row, columns->name),
        .kind = kind_of_tier(lodge_csv_get(import->csv, row, columns->tier)),
        .slug = lodge_csv_get(import->csv, row, columns->slug),
        .nation = lodge_csv_get(import->csv, row, columns->nation),
    };
    if (!check_row(import, row, &council, error))
        return FALSE;
    if (wanted != NULL && strcmp(wanted, council.nation) != 0) {
        import->other_nation++;
        return TRUE;
    }
    apply_recoding(import, &council, day);
    if (!apply_change(import, &council, day))
        return TRUE;
    council.domain = find_domain(lodge_csv_get(import->csv, row, columns->homepage));
    if (council.domain == NULL)
        import->no_domain++;
    g_array_append_val(import->councils, council);
    return TRUE;
}

/* ---- writing ---- */

static void append_key(GString *text, const char *key, const char *value)
{
    if (value != NULL)
        g_string_append_printf(text, "%s = %s\n", key, value);
}

static void append_council(const Import *import, GString *text, const Council *council)
{
    g_string_append_printf(text, "\n[%s]\n", council->gss);
    append_key(text, "name", council->name);
    append_key(text, "slug", council->slug);
    append_key(text, "kind", council->kind);
    append_key(text, "nation", council->nation);
    append_key(text, "valid_from", council->valid_from);
    append_key(text, "valid_to", council->valid_to);
    append_key(text, "successor", council->successor);
    if (council->domain == NULL)
        return;
    const char *first = g_hash_table_lookup(import->domains, council->domain);
    if (first != NULL)
        g_string_append_printf(text, "# the same website as [%s]\n", first);
    else
        g_hash_table_insert(import->domains, council->domain, (gpointer)council->gss);
    append_key(text, "unconfirmed", council->domain);
}

static char *format_register(const Import *import, const char *day)
{
    GString *text =
        g_string_new("# Register of councils, made by lodge register import out of "
                     "GOV.UK's list of local authorities.\n");
    g_string_append_printf(text, "# Nation: %s. As on: %s. Councils: %u.\n",
                           import->options->nation ? import->options->nation : "all",
                           day ? day : "the list's own day", import->councils->len);
    g_string_append(
        text,
        "#\n"
        "# unconfirmed: the domain of the website. It gives no authority: where a website is, is not\n"
        "# where mail comes from. Ask the council, then write the domain under domains instead.\n");
    for (guint i = 0; i < import->councils->len; i++)
        append_council(import, text, &g_array_index(import->councils, Council, i));
    return g_string_free(text, FALSE);
}

static char *format_summary(const Import *import)
{
    guint shared = 0;
    for (guint i = 0; i < import->councils->len; i++)
        shared += g_array_index(import->councils, Council, i).domain != NULL;
    shared -= g_hash_table_size(import->domains);
    return g_strdup_printf(
        "%u councils taken (%u under the code of their successor, %u without "
        "a domain, %u with another's website); left out: %u of other nations, "
        "%u ended by that day, %u not yet begun",
        import->councils->len, import->recoded, import->no_domain, shared,
        import->other_nation, import->ended, import->not_begun);
}

static gboolean run(Import *import, const char *day, char **text_out, GError **error)
{
    if (!find_columns(import, error))
        return FALSE;
    for (guint row = 0; row < lodge_csv_count(import->csv); row++) {
        if (!take_row(import, row, day, error))
            return FALSE;
    }
    g_autofree char *text = format_register(import, day);
    /* What is written must load: the same parser says so before anybody relies on it. */
    g_autoptr(LodgeRegister) reg = lodge_register_parse(text, "register", error);
    if (reg == NULL) {
        g_prefix_error(error, "the imported register does not load: ");
        return FALSE;
    }
    *text_out = g_steal_pointer(&text);
    return TRUE;
}

char *lodge_register_import(const char *csv,
                            const char *name,
                            const LodgeRegisterImport *options,
                            char **summary_out,
                            GError **error)
{
    g_return_val_if_fail(csv != NULL && name != NULL && options != NULL, NULL);
    g_autoptr(LodgeCsv) table = lodge_csv_parse(csv, strlen(csv), name, error);
    if (table == NULL)
        return NULL;
    g_autofree char *day = options->at_us == LODGE_INSTANT_UNKNOWN
                               ? NULL
                               : lodge_instant_format(options->at_us);
    if (day != NULL)
        day[10] = '\0'; /* the date alone */
    Import import = {.options = options, .csv = table, .file = name};
    import.councils = g_array_new(FALSE, FALSE, sizeof(Council));
    g_array_set_clear_func(import.councils, clear_council);
    import.lines = g_hash_table_new(g_str_hash, g_str_equal);
    import.domains = g_hash_table_new(g_str_hash, g_str_equal);
    char *text = NULL;
    if (run(&import, day, &text, error) && summary_out != NULL)
        *summary_out = format_summary(&import);
    g_hash_table_unref(import.domains);
    g_hash_table_unref(import.lines);
    g_array_unref(import.councils);
    return text;
}
