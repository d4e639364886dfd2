#include "intake/decide/closed.h"

#include "intake/decide/findings.h"
#include <string.h>

/* Limits (parsers/text/limits.h) that no honest file comes near, and those that a large one may reach. */
static const struct {
    const char *limit;
    LodgeFindingKind kind;
    const char *words;
} limits[] = {
    {"archive-ratio", LODGE_FINDING_ARCHIVE_BOMB,
     "it would unpack to far more than a file of its size holds"},
    {"archive-entry-bytes", LODGE_FINDING_ARCHIVE_TOO_LARGE,
     "a file in it is larger than we take"},
    {"archive-entries", LODGE_FINDING_ARCHIVE_BOMB, "it has more entries than we look at"},
    {"archive-overlap", LODGE_FINDING_ARCHIVE_BOMB, "the files in it lie over one another"},
    {"container-nesting", LODGE_FINDING_ARCHIVE_BOMB,
     "archives lie too deep inside one another"},
    {"containers", LODGE_FINDING_ARCHIVE_TOO_LARGE,
     "the message has more archives than we open"},
    {"container-members", LODGE_FINDING_ARCHIVE_TOO_LARGE,
     "it holds more files than we take"},
    {"container-bytes", LODGE_FINDING_ARCHIVE_TOO_LARGE,
     "what is in it is larger than we take"},
};

static gssize find_limit(const char *limit)
{
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++)
        if (g_strcmp0(limits[i].limit, limit) == 0)
            return (gssize)i;
    return -1;
}

/* What ended the container ended the file in it: one of the two is enough to tell. */
static gboolean is_told_by_container(const LodgeMessageFacts *message,
                                     const LodgePart *part)
{
    for (guint i = 0; part->container != NULL && i < message->parts->len; i++) {
        const LodgePart *other = g_ptr_array_index(message->parts, i);
        if (strcmp(other->path, part->container) == 0)
            return g_strcmp0(other->trouble, part->trouble) == 0;
    }
    return FALSE;
}

static gboolean is_empty_winmail(const LodgePart *part)
{
    return g_strcmp0(part->trouble, "empty") == 0 &&
           (g_strcmp0(part->sniffed_type, "application/ms-tnef") == 0 ||
            g_strcmp0(part->declared_type, "application/ms-tnef") == 0);
}

static gboolean is_piece(const LodgePart *part)
{
    return part->kind == LODGE_PART_OTHER &&
           g_strcmp0(part->declared_type, "message/partial") == 0;
}

static gboolean is_elsewhere(const LodgePart *part)
{
    return part->kind == LODGE_PART_OTHER &&
           g_strcmp0(part->declared_type, "message/external-body") == 0;
}

static LodgeFindingKind
find_kind(const LodgePart *part, gboolean has_plan, const char **words_out)
{
    gssize limit = find_limit(part->trouble);
    if (limit >= 0) {
        *words_out = limits[limit].words;
        return limits[limit].kind;
    }
    if (g_strcmp0(part->trouble, "contradictory") == 0)
        return LODGE_FINDING_ARCHIVE_CONTRADICTORY;
    if (is_empty_winmail(part))
        return has_plan ? LODGE_FINDING_WINMAIL_FORMATTING : LODGE_FINDING_WINMAIL_EMPTY;
    if (is_piece(part))
        return LODGE_FINDING_MESSAGE_IN_PIECES;
    if (is_elsewhere(part))
        return has_plan ? LODGE_FINDING_ATTACHMENT_NOT_EXAMINED
                        : LODGE_FINDING_FILE_ELSEWHERE;
    return LODGE_FINDING_COUNT;
}

gboolean lodge_closed_judge(const LodgeMessageFacts *message,
                            const LodgePart *part,
                            gboolean has_plan,
                            GPtrArray *findings)
{
    const char *words = NULL;
    LodgeFindingKind kind = find_kind(part, has_plan, &words);
    if (kind == LODGE_FINDING_COUNT)
        return FALSE;
    if (part->trouble != NULL && is_told_by_container(message, part))
        return TRUE;
    g_autofree char *name = lodge_attachments_show_name(part);
    const char *evidence = part->trouble != NULL ? part->trouble : part->declared_type;
    lodge_findings_add(findings, kind, evidence, name, words);
    return TRUE;
}

gboolean lodge_closed_came_instead(const LodgeMessageFacts *message)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (is_piece(part) || is_elsewhere(part))
            return TRUE;
    }
    return FALSE;
}

/* ---- documents ---- */

/* The limit that no honest document comes to, or -1. */
static gssize find_bomb(const LodgeDocumentFacts *facts)
{
    for (gsize i = 0; facts->limits_hit != NULL && facts->limits_hit[i] != NULL; i++) {
        gssize limit = find_limit(facts->limits_hit[i]);
        if (limit >= 0)
            return limit;
    }
    return -1;
}

gboolean lodge_closed_judge_document(const LodgeAttachment *document, GPtrArray *findings)
{
    const LodgeDocumentFacts *facts = document->facts;
    if (facts == NULL)
        return FALSE;
    gssize limit = find_bomb(facts);
    if (limit >= 0)
        lodge_findings_add(findings, LODGE_FINDING_OVER_LIMIT, limits[limit].limit,
                           document->name, limits[limit].words);
    else if (facts->examination == LODGE_NOT_EXAMINED_LIMIT)
        lodge_findings_add(
            findings, LODGE_FINDING_OVER_LIMIT, facts->why, document->name,
            "reading it takes more time or memory than we give to a document");
    return limit >= 0 || facts->examination == LODGE_NOT_EXAMINED_LIMIT;
}
