#include "intake/decide/decision_documents.h"

#include "intake/decide/signs.h"

static void add_attachment(GPtrArray *documents,
                           const LodgeAttachment *attachment,
                           const LodgeCall *call,
                           const char *role)
{
    LodgeDecisionDocument *document = g_new0(LodgeDecisionDocument, 1);
    document->name = g_strdup(attachment->name);
    document->role = g_strdup(role);
    document->media_type = g_strdup(attachment->media_type);
    document->size_bytes = attachment->part->size_bytes;
    document->pages = attachment->facts == NULL ? -1 : attachment->facts->pages;
    document->sha256 = g_strdup(attachment->part->sha256);
    document->part = g_strdup(attachment->part->path);
    document->themes = g_strdupv(attachment->themes);
    document->places = lodge_signs_list(attachment, call, g_strcmp0(role, "plan") == 0);
    g_ptr_array_add(documents, document);
}

static void add_decoration(GPtrArray *documents, const LodgePart *part)
{
    LodgeDecisionDocument *document = g_new0(LodgeDecisionDocument, 1);
    document->name = lodge_attachments_show_name(part);
    document->role = g_strdup("decoration");
    document->media_type =
        g_strdup(part->sniffed_type != NULL ? part->sniffed_type : part->declared_type);
    document->size_bytes = part->size_bytes;
    document->pages = -1;
    document->sha256 = g_strdup(part->sha256);
    document->part = g_strdup(part->path);
    document->themes = g_new0(char *, 1);
    document->places = g_ptr_array_new();
    g_ptr_array_add(documents, document);
}

static gboolean is_logo(const GPtrArray *attachments, const LodgePart *part)
{
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment->part == part)
            return attachment->is_logo;
    }
    return FALSE;
}

void lodge_decision_documents_list(GPtrArray *documents,
                                   const GPtrArray *attachments,
                                   const LodgeAttachment *plan,
                                   const LodgeMessageFacts *message,
                                   const LodgeCall *call)
{
    if (plan != NULL)
        add_attachment(documents, plan, call, "plan");
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment != plan && !attachment->is_logo)
            add_attachment(documents, attachment, call, "attachment");
    }
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind == LODGE_PART_DECORATION || is_logo(attachments, part))
            add_decoration(documents, part);
    }
}
