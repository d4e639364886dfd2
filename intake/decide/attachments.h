/* attachments.h - the documents that a message carries, with what speaks for and against each.
 *
 * One per leaf part of kind document, in the order of the message; the same bytes attached twice are one. The
 * signs are named, not summed: name or text names the call, themes found, says that it is a
 * report, minutes or a covering letter. Which one is the plan is decided in plan.h. */
#pragma once

#include "config/call.h"
#include "intake/decide/folded_text.h"
#include "intake/decide/stand_in.h"
#include "parsers/report/report.h"

/* Where a document says what and whose it is: about the first third of a page. */
#define LODGE_ATTACHMENT_HEAD_LETTERS 500

typedef struct {
    const LodgePart *part;           /* borrowed from the reading */
    const LodgeDocumentFacts *facts; /* borrowed; NULL: its reader never handed any back */
    char *name;                      /* as shown to people */
    char *media_type;
    gboolean type_accepted;
    gboolean examined; /* contents were read, at least in part */
    gboolean failed;   /* its reader crashed, ran out of time, or told nothing */
    gboolean needs_password;
    gboolean is_logo; /* a picture too small to be a page: no file that anybody meant */
    LodgeStandIn stand_in;    /* NONE where the type is accepted */
    gboolean name_names_call; /* file name or document title */
    gboolean text_names_call;
    const char
        *looks_like; /* "minutes", "covering report": why it is not the plan; or NULL */
    gboolean speaks_of_themes; /* of two at least, or of all where the call has fewer */
    GStrv themes;              /* ids, in the call's order */
    LodgeFoldedText *text;     /* of all pages, so that a phrase may run over their ends */
    GPtrArray *pages;          /* LodgeFoldedText, one for each of the facts' */
} LodgeAttachment;

GPtrArray *lodge_attachments_find(const LodgeReading *reading, const LodgeCall *call);
void lodge_attachment_free(LodgeAttachment *attachment);
/* Is any of them more than a logo? */
gboolean lodge_attachments_has_file(const GPtrArray *attachments);
/* The part's name as people see it; never empty; g_free. */
char *lodge_attachments_show_name(const LodgePart *part);
/* Is the part a document of its own, or one inside a message that was passed on or sent back? */
gboolean lodge_attachments_is_outermost(const LodgeMessageFacts *message,
                                        const LodgePart *part);
