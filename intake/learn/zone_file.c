#include "intake/learn/zone_file.h"

#include "intake/decide/dns_name.h"
#include "intake/learn/resolver.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WORD_SHOWN_BYTES 60
#define PATH_SHOWN_BYTES 200
G_STATIC_ASSERT(LODGE_LIMIT_DNS_ZONE_FILE_BYTES ==
                16 * 1024 * 1024); /* it is told in words */

struct LodgeZoneFile {
    GHashTable *names; /* char * -> LodgeZoneName * */
    GHashTable *above; /* char *: names that have others below them */
};

/* One line on its way. */
typedef struct {
    LodgeZoneFile *zone;
    const char *file;
    guint number;
    const char *at;
    GError **error;
} Line;

/* ---- words ---- */

static gboolean refuse(const Line *line, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean refuse(const Line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *file = lodge_display_line(line->file, PATH_SHOWN_BYTES);
    g_set_error(line->error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_ZONE, "%s:%u: %s",
                file, line->number, words);
    return FALSE;
}

static gboolean refuse_word(const Line *line, const char *word, const char *problem)
{
    g_autofree char *shown = lodge_display_line(word, WORD_SHOWN_BYTES);
    return refuse(line, "'%s' %s", shown, problem);
}

/* The next word, NULL at the end of the line or where its comment begins. */
static char *take_word(Line *line)
{
    line->at += strspn(line->at, " \t");
    gsize length = strcspn(line->at, " \t;\"");
    if (length == 0)
        return NULL;
    char *word = g_strndup(line->at, length);
    line->at += length;
    return word;
}

static gboolean is_over(const Line *line)
{
    const char *at = line->at + strspn(line->at, " \t");
    return *at == '\0' || *at == ';';
}

static gboolean expect_end(const Line *line)
{
    return is_over(line) || refuse_word(line, line->at + strspn(line->at, " \t"),
                                        "stands behind the record; delete it");
}

/* ---- records ---- */

static void free_text(gpointer data)
{
    g_string_free(data, TRUE);
}

static void free_name(gpointer data)
{
    LodgeZoneName *name = data;
    g_free(name->cname);
    g_ptr_array_unref(name->texts);
    g_free(name);
}

static LodgeZoneName *intern(Line *line, const char *owner, guint32 ttl_s)
{
    LodgeZoneName *name = g_hash_table_lookup(line->zone->names, owner);
    if (name == NULL) {
        name = g_new0(LodgeZoneName, 1);
        name->texts = g_ptr_array_new_with_free_func(free_text);
        name->failure = LODGE_DNS_FOUND;
        name->ttl_s = ttl_s;
        g_hash_table_insert(line->zone->names, g_strdup(owner), name);
        for (guint labels = lodge_dns_name_count_labels(owner); labels > 1; labels--)
            g_hash_table_add(line->zone->above,
                             g_strdup(lodge_dns_name_last_labels(owner, labels - 1)));
    }
    name->ttl_s = MIN(name->ttl_s, ttl_s);
    return name;
}

/* "\DDD" or "\X", behind its backslash. */
static gboolean take_escape(Line *line, GString *text)
{
    const char *at = line->at;
    if (g_ascii_isdigit(at[0]) && g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2])) {
        int byte = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
        if (byte > 255)
            return refuse(line, "\\%.3s is no byte; write 000 to 255", at);
        g_string_append_c(text, (char)byte);
        line->at += 3;
        return TRUE;
    }
    if (*at == '\0')
        return refuse(line, "a string has no end; close it with '\"' in the same line");
    g_string_append_c(text, *at);
    line->at++;
    return TRUE;
}

/* A string, behind its first quotation mark, up to its last. */
static gboolean take_string(Line *line, GString *text)
{
    while (*line->at != '"') {
        char byte = *line->at;
        if (byte == '\0')
            return refuse(line, "a string has no end; close it with '\"' in the same line");
        line->at++;
        if (byte != '\\')
            g_string_append_c(text, byte);
        else if (!take_escape(line, text))
            return FALSE;
    }
    line->at++;
    return TRUE;
}

static gboolean take_txt(Line *line, LodgeZoneName *name)
{
    GString *text = g_string_new(NULL);
    g_ptr_array_add(name->texts, text);
    guint strings = 0;
    line->at += strspn(line->at, " \t");
    for (; *line->at == '"'; strings++) {
        line->at++;
        if (!take_string(line, text))
            return FALSE;
        line->at += strspn(line->at, " \t");
    }
    return strings > 0 ? expect_end(line)
                       : refuse(line, "TXT needs its strings in quotation marks");
}

static gboolean take_cname(Line *line, LodgeZoneName *name)
{
    g_autofree char *target = take_word(line);
    if (target == NULL)
        return refuse(line, "CNAME needs the name that it leads to");
    if (name->cname != NULL)
        return refuse(line, "there is a CNAME for this name already; keep one of them");
    name->cname = lodge_dns_name_normalise(target);
    return name->cname != NULL ? expect_end(line)
                               : refuse_word(line, target, "is no name of DNS");
}

static gboolean take_failure(Line *line, LodgeZoneName *name)
{
    g_autofree char *word = take_word(line);
    if (g_strcmp0(word, "servfail") == 0)
        name->failure = LODGE_DNS_SERVFAIL;
    else if (g_strcmp0(word, "timeout") == 0)
        name->failure = LODGE_DNS_TIMEOUT;
    else
        return refuse(line, "FAIL needs servfail or timeout");
    return expect_end(line);
}

static gboolean is_of_another_type(const char *type)
{
    static const char *const types[] = {"A", "AAAA", "MX", "NS", "SOA"};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_ascii_strcasecmp(type, types[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean take_record(Line *line, LodgeZoneName *name, const char *type)
{
    if (g_ascii_strcasecmp(type, "TXT") == 0)
        return take_txt(line, name);
    if (g_ascii_strcasecmp(type, "CNAME") == 0)
        return take_cname(line, name);
    if (g_ascii_strcasecmp(type, "FAIL") == 0)
        return take_failure(line, name);
    return is_of_another_type(type) ||
           refuse_word(line, type, "is no type that is known here; use TXT, CNAME or FAIL");
}

static gboolean check_together(const Line *line, const LodgeZoneName *name)
{
    int kinds =
        (name->cname != NULL) + (name->failure != LODGE_DNS_FOUND) + (name->texts->len > 0);
    return kinds <= 1 ||
           refuse(line, "a name has records, or a CNAME, or a FAIL, and only one of these");
}

static gboolean parse_ttl(const char *word, guint32 *ttl_s_out)
{
    guint64 value;
    if (word == NULL || !g_ascii_string_to_unsigned(word, 10, 0, G_MAXINT32, &value, NULL))
        return FALSE;
    *ttl_s_out = (guint32)value;
    return TRUE;
}

static gboolean take_line(Line *line)
{
    guint32 ttl_s;
    if (is_over(line))
        return TRUE;
    if (*line->at == ' ' || *line->at == '\t')
        return refuse(line, "the line begins with a blank; begin it with the name");
    g_autofree char *word = take_word(line);
    if (word != NULL && *word == '$')
        return refuse_word(line, word, "is not known here; write every name in full");
    g_autofree char *owner = word != NULL ? lodge_dns_name_normalise(word) : NULL;
    if (owner == NULL)
        return refuse_word(line, word != NULL ? word : line->at, "is no name of DNS");
    g_autofree char *ttl = take_word(line);
    if (!parse_ttl(ttl, &ttl_s))
        return refuse_word(line, ttl, "is no time to live in seconds");
    g_autofree char *class = take_word(line);
    if (class == NULL || g_ascii_strcasecmp(class, "IN") != 0)
        return refuse_word(line, class, "stands where IN belongs");
    g_autofree char *type = take_word(line);
    if (type == NULL)
        return refuse(line, "the record has no type; use TXT, CNAME or FAIL");
    LodgeZoneName *name = intern(line, owner, ttl_s);
    return take_record(line, name, type) && check_together(line, name);
}

/* ---- the file ---- */

LodgeZoneFile *
lodge_zone_file_parse(const char *text, gsize size_bytes, const char *file, GError **error)
{
    g_autoptr(LodgeZoneFile) zone = g_new0(LodgeZoneFile, 1);
    zone->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_name);
    zone->above = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Line line = {zone, file, 1, text, error};
    if (memchr(text, '\0', size_bytes) != NULL) {
        refuse(&line, "the file has a NUL in it; it is no zone file");
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, size_bytes);
    for (char *start = copy; start != NULL; line.number++) {
        char *end = strchr(start, '\n');
        if (end != NULL)
            *end = '\0';
        if (end != NULL && end > start && end[-1] == '\r')
            end[-1] = '\0';
        line.at = start;
        if (!take_line(&line))
            return NULL;
        start = end != NULL ? end + 1 : NULL;
    }
    return g_steal_pointer(&zone);
}

static gboolean refuse_file(GError **error, const char *path, const char *words)
{
    g_autofree char *shown = lodge_display_line(path, PATH_SHOWN_BYTES);
    g_set_error(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_ZONE, "%s: %s", shown,
                words);
    return FALSE;
}

/* Whatever can be read to its end: a shell's pipe and an empty device, too. */
static gboolean read_text(int fd, const char *path, GString *text, GError **error)
{
    char chunk[16 * 1024];
    ssize_t got;
    do {
        got = read(fd, chunk, sizeof chunk);
        if (got > 0)
            g_string_append_len(text, chunk, got);
    } while ((got > 0 && text->len <= LODGE_LIMIT_DNS_ZONE_FILE_BYTES) ||
             (got < 0 && errno == EINTR));
    if (got < 0)
        return refuse_file(error, path, g_strerror(errno));
    return text->len <= LODGE_LIMIT_DNS_ZONE_FILE_BYTES ||
           refuse_file(error, path,
                       "larger than 16 MB; keep only the names that are needed");
}

LodgeZoneFile *lodge_zone_file_load(const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        refuse_file(error, path, g_strerror(errno));
        return NULL;
    }
    gboolean is_read = read_text(fd, path, text, error);
    close(fd); /* read only: nothing can be lost here */
    return is_read ? lodge_zone_file_parse(text->str, text->len, path, error) : NULL;
}

void lodge_zone_file_free(LodgeZoneFile *zone)
{
    if (zone == NULL)
        return;
    g_hash_table_unref(zone->names);
    g_hash_table_unref(zone->above);
    g_free(zone);
}

const LodgeZoneName *lodge_zone_file_find(const LodgeZoneFile *zone, const char *name)
{
    return g_hash_table_lookup(zone->names, name);
}

gboolean lodge_zone_file_has_below(const LodgeZoneFile *zone, const char *name)
{
    return g_hash_table_contains(zone->above, name);
}
