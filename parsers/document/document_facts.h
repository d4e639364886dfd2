/* document_facts.h - what the airlock found in one document: plain values.
 *
 * Same conventions as message_facts.h. A fact that could not be established is absent (pages
 * -1, NULL) rather than guessed. */
#pragma once

#include "parsers/document/document_details.h"
#include "parsers/text/digest.h"
#include <glib.h>

typedef enum {
    LODGE_EXAMINED,             /* facts are complete */
    LODGE_EXAMINED_PARTLY,      /* damaged or cut at a limit; see limits_hit and damaged */
    LODGE_NOT_EXAMINED_TYPE,    /* a type that no examiner knows; media_type says which */
    LODGE_NOT_EXAMINED_CRASHED, /* its reader crashed every time */
    LODGE_NOT_EXAMINED_LIMIT, /* its reader ran into its time or memory limit every time */
} LodgeExamination;

typedef enum {
    LODGE_ENCRYPTED_NO,
    LODGE_ENCRYPTED_RESTRICTED, /* opens without a password, permissions limited */
    LODGE_ENCRYPTED_PASSWORD,   /* cannot be read without a password */
    LODGE_ENCRYPTED_UNKNOWN,
} LodgeEncryption;

typedef struct {
    char sha256[LODGE_DIGEST_SIZE];
    gint64 size_bytes;
    LodgeExamination examination;
    char *why; /* plain words when it is not LODGE_EXAMINED, or NULL */
    char *
        media_type; /* from the bytes: application/pdf, …; application/octet-stream if unknown */
    gint64 pages; /* -1: cannot be established */
    LodgeEncryption encrypted;
    gboolean scanned; /* pages, but no text on any of them */
    gboolean damaged; /* readable after repair */
    gboolean is_signed;
    gboolean macros;
    GStrv active_content; /* the codes are in lodge(1) */
    char *title;          /* document metadata, or NULL */
    gint64 text_bytes;    /* of the whole text, before any cut */
    GPtrArray
        *pages_text; /* char *, UTF-8, one per page (DOCX, ODT: one in all); cut in total at
                              LODGE_LIMIT_DOCUMENT_TEXT_BYTES */
    GStrv limits_hit;
    LodgeDocumentDetails *details; /* NULL in readings of before there were any */
} LodgeDocumentFacts;

LodgeDocumentFacts *lodge_document_facts_new(void);
void lodge_document_facts_free(LodgeDocumentFacts *facts);

/* "complete", "partial", "unknown-type", "crashed", "limit" */
const char *lodge_examination_format(LodgeExamination examination);
gboolean lodge_examination_parse(const char *word, LodgeExamination *examination_out);
/* "no", "restricted", "password", "unknown" */
const char *lodge_encryption_format(LodgeEncryption encryption);
gboolean lodge_encryption_parse(const char *word, LodgeEncryption *encryption_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDocumentFacts, lodge_document_facts_free)
