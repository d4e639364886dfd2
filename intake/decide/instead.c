#include "intake/decide/instead.h"

#include <string.h>

/* ---- services that keep files ---- */

static const struct {
    const char *domain; /* itself and all below it */
    const char *words;
} services[] = {
    {"sharepoint.com", "OneDrive or SharePoint"},
    {"1drv.ms", "OneDrive"},
    {"onedrive.live.com", "OneDrive"},
    {"drive.google.com", "Google Drive"},
    {"docs.google.com", "Google Drive"},
    {"dropbox.com", "Dropbox"},
    {"db.tt", "Dropbox"},
    {"we.tl", "WeTransfer"},
    {"wetransfer.com", "WeTransfer"},
    {"box.com", "Box"},
    {"icloud.com", "iCloud"},
    {"switch.egress.com", "Egress"},
    {"sharefile.com", "ShareFile"},
    {"sharefile.eu", "ShareFile"},
    {"objectiveconnect.co.uk", "Objective Connect"},
    {"acrobat.adobe.com", "Adobe Acrobat"},
    {"documentcloud.adobe.com", "Adobe Acrobat"},
};

static gboolean is_below(const char *host, const char *domain)
{
    gsize host_size = strlen(host), domain_size = strlen(domain);
    return g_str_has_suffix(host, domain) &&
           (host_size == domain_size || host[host_size - domain_size - 1] == '.');
}

const char *lodge_instead_find_service(const char *host)
{
    for (gsize i = 0; i < G_N_ELEMENTS(services); i++)
        if (is_below(host, services[i].domain))
            return services[i].words;
    return NULL;
}

static gboolean
judge_links(const LodgeMessageFacts *message, const LodgeCall *call, GPtrArray *findings)
{
    for (gsize i = 0; message->link_hosts[i] != NULL; i++) {
        const char *service = lodge_instead_find_service(message->link_hosts[i]);
        if (service == NULL)
            continue;
        lodge_findings_add(findings, LODGE_FINDING_LINK, message->link_hosts[i], service,
                           call->noun);
        return TRUE;
    }
    return FALSE;
}

/* ---- stand-ins ---- */

static void add_name(GString *names, const LodgePart *part)
{
    g_autofree char *name = lodge_attachments_show_name(part);
    g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", name);
}

static gboolean is_attached(const GPtrArray *attachments, const LodgePart *part)
{
    for (guint i = 0; i < attachments->len; i++)
        if (((const LodgeAttachment *)g_ptr_array_index(attachments, i))->part == part)
            return TRUE;
    return FALSE;
}

/* Names of the attachments of that kind, and of other parts that are no documents. */
static char *list_names(LodgeStandIn kind,
                        const GPtrArray *attachments,
                        const LodgeMessageFacts *message)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment->stand_in == kind)
            add_name(names, attachment->part);
    }
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind != LODGE_PART_DOCUMENT && !is_attached(attachments, part) &&
            lodge_stand_in_judge(message, part) == kind)
            add_name(names, part);
    }
    return g_string_free(names, FALSE);
}

static gboolean judge_kind(LodgeStandIn kind,
                           LodgeFindingKind finding,
                           const GPtrArray *attachments,
                           const LodgeMessageFacts *message,
                           const LodgeCall *call,
                           GPtrArray *findings)
{
    g_autofree char *names = list_names(kind, attachments, message);
    if (*names == '\0')
        return FALSE;
    lodge_findings_add(findings, finding, NULL, names, call->noun);
    return TRUE;
}

static const struct {
    LodgeStandIn kind;
    LodgeFindingKind alone;
    LodgeFindingKind beside; /* a plan; LODGE_FINDING_COUNT: nothing is said */
} rows[] = {
    {LODGE_STAND_IN_PLACEHOLDER, LODGE_FINDING_PLACEHOLDER, LODGE_FINDING_PLACEHOLDER},
    {LODGE_STAND_IN_REMOVED, LODGE_FINDING_REMOVED, LODGE_FINDING_REMOVED},
    {LODGE_STAND_IN_PROTECTED, LODGE_FINDING_PROTECTED,
     LODGE_FINDING_ATTACHMENT_NOT_EXAMINED},
    {LODGE_STAND_IN_ENCRYPTED, LODGE_FINDING_ENCRYPTED,
     LODGE_FINDING_ATTACHMENT_NOT_EXAMINED},
    {LODGE_STAND_IN_EMPTY, LODGE_FINDING_EMPTY, LODGE_FINDING_ATTACHMENT_NOT_EXAMINED},
    {LODGE_STAND_IN_SHORTCUT, LODGE_FINDING_SHORTCUT, LODGE_FINDING_COUNT},
    {LODGE_STAND_IN_PICTURE, LODGE_FINDING_PICTURE, LODGE_FINDING_COUNT},
};

gboolean lodge_instead_judge(const GPtrArray *attachments,
                             const LodgeMessageFacts *message,
                             const LodgeCall *call,
                             GPtrArray *findings)
{
    gboolean said = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (judge_kind(rows[i].kind, rows[i].alone, attachments, message, call, findings))
            said = TRUE;
    return judge_links(message, call, findings) || said;
}

void lodge_instead_judge_beside(const GPtrArray *attachments,
                                const LodgeMessageFacts *message,
                                const LodgeCall *call,
                                GPtrArray *findings)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].beside != LODGE_FINDING_COUNT)
            judge_kind(rows[i].kind, rows[i].beside, attachments, message, call, findings);
}
