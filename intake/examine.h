/* examine.h - one kept message through the airlock: message first, then each distinct document.
 *
 * The message's reader hands its decoded documents back as one stream; each is cut out of it by the caller's `carve`, which
 * must check the bytes against the digest that the reader claimed. Message and documents never share a reader. */
#pragma once

#include "intake/learn/airlock.h"
#include <glib.h>

/* A fresh descriptor (the caller's to close) on the bytes [offset, offset+size) of `leaves_fd` alone; -1
 * with error set. Called once per distinct digest. */
typedef int (*LodgeExamineCarve)(int leaves_fd,
                                 const LodgePart *part,
                                 gpointer data,
                                 GError **error);

/* NULL with error: nothing is known of the message. A document that could not be examined for a reason of ours
 * leaves the message's own facts standing: then `fault_out` is set, all documents are carved, and none after it is read. */
LodgeReading *lodge_examine_message(LodgeAirlock *airlock,
                                    int input_fd,
                                    int leaves_fd,
                                    LodgeExamineCarve carve,
                                    gpointer data,
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
