/* known_document.h - the same bytes are examined once: what an earlier message's reading says of a document.
 *
 * People send their plan twice, forward it, answer with it attached. A document's facts follow from its bytes and the
 * reader alone, so those of a reading by this version of the reader are taken over - but for what a limit, a crash or an
 * unknown type left open: there another try may find more, and the words go by the name. Only decided messages are
 * looked through; two that are read at the same time are both examined. */
#pragma once

#include "parsers/document/document_facts.h"
#include "spool/spool.h"

/* NULL: nothing is known, or what is known cannot be had, which is logged; examine it then. */
LodgeDocumentFacts *lodge_known_document_find(LodgeSpool *spool, const char *sha256);
