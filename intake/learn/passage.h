/* passage.h - one message, document or container on its way through the airlock, and what lodge can see of it itself.
 *
 * The input is opened again, so that its position is nobody else's and it cannot be written. A report
 * is taken only if it agrees with sizes and digests computed here: a lie is an error of
 * another domain than LODGE_AIRLOCK_ERROR, which is kept for faults of ours. */
#pragma once

#include "intake/learn/airlock.h"
#include "parsers/cell/protocol.h"
#include <glib.h>

#define LODGE_PASSAGE_ERROR lodge_passage_error_quark()
GQuark lodge_passage_error_quark(void);
typedef enum {
    LODGE_PASSAGE_ERROR_LIE,
} LodgePassageError;

typedef struct {
    LodgeReadKind kind;
    const char *name, *declared_type;
    int input_fd;            /* our own; -1 before open */
    int leaves_fd;           /* the caller's; -1 for a document */
    gint64 leaves_max_bytes; /* of a container */
    gint64 size_bytes;
    char sha256[LODGE_DIGEST_SIZE]; /* of a document or container, as we see it */
    LodgeMessageFacts *message;     /* the result, one of the three; the caller takes it */
    LodgeDocumentFacts *document;
    LodgeContainerFacts *container;
} LodgePassage;

gboolean lodge_passage_open(LodgePassage *passage, int input_fd, GError **error);
void lodge_passage_close(LodgePassage *passage);
/* Before each attempt and after the last one that failed: half of a leaf is nobody's. */
gboolean lodge_passage_empty_leaves(const LodgePassage *passage, GError **error);
/* Sets the result. */
gboolean lodge_passage_take_report(LodgePassage *passage, GBytes *report, GError **error);
