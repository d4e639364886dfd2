/* examine.h - one kept message through the airlock: the message, the containers in it, each distinct document.
 *
 * The message's reader hands its decoded documents back as one stream; each is cut out of it by the caller's `carve`, which
 * must check the bytes against the digest that the reader claimed. Message, containers and documents never share a
 * reader. A ZIP or winmail.dat among the documents is opened, and what lies in it becomes parts of the message, behind
 * the others and with paths that go on from the container's ("2/1"); a message in it is read likewise, and so is one
 * that was attached as some file. How deep, how many
 * and how much: LODGE_LIMIT_CONTAINER_*; what is not opened says why in its trouble. */
#pragma once

#include "intake/learn/airlock.h"
#include <glib.h>

typedef struct {
    /* A fresh descriptor (the caller's to close) on the part's bytes alone, which stand in `leaves_fd`; -1 with error set.
     * Called once per distinct digest of a document. */
    int (*carve)(int leaves_fd, const LodgePart *part, gpointer data, GError **error);
    /* What an earlier reading by this version found in the same bytes, to be freed by us; NULL: nothing is known of them,
     * and they are examined. May be NULL itself: then nothing ever is. */
    LodgeDocumentFacts *(*recall)(const LodgePart *part, gpointer data);
    /* An empty file that nobody else sees (the caller's to close); -1 with error set. */
    int (*scratch)(gpointer data, GError **error);
    gpointer data;
} LodgeExamineFiles;

/* NULL with error: nothing is known of the message. A document that could not be examined for a reason of ours
 * leaves the message's own facts standing: then `fault_out` is set, all documents are carved, and none after it is read. */
LodgeReading *lodge_examine_message(LodgeAirlock *airlock,
                                    int input_fd,
                                    int leaves_fd,
                                    const LodgeExamineFiles *files,
                                    GError **fault_out,
                                    GError **error);

/* The same of one file that no message brought: part "1", and what lies in it where it is a container. */
LodgeReading *lodge_examine_file(LodgeAirlock *airlock,
                                 int input_fd,
                                 const char *name,
                                 const LodgeExamineFiles *files,
                                 GError **fault_out,
                                 GError **error);

/* Reads the part's bytes and passes them on in pieces while checking their digest: the common half of every
 * carve. `sink` returns FALSE with error set to give up. */
gboolean lodge_examine_copy(
    int leaves_fd,
    const LodgePart *part,
    gboolean (*sink)(const void *bytes, gsize size_bytes, gpointer data, GError **error),
    gpointer data,
    GError **error);
/* A `sink` for it: writes all to the descriptor GPOINTER_TO_INT(data). */
gboolean
lodge_examine_write(const void *bytes, gsize size_bytes, gpointer data, GError **error);
