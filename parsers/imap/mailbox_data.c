#include "parsers/imap/mailbox_data.h"
#include "parsers/imap/uid_set.h"
#include "parsers/text/limits.h"

/* RFC 9051: mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox */
gboolean lodge_imap_listed_read(const LodgeImapResponse *response,
                                LodgeImapListed *listed_out)
{
    if (!lodge_imap_response_is(response, "LIST"))
        return FALSE;
    const LodgeImapValue *attributes = lodge_imap_list_at(response->data, 0);
    const LodgeImapValue *delimiter = lodge_imap_list_at(response->data, 1);
    const LodgeImapValue *name = lodge_imap_list_at(response->data, 2);
    if (attributes == NULL || attributes->type != LODGE_IMAP_LIST || delimiter == NULL ||
        !lodge_imap_value_has_text(name) || name->size_bytes == 0)
        return FALSE;
    listed_out->attributes = attributes;
    listed_out->delimiter = delimiter->text[0];
    listed_out->name = name->text;
    return TRUE;
}

static void read_status_item(const LodgeImapValue *name,
                             const LodgeImapValue *value,
                             LodgeImapStatusData *status)
{
    guint64 number = 0;
    if (!lodge_imap_value_number(value, G_MAXUINT32, &number))
        return;
    if (lodge_imap_value_is(name, "MESSAGES")) {
        status->has_messages = TRUE;
        status->messages = (guint32)number;
    } else if (lodge_imap_value_is(name, "UIDNEXT")) {
        status->uidnext = (guint32)number;
    } else if (lodge_imap_value_is(name, "UIDVALIDITY")) {
        status->uidvalidity = (guint32)number;
    }
}

/* RFC 9051: "STATUS" SP mailbox SP "(" [status-att-list] ")" */
gboolean lodge_imap_status_data_read(const LodgeImapResponse *response,
                                     LodgeImapStatusData *status_out)
{
    if (!lodge_imap_response_is(response, "STATUS"))
        return FALSE;
    const LodgeImapValue *mailbox = lodge_imap_list_at(response->data, 0);
    const LodgeImapValue *items = lodge_imap_list_at(response->data, 1);
    if (!lodge_imap_value_has_text(mailbox) || items == NULL ||
        items->type != LODGE_IMAP_LIST)
        return FALSE;
    LodgeImapStatusData status = {.name = mailbox->text};
    const LodgeImapValue *name = lodge_imap_list_first(items);
    while (name != NULL) {
        const LodgeImapValue *value = lodge_imap_list_next(items, name);
        if (value == NULL)
            return FALSE;
        read_status_item(name, value, &status);
        name = lodge_imap_list_next(items, value);
    }
    *status_out = status;
    return TRUE;
}

static gboolean read_search_numbers(const LodgeImapValue *data, GArray *uids)
{
    for (const LodgeImapValue *item = lodge_imap_list_first(data); item != NULL;
         item = lodge_imap_list_next(data, item)) {
        guint64 number = 0;
        if (item->type == LODGE_IMAP_LIST) /* RFC 7162: (MODSEQ 917162500) */
            continue;
        if (!lodge_imap_value_number(item, G_MAXUINT32, &number) || number == 0)
            return FALSE;
        guint32 uid = (guint32)number;
        g_array_append_val(uids, uid);
    }
    return TRUE;
}

/* RFC 9051: esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data) */
static gboolean read_esearch_all(const LodgeImapValue *data, GArray *uids)
{
    const LodgeImapValue *item = lodge_imap_list_first(data);
    while (item != NULL && !lodge_imap_value_is(item, "ALL"))
        item = lodge_imap_list_next(data, item);
    if (item == NULL)
        return TRUE; /* nothing found */
    const LodgeImapValue *set = lodge_imap_list_next(data, item);
    if (!lodge_imap_value_has_text(set))
        return FALSE;
    g_autoptr(GArray) found = lodge_imap_uid_set_parse(set->text, LODGE_LIMIT_IMAP_UIDS);
    if (found == NULL)
        return FALSE;
    g_array_append_vals(uids, found->data, found->len);
    return TRUE;
}

gboolean lodge_imap_search_read(const LodgeImapResponse *response, GArray *uids)
{
    if (response->data == NULL)
        return FALSE;
    if (lodge_imap_response_is(response, "SEARCH"))
        return read_search_numbers(response->data, uids);
    if (lodge_imap_response_is(response, "ESEARCH"))
        return read_esearch_all(response->data, uids);
    return FALSE;
}

/* RFC 9051: capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" *(SP capability) */
GStrv lodge_imap_capability_read(const LodgeImapResponse *response)
{
    const LodgeImapValue *list = NULL;
    if (lodge_imap_response_is(response, "CAPABILITY"))
        list = response->data;
    else if (lodge_imap_response_has_code(response, "CAPABILITY"))
        list = response->code_data;
    if (list == NULL)
        return NULL;
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (const LodgeImapValue *item = lodge_imap_list_first(list); item != NULL;
         item = lodge_imap_list_next(list, item)) {
        g_autofree char *name = g_ascii_strup(item->text, -1);
        if (item->type == LODGE_IMAP_ATOM)
            g_strv_builder_add(names, name);
    }
    return g_strv_builder_end(names);
}

/* RFC 2342: Namespace_Response = "NAMESPACE" SP Namespace SP Namespace SP Namespace
 *           Namespace = nil / "(" 1*("(" string SP (<"> QUOTED_CHAR <"> / nil) … ")") ")" */
GStrv lodge_imap_namespace_read(const LodgeImapResponse *response, guint kind)
{
    if (!lodge_imap_response_is(response, "NAMESPACE"))
        return NULL;
    const LodgeImapValue *list = lodge_imap_list_at(response->data, kind);
    g_autoptr(GStrvBuilder) prefixes = g_strv_builder_new();
    for (const LodgeImapValue *item = lodge_imap_list_first(list); item != NULL;
         item = lodge_imap_list_next(list, item)) {
        const LodgeImapValue *prefix = lodge_imap_list_first(item);
        if (lodge_imap_value_has_text(prefix))
            g_strv_builder_add(prefixes, prefix->text);
    }
    return g_strv_builder_end(prefixes);
}
