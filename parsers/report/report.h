/* report.h - the reader's report: facts as JSON, written in the airlock, checked outside.
 *
 * The parent trusts nothing in it: size and depth are bounded before parsing, every member is
 * checked for type, digests for form, counts against limits.h, part offsets for order, words against their lists.
 * A report that fails is a fact about the document ("its reader lied"), never a crash.
 *
 * The reading is one message's facts with the facts of its documents, one per distinct
 * SHA-256; it is stored as an object and is the first input of the decision. format() of
 * equal values gives equal bytes; parse(format(x)) equals x. */
#pragma once

#include "parsers/container/container_facts.h"
#include "parsers/document/document_facts.h"
#include "parsers/mail/message_facts.h"
#include <glib.h>

typedef struct {
    char *reader_version;
    LodgeMessageFacts *message;
    GPtrArray *documents; /* LodgeDocumentFacts */
} LodgeReading;

LodgeReading *lodge_reading_new(void);
void lodge_reading_free(LodgeReading *reading);
const LodgeDocumentFacts *lodge_reading_find_document(const LodgeReading *reading,
                                                      const char *sha256);

GBytes *lodge_report_format_message(const LodgeMessageFacts *facts);
GBytes *lodge_report_format_document(const LodgeDocumentFacts *facts);
GBytes *lodge_report_format_container(const LodgeContainerFacts *facts);
LodgeMessageFacts *lodge_report_parse_message(GBytes *report, GError **error);
LodgeDocumentFacts *lodge_report_parse_document(GBytes *report, GError **error);
LodgeContainerFacts *lodge_report_parse_container(GBytes *report, GError **error);

/* {"kind":"message","reader":"0.1.0",…the message's members…,"documents":[…]} */
GBytes *lodge_report_format_reading(const LodgeReading *reading);
LodgeReading *lodge_report_parse_reading(GBytes *bytes, GError **error);

/* One document as `lodge read` shows it; everything is borrowed. */
typedef struct {
    const LodgeDocumentFacts *facts;
    const char *declared_type; /* "" for a file that nobody declared anything of */
    GStrv themes;              /* ids of a call's themes that it speaks of; may be empty */
} LodgeShownDocument;

/* What `lodge read --json` prints: members in lodge(1), the same for messages and documents. Not to be
 * stored: a call has a part in it. `shown`: LodgeShownDocument, one for each of the reading's. Of a document `parts`
 * and `shown` are what lies in it where it is an archive, else NULL. */
GBytes *lodge_report_format_shown_document(const LodgeShownDocument *document,
                                           const GPtrArray *parts,
                                           const GPtrArray *shown);
GBytes *lodge_report_format_shown_message(const LodgeReading *reading,
                                          const GPtrArray *shown);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeReading, lodge_reading_free)
