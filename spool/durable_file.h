/* durable_file.h - bytes that are still there after a power cut, and nothing half-written in sight.
 *
 * durable_file.c is the only file of the project that syncs, renames, links or removes; it
 * argues each transition. Everything is relative to a root: the spool's directory held open,
 * with its path for messages. A file is written in the root's incoming/ under a name of its
 * own, synced there, and renamed to its place; a name outside incoming/ therefore always
 * means whole, synced bytes.
 *
 * After a failed sync a file is only good for being freed: the kernel may have dropped the
 * dirty pages and would report success the second time. Freeing removes what was not placed.
 *
 * Roots may be shared between threads; a file or a batch belongs to one. Errors:
 * LODGE_SPOOL_ERROR_SPACE, _READONLY, _MISSING, _IO with path and mend. */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* ---- the root ---- */
typedef struct LodgeDurableRoot LodgeDurableRoot;

LodgeDurableRoot *lodge_durable_root_open(const char *dir, GError **error);
void lodge_durable_root_close(LodgeDurableRoot *root);
int lodge_durable_root_fd(const LodgeDurableRoot *root);
const char *lodge_durable_root_path(const LodgeDurableRoot *root);
/* The full path of a name, for messages and for SQLite; g_free it. */
char *lodge_durable_root_join(const LodgeDurableRoot *root, const char *name);
/* A fresh name "incoming/<label>-<n>"; g_free it. */
char *lodge_durable_root_name_incoming(LodgeDurableRoot *root, const char *label);

/* ---- directories ---- */
/* Makes the spool's own directory, mode 0700, and syncs its parent. Existing is fine. */
gboolean lodge_durable_directory_create(const char *dir, GError **error);
/* The same for a directory in the root, whose parent must exist. */
gboolean
lodge_durable_directory_make(LodgeDurableRoot *root, const char *name, GError **error);
/* Makes it, but leaves the parent to be synced by the caller; made_out: it was not there. */
gboolean lodge_durable_directory_make_unsynced(LodgeDurableRoot *root,
                                               const char *name,
                                               gboolean *made_out,
                                               GError **error);
/* Every entry that this directory shows survives a power cut afterwards. */
gboolean
lodge_durable_directory_sync(LodgeDurableRoot *root, const char *name, GError **error);

/* ---- one file on its way ---- */
typedef struct LodgeDurableFile LodgeDurableFile;

/* A new file in incoming/; `label` begins its name. */
LodgeDurableFile *
lodge_durable_file_new(LodgeDurableRoot *root, const char *label, GError **error);
/* A new file of this name (in a tree that is being built below incoming/). */
LodgeDurableFile *
lodge_durable_file_new_named(LodgeDurableRoot *root, const char *name, GError **error);
gboolean lodge_durable_file_write(LodgeDurableFile *file,
                                  const void *bytes,
                                  gsize size_bytes,
                                  GError **error);
/* Starts write-back without waiting, so that the sync later finds little left to do. */
gboolean lodge_durable_file_start(LodgeDurableFile *file, GError **error);
/* Sets the mode, waits until the bytes are on the disk, and closes; once only. */
gboolean lodge_durable_file_sync(LodgeDurableFile *file, mode_t mode, GError **error);
/* Renames a synced file to `target`, which must not exist. The entry is durable only after
 * lodge_durable_directory_sync of its directory. */
gboolean
lodge_durable_file_place(LodgeDurableFile *file, const char *target, GError **error);
/* Where it is now, relative to the root. */
const char *lodge_durable_file_name(const LodgeDurableFile *file);
/* Leaves it where it is, synced (in a tree that is placed as a whole). */
void lodge_durable_file_leave(LodgeDurableFile *file);
/* Closes; removes the file unless it was placed or left. NULL is fine. */
void lodge_durable_file_free(LodgeDurableFile *file);

/* A scratch file without a name: read-write, gone when closed; -1 on error. */
int lodge_durable_scratch_open(LodgeDurableRoot *root, GError **error);

/* ---- placing and removing what is already synced ---- */
/* Renames; `target` must not exist. */
gboolean lodge_durable_rename(LodgeDurableRoot *root,
                              const char *name,
                              const char *target,
                              GError **error);
/* Puts `name` in the place of the existing `target` in one step; `name` is the old one then. */
gboolean lodge_durable_exchange(LodgeDurableRoot *root,
                                const char *name,
                                const char *target,
                                GError **error);
/* Syncs a file that another library wrote (SQLite), before it is renamed. */
gboolean
lodge_durable_sync_foreign(LodgeDurableRoot *root, const char *name, GError **error);
/* Removes a file; absent is fine. Not synced. */
gboolean lodge_durable_remove(LodgeDurableRoot *root, const char *name, GError **error);
/* Removes a directory if it is empty; TRUE if it is gone. Not synced. */
gboolean lodge_durable_remove_empty(LodgeDurableRoot *root, const char *name);
/* Removes a file or a directory with all it holds, never following links. Absent is fine. */
gboolean
lodge_durable_remove_tree(LodgeDurableRoot *root, const char *name, GError **error);
/* Removes everything in a directory; removed_out (may be NULL) counts its entries. */
gboolean lodge_durable_sweep(LodgeDurableRoot *root,
                             const char *name,
                             guint64 *removed_out,
                             GError **error);

/* ---- many files at once ---- */
typedef struct LodgeDurableBatch LodgeDurableBatch;

LodgeDurableBatch *lodge_durable_batch_new(LodgeDurableRoot *root);
/* Takes the file, whatever happens. `target` is "directory/name"; the directory is made if
 * need be, its parent exists. */
gboolean lodge_durable_batch_add(LodgeDurableBatch *batch,
                                 LodgeDurableFile *file,
                                 const char *target,
                                 mode_t mode,
                                 GError **error);
/* Takes the file, whatever happens; it stays where it is (in a tree that is placed as a whole). */
gboolean lodge_durable_batch_add_left(LodgeDurableBatch *batch,
                                      LodgeDurableFile *file,
                                      mode_t mode,
                                      GError **error);
/* Also makes durable the entries that this directory shows already. */
void lodge_durable_batch_add_directory(LodgeDurableBatch *batch, const char *name);
/* All of it is durable, or an error and nothing of it is in place. */
gboolean lodge_durable_batch_commit(LodgeDurableBatch *batch, GError **error);
/* Removes what a commit put in place: what it was for did not happen. */
void lodge_durable_batch_undo(LodgeDurableBatch *batch);
void lodge_durable_batch_free(LodgeDurableBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDurableRoot, lodge_durable_root_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDurableFile, lodge_durable_file_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDurableBatch, lodge_durable_batch_free)
