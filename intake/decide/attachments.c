#include "intake/decide/attachments.h"

#include "intake/decide/mention.h"
#include "intake/decide/themes.h"
#include "parsers/text/display.h"
#include <string.h>

#define NAME_BYTES 200
#define ENOUGH_THEMES 2

/* What a file that surrounds a plan is called. */
static const char *const other_names[] = {"minutes",
                                          "agenda",
                                          "covering report",
                                          "cover report",
                                          "cabinet report",
                                          "committee report",
                                          "council report",
                                          "covering letter",
                                          "cover letter",
                                          "decision notice",
                                          NULL};
/* How such a paper opens. A plan speaks of cabinet and minutes, too, but not so. */
static const char *const other_openings[] = {"minutes of",
                                             "agenda item",
                                             "covering report",
                                             "cover report",
                                             "report to cabinet",
                                             "report to the cabinet",
                                             "cabinet report",
                                             "report of the",
                                             "report of",
                                             "purpose of the report",
                                             "purpose of this report",
                                             "this report seeks",
                                             NULL};

void lodge_attachment_free(LodgeAttachment *attachment)
{
    if (attachment == NULL)
        return;
    g_free(attachment->name);
    g_free(attachment->media_type);
    g_strfreev(attachment->themes);
    lodge_folded_text_free(attachment->text);
    g_ptr_array_unref(attachment->pages);
    g_free(attachment);
}

char *lodge_attachments_show_name(const LodgePart *part)
{
    g_autofree char *name = lodge_display_line(part->name, NAME_BYTES);
    return g_strdup(*name == '\0' ? "a file without a name" : name);
}

static gboolean is_failed(const LodgeDocumentFacts *facts)
{
    return facts == NULL || facts->examination == LODGE_NOT_EXAMINED_CRASHED ||
           facts->examination == LODGE_NOT_EXAMINED_LIMIT;
}

/* Of a document that nobody came to look at its first bytes must tell. */
static const char *find_type(const LodgePart *part, const LodgeDocumentFacts *facts)
{
    if (!is_failed(facts) && facts->media_type != NULL)
        return facts->media_type;
    if (part->sniffed_type != NULL)
        return part->sniffed_type;
    return part->declared_type != NULL ? part->declared_type : "application/octet-stream";
}

/* Sent by a program that calls every file so, an encrypted Word file says nothing of what it is. */
static gboolean may_be_locked_office_file(const LodgeAttachment *attachment)
{
    return strcmp(attachment->media_type, "application/x-ole-storage") == 0 &&
           strcmp(attachment->part->declared_type, "application/octet-stream") == 0;
}

/* An encrypted Word file is, from its bytes, no Word file yet: then what it was sent as decides; where that tells
 * nothing, the password is what must be mended first. */
static gboolean is_accepted(const LodgeAttachment *attachment, const LodgeCall *call)
{
    const char *const *accepted = (const char *const *)call->accepted_types;
    if (g_strv_contains(accepted, attachment->media_type))
        return TRUE;
    const char *declared = attachment->part->declared_type;
    return attachment->needs_password && declared != NULL &&
           (g_strv_contains(accepted, declared) || may_be_locked_office_file(attachment));
}

static const char *find_opening(const LodgeFoldedText *text)
{
    for (gsize i = 0; other_openings[i] != NULL; i++)
        if (lodge_folded_text_begins_near(text, other_openings[i],
                                          LODGE_ATTACHMENT_HEAD_LETTERS))
            return other_openings[i];
    return NULL;
}

static void read_name(LodgeAttachment *attachment, const LodgeCall *call)
{
    g_autoptr(LodgeFoldedText) name = lodge_folded_text_new();
    lodge_folded_text_append(name, attachment->part->name);
    attachment->looks_like = lodge_folded_text_find_any(name, other_names);
    if (attachment->facts != NULL)
        lodge_folded_text_append(name, attachment->facts->title);
    attachment->name_names_call = lodge_mention_has_call(name, call);
}

static void read_text(LodgeAttachment *attachment, const LodgeCall *call)
{
    const GPtrArray *pages = attachment->examined ? attachment->facts->pages_text : NULL;
    for (guint i = 0; pages != NULL && i < pages->len; i++) {
        LodgeFoldedText *page = lodge_folded_text_new();
        g_ptr_array_add(attachment->pages, page);
        lodge_folded_text_append(page, g_ptr_array_index(pages, i));
        lodge_folded_text_add(attachment->text, page);
    }
    attachment->text_names_call = lodge_mention_has_call(attachment->text, call);
    attachment->themes = lodge_themes_find(attachment->text, call);
    attachment->speaks_of_themes =
        g_strv_length(attachment->themes) >= MIN(ENOUGH_THEMES, call->themes->len);
    if (attachment->looks_like == NULL)
        attachment->looks_like = find_opening(attachment->text);
}

static gboolean is_examined(const LodgeDocumentFacts *facts)
{
    return facts != NULL && facts->encrypted != LODGE_ENCRYPTED_PASSWORD &&
           (facts->examination == LODGE_EXAMINED ||
            facts->examination == LODGE_EXAMINED_PARTLY);
}

static LodgeAttachment *
read_attachment(const LodgePart *part, const LodgeReading *reading, const LodgeCall *call)
{
    LodgeAttachment *attachment = g_new0(LodgeAttachment, 1);
    attachment->part = part;
    attachment->facts = lodge_reading_find_document(reading, part->sha256);
    attachment->name = lodge_attachments_show_name(part);
    attachment->media_type = g_strdup(find_type(part, attachment->facts));
    attachment->examined = is_examined(attachment->facts);
    attachment->failed = is_failed(attachment->facts);
    attachment->needs_password = attachment->facts != NULL &&
                                 attachment->facts->encrypted == LODGE_ENCRYPTED_PASSWORD;
    attachment->type_accepted = is_accepted(attachment, call);
    attachment->is_logo = !attachment->type_accepted && lodge_stand_in_is_logo(part);
    if (!attachment->type_accepted)
        attachment->stand_in = lodge_stand_in_judge(reading->message, part);
    attachment->text = lodge_folded_text_new();
    attachment->pages =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_folded_text_free);
    read_name(attachment, call);
    read_text(attachment, call);
    return attachment;
}

static gboolean is_known(const GPtrArray *attachments, const char *sha256)
{
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (strcmp(attachment->part->sha256, sha256) == 0)
            return TRUE;
    }
    return FALSE;
}

GPtrArray *lodge_attachments_find(const LodgeReading *reading, const LodgeCall *call)
{
    GPtrArray *attachments =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_attachment_free);
    const GPtrArray *parts = reading->message->parts;
    for (guint i = 0; i < parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(parts, i);
        if (part->kind == LODGE_PART_DOCUMENT && !is_known(attachments, part->sha256))
            g_ptr_array_add(attachments, read_attachment(part, reading, call));
    }
    return attachments;
}

gboolean lodge_attachments_has_file(const GPtrArray *attachments)
{
    for (guint i = 0; i < attachments->len; i++)
        if (!((const LodgeAttachment *)g_ptr_array_index(attachments, i))->is_logo)
            return TRUE;
    return FALSE;
}

/* Paths: "2.1" and "2/1" lie inside "2"; the root, "", holds everything. */
static gboolean is_inside(const char *path, const char *container)
{
    gsize size = strlen(container);
    return size > 0 && strncmp(path, container, size) == 0 &&
           (path[size] == '.' || path[size] == '/');
}

/* Entered by its own reader, or opened because somebody attached it as a file. */
static gboolean is_mail(const LodgePart *part)
{
    return part->kind == LODGE_PART_MESSAGE ||
           (part->kind == LODGE_PART_CONTAINER &&
            g_strcmp0(part->sniffed_type, "application/zip") != 0 &&
            g_strcmp0(part->sniffed_type, "application/ms-tnef") != 0);
}

gboolean lodge_attachments_is_outermost(const LodgeMessageFacts *message,
                                        const LodgePart *part)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *at = g_ptr_array_index(message->parts, i);
        if (is_mail(at) && is_inside(part->path, at->path))
            return FALSE;
    }
    return TRUE;
}
