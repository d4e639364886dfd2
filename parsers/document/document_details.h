/* document_details.h - what a document says beyond its facts: plain values, all of them optional.
 *
 * Facts (document_facts.h) decide; details are shown, counted and noted. Dates, authors, language and
 * conformance are claims of whoever saved the file. A count that could not be established is -1.
 * Readings of before there were details have none (NULL). */
#pragma once

#include <glib.h>

/* Pages of one size, in points of 1/72 inch, as they are shown (rotation applied). */
typedef struct {
    gint64 width_pt, height_pt;
    gint64 pages;
} LodgePageSize;

/* Something that a program may fetch from elsewhere when it opens the document. */
typedef struct {
    char *kind; /* a code: "attached-template", "ole-object", "image" … */
    char *target;
} LodgeExternalTarget;

typedef struct {
    char *format_version; /* "1.7" of a PDF, "1.3" of OpenDocument, or NULL */
    char *encryption; /* "aes-256", "agile", "rc4" …; NULL: none, or not known which */
    char *author;     /* NULL where nothing is said, as below */
    char *last_author;
    char *created; /* ISO 8601 as claimed; the offset only where it was stated */
    char *modified;
    char *language;
    GStrv conformance;         /* claims: "pdf/a-2b", "pdf/ua-1" */
    gboolean tagged;           /* of a PDF: its structure is there for screen readers */
    char *form;                /* of a PDF: "none", "acroform", "xfa"; else NULL */
    GPtrArray *page_sizes;     /* LodgePageSize, in the order of their first page */
    gint64 images;             /* picture objects of a PDF */
    gint64 embedded;           /* files and objects inside */
    gint64 links;              /* to be clicked: nothing is fetched before */
    gint64 external;           /* fetched without a click */
    GPtrArray *external_found; /* LodgeExternalTarget, the first of them */
    gint64 dde_fields;
    gint64 tracked_changes;
    gint64 comments;
    gint64 entries; /* of the container */
} LodgeDocumentDetails;

/* Counts are -1, the rest is empty. */
LodgeDocumentDetails *lodge_document_details_new(void);
void lodge_document_details_free(LodgeDocumentDetails *details);

LodgePageSize *lodge_page_size_new(gint64 width_pt, gint64 height_pt, gint64 pages);
LodgeExternalTarget *lodge_external_target_new(const char *kind, const char *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDocumentDetails, lodge_document_details_free)
