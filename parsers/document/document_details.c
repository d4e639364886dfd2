#include "parsers/document/document_details.h"

static void external_target_free(gpointer data)
{
    LodgeExternalTarget *target = data;
    g_free(target->kind);
    g_free(target->target);
    g_free(target);
}

LodgeDocumentDetails *lodge_document_details_new(void)
{
    LodgeDocumentDetails *details = g_new0(LodgeDocumentDetails, 1);
    details->conformance = g_new0(char *, 1);
    details->page_sizes = g_ptr_array_new_with_free_func(g_free);
    details->external_found = g_ptr_array_new_with_free_func(external_target_free);
    details->images = details->embedded = details->links = details->external = -1;
    details->dde_fields = details->tracked_changes = details->comments = -1;
    details->entries = -1;
    return details;
}

void lodge_document_details_free(LodgeDocumentDetails *details)
{
    if (details == NULL)
        return;
    g_free(details->format_version);
    g_free(details->encryption);
    g_free(details->author);
    g_free(details->last_author);
    g_free(details->created);
    g_free(details->modified);
    g_free(details->language);
    g_strfreev(details->conformance);
    g_free(details->form);
    g_ptr_array_unref(details->page_sizes);
    g_ptr_array_unref(details->external_found);
    g_free(details);
}

LodgePageSize *lodge_page_size_new(gint64 width_pt, gint64 height_pt, gint64 pages)
{
    LodgePageSize *size = g_new0(LodgePageSize, 1);
    *size = (LodgePageSize){width_pt, height_pt, pages};
    return size;
}

LodgeExternalTarget *lodge_external_target_new(const char *kind, const char *target)
{
    LodgeExternalTarget *external = g_new0(LodgeExternalTarget, 1);
    external->kind = g_strdup(kind);
    external->target = g_strdup(target);
    return external;
}
