#include "intake/decide/left_in.h"

#include "intake/decide/findings.h"
#include <string.h>

/* Codes that say nothing to a council officer. Those that older readings know stand as they stood in older
 * decisions, which a replay must find again. */
static const struct {
    const char *code;
    const char *words;
} words[] = {
    {"dde", "a field that starts a program (DDE)"},
    {"remote-template", "a template on another computer"},
    {"activex", "an ActiveX control"},
    {"script-event", "a script that runs by itself"},
    {"multimedia", "sound or video"},
};

static const char *find_words(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].code, code) == 0)
            return words[i].words;
    return code;
}

static void judge_danger(const LodgeAttachment *attachment, GPtrArray *findings)
{
    const LodgeDocumentFacts *facts = attachment->facts;
    if (facts->macros)
        lodge_findings_add(findings, LODGE_FINDING_MACROS, NULL, attachment->name, NULL);
    if (facts->active_content == NULL || facts->active_content[0] == NULL)
        return;
    GString *list = g_string_new(NULL);
    for (guint i = 0; facts->active_content[i] != NULL; i++)
        g_string_append_printf(list, "%s%s", i == 0 ? "" : ", ",
                               find_words(facts->active_content[i]));
    lodge_findings_add(findings, LODGE_FINDING_ACTIVE_CONTENT, NULL, attachment->name,
                       list->str);
    g_string_free(list, TRUE);
}

static void add_count(GPtrArray *findings,
                      LodgeFindingKind kind,
                      const LodgeAttachment *attachment,
                      gint64 count,
                      const char *one,
                      const char *more)
{
    if (count <= 0)
        return;
    g_autofree char *said =
        g_strdup_printf("%" G_GINT64_FORMAT " %s", count, count == 1 ? one : more);
    lodge_findings_add(findings, kind, NULL, attachment->name, said);
}

void lodge_left_in_judge(const LodgeAttachment *attachment, GPtrArray *findings)
{
    const LodgeDocumentFacts *facts = attachment->facts;
    if (facts == NULL)
        return;
    judge_danger(attachment, findings);
    if (facts->details == NULL)
        return;
    add_count(findings, LODGE_FINDING_TRACKED_CHANGES, attachment,
              facts->details->tracked_changes, "change", "changes");
    add_count(findings, LODGE_FINDING_COMMENTS, attachment, facts->details->comments,
              "comment", "comments");
}

void lodge_left_in_judge_access(const LodgeAttachment *plan, GPtrArray *findings)
{
    const LodgeDocumentFacts *facts = plan->facts;
    const LodgeDocumentDetails *details = facts->details;
    /* of pages that are pictures more is said already; of a damaged file nothing is sure */
    if (details == NULL || facts->scanned || facts->damaged || facts->pages < 0 ||
        strcmp(facts->media_type, "application/pdf") != 0)
        return;
    const char *missing[4] = {NULL};
    guint count = 0;
    if (!details->tagged)
        missing[count++] = "tags";
    if (facts->title == NULL)
        missing[count++] = "title";
    if (details->language == NULL)
        missing[count++] = "language";
    if (count == 0)
        return;
    g_autofree char *list = g_strjoinv(", ", (char **)missing);
    lodge_findings_add(findings, LODGE_FINDING_ACCESS, NULL, plan->name, list);
}
