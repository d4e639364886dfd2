/* report_codec.h - the members of a report, shared by its files; not for callers.
 *
 * Writers put members into the object that is open. Readers take an object and record what is
 * wrong in the document (sticky, see json.h); what they return is complete enough to be freed.
 * Every string that comes in passes report_read_text: length and UTF-8 are checked there. */
#pragma once

#include "parsers/report/report.h"
#include "parsers/text/json.h"

/* Everything but documents; `documents` may be NULL, then there is no such member. */
void report_write_message(LodgeJsonWriter *writer,
                          const LodgeMessageFacts *facts,
                          GPtrArray *documents);
LodgeMessageFacts *report_read_message(LodgeJsonDocument *document,
                                       const LodgeJsonNode *object);

/* Received and Authentication-Results (report_trace.c), MIME parts (report_parts.c). */
void report_write_trace(LodgeJsonWriter *writer, const LodgeMessageFacts *facts);
void report_read_trace(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       LodgeMessageFacts *facts);
/* One Authentication-Results, as the object that is open or given. */
void report_write_results(LodgeJsonWriter *writer,
                          const LodgeAuthenticationResults *results);
LodgeAuthenticationResults *report_read_results(LodgeJsonDocument *document,
                                                const LodgeJsonNode *object);
/* DKIM's and ARC's signatures (report_signatures.c); readings before them have none. */
void report_write_signatures(LodgeJsonWriter *writer, const LodgeMessageFacts *facts);
void report_read_signatures(LodgeJsonDocument *document,
                            const LodgeJsonNode *object,
                            LodgeMessageFacts *facts);
void report_write_parts(LodgeJsonWriter *writer, const GPtrArray *parts);
void report_read_parts(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       GPtrArray *parts);
/* Bounces (report_delivery.c). */
void report_write_delivery(LodgeJsonWriter *writer, const LodgeMessageFacts *facts);
void report_read_delivery(LodgeJsonDocument *document,
                          const LodgeJsonNode *object,
                          LodgeMessageFacts *facts);
/* S/MIME layers (report_smime.c). */
void report_write_smime(LodgeJsonWriter *writer, const GPtrArray *layers);
void report_read_smime(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       GPtrArray *layers);

void report_write_document(LodgeJsonWriter *writer, const LodgeDocumentFacts *facts);
LodgeDocumentFacts *report_read_document(LodgeJsonDocument *document,
                                         const LodgeJsonNode *object);
/* A document's details (report_details.c); NULL and not written in readings before them. */
void report_write_details(LodgeJsonWriter *writer, const LodgeDocumentDetails *details);
LodgeDocumentDetails *report_read_details(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object);

void report_write_container(LodgeJsonWriter *writer, const LodgeContainerFacts *facts);
LodgeContainerFacts *report_read_container(LodgeJsonDocument *document,
                                           const LodgeJsonNode *object);

/* Fails unless the member "kind" is `kind`. */
void report_check_kind(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       const char *kind);
/* A string of at most `max_bytes`; `_optional`: null gives NULL. g_free the result. */
char *report_read_text(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       const char *name,
                       gsize max_bytes);
char *report_read_optional_text(LodgeJsonDocument *document,
                                const LodgeJsonNode *object,
                                const char *name,
                                gsize max_bytes);
/* An integer between `min` and `max`, both included; `min` after a failure. */
gint64 report_read_int(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       const char *name,
                       gint64 min,
                       gint64 max);
/* At most `max_count` strings of at most `max_bytes`. */
GStrv report_read_texts(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name,
                        guint max_count,
                        gsize max_bytes);
/* Words of lower-case letters, digits and dashes. */
GStrv report_read_codes(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name);
/* One such word; NULL where there is no such member. g_free it. */
char *report_read_optional_code(LodgeJsonDocument *document,
                                const LodgeJsonNode *object,
                                const char *name);
/* A member that must be an array of at most `max_count`; NULL after a failure. */
const LodgeJsonNode *report_read_array(LodgeJsonDocument *document,
                                       const LodgeJsonNode *object,
                                       const char *name,
                                       guint max_count);
/* The same for a member that older readings lack: NULL then. */
const LodgeJsonNode *report_read_optional_array(LodgeJsonDocument *document,
                                                const LodgeJsonNode *object,
                                                const char *name,
                                                guint max_count);
/* A digest; "" only if `may_be_empty`. */
void report_read_digest(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name,
                        gboolean may_be_empty,
                        char hex_out[LODGE_DIGEST_SIZE]);
