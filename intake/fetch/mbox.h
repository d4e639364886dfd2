/* mbox.h - an mbox becomes its messages; anything else is one message. Internal, pure, in constant memory.
 *
 * An mbox begins with a postmark: a line "From ", then a sender, then a date as ctime, RFC 5322
 * or ISO 8601 write it (in the first line the date may be missing behind an address). "From : somebody" is a header
 * field, not a postmark. Every later line that is a postmark with a date begins the next
 * message, whether the line before it is empty or not: some writers forget that one. A line of a body
 * that begins with "From " and has no date is text, and so is the first line of a patch made by git, whose date
 * is always the same.
 *
 * Read by the rules of mboxrd: in bodies one ">" is taken from lines that are ">", ">>"… before "From ". mboxo
 * quotes only "From " itself, so there a line that was ">From " when it was sent loses its ">"; nobody can tell the two
 * formats apart. The empty line that a writer puts behind each message is taken away. Content-Length
 * is ignored: it lies as soon as somebody has edited the file. All other bytes, and line ends, stay as they are.
 *
 * An .eml with a single postmark, as mail filters leave it, is an mbox of one.
 *
 * Source: RFC 4155; mbox(5) of qmail for mboxrd. Limit: LODGE_MBOX_POSTMARK_BYTES, longer lines are text. */
#pragma once

#include <glib.h>

#define LODGE_MBOX_POSTMARK_BYTES 1000

typedef struct {
    /* Number of the message in the mbox, from 1; 0: this is no mbox, and the only message. */
    gboolean (*begin)(guint32 number, gpointer data, GError **error);
    gboolean (*bytes)(const void *bytes, gsize size_bytes, gpointer data, GError **error);
    gboolean (*end)(gpointer data, GError **error);
} LodgeMboxHandler;

typedef struct LodgeMbox LodgeMbox;

/* `handler` is copied. */
LodgeMbox *lodge_mbox_new(const LodgeMboxHandler *handler, gpointer data);
void lodge_mbox_free(LodgeMbox *mbox);
/* In any chunks. FALSE: a callback failed; feed no more. */
gboolean
lodge_mbox_feed(LodgeMbox *mbox, const void *bytes, gsize size_bytes, GError **error);
/* The input ends here. Even of nothing there is one message. */
gboolean lodge_mbox_finish(LodgeMbox *mbox, GError **error);

/* Is this line, without its end, a postmark with a date? */
gboolean lodge_mbox_is_postmark(const char *line, gsize size_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeMbox, lodge_mbox_free)
