#include "parsers/imap/value.h"

const LodgeImapValue *lodge_imap_list_first(const LodgeImapValue *list)
{
    if (list == NULL || list->type != LODGE_IMAP_LIST || list->span == 1)
        return NULL;
    return list + 1;
}

const LodgeImapValue *lodge_imap_list_next(const LodgeImapValue *list,
                                           const LodgeImapValue *item)
{
    const LodgeImapValue *next = item + item->span;
    return next < list + list->span ? next : NULL;
}

const LodgeImapValue *lodge_imap_list_at(const LodgeImapValue *list, guint index)
{
    const LodgeImapValue *item = lodge_imap_list_first(list);
    for (guint i = 0; item != NULL && i < index; i++)
        item = lodge_imap_list_next(list, item);
    return item;
}

guint lodge_imap_list_count(const LodgeImapValue *list)
{
    guint count = 0;
    for (const LodgeImapValue *item = lodge_imap_list_first(list); item != NULL;
         item = lodge_imap_list_next(list, item))
        count++;
    return count;
}

gboolean lodge_imap_list_has(const LodgeImapValue *list, const char *atom)
{
    for (const LodgeImapValue *item = lodge_imap_list_first(list); item != NULL;
         item = lodge_imap_list_next(list, item)) {
        if (lodge_imap_value_is(item, atom))
            return TRUE;
    }
    return FALSE;
}

gboolean lodge_imap_value_is(const LodgeImapValue *value, const char *atom)
{
    return value != NULL && value->type == LODGE_IMAP_ATOM &&
           g_ascii_strcasecmp(value->text, atom) == 0;
}

gboolean lodge_imap_value_has_text(const LodgeImapValue *value)
{
    return value != NULL &&
           (value->type == LODGE_IMAP_ATOM || value->type == LODGE_IMAP_STRING);
}

gboolean
lodge_imap_value_number(const LodgeImapValue *value, guint64 max, guint64 *number_out)
{
    if (value == NULL || value->type != LODGE_IMAP_ATOM)
        return FALSE;
    return g_ascii_string_to_unsigned(value->text, 10, 0, max, number_out, NULL);
}
