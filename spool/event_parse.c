/* Row and record -> typed event. The reverse is event_format.c; both walk event_member.c. */
#include "parsers/text/json.h"
#include "spool/event.h"
#include "spool/event_member.h"
#include "spool/spool.h"

#include <string.h>

#define DEPTH 8
#define CODE_MAX_BYTES 128
#define LIST_MAX                                                                           \
    100000 /* folders of a mailbox, documents of a mail: far more than there are */

/* Codes only, and no digest: see the contract. */
static gboolean is_code(const char *text)
{
    gsize size =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return text[size] == '\0' && size <= CODE_MAX_BYTES && !lodge_digest_is_valid(text);
}

static char *
get_code(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    const char *text = lodge_json_get_optional_string(document, object, name);
    if (text != NULL && !is_code(text))
        lodge_json_fail(document, "%s is not a code and cannot stand in a row", name);
    return g_strdup(text);
}

static guint32
get_uint32(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    gint64 value = lodge_json_get_optional_int(document, object, name, 0);
    if (value < 0 || value > G_MAXUINT32) {
        lodge_json_fail(document, "%s is out of range", name);
        return 0;
    }
    return (guint32)value;
}

static guint64
get_count(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    gint64 value = lodge_json_get_int(document, object, name);
    if (value < 0)
        lodge_json_fail(document, "%s is negative", name);
    return value < 0 ? 0 : (guint64)value;
}

static void get_location(LodgeJsonDocument *document,
                         const LodgeJsonNode *root,
                         const char *name,
                         LodgeLocation *location)
{
    const LodgeJsonNode *object = lodge_json_get_optional_object(document, root, name);
    if (object == NULL)
        return;
    location->account = g_strdup(lodge_json_get_string(document, object, "account"));
    location->folder = g_strdup(lodge_json_get_string(document, object, "folder"));
    location->uidvalidity = get_uint32(document, object, "uidvalidity");
    location->uid = get_uint32(document, object, "uid");
}

typedef gpointer (*GetElement)(LodgeJsonDocument *document, const LodgeJsonNode *object);

static gpointer get_finding(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    LodgeEventFinding *finding = g_new0(LodgeEventFinding, 1);
    finding->code = get_code(document, object, "code");
    finding->severity = get_code(document, object, "severity");
    return finding;
}

static gpointer get_document(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    LodgeEventDocument *found = lodge_event_document_new();
    found->name = g_strdup(lodge_json_get_optional_string(document, object, "name"));
    found->role = g_strdup(lodge_json_get_optional_string(document, object, "role"));
    found->media_type =
        g_strdup(lodge_json_get_optional_string(document, object, "media_type"));
    found->size_bytes = lodge_json_get_int(document, object, "size_bytes");
    found->pages = lodge_json_get_int(document, object, "pages");
    found->sha256 = g_strdup(lodge_json_get_optional_string(document, object, "sha256"));
    if (found->sha256 != NULL && !lodge_digest_is_valid(found->sha256))
        lodge_json_fail(document, "a document's sha256 is not one");
    found->text = g_strdup(lodge_json_get_optional_string(document, object, "text"));
    if (found->text != NULL && !lodge_digest_is_valid(found->text))
        lodge_json_fail(document, "the digest of a document's text is not one");
    return found;
}

/* Journals from before looks were remembered have none of it. */
static void
get_look(LodgeJsonDocument *document, const LodgeJsonNode *object, LodgeEventFolder *folder)
{
    gint64 unseen = lodge_json_get_optional_int(document, object, "unseen", 0);
    if (unseen < 0)
        lodge_json_fail(document, "unseen is negative");
    folder->unseen = (guint64)MAX(unseen, 0);
    folder->unseen_uids =
        g_strdup(lodge_json_get_optional_string(document, object, "unseen_uids"));
    folder->looked_us = lodge_json_get_instant(document, object, "looked_at");
    folder->unseen_since_us = lodge_json_get_instant(document, object, "unseen_since");
}

static gpointer get_folder(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    LodgeEventFolder *folder = lodge_event_folder_new(NULL);
    folder->folder = g_strdup(lodge_json_get_string(document, object, "folder"));
    folder->uidvalidity = get_uint32(document, object, "uidvalidity");
    folder->uidnext = get_uint32(document, object, "uidnext");
    folder->present = get_count(document, object, "present");
    folder->known = get_count(document, object, "known");
    folder->fetched = get_count(document, object, "fetched");
    folder->failed = get_count(document, object, "failed");
    folder->vanished = get_count(document, object, "vanished");
    get_look(document, object, folder);
    return folder;
}

static GPtrArray *get_list(LodgeJsonDocument *document,
                           const LodgeJsonNode *root,
                           const char *name,
                           GetElement get,
                           GDestroyNotify element_free)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(element_free);
    const LodgeJsonNode *array = lodge_json_get_array(document, root, name);
    guint length = array != NULL ? lodge_json_array_length(array) : 0;
    if (length > LIST_MAX)
        lodge_json_fail(document, "%s has too many elements", name);
    for (guint i = 0; i < MIN(length, LIST_MAX); i++)
        g_ptr_array_add(list, get(document, lodge_json_array_object(document, array, i)));
    return list;
}

/* The record's half of the findings: words for those that the row has. */
static void get_words(LodgeJsonDocument *document,
                      const LodgeJsonNode *root,
                      const char *name,
                      const GPtrArray *findings)
{
    const LodgeJsonNode *array = lodge_json_get_array(document, root, name);
    guint length = array != NULL ? lodge_json_array_length(array) : 0;
    if (findings == NULL || length != findings->len) {
        lodge_json_fail(document, "the record has words for other findings than the row");
        return;
    }
    for (guint i = 0; i < length; i++) {
        LodgeEventFinding *finding = g_ptr_array_index(findings, i);
        const LodgeJsonNode *object = lodge_json_array_object(document, array, i);
        g_free(finding->words);
        finding->words =
            g_strdup(lodge_json_get_optional_string(document, object, "words"));
    }
}

static void get_text(LodgeJsonDocument *document,
                     const LodgeJsonNode *root,
                     const LodgeMember *member,
                     LodgeMemberHalf half,
                     LodgeEvent *event)
{
    char **text = LODGE_MEMBER_AT(char *, event, member);
    g_free(*text);
    *text = half == LODGE_IN_ROW
                ? get_code(document, root, member->name)
                : g_strdup(lodge_json_get_optional_string(document, root, member->name));
    if (*text == NULL && (member->required & (1u << event->type)) != 0)
        lodge_json_fail(document, "%s is missing", member->name);
    if (*text != NULL && member->kind == LODGE_MEMBER_DIGEST &&
        !lodge_digest_is_valid(*text))
        lodge_json_fail(document, "%s is not a SHA-256", member->name);
}

static void get_lists(LodgeJsonDocument *document,
                      const LodgeJsonNode *root,
                      const LodgeMember *member,
                      LodgeMemberHalf half,
                      LodgeEvent *event)
{
    GPtrArray **list = LODGE_MEMBER_AT(GPtrArray *, event, member);
    if (member->kind == LODGE_MEMBER_FINDINGS && half == LODGE_IN_RECORD) {
        get_words(document, root, member->name, *list);
        return;
    }
    g_clear_pointer(list, g_ptr_array_unref);
    if (member->kind == LODGE_MEMBER_FINDINGS)
        *list = get_list(document, root, member->name, get_finding,
                         (GDestroyNotify)lodge_event_finding_free);
    else if (member->kind == LODGE_MEMBER_DOCUMENTS)
        *list = get_list(document, root, member->name, get_document,
                         (GDestroyNotify)lodge_event_document_free);
    else
        *list = get_list(document, root, member->name, get_folder,
                         (GDestroyNotify)lodge_event_folder_free);
}

static void get_number(LodgeJsonDocument *document,
                       const LodgeJsonNode *root,
                       const LodgeMember *member,
                       LodgeEvent *event)
{
    gint64 value = lodge_json_get_int(document, root, member->name);
    if (member->kind == LODGE_MEMBER_INT64) {
        *LODGE_MEMBER_AT(gint64, event, member) = value;
        return;
    }
    if (value < 0 || value > G_MAXINT)
        lodge_json_fail(document, "%s is out of range", member->name);
    else if (member->kind == LODGE_MEMBER_UINT)
        *LODGE_MEMBER_AT(guint, event, member) = (guint)value;
    else
        *LODGE_MEMBER_AT(int, event, member) = (int)value;
}

static void get_member(LodgeJsonDocument *document,
                       const LodgeJsonNode *root,
                       const LodgeMember *member,
                       LodgeMemberHalf half,
                       LodgeEvent *event)
{
    switch (member->kind) {
    case LODGE_MEMBER_STRING:
    case LODGE_MEMBER_DIGEST:
        get_text(document, root, member, half, event);
        break;
    case LODGE_MEMBER_INSTANT:
        *LODGE_MEMBER_AT(gint64, event, member) =
            lodge_json_get_instant(document, root, member->name);
        break;
    case LODGE_MEMBER_INT64:
    case LODGE_MEMBER_UINT:
    case LODGE_MEMBER_INT:
        get_number(document, root, member, event);
        break;
    case LODGE_MEMBER_BOOL:
        *LODGE_MEMBER_AT(gboolean, event, member) =
            lodge_json_get_bool(document, root, member->name);
        break;
    case LODGE_MEMBER_LOCATION:
        get_location(document, root, member->name,
                     LODGE_MEMBER_AT(LodgeLocation, event, member));
        break;
    case LODGE_MEMBER_FINDINGS:
    case LODGE_MEMBER_DOCUMENTS:
    case LODGE_MEMBER_FOLDERS:
        get_lists(document, root, member, half, event);
        break;
    }
}

static void get_half(LodgeJsonDocument *document,
                     const LodgeJsonNode *root,
                     LodgeMemberHalf half,
                     LodgeEvent *event)
{
    for (guint i = 0; i < lodge_members_count; i++) {
        const LodgeMember *member = &lodge_members[i];
        if (lodge_member_is_of(member, event->type) && (member->half & half) != 0)
            get_member(document, root, member, half, event);
    }
}

/* Whatever JSON finds wrong is damage here. */
static gboolean finish(LodgeJsonDocument *document, const char *what, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (lodge_json_finish(document, &reason))
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                "an event's %s cannot be read: %s", what, reason->message);
    return FALSE;
}

static LodgeJsonDocument *
parse(const char *bytes, gsize size, gsize max_bytes, const char *what, GError **error)
{
    g_autoptr(GError) reason = NULL;
    LodgeJsonDocument *document = lodge_json_parse(bytes, size, max_bytes, DEPTH, &reason);
    if (document == NULL)
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "an event's %s cannot be read: %s", what, reason->message);
    return document;
}

static void get_frame(LodgeJsonDocument *document,
                      const LodgeJsonNode *root,
                      LodgeEvent *event,
                      char **record)
{
    event->seq = get_count(document, root, "seq");
    event->at_us = lodge_json_get_instant(document, root, "at");
    *record = g_strdup(lodge_json_get_optional_string(document, root, "record"));
    if (event->at_us == LODGE_INSTANT_UNKNOWN)
        lodge_json_fail(document, "at is missing");
    if (lodge_event_type_has_record(event->type) != (*record != NULL))
        lodge_json_fail(document, "record does not suit the type");
    if (*record != NULL && !lodge_digest_is_valid(*record))
        lodge_json_fail(document, "record is not a SHA-256");
}

LodgeEvent *lodge_event_parse_row(const char *row,
                                  gsize size_bytes,
                                  char **record_sha256_out,
                                  GError **error)
{
    g_return_val_if_fail(row != NULL && record_sha256_out != NULL, NULL);
    g_autoptr(LodgeJsonDocument) document =
        parse(row, size_bytes, LODGE_EVENT_ROW_BYTES, "row", error);
    if (document == NULL)
        return NULL;
    const LodgeJsonNode *root = lodge_json_root(document);
    int type = lodge_event_type_parse(lodge_json_get_string(document, root, "type"));
    if (type < 0) {
        lodge_json_fail(document, "its type is not one this version of lodge knows");
        finish(document, "row", error);
        return NULL;
    }
    g_autoptr(LodgeEvent) event = lodge_event_new((LodgeEventType)type, 0, NULL);
    g_autofree char *record = NULL;
    get_frame(document, root, event, &record);
    get_half(document, root, LODGE_IN_ROW, event);
    if (!finish(document, "row", error))
        return NULL;
    *record_sha256_out = g_steal_pointer(&record);
    return g_steal_pointer(&event);
}

gboolean lodge_event_parse_record(LodgeEvent *event, GBytes *record, GError **error)
{
    g_return_val_if_fail(event != NULL && record != NULL, FALSE);
    gsize size = 0;
    const char *bytes = g_bytes_get_data(record, &size);
    g_autoptr(LodgeJsonDocument) document =
        parse(bytes, size, LODGE_EVENT_RECORD_BYTES, "record", error);
    if (document == NULL)
        return FALSE;
    const LodgeJsonNode *root = lodge_json_root(document);
    if (!lodge_digest_is_valid(lodge_json_get_string(document, root, "salt")))
        lodge_json_fail(document, "its salt is not 64 hexadecimal digits");
    get_half(document, root, LODGE_IN_RECORD, event);
    return finish(document, "record", error);
}
