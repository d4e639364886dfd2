/* Typed event -> row and record. The reverse is event_parse.c; both walk event_member.c. */
#include "parsers/text/json.h"
#include "spool/event.h"
#include "spool/event_member.h"

static void
add_location(LodgeJsonWriter *writer, const char *name, const LodgeLocation *location)
{
    if (location->account == NULL) {
        lodge_json_add_null(writer, name);
        return;
    }
    lodge_json_begin_object(writer, name);
    lodge_json_add_string(writer, "account", location->account);
    lodge_json_add_string(writer, "folder", location->folder);
    lodge_json_add_int(writer, "uidvalidity", location->uidvalidity);
    lodge_json_add_int(writer, "uid", location->uid);
    lodge_json_end_object(writer);
}

/* The two halves have the same length, so that words find their code again. */
static void add_findings(LodgeJsonWriter *writer,
                         const char *name,
                         const GPtrArray *findings,
                         LodgeMemberHalf half)
{
    lodge_json_begin_array(writer, name);
    for (guint i = 0; findings != NULL && i < findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(findings, i);
        lodge_json_begin_object(writer, NULL);
        if (half == LODGE_IN_ROW) {
            lodge_json_add_string(writer, "code", finding->code);
            lodge_json_add_string(writer, "severity", finding->severity);
        } else {
            lodge_json_add_string(writer, "words", finding->words);
        }
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void
add_documents(LodgeJsonWriter *writer, const char *name, const GPtrArray *documents)
{
    lodge_json_begin_array(writer, name);
    for (guint i = 0; documents != NULL && i < documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(documents, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "name", document->name);
        lodge_json_add_string(writer, "role", document->role);
        lodge_json_add_string(writer, "media_type", document->media_type);
        lodge_json_add_int(writer, "size_bytes", document->size_bytes);
        lodge_json_add_int(writer, "pages", document->pages);
        lodge_json_add_string(writer, "sha256", document->sha256);
        if (document->text != NULL)
            lodge_json_add_string(writer, "text", document->text);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void add_instant(LodgeJsonWriter *writer, const char *name, gint64 instant_us)
{
    lodge_json_add_instant(writer, name,
                           instant_us == 0 ? LODGE_INSTANT_UNKNOWN : instant_us);
}

static void add_folders(LodgeJsonWriter *writer, const char *name, const GPtrArray *folders)
{
    lodge_json_begin_array(writer, name);
    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        const LodgeEventFolder *folder = g_ptr_array_index(folders, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "folder", folder->folder);
        lodge_json_add_int(writer, "uidvalidity", folder->uidvalidity);
        lodge_json_add_int(writer, "uidnext", folder->uidnext);
        lodge_json_add_int(writer, "present", (gint64)folder->present);
        lodge_json_add_int(writer, "known", (gint64)folder->known);
        lodge_json_add_int(writer, "fetched", (gint64)folder->fetched);
        lodge_json_add_int(writer, "failed", (gint64)folder->failed);
        lodge_json_add_int(writer, "vanished", (gint64)folder->vanished);
        add_instant(writer, "looked_at", folder->looked_us);
        lodge_json_add_int(writer, "unseen", (gint64)folder->unseen);
        lodge_json_add_string(writer, "unseen_uids", folder->unseen_uids);
        add_instant(writer, "unseen_since", folder->unseen_since_us);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void add_member(LodgeJsonWriter *writer,
                       const LodgeEvent *event,
                       const LodgeMember *member,
                       LodgeMemberHalf half)
{
    switch (member->kind) {
    case LODGE_MEMBER_STRING:
    case LODGE_MEMBER_DIGEST:
        lodge_json_add_string(writer, member->name,
                              *LODGE_MEMBER_IN(char *, event, member));
        break;
    case LODGE_MEMBER_INSTANT:
        add_instant(writer, member->name, *LODGE_MEMBER_IN(gint64, event, member));
        break;
    case LODGE_MEMBER_INT64:
        lodge_json_add_int(writer, member->name, *LODGE_MEMBER_IN(gint64, event, member));
        break;
    case LODGE_MEMBER_UINT:
        lodge_json_add_int(writer, member->name, *LODGE_MEMBER_IN(guint, event, member));
        break;
    case LODGE_MEMBER_INT:
        lodge_json_add_int(writer, member->name, *LODGE_MEMBER_IN(int, event, member));
        break;
    case LODGE_MEMBER_BOOL:
        lodge_json_add_bool(writer, member->name,
                            *LODGE_MEMBER_IN(gboolean, event, member));
        break;
    case LODGE_MEMBER_LOCATION:
        add_location(writer, member->name, LODGE_MEMBER_IN(LodgeLocation, event, member));
        break;
    case LODGE_MEMBER_FINDINGS:
        add_findings(writer, member->name, *LODGE_MEMBER_IN(GPtrArray *, event, member),
                     half);
        break;
    case LODGE_MEMBER_DOCUMENTS:
        add_documents(writer, member->name, *LODGE_MEMBER_IN(GPtrArray *, event, member));
        break;
    case LODGE_MEMBER_FOLDERS:
        add_folders(writer, member->name, *LODGE_MEMBER_IN(GPtrArray *, event, member));
        break;
    }
}

static void add_half(LodgeJsonWriter *writer, const LodgeEvent *event, LodgeMemberHalf half)
{
    for (guint i = 0; i < lodge_members_count; i++) {
        const LodgeMember *member = &lodge_members[i];
        if (lodge_member_is_of(member, event->type) && (member->half & half) != 0)
            add_member(writer, event, member, half);
    }
}

GBytes *lodge_event_format_record(const LodgeEvent *event, const char *salt)
{
    g_return_val_if_fail(event != NULL && lodge_digest_is_valid(salt), NULL);
    if (!lodge_event_type_has_record(event->type))
        return NULL;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "salt", salt);
    add_half(writer, event, LODGE_IN_RECORD);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}

char *lodge_event_format_row(const LodgeEvent *event, const char *record_sha256)
{
    g_return_val_if_fail(event != NULL, NULL);
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_int(writer, "seq", (gint64)event->seq);
    lodge_json_add_string(writer, "type", lodge_event_type_format(event->type));
    lodge_json_add_instant(writer, "at", event->at_us);
    add_half(writer, event, LODGE_IN_ROW);
    if (record_sha256 != NULL)
        lodge_json_add_string(writer, "record", record_sha256);
    lodge_json_end_object(writer);
    return lodge_json_finish_text(writer);
}
