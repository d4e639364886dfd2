#include "config/zone.h"

#include "parsers/text/json.h"

#include <string.h>

#define TABLE_FROM_US (G_GINT64_CONSTANT(631152000) * LODGE_SECOND_US) /* 1990-01-01 */
#define TABLE_TO_US (G_GINT64_CONSTANT(4102444800) * LODGE_SECOND_US)  /* 2100-01-01 */
#define MINUTE_US (60 * LODGE_SECOND_US)
#define TABLE_BYTES (64 * 1024)
#define TABLE_DEPTH 4
#define PERIODS_MAX 2000
#define OFFSET_MAX_S (26 * 60 * 60)
#define ABBREVIATION_MAX 10

/* One offset in force from an instant until the next period's. */
typedef struct {
    gint64 from_us;
    int offset_s;
    char *abbreviation;
} Period;

struct LodgeZone {
    gatomicrefcount references;
    char *name;
    gint64 to_us;
    GArray *periods; /* Period, ascending; the first begins where the table does */
};

G_DEFINE_QUARK(lodge_zone_error, lodge_zone_error)

static void clear_period(gpointer period)
{
    g_free(((Period *)period)->abbreviation);
}

static LodgeZone *new_zone(const char *name, gint64 to_us)
{
    LodgeZone *zone = g_new0(LodgeZone, 1);
    g_atomic_ref_count_init(&zone->references);
    zone->name = g_strdup(name);
    zone->to_us = to_us;
    zone->periods = g_array_new(FALSE, FALSE, sizeof(Period));
    g_array_set_clear_func(zone->periods, clear_period);
    return zone;
}

LodgeZone *lodge_zone_ref(LodgeZone *zone)
{
    g_return_val_if_fail(zone != NULL, NULL);
    g_atomic_ref_count_inc(&zone->references);
    return zone;
}

void lodge_zone_unref(LodgeZone *zone)
{
    if (zone == NULL || !g_atomic_ref_count_dec(&zone->references))
        return;
    g_array_unref(zone->periods);
    g_free(zone->name);
    g_free(zone);
}

const char *lodge_zone_name(const LodgeZone *zone)
{
    return zone->name;
}

static const Period *period_at(const LodgeZone *zone, guint index)
{
    return &g_array_index(zone->periods, Period, index);
}

static gint64 period_end(const LodgeZone *zone, guint index)
{
    return index + 1 < zone->periods->len ? period_at(zone, index + 1)->from_us
                                          : zone->to_us;
}

static void
add_period(LodgeZone *zone, gint64 from_us, int offset_s, const char *abbreviation)
{
    Period period = {from_us, offset_s, g_strdup(abbreviation)};
    g_array_append_val(zone->periods, period);
}

/* ---- loading ---- */

/* Area/City as IANA writes it, or UTC. Anything else GLib might read as a POSIX rule or a path. */
static gboolean is_zone_name(const char *name)
{
    if (strcmp(name, "UTC") == 0)
        return TRUE;
    if (strlen(name) > 64 || !g_ascii_isalpha(name[0]) || strchr(name, '/') == NULL)
        return FALSE;
    for (const char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && strchr("/_+-", *at) == NULL)
            return FALSE;
    }
    return TRUE;
}

/* The first second after `from_s` at which another interval is in force; intervals are numbered in order of time. */
static gint64 find_change(GTimeZone *source, gint64 from_s, gint64 to_s)
{
    int current = g_time_zone_find_interval(source, G_TIME_TYPE_UNIVERSAL, from_s);
    gint64 low = from_s, high = to_s;
    if (g_time_zone_find_interval(source, G_TIME_TYPE_UNIVERSAL, to_s - 1) == current)
        return to_s;
    while (high - low > 1) {
        gint64 middle = low + (high - low) / 2;
        if (g_time_zone_find_interval(source, G_TIME_TYPE_UNIVERSAL, middle) == current)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static gboolean is_continued(const LodgeZone *zone, int offset_s, const char *abbreviation)
{
    if (zone->periods->len == 0)
        return FALSE;
    const Period *last = period_at(zone, zone->periods->len - 1);
    return last->offset_s == offset_s && strcmp(last->abbreviation, abbreviation) == 0;
}

static void read_periods(LodgeZone *zone, GTimeZone *source)
{
    gint64 to_s = TABLE_TO_US / LODGE_SECOND_US;
    for (gint64 at_s = TABLE_FROM_US / LODGE_SECOND_US; at_s < to_s;
         at_s = find_change(source, at_s, to_s)) {
        int interval = g_time_zone_find_interval(source, G_TIME_TYPE_UNIVERSAL, at_s);
        int offset_s = (int)g_time_zone_get_offset(source, interval);
        const char *abbreviation = g_time_zone_get_abbreviation(source, interval);
        if (!is_continued(zone, offset_s, abbreviation))
            add_period(zone, at_s * LODGE_SECOND_US, offset_s, abbreviation);
    }
}

LodgeZone *lodge_zone_load(const char *name, GError **error)
{
    g_return_val_if_fail(name != NULL, NULL);
    g_autoptr(GTimeZone) source =
        is_zone_name(name) ? g_time_zone_new_identifier(name) : NULL;
    if (source == NULL) {
        g_set_error(
            error, LODGE_ZONE_ERROR, LODGE_ZONE_ERROR_UNKNOWN,
            "no time zone '%s' on this machine; write an IANA name such as Europe/London "
            "(and see that tzdata is installed)",
            name);
        return NULL;
    }
    LodgeZone *zone = new_zone(name, TABLE_TO_US);
    read_periods(zone, source);
    return zone;
}

/* ---- the table as text ---- */

char *lodge_zone_format(const LodgeZone *zone, gint64 from_us, gint64 to_us)
{
    g_autoptr(LodgeJsonWriter) writer = lodge_json_writer_new();
    from_us = MAX(from_us, period_at(zone, 0)->from_us);
    to_us = MIN(to_us, zone->to_us);
    g_return_val_if_fail(from_us < to_us, NULL);
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "name", zone->name);
    lodge_json_add_instant(writer, "until", to_us);
    lodge_json_begin_array(writer, "periods");
    for (guint i = 0; i < zone->periods->len; i++) {
        const Period *period = period_at(zone, i);
        if (period_end(zone, i) <= from_us || period->from_us >= to_us)
            continue;
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_instant(writer, "from", MAX(period->from_us, from_us));
        lodge_json_add_int(writer, "offset_s", period->offset_s);
        lodge_json_add_string(writer, "abbreviation", period->abbreviation);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    return lodge_json_finish_text(g_steal_pointer(&writer));
}

static gboolean is_abbreviation(const char *text)
{
    gsize length = strlen(text);
    if (length == 0 || length > ABBREVIATION_MAX)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && text[i] != '+' && text[i] != '-')
            return FALSE;
    }
    return TRUE;
}

static void
parse_period(LodgeZone *zone, LodgeJsonDocument *document, const LodgeJsonNode *node)
{
    gint64 from_us = lodge_json_get_instant(document, node, "from");
    gint64 offset_s = lodge_json_get_int(document, node, "offset_s");
    const char *abbreviation = lodge_json_get_string(document, node, "abbreviation");
    gboolean ascends = zone->periods->len == 0 ||
                       period_at(zone, zone->periods->len - 1)->from_us < from_us;
    if (abbreviation == NULL || !is_abbreviation(abbreviation) || !ascends ||
        from_us < TABLE_FROM_US || from_us >= zone->to_us || offset_s < -OFFSET_MAX_S ||
        offset_s > OFFSET_MAX_S) {
        lodge_json_fail(document, "period %u of the zone is out of order",
                        zone->periods->len);
        return;
    }
    add_period(zone, from_us, (int)offset_s, abbreviation);
}

LodgeZone *lodge_zone_parse(const char *json, GError **error)
{
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(json, strlen(json), TABLE_BYTES, TABLE_DEPTH, error);
    if (document == NULL)
        return NULL;
    const LodgeJsonNode *root = lodge_json_root(document);
    const char *name = lodge_json_get_string(document, root, "name");
    if (name == NULL || !is_zone_name(name))
        lodge_json_fail(document, "the zone has no proper name");
    g_autoptr(LodgeZone) zone =
        new_zone(name == NULL ? "" : name, lodge_json_get_instant(document, root, "until"));
    const LodgeJsonNode *periods = lodge_json_get_array(document, root, "periods");
    guint count = periods == NULL ? 0 : lodge_json_array_length(periods);
    if (zone->to_us > TABLE_TO_US || count == 0 || count > PERIODS_MAX)
        lodge_json_fail(document, "the zone's table has no proper extent");
    for (guint i = 0; i < MIN(count, PERIODS_MAX); i++)
        parse_period(zone, document, lodge_json_array_object(document, periods, i));
    if (!lodge_json_finish(document, error))
        return NULL;
    return g_steal_pointer(&zone);
}

/* ---- civil time to instant ---- */

static gboolean take_number(const char **at, guint digits, char end, int *value_out)
{
    int value = 0;
    for (guint i = 0; i < digits; i++, (*at)++) {
        if (!g_ascii_isdigit(**at))
            return FALSE;
        value = value * 10 + (**at - '0');
    }
    if (end != '\0') {
        if (**at != end)
            return FALSE;
        (*at)++;
    }
    *value_out = value;
    return TRUE;
}

/* The civil time as if it were UTC. */
static gboolean parse_civil(const char *text, gint64 *local_us_out)
{
    LodgeCivil civil = {0};
    const char *at = text;
    if (!take_number(&at, 4, '-', &civil.year) || !take_number(&at, 2, '-', &civil.month) ||
        !take_number(&at, 2, 'T', &civil.day) || !take_number(&at, 2, ':', &civil.hour) ||
        !take_number(&at, 2, '\0', &civil.minute))
        return FALSE;
    if (*at == ':') {
        at++;
        if (!take_number(&at, 2, '\0', &civil.second))
            return FALSE;
    }
    if (*at != '\0' || civil.hour > 23 || civil.minute > 59 || civil.second > 59)
        return FALSE;
    return lodge_instant_join(&civil, local_us_out);
}

static char *format_local(gint64 local_us)
{
    LodgeCivil civil;
    lodge_instant_split(local_us, &civil);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d", civil.year, civil.month, civil.day,
                           civil.hour, civil.minute);
}

/* The change at the beginning of period `index` (> 0) skips or repeats [low, high) of the clock's face. */
static void
changed_span(const LodgeZone *zone, guint index, gint64 *low_us_out, gint64 *high_us_out)
{
    const Period *period = period_at(zone, index);
    gint64 before =
        period->from_us + period_at(zone, index - 1)->offset_s * LODGE_SECOND_US;
    gint64 after = period->from_us + period->offset_s * LODGE_SECOND_US;
    *low_us_out = MIN(before, after);
    *high_us_out = MAX(before, after);
}

static void set_change_error(const LodgeZone *zone,
                             guint index,
                             const char *civil,
                             LodgeZoneError code,
                             GError **error)
{
    gint64 low_us, high_us;
    changed_span(zone, index, &low_us, &high_us);
    gboolean skipped = code == LODGE_ZONE_ERROR_NONEXISTENT;
    g_autofree char *low = format_local(low_us);
    g_autofree char *high = format_local(high_us);
    g_autofree char *last = format_local(low_us - MINUTE_US);
    g_set_error(error, LODGE_ZONE_ERROR, (int)code,
                "'%s' %s in %s: the clocks go %s from %s %s to %s %s; write %s or %s",
                civil, skipped ? "does not exist" : "exists twice", zone->name,
                skipped ? "forward" : "back", skipped ? low : high,
                period_at(zone, index - 1)->abbreviation, skipped ? high : low,
                period_at(zone, index)->abbreviation, last, high);
}

/* The change whose skipped or repeated span holds this local time; 0: none. */
static guint find_changed_span(const LodgeZone *zone, gint64 local_us)
{
    for (guint i = 1; i < zone->periods->len; i++) {
        gint64 low_us, high_us;
        changed_span(zone, i, &low_us, &high_us);
        if (local_us >= low_us && local_us < high_us)
            return i;
    }
    return 0;
}

static guint count_instants(const LodgeZone *zone, gint64 local_us, gint64 *instant_us_out)
{
    guint count = 0;
    for (guint i = 0; i < zone->periods->len; i++) {
        const Period *period = period_at(zone, i);
        gint64 instant_us = local_us - period->offset_s * LODGE_SECOND_US;
        if (instant_us < period->from_us || instant_us >= period_end(zone, i))
            continue;
        *instant_us_out = instant_us;
        count++;
    }
    return count;
}

gboolean lodge_zone_resolve(const LodgeZone *zone,
                            const char *civil,
                            gint64 *instant_us_out,
                            GError **error)
{
    gint64 local_us, instant_us = 0;
    g_return_val_if_fail(zone != NULL && civil != NULL, FALSE);
    if (!parse_civil(civil, &local_us)) {
        g_set_error(error, LODGE_ZONE_ERROR, LODGE_ZONE_ERROR_SYNTAX,
                    "'%s' is no civil time; write it like 2024-07-20T00:00", civil);
        return FALSE;
    }
    guint count = count_instants(zone, local_us, &instant_us);
    guint change = count == 1 ? 0 : find_changed_span(zone, local_us);
    if (count == 1) {
        *instant_us_out = instant_us;
        return TRUE;
    }
    if (change != 0) {
        set_change_error(
            zone, change, civil,
            count == 0 ? LODGE_ZONE_ERROR_NONEXISTENT : LODGE_ZONE_ERROR_AMBIGUOUS, error);
        return FALSE;
    }
    g_set_error(error, LODGE_ZONE_ERROR, LODGE_ZONE_ERROR_RANGE,
                "'%s' is outside the years that the table of %s covers", civil, zone->name);
    return FALSE;
}

/* ---- instant to civil time ---- */

void lodge_zone_split(const LodgeZone *zone,
                      gint64 instant_us,
                      LodgeCivil *civil_out,
                      int *offset_s_out,
                      const char **abbreviation_out)
{
    int offset_s = 0;
    const char *abbreviation = "UTC";
    for (guint i = 0; i < zone->periods->len; i++) {
        const Period *period = period_at(zone, i);
        if (instant_us >= period->from_us && instant_us < period_end(zone, i)) {
            offset_s = period->offset_s;
            abbreviation = period->abbreviation;
            break;
        }
    }
    lodge_instant_split(instant_us + offset_s * LODGE_SECOND_US, civil_out);
    if (offset_s_out != NULL)
        *offset_s_out = offset_s;
    if (abbreviation_out != NULL)
        *abbreviation_out = abbreviation;
}

char *lodge_zone_format_words(const LodgeZone *zone, gint64 instant_us, gboolean seconds)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    LodgeCivil civil;
    const char *abbreviation;
    lodge_zone_split(zone, instant_us, &civil, NULL, &abbreviation);
    g_autofree char *second =
        seconds ? g_strdup_printf(":%02d", civil.second) : g_strdup("");
    return g_strdup_printf("%s %d %s %d at %02d:%02d%s %s", days[civil.weekday - 1],
                           civil.day, months[civil.month - 1], civil.year, civil.hour,
                           civil.minute, second, abbreviation);
}

/* An offset of seconds, as zones had them before 1972, is cut: RFC 3339 has none. */
char *lodge_zone_format_offset(const LodgeZone *zone, gint64 instant_us)
{
    LodgeCivil civil;
    int offset_s;
    lodge_zone_split(zone, instant_us, &civil, &offset_s, NULL);
    int minutes = ABS(offset_s) / 60;
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", civil.year,
                           civil.month, civil.day, civil.hour, civil.minute, civil.second,
                           offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
