#include "intake/decide/bounce.h"

#include "parsers/text/reference.h"
#include <string.h>

#define PREFIX "receipt."

void lodge_bounce_free(LodgeBounce *bounce)
{
    if (bounce == NULL)
        return;
    g_free(bounce->receipt);
    g_free(bounce->recipient);
    g_free(bounce->status);
    g_free(bounce->words);
    g_free(bounce);
}

/* ---- which receipt ---- */

/* "PP24-000123-K.1" */
static gboolean is_receipt_id(const char *id)
{
    const char *dot = strrchr(id, '.');
    if (dot == NULL || dot[1] == '\0' || strspn(dot + 1, "0123456789") != strlen(dot + 1))
        return FALSE;
    g_autofree char *reference = g_strndup(id, (gsize)(dot - id));
    return lodge_reference_parse(reference, NULL, NULL);
}

/* "receipt.PP24-000123-K.1@intake.example", as receipt_content.c makes it. */
static char *find_by_message_id(const LodgeMessageFacts *message, const char *domain)
{
    for (guint i = 0; domain != NULL && message->returned_ids[i] != NULL; i++) {
        const char *id = message->returned_ids[i];
        const char *at = strrchr(id, '@');
        if (at == NULL || !g_str_has_prefix(id, PREFIX) ||
            g_ascii_strcasecmp(at + 1, domain) != 0)
            continue;
        g_autofree char *receipt =
            g_strndup(id + strlen(PREFIX), (gsize)(at - id) - strlen(PREFIX));
        if (is_receipt_id(receipt))
            return g_steal_pointer(&receipt);
    }
    return NULL;
}

/* "receipts+PP24-000123-K.1@dept.example" */
static char *read_plus(const char *address)
{
    const char *at = strrchr(address, '@'), *plus = strchr(address, '+');
    if (at == NULL || plus == NULL || plus > at)
        return NULL;
    g_autofree char *tag = g_strndup(plus + 1, (gsize)(at - plus) - 1);
    g_autofree char *receipt = g_ascii_strup(tag, -1);
    return is_receipt_id(receipt) ? g_steal_pointer(&receipt) : NULL;
}

static char *find_by_envelope(const LodgeMessageFacts *message)
{
    static const char *const fields[] = {"Delivered-To", "X-Original-To", "Envelope-To"};
    char *receipt = NULL;
    for (guint i = 0; receipt == NULL && i < message->to->len; i++)
        receipt =
            read_plus(((const LodgeAddress *)g_ptr_array_index(message->to, i))->address);
    for (gsize i = 0; receipt == NULL && i < G_N_ELEMENTS(fields); i++) {
        const LodgeHeaderField *field =
            lodge_message_facts_find_header(message, fields[i], 0);
        g_autofree char *address =
            g_strdup(field != NULL && field->value != NULL ? field->value : "");
        receipt = read_plus(g_strstrip(address));
    }
    return receipt;
}

/* ---- what became of it ---- */

static const LodgeDeliveryStatus *find_failure(const LodgeMessageFacts *message)
{
    for (guint i = 0; i < message->delivery->len; i++) {
        const LodgeDeliveryStatus *status = g_ptr_array_index(message->delivery, i);
        if (g_strcmp0(status->action, "failed") == 0)
            return status;
    }
    return NULL;
}

LodgeBounce *lodge_bounce_find(const LodgeMessageFacts *message,
                               LodgeMailKind kind,
                               const LodgeRules *rules)
{
    const LodgeDeliveryStatus *failure = find_failure(message);
    if (kind != LODGE_KIND_BOUNCE || (failure == NULL && message->delivery->len > 0))
        return NULL;
    char *receipt = find_by_message_id(message, rules->instance_domain);
    if (receipt == NULL)
        receipt = find_by_envelope(message);
    if (receipt == NULL)
        return NULL;
    LodgeBounce *bounce = g_new0(LodgeBounce, 1);
    bounce->receipt = receipt;
    if (failure == NULL)
        return bounce;
    bounce->recipient =
        g_strdup(failure->original != NULL ? failure->original : failure->recipient);
    bounce->status = g_strdup(failure->status);
    bounce->words = g_strdup(failure->diagnostic);
    return bounce;
}
