#include "intake/decide/findings.h"

#include "parsers/text/display.h"
#include <string.h>

#define FACT_BYTES 300

static const LodgeFindingRow rows[LODGE_FINDING_COUNT] = {
    [LODGE_FINDING_OUR_FAULT] = {"our-fault", LODGE_HOLD, "our-fault"},
    [LODGE_FINDING_STILL_TRYING] = {"not-examined-yet", LODGE_HOLD, "not-examined-yet"},
    [LODGE_FINDING_AWAITED] = {"attachment-awaited", LODGE_HOLD, "attachment-awaited"},
    [LODGE_FINDING_MESSAGE_UNREADABLE] = {"message-unreadable", LODGE_HOLD,
                                          "message-unreadable"},
    [LODGE_FINDING_MESSAGE_READ_IN_PART] = {"message-read-in-part", LODGE_HOLD,
                                            "message-read-in-part"},
    [LODGE_FINDING_MESSAGE_ID_REUSED] = {"message-id-reused", LODGE_NOTE,
                                         "message-id-reused"},
    [LODGE_FINDING_DUPLICATE] = {"duplicate", LODGE_NOTE, "duplicate"},
    [LODGE_FINDING_COMPLETED] = {"completed", LODGE_NOTE, "completed"},
    [LODGE_FINDING_COPY_IN_TIME] = {"copy-in-time", LODGE_HOLD, "copy-in-time"},
    [LODGE_FINDING_AUTOMATIC_MESSAGE] = {"automatic-message", LODGE_NOTE,
                                         "automatic-message"},
    [LODGE_FINDING_DELIVERY_REPORT] = {"delivery-report", LODGE_NOTE, "delivery-report"},
    [LODGE_FINDING_RECEIPT_RETURNED] = {"receipt-returned", LODGE_NOTE, "receipt-returned"},
    [LODGE_FINDING_DISPOSITION_REPORT] = {"disposition-report", LODGE_NOTE,
                                          "disposition-report"},
    [LODGE_FINDING_COMPLAINT_REPORT] = {"complaint-report", LODGE_NOTE, "complaint-report"},
    [LODGE_FINDING_OWN_RECEIPT] = {"own-receipt", LODGE_NOTE, "own-receipt"},
    [LODGE_FINDING_LIST_MESSAGE] = {"list-message", LODGE_NOTE, "list-message"},
    [LODGE_FINDING_CALENDAR_MESSAGE] = {"calendar-message", LODGE_NOTE, "calendar-message"},
    [LODGE_FINDING_NOT_ABOUT_THE_CALL] = {"not-about-the-call", LODGE_NOTE,
                                          "not-about-the-call"},
    [LODGE_FINDING_SENDER_NOT_SINGLE] = {"sender-not-single", LODGE_HOLD,
                                         "sender-not-single"},
    [LODGE_FINDING_SENDER_NOT_REGISTERED] = {"sender-not-registered", LODGE_HOLD,
                                             "sender-not-registered"},
    [LODGE_FINDING_SENDER_NOT_PROVEN] = {"sender-not-proven", LODGE_HOLD,
                                         "sender-not-proven"},
    [LODGE_FINDING_SENDER_FORGED] = {"sender-forged", LODGE_HOLD, "sender-forged"},
    [LODGE_FINDING_SENDER_SPF_ONLY] = {"sender-spf-only", LODGE_WARNING, "sender-spf-only"},
    [LODGE_FINDING_DOMAIN_UNCONFIRMED] = {"domain-unconfirmed", LODGE_HOLD,
                                          "domain-unconfirmed"},
    [LODGE_FINDING_COUNCIL_AMBIGUOUS] = {"council-ambiguous", LODGE_HOLD,
                                         "council-ambiguous"},
    [LODGE_FINDING_RESULTS_FORGED] = {"authentication-results-forged", LODGE_WARNING,
                                      "authentication-results-forged"},
    [LODGE_FINDING_RESULTS_CONTRADICT] = {"authentication-results-contradict",
                                          LODGE_WARNING,
                                          "authentication-results-contradict"},
    [LODGE_FINDING_SENDER_LOOKALIKE] = {"sender-lookalike", LODGE_HOLD, "sender-lookalike"},
    [LODGE_FINDING_FROM_NAMES_COUNCIL] = {"from-names-council", LODGE_WARNING,
                                          "from-names-council"},
    [LODGE_FINDING_COUNCIL_IN_OTHER_FIELD] = {"council-in-other-field", LODGE_WARNING,
                                              "council-in-other-field"},
    [LODGE_FINDING_REPLY_TO_ELSEWHERE] = {"reply-to-elsewhere", LODGE_NOTE,
                                          "reply-to-elsewhere"},
    [LODGE_FINDING_FROM_GROUP] = {"from-group", LODGE_WARNING, "from-group"},
    [LODGE_FINDING_FROM_UNCLEAR] = {"from-unclear", LODGE_WARNING, "from-unclear"},
    [LODGE_FINDING_HEADER_UNCLEAR] = {"header-unclear", LODGE_WARNING, "header-unclear"},
    [LODGE_FINDING_RECEIVED_NOT_ESTABLISHED] = {"received-time-not-established", LODGE_HOLD,
                                                "received-time-not-established"},
    [LODGE_FINDING_TIMELINESS_UNDETERMINED] = {"timeliness-undetermined", LODGE_HOLD,
                                               "timeliness-undetermined"},
    [LODGE_FINDING_NOT_OPEN] = {"not-open", LODGE_HOLD, "not-open"},
    [LODGE_FINDING_LATE_FILED] = {"late", LODGE_WARNING, "late-filed"},
    [LODGE_FINDING_LATE_HELD] = {"late", LODGE_HOLD, "late-held"},
    [LODGE_FINDING_LATE_REJECTED] = {"late", LODGE_REJECT, "late-rejected"},
    [LODGE_FINDING_EXTENSION_APPLIED] = {"extension-applied", LODGE_NOTE,
                                         "extension-applied"},
    [LODGE_FINDING_MENDS_OWN_TIME] = {"mends", LODGE_NOTE, "mends-own-time"},
    [LODGE_FINDING_MENDS_ORIGINAL_TIME] = {"mends", LODGE_NOTE, "mends-original-time"},
    [LODGE_FINDING_DOCUMENT_MISSING] = {"document-missing", LODGE_HOLD, "document-missing"},
    [LODGE_FINDING_TEXT_IN_MAIL] = {"text-in-mail", LODGE_NOTE, "text-in-mail"},
    [LODGE_FINDING_TYPE_NOT_ACCEPTED] = {"document-type-not-accepted", LODGE_HOLD,
                                         "document-type-not-accepted"},
    [LODGE_FINDING_PLACEHOLDER] = {"attachment-placeholder", LODGE_HOLD,
                                   "attachment-placeholder"},
    [LODGE_FINDING_REMOVED] = {"attachment-removed", LODGE_HOLD, "attachment-removed"},
    [LODGE_FINDING_PROTECTED] = {"message-rights-managed", LODGE_HOLD,
                                 "message-rights-managed"},
    [LODGE_FINDING_ENCRYPTED] = {"message-encrypted", LODGE_HOLD, "message-encrypted"},
    [LODGE_FINDING_EMPTY] = {"document-empty", LODGE_HOLD, "document-empty"},
    [LODGE_FINDING_LINK] = {"link-instead-of-file", LODGE_HOLD, "link-instead-of-file"},
    [LODGE_FINDING_SHORTCUT] = {"shortcut-instead-of-file", LODGE_HOLD,
                                "shortcut-instead-of-file"},
    [LODGE_FINDING_PICTURE] = {"picture-instead-of-document", LODGE_HOLD,
                               "picture-instead-of-document"},
    [LODGE_FINDING_PLAN_NOT_RECOGNISED] = {"plan-not-recognised", LODGE_HOLD,
                                           "plan-not-recognised"},
    [LODGE_FINDING_SEVERAL_PLANS] = {"several-plans", LODGE_HOLD, "several-plans"},
    [LODGE_FINDING_PASSWORD] = {"document-password", LODGE_HOLD, "document-password"},
    [LODGE_FINDING_INFECTED_REJECTED] = {"infected", LODGE_REJECT, "infected-rejected"},
    [LODGE_FINDING_INFECTED_HELD] = {"infected", LODGE_HOLD, "infected-held"},
    [LODGE_FINDING_NOT_SCANNED] = {"not-scanned", LODGE_HOLD, "not-scanned"},
    [LODGE_FINDING_ARCHIVE_PASSWORD] = {"archive-password", LODGE_HOLD, "archive-password"},
    [LODGE_FINDING_ARCHIVE_NOT_OPENED] = {"archive-not-opened", LODGE_HOLD,
                                          "archive-not-opened"},
    [LODGE_FINDING_NOT_EXAMINED] = {"document-could-not-be-examined", LODGE_HOLD,
                                    "document-could-not-be-examined"},
    [LODGE_FINDING_OVER_LIMIT] = {"document-over-limit", LODGE_HOLD, "document-over-limit"},
    [LODGE_FINDING_ARCHIVE_BOMB] = {"archive-bomb", LODGE_HOLD, "archive-bomb"},
    [LODGE_FINDING_ARCHIVE_TOO_LARGE] = {"archive-too-large", LODGE_HOLD,
                                         "archive-too-large"},
    [LODGE_FINDING_ARCHIVE_CONTRADICTORY] = {"archive-contradictory", LODGE_HOLD,
                                             "archive-contradictory"},
    [LODGE_FINDING_ARCHIVE_ODD_NAMES] = {"archive-odd-names", LODGE_WARNING,
                                         "archive-odd-names"},
    [LODGE_FINDING_WINMAIL_EMPTY] = {"winmail-without-files", LODGE_HOLD,
                                     "winmail-without-files"},
    [LODGE_FINDING_WINMAIL_FORMATTING] = {"winmail-formatting", LODGE_NOTE,
                                          "winmail-formatting"},
    [LODGE_FINDING_MESSAGE_IN_PIECES] = {"message-in-pieces", LODGE_HOLD,
                                         "message-in-pieces"},
    [LODGE_FINDING_FILE_ELSEWHERE] = {"file-elsewhere", LODGE_HOLD, "file-elsewhere"},
    [LODGE_FINDING_UNREADABLE] = {"document-unreadable", LODGE_HOLD, "document-unreadable"},
    [LODGE_FINDING_CONTENTS_NOT_READ] = {"document-contents-not-read", LODGE_WARNING,
                                         "document-contents-not-read"},
    [LODGE_FINDING_READ_IN_PART] = {"document-read-in-part", LODGE_WARNING,
                                    "document-read-in-part"},
    [LODGE_FINDING_DAMAGED] = {"document-damaged", LODGE_WARNING, "document-damaged"},
    [LODGE_FINDING_MACROS] = {"macros", LODGE_WARNING, "macros"},
    [LODGE_FINDING_ACTIVE_CONTENT] = {"active-content", LODGE_WARNING, "active-content"},
    [LODGE_FINDING_SCANNED] = {"document-scanned", LODGE_NOTE, "document-scanned"},
    [LODGE_FINDING_TRACKED_CHANGES] = {"tracked-changes", LODGE_NOTE, "tracked-changes"},
    [LODGE_FINDING_COMMENTS] = {"comments", LODGE_NOTE, "comments"},
    [LODGE_FINDING_ACCESS] = {"document-accessibility", LODGE_NOTE,
                              "document-accessibility"},
    [LODGE_FINDING_PAGES_OUTSIDE_RANGE] = {"pages-outside-range", LODGE_NOTE,
                                           "pages-outside-range"},
    [LODGE_FINDING_PAGES_NOT_ESTABLISHED] = {"pages-not-established", LODGE_NOTE,
                                             "pages-not-established"},
    [LODGE_FINDING_THEME_NOT_FOUND] = {"theme-not-found", LODGE_NOTE, "theme-not-found"},
    [LODGE_FINDING_PAGES_WITH_ANNEX] = {"pages-with-annex", LODGE_NOTE, "pages-with-annex"},
    [LODGE_FINDING_SIGN_FOUND] = {"sign-found", LODGE_NOTE, "sign-found"},
    [LODGE_FINDING_SIGN_NOT_FOUND] = {"sign-not-found", LODGE_NOTE, "sign-not-found"},
    [LODGE_FINDING_OTHER_COUNCIL] = {"other-council", LODGE_HOLD, "other-council"},
    [LODGE_FINDING_PLAN_IN_FORMATS] = {"plan-in-formats", LODGE_NOTE, "plan-in-formats"},
    [LODGE_FINDING_ATTACHMENT_NOT_EXAMINED] = {"attachment-could-not-be-examined",
                                               LODGE_NOTE,
                                               "attachment-could-not-be-examined"},
    [LODGE_FINDING_RULED_COUNCIL] = {"ruled-council", LODGE_NOTE, "ruled-council"},
    [LODGE_FINDING_RULED_ACCEPT] = {"ruled-accepted", LODGE_NOTE, "ruled-accepted"},
    [LODGE_FINDING_RULED_REJECT] = {"ruled-rejected", LODGE_REJECT, "ruled-rejected"},
    [LODGE_FINDING_RULED_TOLD] = {"ruled-told", LODGE_NOTE, "ruled-told"},
    [LODGE_FINDING_NEW_VERSION] = {"new-version", LODGE_NOTE, "new-version"},
    [LODGE_FINDING_OLDER_VERSION] = {"older-version", LODGE_NOTE, "older-version"},
};

const LodgeFindingRow *lodge_findings_row(LodgeFindingKind kind)
{
    g_return_val_if_fail(kind < LODGE_FINDING_COUNT, NULL);
    return &rows[kind];
}

void lodge_finding_free(LodgeFinding *finding)
{
    if (finding == NULL)
        return;
    g_free(finding->code);
    g_free(finding->words);
    g_free(finding->mend);
    g_free(finding->evidence);
    g_free(finding->facts[0]);
    g_free(finding->facts[1]);
    g_free(finding);
}

GPtrArray *lodge_findings_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)lodge_finding_free);
}

/* The words of this finding with its facts, which have passed lodge_display_line. */
static void put_into_words(LodgeFinding *finding, const LodgeWording *wording)
{
    const LodgeWordingEntry *entry =
        lodge_wording_find(wording, LODGE_WORDING_FINDING, finding->wording);
    const char *const facts[] = {"1", finding->facts[0], "2", finding->facts[1], NULL};
    g_free(finding->words);
    g_free(finding->mend);
    finding->words = lodge_wording_fill(entry->words, facts);
    finding->mend = entry->next == NULL || finding->settled
                        ? NULL
                        : lodge_wording_fill(entry->next, facts);
}

void lodge_findings_add(GPtrArray *findings,
                        LodgeFindingKind kind,
                        const char *evidence,
                        const char *first,
                        const char *second)
{
    g_return_if_fail(kind < LODGE_FINDING_COUNT);
    LodgeFinding *finding = g_new0(LodgeFinding, 1);
    finding->code = g_strdup(rows[kind].code);
    finding->severity = rows[kind].severity;
    finding->wording = rows[kind].wording;
    finding->facts[0] = lodge_display_line(first, FACT_BYTES);
    finding->facts[1] = lodge_display_line(second, FACT_BYTES);
    finding->evidence = evidence == NULL ? NULL : lodge_display_line(evidence, FACT_BYTES);
    put_into_words(finding, NULL);
    g_ptr_array_add(findings, finding);
}

void lodge_findings_reword(GPtrArray *findings, const LodgeWording *wording)
{
    for (guint i = 0; wording != NULL && i < findings->len; i++)
        put_into_words(g_ptr_array_index(findings, i), wording);
}

LodgeSeverity lodge_findings_gravest(const GPtrArray *findings)
{
    LodgeSeverity gravest = LODGE_NOTE;
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        gravest = MAX(gravest, finding->severity);
    }
    return gravest;
}

static gint compare_severity(gconstpointer a, gconstpointer b)
{
    const LodgeFinding *first = *(LodgeFinding *const *)a;
    const LodgeFinding *second = *(LodgeFinding *const *)b;
    return (gint)second->severity - (gint)first->severity;
}

LodgeOutcome lodge_findings_decide(const GPtrArray *findings)
{
    LodgeSeverity gravest = lodge_findings_gravest(findings);
    if (gravest == LODGE_REJECT)
        return LODGE_REJECTED;
    return gravest == LODGE_HOLD ? LODGE_HELD : LODGE_ACCEPTED;
}

void lodge_findings_sort(GPtrArray *findings)
{
    g_ptr_array_sort(findings, compare_severity); /* GLib's is a stable merge sort */
}
