/* kind.h - what kind of mail is this? Judged by the marks that programs really leave.
 *
 *   submission   carries a document; also whatever could not be read, for in doubt it is one
 *   mending      a submission that mends an earlier one; found by mending.h, never here
 *   question     no document, but from somebody registered or about the call
 *   bounce       a delivery report (RFC 3464): multipart/report with a delivery-status part, as Postfix, Exim,
 *                Exchange, Gmail and sendmail write it, or one without such a part (qmail, old Exim and
 *                sendmail), known by two marks: who sends it, and how subject or text begin
 *   disposition  a note that a mail was read or deleted (RFC 8098)
 *   complaint    somebody called a mail junk and his provider passes it on (RFC 5965)
 *   own-receipt  a receipt of ours that has come back
 *   auto-reply   out of office and every other machine that says so (RFC 3834) or has no return path
 *   list         through a mailing list, or a newsletter (RFC 2919, 2369, Precedence)
 *   calendar     a calendar entry and nothing else but text
 *   unrelated    from nobody registered, nothing attached, the call not named
 *
 * First match from the machines to the people: a bounce says "auto-replied", too. A subject alone
 * never makes a machine, for people forward such mail; X-Auto-Response-Suppress only asks not to be
 * answered. The kind does not throw anything away: see unsubmission.h. */
#pragma once

#include "config/rules.h"
#include "parsers/mail/message_facts.h"

typedef enum {
    LODGE_KIND_SUBMISSION,
    LODGE_KIND_MENDING,
    LODGE_KIND_QUESTION,
    LODGE_KIND_BOUNCE,
    LODGE_KIND_DISPOSITION,
    LODGE_KIND_COMPLAINT,
    LODGE_KIND_OWN_RECEIPT,
    LODGE_KIND_AUTO_REPLY,
    LODGE_KIND_LIST,
    LODGE_KIND_CALENDAR,
    LODGE_KIND_UNRELATED,
} LodgeMailKind;

/* What others found out about the message. */
typedef struct {
    gboolean has_document; /* any attached document */
    gboolean registered;   /* the sender's domain or address is some council's */
    gboolean names_call;
} LodgeKindContent;

LodgeMailKind lodge_kind_judge(const LodgeMessageFacts *message,
                               const LodgeRules *rules,
                               LodgeKindContent content);
/* Sent by a machine, or to many: never answered. */
gboolean lodge_kind_is_automatic(LodgeMailKind kind);
/* It speaks about another mail, whose copy may hang in it. */
gboolean lodge_kind_is_report(LodgeMailKind kind);
/* "submission", "auto-reply" … */
const char *lodge_kind_format(LodgeMailKind kind);
