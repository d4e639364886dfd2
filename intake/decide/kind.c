#include "intake/decide/kind.h"

#include "intake/decide/attachments.h"
#include "intake/decide/automatic.h"
#include <string.h>

/* ---- marks ---- */

static gboolean begins_with_any(const char *lower, const char *const *beginnings)
{
    for (gsize i = 0; beginnings[i] != NULL; i++)
        if (g_str_has_prefix(lower, beginnings[i]))
            return TRUE;
    return FALSE;
}

static gboolean subject_begins(const LodgeMessageFacts *message,
                               const char *const *beginnings)
{
    const char *subject = message->subject == NULL ? "" : message->subject;
    g_autofree char *lower = g_ascii_strdown(subject + strspn(subject, " \t"), -1);
    return begins_with_any(lower, beginnings);
}

static const LodgeAddress *first_from(const LodgeMessageFacts *message)
{
    return message->from->len == 0 ? NULL : g_ptr_array_index(message->from, 0);
}

/* In lower case and without its domain; "" when there is none. */
static char *sender_name(const LodgeMessageFacts *message)
{
    const LodgeAddress *from = first_from(message);
    const char *address = from == NULL || from->address == NULL ? "" : from->address;
    return g_ascii_strdown(address, (gssize)strcspn(address, "@"));
}

/* ---- reports, by their machine part ---- */

/* "1.2" lies in "1", "2" in the root. */
static gboolean is_child(const char *path, const char *container)
{
    gsize size = strlen(container);
    if (size == 0)
        return *path != '\0' && strchr(path, '.') == NULL;
    return strncmp(path, container, size) == 0 && path[size] == '.' &&
           strchr(path + size + 1, '.') == NULL;
}

static gboolean is_in_report(const LodgeMessageFacts *message, const LodgePart *part)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *at = g_ptr_array_index(message->parts, i);
        if (at->kind == LODGE_PART_MULTIPART && is_child(part->path, at->path) &&
            g_strcmp0(at->declared_type, "multipart/report") == 0)
            return TRUE;
    }
    return FALSE;
}

/* What a multipart/report is about: its machine part says so, even where a gateway's footer has pushed
 * the report one level down; failing that, the parameter report-type of RFC 6522. A person may attach
 * such a part to a mail of his own, or a whole report: that is neither. */
static gboolean
reports(const LodgeMessageFacts *message, const char *const *types, const char *report_type)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind == LODGE_PART_REPORT && part->declared_type != NULL &&
            g_strv_contains(types, part->declared_type) && is_in_report(message, part) &&
            lodge_attachments_is_outermost(message, part))
            return TRUE;
    }
    const LodgeHeaderField *field =
        lodge_message_facts_find_header(message, "Content-Type", 0);
    if (field == NULL || field->value == NULL || !lodge_automatic_is_report(message))
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(field->value, -1);
    const char *parameter = strstr(lower, "report-type");
    return parameter != NULL && strstr(parameter, report_type) != NULL;
}

static gboolean reports_delivery(const LodgeMessageFacts *message)
{
    static const char *const types[] = {"message/delivery-status",
                                        "message/global-delivery-status", NULL};
    return reports(message, types, "delivery-status");
}

static gboolean reports_disposition(const LodgeMessageFacts *message)
{
    static const char *const types[] = {"message/disposition-notification",
                                        "message/global-disposition-notification", NULL};
    return reports(message, types, "disposition-notification");
}

static gboolean reports_complaint(const LodgeMessageFacts *message)
{
    static const char *const types[] = {"message/feedback-report", NULL};
    return reports(message, types, "feedback-report");
}

/* ---- bounces without a machine part ---- */

static gboolean has_bounce_subject(const LodgeMessageFacts *message)
{
    static const char *const beginnings[] = {
        "undelivered mail returned to sender", /* Postfix */
        "delayed mail (still being retried)",
        "successful mail delivery report",
        "mail delivery failed", /* Exim */
        "mail delivery failure",
        "warning: message ",
        "undeliverable:", /* Exchange */
        "undeliverable mail",
        "delivery delayed:",
        "delivery status notification", /* Gmail, older Exchange */
        "delivery failure",
        "delivery notification",
        "failure notice", /* qmail */
        "returned mail:", /* sendmail */
        "warning: could not send message",
        "mail system error",
        "email delivery error",
        "message delivery failure",
        NULL};
    return subject_begins(message, beginnings);
}

static gboolean has_bounce_text(const LodgeMessageFacts *message)
{
    static const char *const sentences[] = {
        "this is the qmail-send program at",
        "this message was created automatically by mail delivery software",
        "this is the mail system at host",
        "delivery has failed to these recipients or groups",
        "a message that you sent could not be delivered to one or more of its recipients"};
    if (message->body_text == NULL)
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(message->body_text, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(sentences); i++)
        if (strstr(lower, sentences[i]) != NULL)
            return TRUE;
    return FALSE;
}

static gboolean has_bounce_field(const LodgeMessageFacts *message)
{
    static const char *const names[] = {"X-Failed-Recipients", /* Exim, Gmail */
                                        "X-MS-Exchange-Message-Is-Ndr"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (lodge_message_facts_find_header(message, names[i], 0) != NULL)
            return TRUE;
    return FALSE;
}

/* Nobody but a mail system has this name; some give no address at all beside it. */
static gboolean is_mailer_daemon(const LodgeMessageFacts *message)
{
    g_autofree char *name = sender_name(message);
    if (strcmp(name, "mailer-daemon") == 0)
        return TRUE;
    const LodgeAddress *from = first_from(message);
    if (*name != '\0' || from == NULL || from->display_name == NULL)
        return FALSE;
    static const char *const shown[] = {"mailer daemon", "mailer-daemon", "mail delivery",
                                        NULL};
    g_autofree char *lower = g_ascii_strdown(from->display_name, -1);
    return begins_with_any(lower, shown);
}

/* A postmaster may be a person; Exchange's MicrosoftExchange329e71… is none, but sends other things, too. */
static gboolean may_be_mail_system(const LodgeMessageFacts *message)
{
    g_autofree char *name = sender_name(message);
    return strcmp(name, "postmaster") == 0 || strcmp(name, "mail-daemon") == 0 ||
           g_str_has_prefix(name, "microsoftexchange") ||
           lodge_automatic_has_null_return_path(message);
}

static gboolean is_bounce(const LodgeMessageFacts *message)
{
    if (reports_delivery(message) || is_mailer_daemon(message))
        return TRUE;
    return may_be_mail_system(message) &&
           (lodge_automatic_is_report(message) || has_bounce_field(message) ||
            has_bounce_subject(message) || has_bounce_text(message));
}

/* ---- our own ---- */

static gboolean is_ours(const LodgeMessageFacts *message, const LodgeRules *rules)
{
    const LodgeAddress *from = first_from(message);
    if (from == NULL || from->address == NULL)
        return FALSE;
    return (rules->help_address != NULL &&
            g_ascii_strcasecmp(from->address, rules->help_address) == 0) ||
           (from->domain != NULL && rules->instance_domain != NULL &&
            g_ascii_strcasecmp(from->domain, rules->instance_domain) == 0);
}

static gboolean has_receipt_id(const LodgeMessageFacts *message, const LodgeRules *rules)
{
    const char *id = message->message_id;
    const char *domain = id == NULL ? NULL : strrchr(id, '@');
    return domain != NULL && rules->instance_domain != NULL &&
           g_str_has_prefix(id, "receipt.") &&
           g_ascii_strcasecmp(domain + 1, rules->instance_domain) == 0;
}

static gboolean is_own_receipt(const LodgeMessageFacts *message, const LodgeRules *rules)
{
    return lodge_automatic_is_in_our_loop(message, rules->instance_domain) ||
           (has_receipt_id(message, rules) && is_ours(message, rules));
}

/* ---- other machines, and the many ---- */

/* "Automatic reply:" is what Outlook writes; a reply to it begins with "RE:". */
static gboolean has_reply_subject(const LodgeMessageFacts *message)
{
    static const char *const beginnings[] = {"automatic reply",
                                             "auto reply",
                                             "autoreply",
                                             "auto-reply",
                                             "auto:",
                                             "auto response",
                                             "autoresponse",
                                             "out of office",
                                             "out of the office",
                                             "out-of-office",
                                             "away from",
                                             "on leave",
                                             "on annual leave",
                                             "annual leave",
                                             "[auto-reply]",
                                             NULL};
    return subject_begins(message, beginnings);
}

/* The subject of a receipt of ours, as it was: some people's programs answer without "Re:". */
static gboolean has_receipt_subject(const LodgeMessageFacts *message,
                                    const LodgeRules *rules)
{
    g_autofree char *prefix = g_ascii_strdown(rules->call->reference_prefix, -1);
    g_autofree char *received = g_strdup_printf("auto: received %s-", prefix);
    g_autofree char *corrected = g_strdup_printf("auto: correction %s-", prefix);
    g_autofree char *noticed = g_strdup_printf("auto: not confirmed %s-", prefix);
    const char *const beginnings[] = {received, corrected, noticed, NULL};
    return subject_begins(message, beginnings);
}

static gboolean answers_receipt(const LodgeMessageFacts *message, const LodgeRules *rules)
{
    for (gsize i = 0; message->in_reply_to != NULL && message->in_reply_to[i] != NULL;
         i++) {
        const char *domain = strrchr(message->in_reply_to[i], '@');
        if (domain != NULL && rules->instance_domain != NULL &&
            g_str_has_prefix(message->in_reply_to[i], "receipt.") &&
            g_ascii_strcasecmp(domain + 1, rules->instance_domain) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_auto_reply(const LodgeMessageFacts *message, const LodgeRules *rules)
{
    if (lodge_automatic_is_auto_submitted(message) ||
        lodge_automatic_has_reply_field(message) ||
        lodge_automatic_has_loop_header(message) ||
        lodge_automatic_has_null_return_path(message))
        return TRUE;
    if (!has_reply_subject(message))
        return FALSE;
    return lodge_automatic_has_bulk_precedence(message) ||
           (answers_receipt(message, rules) && !has_receipt_subject(message, rules));
}

static gboolean is_calendar(const LodgeMessageFacts *message)
{
    static const char *const types[] = {"text/calendar", "application/ics", NULL};
    gboolean has_entry = FALSE;
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        gboolean entry =
            part->declared_type != NULL && g_strv_contains(types, part->declared_type);
        has_entry = has_entry || entry;
        if (part->kind == LODGE_PART_DOCUMENT && !entry)
            return FALSE;
    }
    return has_entry;
}

/* ---- the answer ---- */

static LodgeMailKind judge_machine(const LodgeMessageFacts *message,
                                   const LodgeRules *rules)
{
    if (is_own_receipt(message, rules))
        return LODGE_KIND_OWN_RECEIPT;
    if (reports_disposition(message))
        return LODGE_KIND_DISPOSITION;
    if (reports_complaint(message))
        return LODGE_KIND_COMPLAINT;
    if (is_bounce(message))
        return LODGE_KIND_BOUNCE;
    if (is_auto_reply(message, rules))
        return LODGE_KIND_AUTO_REPLY;
    if (lodge_automatic_is_from_list(message) ||
        lodge_automatic_has_bulk_precedence(message))
        return LODGE_KIND_LIST;
    return is_calendar(message) ? LODGE_KIND_CALENDAR : LODGE_KIND_UNRELATED;
}

LodgeMailKind lodge_kind_judge(const LodgeMessageFacts *message,
                               const LodgeRules *rules,
                               LodgeKindContent content)
{
    if (!message->parseable)
        return LODGE_KIND_SUBMISSION;
    LodgeMailKind machine = judge_machine(message, rules);
    if (machine != LODGE_KIND_UNRELATED)
        return machine;
    if (content.has_document)
        return LODGE_KIND_SUBMISSION;
    return content.registered || content.names_call ? LODGE_KIND_QUESTION
                                                    : LODGE_KIND_UNRELATED;
}

gboolean lodge_kind_is_report(LodgeMailKind kind)
{
    return kind == LODGE_KIND_BOUNCE || kind == LODGE_KIND_DISPOSITION ||
           kind == LODGE_KIND_COMPLAINT;
}

gboolean lodge_kind_is_automatic(LodgeMailKind kind)
{
    return lodge_kind_is_report(kind) || kind == LODGE_KIND_OWN_RECEIPT ||
           kind == LODGE_KIND_AUTO_REPLY || kind == LODGE_KIND_LIST ||
           kind == LODGE_KIND_CALENDAR;
}

const char *lodge_kind_format(LodgeMailKind kind)
{
    static const char *const words[] = {
        [LODGE_KIND_SUBMISSION] = "submission",
        [LODGE_KIND_MENDING] = "mending",
        [LODGE_KIND_QUESTION] = "question",
        [LODGE_KIND_BOUNCE] = "bounce",
        [LODGE_KIND_DISPOSITION] = "disposition",
        [LODGE_KIND_COMPLAINT] = "complaint",
        [LODGE_KIND_OWN_RECEIPT] = "own-receipt",
        [LODGE_KIND_AUTO_REPLY] = "auto-reply",
        [LODGE_KIND_LIST] = "list",
        [LODGE_KIND_CALENDAR] = "calendar",
        [LODGE_KIND_UNRELATED] = "unrelated",
    };
    g_return_val_if_fail((gsize)kind < G_N_ELEMENTS(words), NULL);
    return words[kind];
}
