/* projection.h - the human-readable trees: copies for people, never read back.
 *
 *   filed/<call>/<GSS>-<slug>/v1/  the plan and other documents, submission.json, receipt.eml
 *   held/<REF>/  rejected/<REF>/   the same, with reasons.txt
 *
 * Written into incoming/ as a directory, synced, renamed into place: a tree is there whole or not at
 * all. Names come from lodge_display_file_name; two equal names get "-2". An existing
 * tree that is right is left alone (so rebuilding is cheap and repeatable). */
#pragma once

#include "spool/spool.h"
#include <glib.h>

typedef struct {
    char *
        path; /* relative: "filed/productivity-plans-2024/E07000115-tonbridge-and-malling/v1" */
    GPtrArray *files; /* LodgeProjectionFile */
} LodgeProjection;

typedef struct {
    char *name;    /* wanted name, of a stranger's making perhaps */
    char *sha256;  /* object to copy, or NULL */
    GBytes *bytes; /* or these bytes */
} LodgeProjectionFile;

LodgeProjection *lodge_projection_new(const char *path);
void lodge_projection_add_object(LodgeProjection *projection,
                                 const char *name,
                                 const char *sha256);
void lodge_projection_add_bytes(LodgeProjection *projection,
                                const char *name,
                                GBytes *bytes);
void lodge_projection_free(LodgeProjection *projection);

/* The names that the files get, safe and distinct, in their order; g_strfreev. */
GStrv lodge_projection_choose_names(const LodgeProjection *projection);

/* One tree: written, placed and durable. */
gboolean
lodge_projection_save(LodgeSpool *spool, const LodgeProjection *projection, GError **error);

/* Many trees that wait for the disk together. Added ones are in incoming/; commit places all and returns
 * when they are durable, then the batch is empty. A tree that could not be added is left out, and the others stay;
 * after an error of commit some may be in place, none may be relied on: free it and save them again. Borrows the
 * spool; belongs to one thread. */
typedef struct LodgeProjectionBatch LodgeProjectionBatch;

LodgeProjectionBatch *lodge_projection_batch_new(LodgeSpool *spool);
gboolean lodge_projection_batch_add(LodgeProjectionBatch *batch,
                                    const LodgeProjection *projection,
                                    GError **error);
gboolean lodge_projection_batch_commit(LodgeProjectionBatch *batch, GError **error);
void lodge_projection_batch_free(LodgeProjectionBatch *batch);

/* Removes a tree that no longer holds (a held message that was decided again). Absent is fine. */
gboolean lodge_projection_remove(LodgeSpool *spool, const char *path, GError **error);
/* TRUE when the tree is there with exactly these files and bytes; else FALSE and problem_out (g_free). */
gboolean lodge_projection_check(LodgeSpool *spool,
                                const LodgeProjection *projection,
                                char **problem_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeProjection, lodge_projection_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeProjectionBatch, lodge_projection_batch_free)
