#include "parsers/container/members.h"

#include <stdio.h>
#include <string.h>
#include <ytnef.h>

static const guint8 signature[] = {0x78, 0x9f, 0x3e, 0x22}; /* MS-OXTNEF 2.1.3.1 */

/* A value of a property list, or NULL. The list's. */
static const variableLength *find(Attachment *attachment, DWORD type, DWORD id)
{
    variableLength *value = MAPIFindProperty(&attachment->MAPI, PROP_TAG(type, id));
    return value == MAPI_UNDEFINED || value->data == NULL ? NULL : value;
}

/* The long name, else the title, which some programs shorten to eight letters. */
static char *name_of(Attachment *attachment)
{
    const variableLength *name = find(attachment, PT_STRING8, PR_ATTACH_LONG_FILENAME);
    if (name == NULL)
        name = find(attachment, PT_UNICODE, PR_ATTACH_LONG_FILENAME);
    if (name == NULL)
        name = &attachment->Title;
    return name->data == NULL || name->size <= 0
               ? g_strdup("")
               : g_strndup((const char *)name->data, (gsize)name->size);
}

static const variableLength *data_of(Attachment *attachment)
{
    const variableLength *data = find(attachment, PT_BINARY, PR_ATTACH_DATA_OBJ);
    return data != NULL ? data : &attachment->FileData;
}

static void take_attachment(LodgeMembers *members, Attachment *attachment)
{
    const variableLength *data = data_of(attachment);
    g_autofree char *name = name_of(attachment);
    if ((data->data == NULL && name[0] == '\0') || !lodge_members_begin(members, name))
        return;
    gboolean is_object = find(attachment, PT_OBJECT, PR_ATTACH_DATA_OBJ) != NULL;
    if (is_object && (data->data == NULL || data->size <= 0))
        lodge_members_spoil(members, "unsupported");
    else if (data->size <= 0 || lodge_members_take(members, data->data, (gsize)data->size))
        lodge_members_end(members);
}

gboolean lodge_members_read_tnef(LodgeMembers *members, const void *bytes, gsize size)
{
    if (size < sizeof signature || memcmp(bytes, signature, sizeof signature) != 0)
        return FALSE;
    members->facts->form = LODGE_CONTAINER_TNEF;
    TNEFStruct tnef;
    TNEFInitialize(&tnef);
    tnef.Debug = 0;
    /* The library writes into what it reads. */
    g_autofree guint8 *copy = g_memdup2(bytes, size);
    if (TNEFParseMemory(copy, (long)size, &tnef) < 0)
        lodge_members_set_trouble(members, "damaged");
    for (Attachment *at = tnef.starting_attach.next; at != NULL; at = at->next)
        take_attachment(members, at);
    TNEFFree(&tnef);
    return TRUE;
}
