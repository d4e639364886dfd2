#include "intake/answer/receipt.h"

#include "intake/answer/address.h"
#include "intake/answer/encoded_word.h"
#include "intake/answer/receipt_body.h"
#include "parsers/text/display.h"
#include "parsers/text/instant.h"

#include <gmime/gmime.h>
#include <string.h>

/* RFC 5322 section 2.1.1: 998 characters without the line end; we promise 78 in the text. */
#define MAX_LINE_BYTES 998
#define SHORT_LINE_BYTES 78
#define MAX_MESSAGE_ID_BYTES 250
/* Of a long thread: its first message and the last ones (RFC 5537 section 3.4.4 does the same). */
#define MAX_REFERENCES 20

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeMultipart, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeStream, g_object_unref)
G_DEFINE_QUARK(lodge_receipt_error_quark, lodge_receipt_error)

static void init_gmime(void)
{
    static gsize done = 0;
    if (g_once_init_enter(&done)) {
        g_mime_init();
        g_once_init_leave(&done, 1);
    }
}

/* ---- message ids ---- */

/* Between the brackets of an msg-id: printable ASCII without brackets and spaces. Wider than RFC 5322,
 * because people's programs are; nothing in it can end the field. */
static gboolean is_message_id(const char *id)
{
    gsize size = id != NULL ? strlen(id) : 0;
    if (size == 0 || size > MAX_MESSAGE_ID_BYTES)
        return FALSE;
    for (const char *at = id; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || *at == '<' || *at == '>')
            return FALSE;
    return TRUE;
}

static void add_reference(GPtrArray *ids, const char *id)
{
    if (!is_message_id(id) || g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
        return;
    g_ptr_array_add(ids, (gpointer)id);
}

/* The thread, oldest first, the answered message last. A hostile or broken id is left out: it costs
 * threading in somebody's mail program, not the receipt. */
static GPtrArray *collect_references(const LodgeReceiptContent *content)
{
    GPtrArray *ids = g_ptr_array_new();
    for (guint i = 0; content->references != NULL && content->references[i] != NULL; i++)
        if (g_strcmp0(content->references[i], content->in_reply_to) != 0)
            add_reference(ids, content->references[i]);
    add_reference(ids, content->in_reply_to);
    if (ids->len > MAX_REFERENCES)
        g_ptr_array_remove_range(ids, 1, ids->len - MAX_REFERENCES);
    return ids;
}

/* ---- header ---- */

/* `value` has been made safe and folded by its maker. GMime's own formatter is passed by: it would fold
 * and encode once more. */
static void add_field(GMimeMessage *message, const char *name, const char *value)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    g_autofree char *raw = g_strdup_printf(" %s\n", value);
    g_mime_header_list_append(headers, name, "", NULL);
    GMimeHeader *field = g_mime_header_list_get_header_at(
        headers, g_mime_header_list_get_count(headers) - 1);
    g_mime_header_set_raw_value(field, raw);
}

static void add_from(GMimeMessage *message, const char *name, const char *address)
{
    g_autofree char *phrase =
        lodge_encoded_word_format_phrase(name, strlen("From: ") + strlen(" <>"));
    if (*phrase == '\0') {
        add_field(message, "From", address);
        return;
    }
    const char *last_line = strrchr(phrase, '\n');
    gsize column =
        last_line != NULL ? strlen(last_line + 1) : strlen("From: ") + strlen(phrase);
    gboolean fits = column + strlen(" <>") + strlen(address) <= SHORT_LINE_BYTES;
    g_autofree char *value =
        g_strdup_printf("%s%s <%s>", phrase, fits ? "" : "\n", address);
    add_field(message, "From", value);
}

static void add_message_id(GMimeMessage *message, const char *name, const char *id)
{
    g_autofree char *value = g_strdup_printf("<%s>", id);
    add_field(message, name, value);
}

static void add_thread(GMimeMessage *message, const LodgeReceiptContent *content)
{
    g_autoptr(GPtrArray) ids = collect_references(content);
    if (is_message_id(content->in_reply_to))
        add_message_id(message, "In-Reply-To", content->in_reply_to);
    if (ids->len == 0)
        return;
    g_autoptr(GString) value = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++)
        g_string_append_printf(value, "%s<%s>", i == 0 ? "" : "\n ",
                               (const char *)g_ptr_array_index(ids, i));
    add_field(message, "References", value->str);
}

/* RFC 3834 section 3.1, and the fields that vendors look at instead of it. */
static void add_automatic(GMimeMessage *message,
                          const LodgeReceiptContent *content,
                          const LodgeRules *rules)
{
    /* RFC 3834 section 5: a notice answers nobody. */
    gboolean is_notice = g_strcmp0(content->kind, "notice") == 0;
    add_field(message, "Auto-Submitted", is_notice ? "auto-generated" : "auto-replied");
    add_field(message, "X-Auto-Response-Suppress", "All");
    add_field(message, "Precedence", "bulk");
    add_field(message, "X-Intake-Loop", rules->instance_domain);
}

static void add_header(GMimeMessage *message,
                       const LodgeReceiptContent *content,
                       const LodgeRules *rules,
                       const LodgeSmtp *smtp,
                       gint64 now_us)
{
    g_autofree char *subject =
        lodge_encoded_word_format_text(content->subject, strlen("Subject: "));
    g_autofree char *date = lodge_instant_format_mail_date(now_us);
    add_from(message, smtp->from_name, smtp->from_address);
    add_field(message, "To", content->to);
    add_field(message, "Subject", subject);
    add_field(message, "Date", date);
    add_message_id(message, "Message-ID", content->message_id);
    if (smtp->help_address != NULL &&
        g_ascii_strcasecmp(smtp->help_address, smtp->from_address) != 0)
        add_field(message, "Reply-To", smtp->help_address);
    add_thread(message, content);
    add_automatic(message, content, rules);
}

/* ---- the whole ---- */

static gboolean
set_content_error(GError **error, const LodgeReceiptContent *content, const char *words)
{
    g_autofree char *id = lodge_display_line(content->id, 64);
    g_set_error(error, LODGE_RECEIPT_ERROR, LODGE_RECEIPT_ERROR_CONTENT,
                "receipt \"%s\" cannot be composed: %s", id, words);
    return FALSE;
}

static gboolean
check_content(const LodgeReceiptContent *content, const LodgeRules *rules, GError **error)
{
    if (!is_message_id(content->message_id))
        return set_content_error(error, content, "its Message-ID is not one msg-id");
    if (content->text == NULL || content->evidence == NULL)
        return set_content_error(error, content, "its text or receipt.json is missing");
    if (rules->instance_domain == NULL ||
        !lodge_address_is_domain(rules->instance_domain, strlen(rules->instance_domain)))
        return set_content_error(error, content, "the instance domain is not a host name");
    return TRUE;
}

static gboolean
check_addresses(const LodgeReceiptContent *content, const LodgeSmtp *smtp, GError **error)
{
    return lodge_address_check(content->to, "the recipient's", error) &&
           lodge_address_check(smtp->from_address, "the sender's", error) &&
           (smtp->help_address == NULL ||
            lodge_address_check(smtp->help_address, "the help", error));
}

/* The last look before bytes leave the house: only whole CRLF line ends, no line too long. */
static gboolean has_good_lines(const guint8 *bytes, gsize size)
{
    gsize column = 0;
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] == '\0' || bytes[i] > 0x7e)
            return FALSE;
        if (bytes[i] == '\r' ? i + 1 == size || bytes[i + 1] != '\n'
                             : bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            return FALSE;
        column = bytes[i] == '\n' ? 0 : column + 1;
        if (column > MAX_LINE_BYTES + 1) /* with the CR */
            return FALSE;
    }
    return size > 0 && column == 0;
}

static GBytes *write_message(GMimeMessage *message)
{
    GMimeFormatOptions *options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream);
    g_mime_format_options_free(options);
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

GBytes *lodge_receipt_compose(const LodgeReceiptContent *content,
                              const LodgeRules *rules,
                              const LodgeSmtp *smtp,
                              gint64 now_us,
                              GError **error)
{
    g_return_val_if_fail(content != NULL && rules != NULL && smtp != NULL, NULL);
    g_return_val_if_fail(now_us != LODGE_INSTANT_UNKNOWN, NULL);
    if (!check_addresses(content, smtp, error) || !check_content(content, rules, error))
        return NULL;
    init_gmime();
    g_autoptr(GMimeMessage) message = g_mime_message_new(FALSE);
    add_header(message, content, rules, smtp, now_us);
    g_autoptr(GMimeMultipart) body = lodge_receipt_body_new(content);
    g_mime_message_set_mime_part(message, GMIME_OBJECT(body));
    g_autoptr(GBytes) bytes = write_message(message);
    if (!has_good_lines(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes))) {
        set_content_error(error, content, "it would have a line that mail does not allow");
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

char *lodge_receipt_envelope_from(const LodgeSmtp *smtp, const char *receipt_id)
{
    g_return_val_if_fail(smtp != NULL && smtp->envelope_address != NULL, NULL);
    const char *at = strchr(smtp->envelope_address, '@');
    if (smtp->envelope == LODGE_ENVELOPE_PLUS && receipt_id != NULL && at != NULL) {
        g_autofree char *plus =
            g_strdup_printf("%.*s+%s%s", (int)(at - smtp->envelope_address),
                            smtp->envelope_address, receipt_id, at);
        /* A local part that became too long would be refused for every receipt. */
        if (lodge_address_is_valid(plus))
            return g_steal_pointer(&plus);
    }
    return g_strdup(smtp->envelope_address);
}
