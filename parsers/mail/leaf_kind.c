/* Which parts are documents. Whoever sends a plan labels it badly now and then: a part is a document
 * unless it is clearly something else, and never for what its Content-Disposition says. */
#include "parsers/mail/leaf.h"

#include "parsers/mail/sniff.h"
#include <string.h>

static gboolean is_one_of(const char *type, const char *const *types, guint count)
{
    for (guint i = 0; i < count; i++) {
        if (strcmp(type, types[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_signature(const char *type)
{
    static const char *const types[] = {"application/pkcs7-signature",
                                        "application/x-pkcs7-signature",
                                        "application/pgp-signature"};
    return is_one_of(type, types, G_N_ELEMENTS(types));
}

static gboolean is_report(const char *type)
{
    static const char *const types[] = {
        "message/delivery-status", "message/disposition-notification",
        "message/feedback-report", "message/global-delivery-status",
        "message/global-headers",  "message/global-disposition-notification",
        "message/tracking-status", "text/rfc822-headers"};
    return is_one_of(type, types, G_N_ELEMENTS(types));
}

/* Named in the reading, but nothing an examiner could open. */
static gboolean is_other(const char *type)
{
    static const char *const types[] = {"text/calendar", "message/external-body",
                                        "message/partial"};
    return is_one_of(type, types, G_N_ELEMENTS(types)) ||
           g_str_has_prefix(type, "multipart/");
}

/* What a Mac adds to a file: its resource fork (RFC 1740). The file itself is a part of its own. */
static gboolean is_resource_fork(const LodgeMimeNode *node, const char *sniffed)
{
    return g_strcmp0(sniffed, "application/applefile") == 0 ||
           (strcmp(node->type, "application/applefile") == 0 &&
            !lodge_sniff_is_document(sniffed));
}

/* The mail's own text in one of its alternatives. */
static gboolean is_mail_text(const LodgeMimeNode *node)
{
    static const char *const types[] = {"text/plain",      "text/html",
                                        "text/enriched",   "text/richtext",
                                        "text/x-amp-html", "text/watch-html"};
    return node->name == NULL && g_strcmp0(node->disposition, "attachment") != 0 &&
           is_one_of(node->type, types, G_N_ELEMENTS(types));
}

static gboolean is_decoration(const LodgeMimeNode *node)
{
    return g_str_has_prefix(node->type, "image/") &&
           (node->content_id != NULL || g_strcmp0(node->disposition, "inline") == 0);
}

LodgePartKind lodge_leaf_judge_kind(const LodgeMimeNode *node, const char *sniffed)
{
    if (is_signature(node->type))
        return LODGE_PART_SIGNATURE;
    if (is_report(node->type))
        return LODGE_PART_REPORT;
    if (is_other(node->type) || is_resource_fork(node, sniffed))
        return LODGE_PART_OTHER;
    if (lodge_sniff_is_document(sniffed))
        return LODGE_PART_DOCUMENT;
    if (is_mail_text(node))
        return LODGE_PART_BODY;
    return is_decoration(node) ? LODGE_PART_DECORATION : LODGE_PART_DOCUMENT;
}
