/* object_store.h - immutable bytes under their SHA-256: objects/ab/abcdef….
 *
 * The name is the promise: whoever reads an object can prove that it is the right one. Files
 * have mode 0400 in 0700 directories and are never rewritten. The seam where an S3-compatible store goes. Inside
 * the box; others see it through spool.h. Writing is done by the transaction. */
#pragma once

#include "parsers/text/digest.h"
#include "spool/durable_file.h"
#include <glib.h>

#define LODGE_OBJECT_MODE 0400

/* "objects/ab/abcdef…"; g_free it. */
char *lodge_object_store_name(const char *sha256);
/* FALSE: not there. size_out may be NULL. */
gboolean lodge_object_store_find(const LodgeDurableRoot *root,
                                 const char *sha256,
                                 gint64 *size_bytes_out);
/* O_RDONLY; -1 on error. */
int lodge_object_store_open(const LodgeDurableRoot *root,
                            const char *sha256,
                            GError **error);
/* Whole, digest verified. MISSING; DAMAGED when the bytes do not have their name, or are too many. */
GBytes *lodge_object_store_read(const LodgeDurableRoot *root,
                                const char *sha256,
                                gsize max_bytes,
                                GError **error);

/* Bytes of an object in pieces; FALSE (error set) ends it. */
typedef gboolean (*LodgeObjectSink)(const void *bytes,
                                    gsize size_bytes,
                                    gpointer data,
                                    GError **error);
/* Streams it in constant memory and verifies the digest at the end. `sink` NULL: only verifies. */
gboolean lodge_object_store_stream(const LodgeDurableRoot *root,
                                   const char *sha256,
                                   LodgeObjectSink sink,
                                   gpointer data,
                                   gint64 *size_bytes_out,
                                   GError **error);

/* Digest of any file in the root; digest_out untouched on error. */
gboolean lodge_object_store_digest_file(const LodgeDurableRoot *root,
                                        const char *name,
                                        char digest_out[LODGE_DIGEST_SIZE],
                                        gint64 *size_bytes_out,
                                        GError **error);
