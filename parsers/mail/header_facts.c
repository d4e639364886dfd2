#include "parsers/mail/header_facts.h"

#include "parsers/mail/address_text.h"
#include "parsers/mail/authentication_results.h"
#include "parsers/mail/charset.h"
#include "parsers/mail/encoded_word.h"
#include "parsers/mail/lexer.h"
#include "parsers/mail/look.h"
#include "parsers/mail/received.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <gmime/gmime.h>
#include <string.h>

/* ---- raw and decoded ---- */

/* UTF-8 as it stands, folds kept; any other byte and NUL as \xNN. */
static char *show_raw(const GString *raw)
{
    g_autoptr(GString) shown = g_string_sized_new(raw->len + 1);
    const char *at = raw->str;
    const char *end = raw->str + raw->len;

    while (at < end) {
        const char *valid_end = at;
        g_utf8_validate(at, end - at, &valid_end);
        g_string_append_len(shown, at, valid_end - at);
        if (valid_end < end)
            g_string_append_printf(shown, "\\x%02X", (guchar)*valid_end++);
        at = valid_end;
    }
    return g_strdup(shown->str);
}

static char *cut_value(char *value, LodgeMarks *marks)
{
    if (strlen(value) > LODGE_LIMIT_VALUE_BYTES) {
        const char *end = g_utf8_find_prev_char(value, value + LODGE_LIMIT_VALUE_BYTES + 1);
        value[end != NULL ? end - value : 0] = '\0';
        lodge_marks_add_limit(marks, "value-bytes");
    }
    return value;
}

static gboolean has_8bit(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((guchar)*text >= 0x80)
            return TRUE;
    }
    return FALSE;
}

static char *decode_value(const char *text, LodgeMarks *marks)
{
    gboolean unknown_charset = FALSE;
    g_autofree char *unfolded = lodge_lexer_unfold(text);
    char *value = lodge_encoded_word_decode(unfolded, &unknown_charset);

    if (unknown_charset)
        lodge_marks_add_defect(marks, "unknown-charset");
    if (has_8bit(text))
        lodge_marks_add_defect(marks, "raw-8bit-header");
    return cut_value(value, marks);
}

/* ---- addresses ---- */

/* GMime decodes xn-- into letters of any alphabet; register and border say it as it is written. */
static const char *find_written(InternetAddressMailbox *mailbox, const char *text)
{
    const char *registered = internet_address_mailbox_get_idn_addr(mailbox);
    const char *domain = registered != NULL ? strrchr(registered, '@') : NULL;
    return domain != NULL && strcasestr(text, domain + 1) != NULL
               ? registered
               : internet_address_mailbox_get_addr(mailbox);
}

static void add_addresses(GPtrArray *addresses,
                          InternetAddressList *list,
                          const char *text,
                          LodgeMarks *marks);

static void add_address(GPtrArray *addresses,
                        InternetAddress *address,
                        const char *text,
                        LodgeMarks *marks)
{
    if (INTERNET_ADDRESS_IS_GROUP(address)) {
        add_addresses(addresses,
                      internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
                      text, marks);
        return;
    }
    if (addresses->len >= LODGE_LIMIT_ADDRESSES) {
        lodge_marks_add_limit(marks, "addresses");
        return;
    }
    const char *addr = find_written(INTERNET_ADDRESS_MAILBOX(address), text);
    const char *name = internet_address_get_name(address);
    g_autofree char *valid_addr =
        lodge_display_utf8(addr != NULL ? addr : "", addr != NULL ? strlen(addr) : 0);
    g_autofree char *valid_name =
        name != NULL ? lodge_display_utf8(name, strlen(name)) : NULL;
    g_ptr_array_add(addresses, lodge_address_new(valid_addr, valid_name));
}

static void add_addresses(GPtrArray *addresses,
                          InternetAddressList *list,
                          const char *text,
                          LodgeMarks *marks)
{
    int count = list != NULL ? internet_address_list_length(list) : 0;

    for (int i = 0; i < count; i++)
        add_address(addresses, internet_address_list_get_address(list, i), text, marks);
}

static void read_addresses(GPtrArray *addresses, const char *text, LodgeMarks *marks)
{
    InternetAddressList *list = internet_address_list_parse(NULL, text);

    if (list == NULL) {
        lodge_marks_add_defect(marks, "address-malformed");
        return;
    }
    add_addresses(addresses, list, text, marks);
    g_object_unref(list);
}

/* Of From no address is taken that somebody else might read differently. */
static void
read_from(LodgeMessageFacts *facts, const char *text, const GString *raw, LodgeMarks *marks)
{
    facts->from_fields++;
    if (lodge_address_text_is_torn(raw) || !lodge_address_text_is_plain(text)) {
        lodge_marks_add_defect(marks, "address-malformed");
        lodge_marks_add_defect(marks, "from-unclear");
        return;
    }
    if (lodge_address_text_has_group(text))
        lodge_marks_add_defect(marks, "from-group");
    read_addresses(facts->from, text, marks);
}

/* ---- message ids ---- */

/* The ids between angle brackets; without any bracket the words themselves. */
static GStrv read_ids(const char *text, LodgeMarks *marks)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    gboolean is_bracketed = strchr(text, '<') != NULL;
    const char *at = text;

    while (*at != '\0') {
        const char *start = is_bracketed ? strchr(at, '<') : at + strspn(at, " \t,");
        if (start == NULL || *start == '\0')
            break;
        start += is_bracketed ? 1 : 0;
        gsize size = strcspn(start, is_bracketed ? ">" : " \t,");
        if (ids->len >= LODGE_LIMIT_MESSAGE_IDS) {
            lodge_marks_add_limit(marks, "message-ids");
            break;
        }
        g_autofree char *id = lodge_display_utf8(start, size);
        if (g_strstrip(id)[0] != '\0')
            g_ptr_array_add(ids, g_steal_pointer(&id));
        at = start + size + (is_bracketed && start[size] == '>' ? 1 : 0);
    }
    g_ptr_array_add(ids, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&ids), FALSE);
}

static void replace_ids(GStrv *ids, const char *text, LodgeMarks *marks)
{
    g_autofree char *unfolded = lodge_lexer_unfold(text);

    if ((*ids)[0] != NULL)
        return;
    g_strfreev(*ids);
    *ids = read_ids(unfolded, marks);
}

static char *read_return_path(const char *text)
{
    g_autofree char *unfolded = lodge_lexer_unfold(text);
    const char *start = strchr(unfolded, '<');
    gsize size = start != NULL ? strcspn(start + 1, ">") : strlen(unfolded);

    return lodge_display_utf8(start != NULL ? start + 1 : unfolded, size);
}

/* ---- trace ---- */

static void
read_received(LodgeMessageFacts *facts, guint position, const char *text, LodgeMarks *marks)
{
    if (facts->received->len >= LODGE_LIMIT_RECEIVED) {
        lodge_marks_add_limit(marks, "received");
        return;
    }
    g_autofree char *valid = lodge_display_utf8(text, strlen(text));
    LodgeReceived *received = lodge_received_parse(cut_value(valid, marks));
    received->position = position;
    g_ptr_array_add(facts->received, received);
}

static void read_authentication_results(LodgeMessageFacts *facts,
                                        guint position,
                                        const char *text,
                                        LodgeMarks *marks)
{
    if (facts->authentication_results->len >= LODGE_LIMIT_AUTHENTICATION_RESULTS) {
        lodge_marks_add_limit(marks, "authentication-results");
        return;
    }
    g_autofree char *valid = lodge_display_utf8(text, strlen(text));
    /* One that is longer is nobody's honest verdict: cut in the middle it could say something else. */
    gboolean is_long = strlen(valid) > LODGE_LIMIT_VALUE_BYTES;
    LodgeAuthenticationResults *results =
        lodge_authentication_results_parse(is_long ? "" : valid);
    if (is_long)
        lodge_marks_add_limit(marks, "value-bytes");
    results->position = position;
    g_ptr_array_add(facts->authentication_results, results);
}

/* ---- all fields ---- */

static gboolean read_address_field(LodgeMessageFacts *facts,
                                   const LodgeRawField *raw,
                                   const char *text,
                                   LodgeMarks *marks)
{
    const struct {
        const char *name;
        GPtrArray *addresses;
    } fields[] = {{"From", facts->from},
                  {"To", facts->to},
                  {"Cc", facts->cc},
                  {"Reply-To", facts->reply_to}};

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (g_ascii_strcasecmp(raw->name, fields[i].name) != 0)
            continue;
        g_autofree char *unfolded = lodge_lexer_unfold(text);
        g_autofree char *normal = lodge_encoded_word_normalise(unfolded);
        if (fields[i].addresses == facts->from)
            read_from(facts, normal, raw->raw, marks);
        else
            read_addresses(fields[i].addresses, normal, marks);
        return TRUE;
    }
    return FALSE;
}

/* Of fields that may stand once only the first counts. */
static void read_single_field(LodgeMessageFacts *facts,
                              const LodgeHeaderField *field,
                              const char *text,
                              LodgeMarks *marks)
{
    const char *name = field->name;
    gint64 date_us;

    if (g_ascii_strcasecmp(name, "Subject") == 0 && facts->subject == NULL) {
        facts->subject = g_strdup(field->value);
    } else if (g_ascii_strcasecmp(name, "Return-Path") == 0 && facts->return_path == NULL) {
        facts->return_path = read_return_path(text);
    } else if (g_ascii_strcasecmp(name, "Message-ID") == 0 && facts->message_id == NULL) {
        g_auto(GStrv) ids = read_ids(field->value, marks);
        facts->message_id = g_strdup(ids[0]);
    } else if (g_ascii_strcasecmp(name, "In-Reply-To") == 0) {
        replace_ids(&facts->in_reply_to, text, marks);
    } else if (g_ascii_strcasecmp(name, "References") == 0) {
        replace_ids(&facts->references, text, marks);
    } else if (g_ascii_strcasecmp(name, "Date") == 0 &&
               facts->date_us == LODGE_INSTANT_UNKNOWN &&
               lodge_instant_parse_mail_date(field->value, &date_us)) {
        facts->date_us = date_us;
    }
}

static void read_field(LodgeMessageFacts *facts,
                       guint position,
                       const LodgeRawField *raw,
                       LodgeMarks *marks)
{
    g_autofree char *text = lodge_raw_field_text(raw);
    g_autofree char *shown = show_raw(raw->raw);
    g_autofree char *value = decode_value(text, marks);
    LodgeHeaderField *field = lodge_header_field_new(raw->name, shown, value);

    g_ptr_array_add(facts->header, field);
    if (lodge_address_text_is_torn(raw->raw))
        lodge_marks_add_defect(marks, "header-torn");
    if (g_ascii_strcasecmp(raw->name, "Received") == 0)
        read_received(facts, position, text, marks);
    else if (g_ascii_strcasecmp(raw->name, "Authentication-Results") == 0)
        read_authentication_results(facts, position, text, marks);
    else if (!read_address_field(facts, raw, text, marks))
        read_single_field(facts, field, text, marks);
}

void lodge_header_facts_read(const LodgeHeaderBlock *block,
                             LodgeMessageFacts *facts,
                             LodgeMarks *marks)
{
    const GPtrArray *fields = lodge_header_block_fields(block);

    for (guint i = 0; i < fields->len; i++)
        read_field(facts, i, g_ptr_array_index(fields, i), marks);
    if (lodge_header_block_mixes_line_ends(block))
        lodge_marks_add_defect(marks, "header-mixed-line-ends");
    if (facts->from->len == 1) {
        LodgeAddress *from = g_ptr_array_index(facts->from, 0);
        from->look = lodge_look_find(from->domain);
    }
    if (facts->from_fields == 0)
        lodge_marks_add_defect(marks, "no-from");
    if (facts->from_fields > 1)
        lodge_marks_add_defect(marks, "duplicate-from");
}
