#include "parsers/imap/fetch.h"
#include <string.h>

gboolean lodge_imap_item_is_whole_message(const char *item)
{
    return g_ascii_strcasecmp(item, "BODY[]") == 0 ||
           g_ascii_strcasecmp(item, "BODY[]<0>") == 0 ||
           g_ascii_strcasecmp(item, "BINARY[]") == 0 ||
           g_ascii_strcasecmp(item, "BINARY[]<0>") == 0 ||
           g_ascii_strcasecmp(item, "RFC822") == 0;
}

static const char *read_digits(const char *at, guint least, guint most, int *number_out)
{
    int number = 0;
    guint count = 0;
    for (; count < most && g_ascii_isdigit(at[count]); count++)
        number = number * 10 + (at[count] - '0');
    if (count < least)
        return NULL;
    *number_out = number;
    return at + count;
}

static const char *read_char(const char *at, char wanted)
{
    return at != NULL && *at == wanted ? at + 1 : NULL;
}

/* RFC 9051: date-month = "Jan" / "Feb" / … */
static const char *read_month(const char *at, int *month_out)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (g_ascii_strncasecmp(at, names + 3 * i, 3) == 0) {
            *month_out = i + 1;
            return at + 3;
        }
    }
    return NULL;
}

/* RFC 9051: time = 2DIGIT ":" 2DIGIT ":" 2DIGIT */
static const char *read_time(const char *at, LodgeCivil *civil)
{
    int *fields[] = {&civil->hour, &civil->minute, &civil->second};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (i > 0)
            at = read_char(at, ':');
        if (at == NULL)
            return NULL;
        at = read_digits(at, 2, 2, fields[i]);
    }
    return at;
}

/* RFC 9051: zone = ("+" / "-") 4DIGIT */
static const char *read_zone(const char *at, int *offset_s_out)
{
    if (at == NULL || (*at != '+' && *at != '-'))
        return NULL;
    int sign = *at == '-' ? -1 : 1, hours = 0, minutes = 0;
    at = read_digits(at + 1, 2, 2, &hours);
    if (at != NULL)
        at = read_digits(at, 2, 2, &minutes);
    if (at == NULL || hours > 23 || minutes > 59)
        return NULL;
    *offset_s_out = sign * (hours * 3600 + minutes * 60);
    return at;
}

/* RFC 9051: date-day-fixed = (SP DIGIT) / 2DIGIT; date = date-day-fixed "-" month "-" 4DIGIT */
static const char *read_date(const char *at, LodgeCivil *civil)
{
    while (*at == ' ')
        at++;
    at = read_char(read_digits(at, 1, 2, &civil->day), '-');
    if (at != NULL)
        at = read_char(read_month(at, &civil->month), '-');
    if (at != NULL)
        at = read_char(read_digits(at, 4, 4, &civil->year), ' ');
    return at;
}

gboolean lodge_imap_date_parse(const char *text, gint64 *instant_us_out)
{
    LodgeCivil civil = {0};
    int offset_s = 0;
    const char *at = read_date(text, &civil);
    if (at != NULL)
        at = read_char(read_time(at, &civil), ' ');
    at = read_zone(at, &offset_s);
    gint64 instant_us = 0;
    if (at == NULL || *at != '\0' || civil.hour > 23 || civil.minute > 59 ||
        civil.second > 60 || !lodge_instant_join(&civil, &instant_us))
        return FALSE;
    *instant_us_out = instant_us - offset_s * LODGE_SECOND_US;
    return TRUE;
}

static void read_body(const LodgeImapValue *value, LodgeImapFetch *fetch)
{
    if (value->type == LODGE_IMAP_NIL) {
        fetch->body_is_nil = TRUE;
        return;
    }
    fetch->has_body = TRUE;
    fetch->body = value->type == LODGE_IMAP_STREAMED ? NULL : value;
}

/* RFC 9051: msg-att-static = … / "INTERNALDATE" SP date-time / "RFC822.SIZE" SP number64 / "UID" SP uniqueid
 *           msg-att-dynamic = "FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")" */
static void
read_item(const LodgeImapValue *name, const LodgeImapValue *value, LodgeImapFetch *fetch)
{
    guint64 number = 0;
    if (lodge_imap_value_is(name, "UID")) {
        if (lodge_imap_value_number(value, G_MAXUINT32, &number))
            fetch->uid = (guint32)number;
    } else if (lodge_imap_value_is(name, "RFC822.SIZE")) {
        if (lodge_imap_value_number(value, G_MAXINT64, &number))
            fetch->size_bytes = (gint64)number;
    } else if (lodge_imap_value_is(name, "INTERNALDATE")) {
        if (lodge_imap_value_has_text(value))
            lodge_imap_date_parse(value->text, &fetch->internaldate_us);
    } else if (lodge_imap_value_is(name, "FLAGS")) {
        fetch->flags = value->type == LODGE_IMAP_LIST ? value : NULL;
    } else if (name->type == LODGE_IMAP_ATOM &&
               lodge_imap_item_is_whole_message(name->text)) {
        read_body(value, fetch);
    }
}

gboolean lodge_imap_fetch_read(const LodgeImapResponse *response, LodgeImapFetch *fetch_out)
{
    const LodgeImapValue *items = lodge_imap_list_first(response->data);
    if (!lodge_imap_response_is(response, "FETCH") || !response->numbered ||
        items == NULL || items->type != LODGE_IMAP_LIST)
        return FALSE;
    LodgeImapFetch fetch = {.number = response->number,
                            .size_bytes = -1,
                            .internaldate_us = LODGE_INSTANT_UNKNOWN};
    const LodgeImapValue *name = lodge_imap_list_first(items);
    while (name != NULL) {
        const LodgeImapValue *value = lodge_imap_list_next(items, name);
        if (value == NULL)
            return FALSE;
        read_item(name, value, &fetch);
        name = lodge_imap_list_next(items, value);
    }
    *fetch_out = fetch;
    return TRUE;
}
