#include "intake/decide/findings.h"

#include "parsers/text/display.h"
#include <string.h>

#define FACT_BYTES 300

#define A_PERSON "You do not need to do anything. A person will check."

static const LodgeFindingRow rows[LODGE_FINDING_COUNT] = {
    [LODGE_FINDING_OUR_FAULT] =
        {"our-fault", LODGE_HOLD,
         "A fault on our side kept us from reading your message. It is not your fault, and "
         "the time at which it arrived still counts.",
         "You do not need to do anything. A person is looking at it."},
    [LODGE_FINDING_MESSAGE_UNREADABLE] =
        {"message-unreadable", LODGE_HOLD, "The message could not be read as an e-mail.",
         "A person will check. If you can, send it again as a new message with the document "
         "attached."},
    [LODGE_FINDING_MESSAGE_READ_IN_PART] =
        {"message-read-in-part", LODGE_HOLD,
         "The message is too large or too deeply nested for us to read all of it, so a "
         "document may have been missed.",
         "A person will check. If you can, send the document again in a simple new message."},
    [LODGE_FINDING_MESSAGE_ID_REUSED] =
        {"message-id-reused", LODGE_NOTE,
         "An earlier message, {1}, has the same message number but different content. Both "
         "are kept.",
         NULL},
    [LODGE_FINDING_DUPLICATE] = {"duplicate", LODGE_NOTE,
                                 "This is the same message as {1}, which we already have.",
                                 NULL},
    [LODGE_FINDING_AUTOMATIC_MESSAGE] =
        {"automatic-message", LODGE_NOTE,
         "This is an automatic message, such as an out-of-office reply.", NULL},
    [LODGE_FINDING_DELIVERY_REPORT] =
        {"delivery-report", LODGE_NOTE,
         "This is a delivery report: a mail system says what became of another message.",
         NULL},
    [LODGE_FINDING_DISPOSITION_REPORT] =
        {"disposition-report", LODGE_NOTE,
         "This is a read receipt: it says that another message was read or deleted.", NULL},
    [LODGE_FINDING_COMPLAINT_REPORT] =
        {"complaint-report", LODGE_NOTE,
         "This is a complaint report: somebody marked another message as junk, and their "
         "mail provider passes that on.",
         NULL},
    [LODGE_FINDING_OWN_RECEIPT] =
        {"own-receipt", LODGE_NOTE,
         "This is a receipt that we sent ourselves and that has come back to us.", NULL},
    [LODGE_FINDING_LIST_MESSAGE] =
        {"list-message", LODGE_NOTE,
         "This is a newsletter, or a message that was sent to a mailing list.", NULL},
    [LODGE_FINDING_CALENDAR_MESSAGE] =
        {"calendar-message", LODGE_NOTE,
         "This is a calendar entry, such as an invitation to a meeting.", NULL},
    [LODGE_FINDING_NOT_ABOUT_THE_CALL] =
        {"not-about-the-call", LODGE_NOTE,
         "The sender is not on our list of councils, nothing is attached, and the message does "
         "not mention the {1}.",
         NULL},

    [LODGE_FINDING_SENDER_NOT_SINGLE] =
        {"sender-not-single", LODGE_HOLD, "The message does not name exactly one sender.",
         "Send it again from one e-mail address of your council."},
    [LODGE_FINDING_SENDER_NOT_REGISTERED] =
        {"sender-not-registered", LODGE_HOLD,
         "The address {1} does not belong to a council on our list.",
         "A person will check. You can also send it again from an e-mail address of your "
         "council."},
    [LODGE_FINDING_SENDER_NOT_PROVEN] =
        {"sender-not-proven", LODGE_HOLD,
         "We could not confirm that the message really came from {1}.",
         "A person will check. Your IT team can see whether mail from your council is signed "
         "(DKIM) and passes DMARC."},
    [LODGE_FINDING_SENDER_FORGED] =
        {"sender-forged", LODGE_HOLD,
         "Our mail server found that the message was not sent by {1}, the sender that it "
         "names.",
         "A person will check. Your IT team can see why mail from your council fails DMARC."},
    [LODGE_FINDING_SENDER_SPF_ONLY] =
        {"sender-spf-only", LODGE_WARNING,
         "The sender was confirmed by the sending mail server alone (SPF), not by a signature.",
         "Ask your IT team to sign mail from your council (DKIM)."},
    [LODGE_FINDING_DOMAIN_UNCONFIRMED] =
        {"domain-unconfirmed", LODGE_HOLD,
         "Mail from {1} is on our list for {2}, but the department has not confirmed it yet.",
         "You do not need to do anything. The department has to confirm the mail domain in "
         "the register and decide this message again."},
    [LODGE_FINDING_COUNCIL_AMBIGUOUS] =
        {"council-ambiguous", LODGE_HOLD,
         "The address {1} belongs to more than one council ({2}), and the message does not "
         "name just one of them.",
         "Reply and say which council the document is from."},
    [LODGE_FINDING_RESULTS_FORGED] =
        {"authentication-results-forged", LODGE_WARNING,
         "The message arrived with sender checks that pretend to be made by our mail server. "
         "We took no notice of them.",
         "Ask your IT team whether your mail system adds a header named "
         "Authentication-Results in our name."},

    [LODGE_FINDING_RECEIVED_NOT_ESTABLISHED] =
        {"received-time-not-established", LODGE_HOLD,
         "We could not establish when the message reached us.", A_PERSON},
    [LODGE_FINDING_TIMELINESS_UNDETERMINED] =
        {"timeliness-undetermined", LODGE_HOLD,
         "Our clocks disagree: by some the message arrived before the deadline, by others "
         "after it.",
         A_PERSON},
    [LODGE_FINDING_NOT_OPEN] = {"not-open", LODGE_HOLD,
                                "The message arrived before submissions opened.", A_PERSON},
    [LODGE_FINDING_LATE_FILED] =
        {"late", LODGE_WARNING,
         "The message arrived after the deadline. It is filed and marked as late.", NULL},
    [LODGE_FINDING_LATE_HELD] =
        {"late", LODGE_HOLD, "The message arrived after the deadline.",
         "You do not need to do anything. A person will decide what happens next."},
    [LODGE_FINDING_LATE_REJECTED] =
        {"late", LODGE_REJECT,
         "The message arrived after the deadline, so it could not be filed.",
         "If you think that this is wrong, write to us and give the reference."},
    [LODGE_FINDING_EXTENSION_APPLIED] = {"extension-applied", LODGE_NOTE,
                                         "A later deadline was set: {1}", NULL},

    [LODGE_FINDING_MENDS_OWN_TIME] =
        {"mends", LODGE_NOTE,
         "This message mends {1}, which reached us on {2}. For the deadline, the time of "
         "this message counts.",
         NULL},
    [LODGE_FINDING_MENDS_ORIGINAL_TIME] =
        {"mends", LODGE_NOTE,
         "This message mends {1}, which reached us on {2}. For the deadline, the time of "
         "that earlier message counts.",
         NULL},

    [LODGE_FINDING_DOCUMENT_MISSING] = {"document-missing", LODGE_HOLD,
                                        "No document is attached to the message.",
                                        "Send the {1} as an attachment, not as a link."},
    [LODGE_FINDING_TEXT_IN_MAIL] =
        {"text-in-mail", LODGE_NOTE,
         "The text of the message itself speaks of {1} of the themes. It may have been meant "
         "as the document.",
         "Send the text as a document attached to the message."},
    [LODGE_FINDING_TYPE_NOT_ACCEPTED] =
        {"document-type-not-accepted", LODGE_HOLD,
         "No attached document is of a type that we can file: {1}.",
         "Send it again as one of: {2}."},
    [LODGE_FINDING_PLAN_NOT_RECOGNISED] =
        {"plan-not-recognised", LODGE_HOLD,
         "The attached document looks like a report or minutes rather than the {2}: {1}.",
         "If the {2} is missing, send it. Otherwise a person will check."},
    [LODGE_FINDING_SEVERAL_PLANS] =
        {"several-plans", LODGE_HOLD,
         "More than one attached document could be the {2}: {1}.",
         "Reply and say which of them it is, or send it again alone."},
    [LODGE_FINDING_PASSWORD] = {"document-password", LODGE_HOLD,
                                "{1} cannot be opened without a password.",
                                "Send it again without a password."},
    [LODGE_FINDING_NOT_EXAMINED] =
        {"document-could-not-be-examined", LODGE_HOLD,
         "{1} could not be examined: our reader failed on it each time.",
         "A person will check. Saving the document again, or exporting it as a new PDF, often "
         "helps."},
    [LODGE_FINDING_CONTENTS_NOT_READ] =
        {"document-contents-not-read", LODGE_WARNING,
         "{1} is filed, but it is of a type whose contents we cannot read.", NULL},
    [LODGE_FINDING_READ_IN_PART] =
        {"document-read-in-part", LODGE_WARNING,
         "{1} is so large or complex that we read only a part of it.", NULL},
    [LODGE_FINDING_DAMAGED] =
        {"document-damaged", LODGE_WARNING,
         "{1} is damaged. We could still read it, but others may not be able to.",
         "Save it again and look at it before you send it."},
    [LODGE_FINDING_MACROS] = {"macros", LODGE_WARNING,
                              "{1} contains macros (small programs).",
                              "If you can, send a copy without macros."},
    [LODGE_FINDING_ACTIVE_CONTENT] = {"active-content", LODGE_WARNING,
                                      "{1} contains more than text and pictures: {2}.",
                                      "If you can, send a plain copy."},
    [LODGE_FINDING_SCANNED] =
        {"document-scanned", LODGE_NOTE,
         "{1} consists of pictures of pages, without text. People who use screen readers "
         "cannot read it.",
         "If you can, send the document from which it was printed."},
    [LODGE_FINDING_PAGES_OUTSIDE_RANGE] = {"pages-outside-range", LODGE_NOTE,
                                           "{1} has {2}.", NULL},
    [LODGE_FINDING_PAGES_NOT_ESTABLISHED] =
        {"pages-not-established", LODGE_NOTE,
         "We could not establish how many pages {1} has.", NULL},
    [LODGE_FINDING_THEME_NOT_FOUND] =
        {"theme-not-found", LODGE_NOTE,
         "We did not find these themes by their usual wording in {1}: {2}.", NULL},
    [LODGE_FINDING_ATTACHMENT_NOT_EXAMINED] =
        {"attachment-could-not-be-examined", LODGE_NOTE,
         "Another attached file could not be examined: {1}.", NULL},

    [LODGE_FINDING_NEW_VERSION] = {"new-version", LODGE_NOTE,
                                   "This is version {1}. Earlier versions stay on file.",
                                   NULL},
    [LODGE_FINDING_OLDER_VERSION] =
        {"older-version", LODGE_NOTE,
         "A version that reached us later, {1}, is already on file and stays the current one.",
         NULL},
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
    g_free(finding);
}

GPtrArray *lodge_findings_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)lodge_finding_free);
}

/* One pass over the template, so that a fact that itself reads "{2}" stays what it is. */
static char *fill(const char *template, const char *first, const char *second)
{
    if (template == NULL)
        return NULL;
    GString *words = g_string_new(NULL);
    while (*template != '\0') {
        if (g_str_has_prefix(template, "{1}") || g_str_has_prefix(template, "{2}")) {
            g_string_append(words, template[1] == '1' ? first : second);
            template += strlen("{1}");
        } else {
            g_string_append_c(words, *template ++);
        }
    }
    return g_string_free(words, FALSE);
}

void lodge_findings_add(GPtrArray *findings,
                        LodgeFindingKind kind,
                        const char *evidence,
                        const char *first,
                        const char *second)
{
    g_return_if_fail(kind < LODGE_FINDING_COUNT);
    g_autofree char *shown_first = lodge_display_line(first, FACT_BYTES);
    g_autofree char *shown_second = lodge_display_line(second, FACT_BYTES);
    LodgeFinding *finding = g_new0(LodgeFinding, 1);
    finding->code = g_strdup(rows[kind].code);
    finding->severity = rows[kind].severity;
    finding->words = fill(rows[kind].words, shown_first, shown_second);
    finding->mend = fill(rows[kind].mend, shown_first, shown_second);
    finding->evidence = evidence == NULL ? NULL : lodge_display_line(evidence, FACT_BYTES);
    g_ptr_array_add(findings, finding);
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

void lodge_findings_sort(GPtrArray *findings)
{
    g_ptr_array_sort(findings, compare_severity); /* GLib's is a stable merge sort */
}
