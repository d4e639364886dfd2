/* container_facts.h - what lies in one container: plain values.
 *
 * Same conventions as message_facts.h. A member is a LodgePart: kind DOCUMENT (its bytes are in the leaf
 * stream), DECORATION (a picture that belongs to a text), or OTHER (named, not handed back: its trouble says why). Paths
 * are "1", "2" … inside the container; whoever opened it puts its own path before. */
#pragma once

#include "parsers/mail/message_facts.h"
#include <glib.h>

typedef enum {
    LODGE_CONTAINER_NONE, /* a document of its own (OOXML, ODF, JAR, EPUB …), or nothing that we open */
    LODGE_CONTAINER_ZIP,
    LODGE_CONTAINER_TNEF, /* winmail.dat */
} LodgeContainerForm;

typedef struct {
    char sha256[LODGE_DIGEST_SIZE];
    gint64 size_bytes;
    LodgeContainerForm form;
    char *trouble;      /* why not all of it was opened (see LodgePart); NULL: all was */
    GPtrArray *members; /* LodgePart, in the container's order */
} LodgeContainerFacts;

LodgeContainerFacts *lodge_container_facts_new(void);
void lodge_container_facts_free(LodgeContainerFacts *facts);

/* "none", "zip", "tnef" */
const char *lodge_container_form_format(LodgeContainerForm form);
gboolean lodge_container_form_parse(const char *word, LodgeContainerForm *form_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeContainerFacts, lodge_container_facts_free)
