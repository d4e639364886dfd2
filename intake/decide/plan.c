#include "intake/decide/plan.h"

#include "intake/decide/closed.h"
#include "intake/decide/instead.h"
#include "intake/decide/left_in.h"
#include "intake/decide/odd_names.h"
#include "intake/decide/themes.h"
#include "intake/decide/type_words.h"
#include <string.h>

#define ANNEX_LETTERS 40 /* a page number or a running title may stand above it */

typedef gboolean (*Sign)(const LodgeAttachment *attachment);

static gboolean is_accepted_type(const LodgeAttachment *attachment)
{
    return attachment->type_accepted;
}

static gboolean is_candidate(const LodgeAttachment *attachment)
{
    return attachment->type_accepted && attachment->looks_like == NULL;
}

static gboolean is_clearly_the_plan(const LodgeAttachment *attachment)
{
    return is_candidate(attachment) && attachment->speaks_of_themes &&
           (attachment->name_names_call || attachment->text_names_call);
}

static guint
count(const GPtrArray *attachments, Sign sign, const LodgeAttachment **first_out)
{
    guint found = 0;
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (sign(attachment) && found++ == 0)
            *first_out = attachment;
    }
    return found;
}

static LodgePlanSearch why_no_candidate(const GPtrArray *attachments)
{
    const LodgeAttachment *first = NULL;
    if (!lodge_attachments_has_file(attachments))
        return LODGE_PLAN_NO_DOCUMENT;
    if (count(attachments, is_accepted_type, &first) == 0)
        return LODGE_PLAN_NO_ACCEPTED_TYPE;
    return LODGE_PLAN_NOT_RECOGNISED;
}

/* "Plan.pdf" and "PLAN.docx". */
static gboolean has_same_stem(const LodgeAttachment *a, const LodgeAttachment *b)
{
    const char *a_end = strrchr(a->name, '.'), *b_end = strrchr(b->name, '.');
    if (a_end == NULL || b_end == NULL || a_end == a->name)
        return FALSE;
    g_autofree char *a_stem = g_strndup(a->name, (gsize)(a_end - a->name));
    g_autofree char *b_stem = g_strndup(b->name, (gsize)(b_end - b->name));
    g_autofree char *a_folded = g_utf8_casefold(a_stem, -1);
    g_autofree char *b_folded = g_utf8_casefold(b_stem, -1);
    return strcmp(a_folded, b_folded) == 0;
}

static gboolean speaks_alike(const LodgeAttachment *a, const LodgeAttachment *b)
{
    return strcmp(a->media_type, b->media_type) != 0 && has_same_stem(a, b) &&
           g_strv_equal((const char *const *)a->themes, (const char *const *)b->themes);
}

static gboolean is_fixed_layout(const LodgeAttachment *attachment)
{
    return strcmp(attachment->media_type, "application/pdf") == 0;
}

/* One paper, saved in several formats: the one that every reader shows alike, or NULL where they are
 * not one paper. */
static const LodgeAttachment *choose_format(const GPtrArray *attachments, Sign sign)
{
    const LodgeAttachment *first = NULL, *chosen = NULL;
    count(attachments, sign, &first);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (!sign(attachment))
            continue;
        if (attachment != first && !speaks_alike(first, attachment))
            return NULL;
        if (chosen == NULL && is_fixed_layout(attachment))
            chosen = attachment;
    }
    return chosen;
}

LodgePlanSearch lodge_plan_find(const GPtrArray *attachments,
                                const LodgeAttachment **plan_out)
{
    const LodgeAttachment *plan = NULL;
    *plan_out = NULL;
    guint found = count(attachments, is_clearly_the_plan, &plan);
    if (found > 1)
        plan = choose_format(attachments, is_clearly_the_plan);
    else if (found == 0)
        found = count(attachments, is_candidate, &plan);
    if (found == 0)
        return why_no_candidate(attachments);
    if (plan == NULL || (found > 1 && !is_clearly_the_plan(plan)))
        return LODGE_PLAN_SEVERAL;
    *plan_out = plan;
    return LODGE_PLAN_FOUND;
}

/* ---- what is to be said ---- */

static char *list_names(const GPtrArray *attachments, Sign sign)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment->is_logo || (sign != NULL && !sign(attachment)))
            continue;
        g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ",
                               attachment->name);
    }
    return g_string_free(names, FALSE);
}

/* What came instead of a document: links to files elsewhere, calendar entries, parts of a split mail. */
static char *list_other_parts(const LodgeMessageFacts *message)
{
    GString *types = g_string_new(NULL);
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind == LODGE_PART_OTHER)
            g_string_append_printf(types, "%s%s", types->len == 0 ? "" : ", ",
                                   part->declared_type);
    }
    char *list = g_string_free(types, FALSE);
    if (*list != '\0')
        return list;
    g_free(list);
    return NULL;
}

static void judge_body_text(const LodgeMessageFacts *message,
                            const LodgeCall *call,
                            GPtrArray *findings)
{
    g_autoptr(LodgeFoldedText) body = lodge_folded_text_new();
    lodge_folded_text_append(body, message->body_text);
    g_auto(GStrv) themes = lodge_themes_find(body, call);
    guint found = g_strv_length(themes);
    if (found < 2)
        return;
    g_autofree char *number = g_strdup_printf("%u", found);
    lodge_findings_add(findings, LODGE_FINDING_TEXT_IN_MAIL, NULL, number, NULL);
}

/* "plan.xlsx (Excel spreadsheet)" of those that are no stand-ins, which are told otherwise. */
static char *list_unaccepted(const GPtrArray *attachments)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment->stand_in != LODGE_STAND_IN_NONE || attachment->is_logo)
            continue;
        g_string_append_printf(names, "%s%s (%s)", names->len == 0 ? "" : ", ",
                               attachment->name, lodge_type_words(attachment->media_type));
    }
    return g_string_free(names, FALSE);
}

static void
judge_unaccepted(const GPtrArray *attachments, const LodgeCall *call, GPtrArray *findings)
{
    g_autofree char *names = list_unaccepted(attachments);
    g_autofree char *accepted = lodge_type_words_list(call->accepted_types);
    if (*names != '\0')
        lodge_findings_add(findings, LODGE_FINDING_TYPE_NOT_ACCEPTED, NULL, names,
                           accepted);
}

/* Of a mail that brought something instead, a closed archive, or a piece, nobody says that nothing came with it. */
static void judge_missing(const GPtrArray *attachments,
                          const LodgeMessageFacts *message,
                          const LodgeCall *call,
                          GPtrArray *findings)
{
    g_autofree char *other = list_other_parts(message);
    gboolean said = lodge_instead_judge(attachments, message, call, findings);
    if (lodge_plan_has_closed(message) || lodge_closed_came_instead(message))
        return;
    if (!said)
        lodge_findings_add(findings, LODGE_FINDING_DOCUMENT_MISSING, other, call->noun,
                           NULL);
    judge_body_text(message, call, findings);
}

static void judge_search(LodgePlanSearch search,
                         const GPtrArray *attachments,
                         const LodgeMessageFacts *message,
                         const LodgeCall *call,
                         GPtrArray *findings)
{
    g_autofree char *names = list_names(attachments, NULL);
    g_autofree char *candidates = list_names(attachments, is_candidate);
    switch (search) {
    case LODGE_PLAN_FOUND:
        lodge_instead_judge_beside(attachments, message, call, findings);
        break;
    case LODGE_PLAN_NO_DOCUMENT:
        judge_missing(attachments, message, call, findings);
        break;
    case LODGE_PLAN_NO_ACCEPTED_TYPE:
        lodge_instead_judge(attachments, message, call, findings);
        judge_unaccepted(attachments, call, findings);
        break;
    case LODGE_PLAN_NOT_RECOGNISED:
        lodge_instead_judge(attachments, message, call, findings);
        lodge_findings_add(findings, LODGE_FINDING_PLAN_NOT_RECOGNISED, NULL, names,
                           call->noun);
        break;
    case LODGE_PLAN_SEVERAL:
        lodge_instead_judge_beside(attachments, message, call, findings);
        lodge_findings_add(findings, LODGE_FINDING_SEVERAL_PLANS, NULL, candidates,
                           call->noun);
        break;
    }
}

static gboolean begins_annex(const LodgeFoldedText *page)
{
    return lodge_folded_text_begins_near(page, "annex", ANNEX_LETTERS) ||
           lodge_folded_text_begins_near(page, "appendix", ANNEX_LETTERS);
}

/* Without the annexes behind it, and without pages at the end that are pictures alone. -1: the text is not that of
 * its pages. */
static gint64 count_main_pages(const LodgeAttachment *plan)
{
    guint main = plan->pages->len;
    if (plan->facts->pages != plan->pages->len)
        return -1;
    for (guint i = main; i > 1; i--)
        if (begins_annex(g_ptr_array_index(plan->pages, i - 1)))
            main = i - 1;
    while (main > 1 && lodge_folded_text_is_empty(g_ptr_array_index(plan->pages, main - 1)))
        main--;
    return main;
}

static void add_annex_finding(const LodgeAttachment *plan, gint64 main, GPtrArray *findings)
{
    g_autofree char *words =
        g_strdup_printf("%" G_GINT64_FORMAT " pages: %" G_GINT64_FORMAT
                        ", and %" G_GINT64_FORMAT " of annexes or pictures",
                        plan->facts->pages, main, plan->facts->pages - main);
    lodge_findings_add(findings, LODGE_FINDING_PAGES_WITH_ANNEX, NULL, plan->name, words);
}

/* "1 page, and the call asks for 3 to 4". */
static void
judge_pages(const LodgeAttachment *plan, const LodgeCall *call, GPtrArray *findings)
{
    gint64 pages = plan->facts->pages;
    if (pages < 0) {
        lodge_findings_add(findings, LODGE_FINDING_PAGES_NOT_ESTABLISHED, NULL, plan->name,
                           NULL);
        return;
    }
    gboolean is_short = pages < call->pages_min;
    gboolean is_long = call->pages_max > 0 && pages > call->pages_max;
    if (!is_short && !is_long)
        return;
    gint64 main = is_long ? count_main_pages(plan) : -1;
    if (main >= call->pages_min && main <= call->pages_max) {
        add_annex_finding(plan, main, findings);
        return;
    }
    const char *unit = pages == 1 ? "page" : "pages";
    g_autofree char *words =
        call->pages_max > 0
            ? g_strdup_printf("%" G_GINT64_FORMAT " %s; the call asks for %" G_GINT64_FORMAT
                              " to %" G_GINT64_FORMAT,
                              pages, unit, call->pages_min, call->pages_max)
            : g_strdup_printf("%" G_GINT64_FORMAT " %s; the call asks for %" G_GINT64_FORMAT
                              " or more",
                              pages, unit, call->pages_min);
    lodge_findings_add(findings, LODGE_FINDING_PAGES_OUTSIDE_RANGE,
                       is_short ? "too short" : "too long", plan->name, words);
}

static void
judge_text(const LodgeAttachment *plan, const LodgeCall *call, GPtrArray *findings)
{
    if (plan->facts->scanned) {
        lodge_findings_add(findings, LODGE_FINDING_SCANNED, NULL, plan->name, NULL);
        return; /* no text: that its themes are not found says nothing */
    }
    g_autofree char *missing =
        lodge_themes_list_missing((const char *const *)plan->themes, call);
    if (missing != NULL)
        lodge_findings_add(findings, LODGE_FINDING_THEME_NOT_FOUND, NULL, plan->name,
                           missing);
}

static void
judge_examined(const LodgeAttachment *plan, const LodgeCall *call, GPtrArray *findings)
{
    const LodgeDocumentFacts *facts = plan->facts;
    if (facts->damaged)
        lodge_findings_add(findings, LODGE_FINDING_DAMAGED, facts->why, plan->name, NULL);
    gboolean limited = facts->limits_hit != NULL && facts->limits_hit[0] != NULL;
    if (limited || (facts->examination == LODGE_EXAMINED_PARTLY && !facts->damaged)) {
        const char *why = limited ? facts->limits_hit[0] : facts->why;
        lodge_findings_add(findings, LODGE_FINDING_READ_IN_PART, why, plan->name, NULL);
    }
    judge_pages(plan, call, findings);
    judge_text(plan, call, findings);
    lodge_left_in_judge_access(plan, findings);
}

/* Neither a page nor a word: whoever opens it sees nothing, and nothing of it can be filed as the plan. */
static gboolean is_ruined(const LodgeDocumentFacts *facts)
{
    return facts->damaged && facts->pages < 1 && facts->pages_text->len == 0;
}

static void
judge_plan(const LodgeAttachment *plan, const LodgeCall *call, GPtrArray *findings)
{
    const char *why = plan->facts == NULL ? NULL : plan->facts->why;
    if (plan->needs_password)
        lodge_findings_add(findings, LODGE_FINDING_PASSWORD, NULL, plan->name, NULL);
    else if (lodge_closed_judge_document(plan, findings))
        return;
    else if (plan->failed)
        lodge_findings_add(findings, LODGE_FINDING_NOT_EXAMINED, why, plan->name, NULL);
    else if (is_ruined(plan->facts))
        lodge_findings_add(findings, LODGE_FINDING_UNREADABLE, why, plan->name, NULL);
    else if (!plan->examined)
        lodge_findings_add(findings, LODGE_FINDING_CONTENTS_NOT_READ, why, plan->name,
                           NULL);
    else
        judge_examined(plan, call, findings);
}

static void
note_formats(const LodgeAttachment *plan, const GPtrArray *attachments, GPtrArray *findings)
{
    g_autoptr(GString) others = g_string_new(NULL);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment != plan && is_clearly_the_plan(attachment) &&
            speaks_alike(plan, attachment))
            g_string_append_printf(others, "%s%s", others->len == 0 ? "" : ", ",
                                   attachment->name);
    }
    if (others->len > 0)
        lodge_findings_add(findings, LODGE_FINDING_PLAN_IN_FORMATS, NULL, plan->name,
                           others->str);
}

gboolean lodge_plan_has_closed(const LodgeMessageFacts *message)
{
    for (guint i = 0; i < message->parts->len; i++)
        if (((const LodgePart *)g_ptr_array_index(message->parts, i))->trouble != NULL)
            return TRUE;
    return FALSE;
}

/* What somebody locked or left empty beside a plan was not meant as it; what we did not get to see might be. */
static gboolean is_beside_the_point(const LodgeAttachment *plan, const char *trouble)
{
    static const char *const harmless[] = {"password", "empty", "link", "unsupported",
                                           NULL};
    return plan != NULL && g_strv_contains(harmless, trouble);
}

/* "reader-crashed" and "reader-limit" are ours; all else stands in what was sent. */
static LodgeFindingKind why_closed(const char *trouble)
{
    if (strcmp(trouble, "password") == 0)
        return LODGE_FINDING_ARCHIVE_PASSWORD;
    return g_str_has_prefix(trouble, "reader-") ? LODGE_FINDING_NOT_EXAMINED
                                                : LODGE_FINDING_ARCHIVE_NOT_OPENED;
}

/* Archives that were not opened, and files in them. */
static void judge_closed(const LodgeAttachment *plan,
                         const LodgeMessageFacts *message,
                         GPtrArray *findings)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (lodge_closed_judge(message, part, plan != NULL, findings) ||
            part->trouble == NULL)
            continue;
        g_autofree char *name = lodge_attachments_show_name(part);
        LodgeFindingKind kind = is_beside_the_point(plan, part->trouble)
                                    ? LODGE_FINDING_ATTACHMENT_NOT_EXAMINED
                                    : why_closed(part->trouble);
        lodge_findings_add(findings, kind, part->trouble, name, NULL);
    }
}

void lodge_plan_judge(LodgePlanSearch search,
                      const LodgeAttachment *plan,
                      const GPtrArray *attachments,
                      const LodgeMessageFacts *message,
                      const LodgeCall *call,
                      GPtrArray *findings)
{
    judge_search(search, attachments, message, call, findings);
    if (plan != NULL) {
        judge_plan(plan, call, findings);
        note_formats(plan, attachments, findings);
    }
    judge_closed(plan, message, findings);
    lodge_odd_names_judge(message, findings);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        lodge_left_in_judge(attachment, findings);
        if (attachment != plan && (attachment->failed || attachment->needs_password))
            lodge_findings_add(findings, LODGE_FINDING_ATTACHMENT_NOT_EXAMINED, NULL,
                               attachment->name, NULL);
    }
}
