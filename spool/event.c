#include "spool/event.h"
#include "spool/event_member.h"

static const char *const type_names[] = {
    [LODGE_EVENT_KEPT] = "kept",         [LODGE_EVENT_LOCATED] = "located",
    [LODGE_EVENT_DEFERRED] = "deferred", [LODGE_EVENT_DECIDED] = "decided",
    [LODGE_EVENT_OWED] = "owed",         [LODGE_EVENT_ATTEMPTED] = "attempted",
    [LODGE_EVENT_ANSWERED] = "answered", [LODGE_EVENT_MARKED] = "marked",
    [LODGE_EVENT_PASSED] = "passed",     [LODGE_EVENT_PROJECTED] = "projected",
    [LODGE_EVENT_RETURNED] = "returned", [LODGE_EVENT_RULED] = "ruled",
    [LODGE_EVENT_EXTENDED] = "extended", [LODGE_EVENT_PURGED] = "purged",
};

const char *lodge_event_type_format(LodgeEventType type)
{
    g_return_val_if_fail((guint)type < G_N_ELEMENTS(type_names), NULL);
    return type_names[type];
}

int lodge_event_type_parse(const char *text)
{
    for (guint i = 0; i < G_N_ELEMENTS(type_names); i++)
        if (g_strcmp0(text, type_names[i]) == 0)
            return (int)i;
    return -1;
}

LodgeEvent *lodge_event_new(LodgeEventType type, gint64 at_us, const char *reference)
{
    LodgeEvent *event = g_new0(LodgeEvent, 1);
    event->type = type;
    event->at_us = at_us;
    event->reference = g_strdup(reference);
    event->internaldate_us = LODGE_INSTANT_UNKNOWN;
    event->retry_at_us = LODGE_INSTANT_UNKNOWN;
    event->received_us = LODGE_INSTANT_UNKNOWN;
    event->until_us = LODGE_INSTANT_UNKNOWN;
    return event;
}

static void free_member(LodgeEvent *event, const LodgeMember *member)
{
    switch (member->kind) {
    case LODGE_MEMBER_STRING:
    case LODGE_MEMBER_DIGEST:
        g_free(*LODGE_MEMBER_AT(char *, event, member));
        break;
    case LODGE_MEMBER_LOCATION: {
        LodgeLocation *location = LODGE_MEMBER_AT(LodgeLocation, event, member);
        g_free(location->account);
        g_free(location->folder);
        break;
    }
    case LODGE_MEMBER_FINDINGS:
    case LODGE_MEMBER_DOCUMENTS:
    case LODGE_MEMBER_FOLDERS:
        g_clear_pointer(LODGE_MEMBER_AT(GPtrArray *, event, member), g_ptr_array_unref);
        break;
    case LODGE_MEMBER_INSTANT:
    case LODGE_MEMBER_INT64:
    case LODGE_MEMBER_UINT:
    case LODGE_MEMBER_INT:
    case LODGE_MEMBER_BOOL:
        break;
    }
}

void lodge_event_free(LodgeEvent *event)
{
    if (event == NULL)
        return;
    for (guint i = 0; i < lodge_members_count; i++)
        free_member(event, &lodge_members[i]);
    g_free(event);
}

static gpointer copy_finding(gconstpointer source, gpointer data)
{
    (void)data;
    const LodgeEventFinding *finding = source;
    return lodge_event_finding_new(finding->code, finding->severity, finding->words);
}

static gpointer copy_document(gconstpointer source, gpointer data)
{
    (void)data;
    const LodgeEventDocument *document = source;
    LodgeEventDocument *copy = g_new0(LodgeEventDocument, 1);
    *copy = *document;
    copy->name = g_strdup(document->name);
    copy->role = g_strdup(document->role);
    copy->media_type = g_strdup(document->media_type);
    copy->sha256 = g_strdup(document->sha256);
    copy->text = g_strdup(document->text);
    return copy;
}

static gpointer copy_folder(gconstpointer source, gpointer data)
{
    (void)data;
    LodgeEventFolder *copy = g_new0(LodgeEventFolder, 1);
    *copy = *(const LodgeEventFolder *)source;
    copy->folder = g_strdup(copy->folder);
    copy->unseen_uids = g_strdup(copy->unseen_uids);
    return copy;
}

static void copy_list(GPtrArray **list, GCopyFunc copy, GDestroyNotify element_free)
{
    if (*list == NULL)
        return;
    GPtrArray *source = *list;
    *list = g_ptr_array_new_full(source->len, element_free);
    for (guint i = 0; i < source->len; i++)
        g_ptr_array_add(*list, copy(g_ptr_array_index(source, i), NULL));
}

/* The event is a plain copy of its bytes so far: what it points to becomes its own. */
static void own_member(LodgeEvent *event, const LodgeMember *member)
{
    switch (member->kind) {
    case LODGE_MEMBER_STRING:
    case LODGE_MEMBER_DIGEST: {
        char **text = LODGE_MEMBER_AT(char *, event, member);
        *text = g_strdup(*text);
        break;
    }
    case LODGE_MEMBER_LOCATION: {
        LodgeLocation *location = LODGE_MEMBER_AT(LodgeLocation, event, member);
        location->account = g_strdup(location->account);
        location->folder = g_strdup(location->folder);
        break;
    }
    case LODGE_MEMBER_FINDINGS:
        copy_list(LODGE_MEMBER_AT(GPtrArray *, event, member), copy_finding,
                  (GDestroyNotify)lodge_event_finding_free);
        break;
    case LODGE_MEMBER_DOCUMENTS:
        copy_list(LODGE_MEMBER_AT(GPtrArray *, event, member), copy_document,
                  (GDestroyNotify)lodge_event_document_free);
        break;
    case LODGE_MEMBER_FOLDERS:
        copy_list(LODGE_MEMBER_AT(GPtrArray *, event, member), copy_folder,
                  (GDestroyNotify)lodge_event_folder_free);
        break;
    case LODGE_MEMBER_INSTANT:
    case LODGE_MEMBER_INT64:
    case LODGE_MEMBER_UINT:
    case LODGE_MEMBER_INT:
    case LODGE_MEMBER_BOOL:
        break;
    }
}

LodgeEvent *lodge_event_copy(const LodgeEvent *event)
{
    g_return_val_if_fail(event != NULL, NULL);
    LodgeEvent *copy = g_new(LodgeEvent, 1);
    *copy = *event;
    for (guint i = 0; i < lodge_members_count; i++)
        own_member(copy, &lodge_members[i]);
    return copy;
}

LodgeEventFinding *
lodge_event_finding_new(const char *code, const char *severity, const char *words)
{
    LodgeEventFinding *finding = g_new0(LodgeEventFinding, 1);
    finding->code = g_strdup(code);
    finding->severity = g_strdup(severity);
    finding->words = g_strdup(words);
    return finding;
}

void lodge_event_finding_free(LodgeEventFinding *finding)
{
    if (finding == NULL)
        return;
    g_free(finding->code);
    g_free(finding->severity);
    g_free(finding->words);
    g_free(finding);
}

LodgeEventDocument *lodge_event_document_new(void)
{
    LodgeEventDocument *document = g_new0(LodgeEventDocument, 1);
    document->pages = -1;
    return document;
}

void lodge_event_document_free(LodgeEventDocument *document)
{
    if (document == NULL)
        return;
    g_free(document->name);
    g_free(document->role);
    g_free(document->media_type);
    g_free(document->sha256);
    g_free(document->text);
    g_free(document);
}

LodgeEventFolder *lodge_event_folder_new(const char *folder)
{
    LodgeEventFolder *account = g_new0(LodgeEventFolder, 1);
    account->folder = g_strdup(folder);
    account->looked_us = LODGE_INSTANT_UNKNOWN;
    account->unseen_since_us = LODGE_INSTANT_UNKNOWN;
    return account;
}

void lodge_event_folder_free(LodgeEventFolder *folder)
{
    if (folder == NULL)
        return;
    g_free(folder->folder);
    g_free(folder->unseen_uids);
    g_free(folder);
}
