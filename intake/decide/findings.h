/* findings.h - everything that can be found, in one table: code, severity, wording.
 *
 * The words are for a council officer and stand in config/wording. {1} and {2} are
 * facts of the message; they are strangers' text and pass lodge_display_line here, once,
 * for every finding. Codes are stable: they are stored, counted and read by other programs. One
 * code may have several rows where policy or the sender decides the severity ("late", "mends", "infected"). */
#pragma once

#include "intake/decide/decision.h"

typedef enum {
    /* our own doing */
    LODGE_FINDING_OUR_FAULT,
    LODGE_FINDING_STILL_TRYING,
    LODGE_FINDING_AWAITED,
    /* the message */
    LODGE_FINDING_MESSAGE_UNREADABLE,
    LODGE_FINDING_MESSAGE_READ_IN_PART,
    LODGE_FINDING_MESSAGE_ID_REUSED,
    LODGE_FINDING_DUPLICATE,
    LODGE_FINDING_COPY_IN_TIME,
    LODGE_FINDING_COMPLETED,
    /* why it is no submission */
    LODGE_FINDING_AUTOMATIC_MESSAGE,
    LODGE_FINDING_DELIVERY_REPORT,
    LODGE_FINDING_RECEIPT_RETURNED,
    LODGE_FINDING_DISPOSITION_REPORT,
    LODGE_FINDING_COMPLAINT_REPORT,
    LODGE_FINDING_OWN_RECEIPT,
    LODGE_FINDING_LIST_MESSAGE,
    LODGE_FINDING_CALENDAR_MESSAGE,
    LODGE_FINDING_NOT_ABOUT_THE_CALL,
    /* the sender */
    LODGE_FINDING_SENDER_NOT_SINGLE,
    LODGE_FINDING_SENDER_NOT_REGISTERED,
    LODGE_FINDING_SENDER_NOT_PROVEN,
    LODGE_FINDING_SENDER_FORGED,
    LODGE_FINDING_SENDER_SPF_ONLY,
    LODGE_FINDING_DOMAIN_UNCONFIRMED,
    LODGE_FINDING_COUNCIL_AMBIGUOUS,
    LODGE_FINDING_RESULTS_FORGED,
    LODGE_FINDING_RESULTS_CONTRADICT,
    /* what it shows of its sender */
    LODGE_FINDING_SENDER_LOOKALIKE,
    LODGE_FINDING_FROM_NAMES_COUNCIL,
    LODGE_FINDING_COUNCIL_IN_OTHER_FIELD,
    LODGE_FINDING_REPLY_TO_ELSEWHERE,
    LODGE_FINDING_FROM_GROUP,
    LODGE_FINDING_FROM_UNCLEAR,
    LODGE_FINDING_HEADER_UNCLEAR,
    /* the time */
    LODGE_FINDING_RECEIVED_NOT_ESTABLISHED,
    LODGE_FINDING_TIMELINESS_UNDETERMINED,
    LODGE_FINDING_NOT_OPEN,
    LODGE_FINDING_LATE_FILED,
    LODGE_FINDING_LATE_HELD,
    LODGE_FINDING_LATE_REJECTED,
    LODGE_FINDING_EXTENSION_APPLIED,
    LODGE_FINDING_MENDS_OWN_TIME,
    LODGE_FINDING_MENDS_ORIGINAL_TIME,
    /* the document */
    LODGE_FINDING_DOCUMENT_MISSING,
    LODGE_FINDING_TEXT_IN_MAIL,
    LODGE_FINDING_TYPE_NOT_ACCEPTED,
    LODGE_FINDING_PLACEHOLDER,
    LODGE_FINDING_REMOVED,
    LODGE_FINDING_PROTECTED,
    LODGE_FINDING_ENCRYPTED,
    LODGE_FINDING_EMPTY,
    LODGE_FINDING_LINK,
    LODGE_FINDING_SHORTCUT,
    LODGE_FINDING_PICTURE,
    LODGE_FINDING_PLAN_NOT_RECOGNISED,
    LODGE_FINDING_SEVERAL_PLANS,
    LODGE_FINDING_PASSWORD,
    LODGE_FINDING_INFECTED_REJECTED,
    LODGE_FINDING_INFECTED_HELD,
    LODGE_FINDING_NOT_SCANNED,
    LODGE_FINDING_ARCHIVE_PASSWORD,
    LODGE_FINDING_ARCHIVE_NOT_OPENED,
    LODGE_FINDING_NOT_EXAMINED,
    LODGE_FINDING_OVER_LIMIT,
    LODGE_FINDING_ARCHIVE_BOMB,
    LODGE_FINDING_ARCHIVE_TOO_LARGE,
    LODGE_FINDING_ARCHIVE_CONTRADICTORY,
    LODGE_FINDING_ARCHIVE_ODD_NAMES,
    LODGE_FINDING_WINMAIL_EMPTY,
    LODGE_FINDING_WINMAIL_FORMATTING,
    LODGE_FINDING_MESSAGE_IN_PIECES,
    LODGE_FINDING_FILE_ELSEWHERE,
    LODGE_FINDING_UNREADABLE,
    LODGE_FINDING_CONTENTS_NOT_READ,
    LODGE_FINDING_READ_IN_PART,
    LODGE_FINDING_DAMAGED,
    LODGE_FINDING_MACROS,
    LODGE_FINDING_ACTIVE_CONTENT,
    LODGE_FINDING_SCANNED,
    LODGE_FINDING_TRACKED_CHANGES,
    LODGE_FINDING_COMMENTS,
    LODGE_FINDING_ACCESS,
    LODGE_FINDING_PAGES_OUTSIDE_RANGE,
    LODGE_FINDING_PAGES_NOT_ESTABLISHED,
    LODGE_FINDING_PAGES_WITH_ANNEX,
    LODGE_FINDING_THEME_NOT_FOUND,
    LODGE_FINDING_SIGN_FOUND,
    LODGE_FINDING_SIGN_NOT_FOUND,
    LODGE_FINDING_OTHER_COUNCIL,
    LODGE_FINDING_PLAN_IN_FORMATS,
    LODGE_FINDING_ATTACHMENT_NOT_EXAMINED,
    /* what a person ruled */
    LODGE_FINDING_RULED_COUNCIL,
    LODGE_FINDING_RULED_ACCEPT,
    LODGE_FINDING_RULED_REJECT,
    LODGE_FINDING_RULED_TOLD,
    /* what is on file */
    LODGE_FINDING_NEW_VERSION,
    LODGE_FINDING_OLDER_VERSION,

    LODGE_FINDING_COUNT
} LodgeFindingKind;

typedef struct {
    const char *code;
    LodgeSeverity severity;
    const char *wording; /* id of its words in config/wording.h */
} LodgeFindingRow;

const LodgeFindingRow *lodge_findings_row(LodgeFindingKind kind);

GPtrArray *lodge_findings_new(void); /* of LodgeFinding, freed with it */
/* Adds one; `first` and `second` fill {1} and {2}; all three strings may be NULL. */
void lodge_findings_add(GPtrArray *findings,
                        LodgeFindingKind kind,
                        const char *evidence,
                        const char *first,
                        const char *second);
/* Says them again in these words; NULL: they stay in the built-in ones. */
void lodge_findings_reword(GPtrArray *findings, const LodgeWording *wording);
/* The gravest severity, or LODGE_NOTE when there is none. */
LodgeSeverity lodge_findings_gravest(const GPtrArray *findings);
/* By the gravest severity: rejected, held or accepted. */
LodgeOutcome lodge_findings_decide(const GPtrArray *findings);
/* Gravest first; among equals the order in which they were found. */
void lodge_findings_sort(GPtrArray *findings);
void lodge_finding_free(LodgeFinding *finding);
