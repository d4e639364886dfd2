/* document.h - one document's bytes -> its facts.
 *
 * The bytes decide what it is; the name and the declared type are kept for the wording of what could
 * not be examined and are never believed. Read are PDF (pages, text per page), DOCX and ODT with
 * their templates, macro variants and ODT's flat form, RTF, and Word documents of before 2007 (text; the
 * pages that the saving program stored, for want of a layout). Everything else is
 * LODGE_NOT_EXAMINED_TYPE with the media type found and, for a ZIP or OLE container, what it holds.
 *
 * Runs in the closed cell (parsers/cell): no file is opened after lodge_document_prepare.
 * Not thread-safe; one document at a time.
 *
 * A document that is damaged, locked, hostile or cut at a limit still gives facts. A GError
 * means that the bytes could not be read at all (a fault of ours).
 * Limits: limits.h, "documents".
 * Known gaps: no layout but a PDF's; spreadsheets and presentations are named, not read; text of
 * code pages with several bytes a letter is not known. */
#pragma once

#include "parsers/document/document_facts.h"
#include <glib.h>

#define LODGE_DOCUMENT_ERROR lodge_document_error_quark()
GQuark lodge_document_error_quark(void);
typedef enum {
    LODGE_DOCUMENT_ERROR_IO, /* the input cannot be mapped, or is not as long as announced */
    LODGE_DOCUMENT_ERROR_PREPARE, /* a table or converter is missing on this machine */
} LodgeDocumentError;

/* Loads what examining needs and the closed cell would refuse to open. Once a process. */
gboolean lodge_document_prepare(GError **error);

/* `name`, `declared_type`: as the mail said, NULL allowed. */
LodgeDocumentFacts *lodge_document_examine(int input_fd,
                                           gint64 size_bytes,
                                           const char *name,
                                           const char *declared_type,
                                           GError **error);
