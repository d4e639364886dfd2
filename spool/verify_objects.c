/* The objects: each that is named is there with its own bytes; the others are counted. */
#include "spool/object_store.h"
#include "spool/spool_error.h"
#include "spool/verify_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_EVERY 100

static void
note_object(LodgeVerification *verification, sqlite3_stmt *row, const GError *reason)
{
    const char *sha256 = (const char *)sqlite3_column_text(row, 0);
    const char *reference = (const char *)sqlite3_column_text(row, 1);
    const char *what = (const char *)sqlite3_column_text(row, 2);
    gboolean missing =
        g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING);
    g_autofree char *object = lodge_object_store_name(sha256);
    g_autofree char *problem = g_strdup_printf("the %s of %s %s", what,
                                               reference != NULL ? reference : "a mailbox",
                                               missing ? "is missing" : reason->message);
    lodge_verify_add(verification, object, problem,
                     missing
                         ? "restore it from a backup; if a virus scanner took it, exclude "
                           "objects/ from scanning"
                         : "restore it from a backup");
}

static void check_object(LodgeVerification *verification, sqlite3_stmt *row)
{
    const char *sha256 = (const char *)sqlite3_column_text(row, 0);
    gboolean soft = sqlite3_column_int(row, 3) != 0;
    gint64 size_bytes = 0;
    g_autoptr(GError) reason = NULL;
    if (lodge_object_store_stream(verification->root, sha256, NULL, NULL, &size_bytes,
                                  &reason)) {
        verification->report->objects++;
        verification->report->bytes += (guint64)size_bytes;
        return;
    }
    if (!soft || !g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING))
        note_object(verification, row, reason);
}

static guint64 count_unchecked(LodgeVerification *verification)
{
    static const char sql[] = "SELECT count(*) FROM named WHERE checked = 0";
    sqlite3_stmt *statement =
        lodge_ledger_query_values(verification->named, sql, NULL, 0, NULL);
    guint64 count = 0;
    if (statement != NULL && lodge_ledger_step(verification->named, statement, NULL) > 0)
        count = (guint64)sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return count;
}

static gboolean check_named(LodgeVerification *verification, GError **error)
{
    static const char sql[] = "SELECT sha256, reference, what, soft FROM named"
                              " WHERE checked = 0 ORDER BY sha256";
    guint64 done = 0, total = count_unchecked(verification);
    sqlite3_stmt *statement =
        lodge_ledger_query_values(verification->named, sql, NULL, 0, error);
    int more = -1;
    while (statement != NULL &&
           (more = lodge_ledger_step(verification->named, statement, error)) > 0) {
        check_object(verification, statement);
        done++;
        if (verification->progress != NULL && (done % PROGRESS_EVERY == 0 || done == total))
            verification->progress(done, total, verification->data);
    }
    return more == 0;
}

/* ---- what nobody names ---- */

static gboolean is_named(LodgeVerification *verification, const char *name)
{
    static const char sql[] = "SELECT 1 FROM named WHERE sha256 = ?1";
    sqlite3_stmt *statement =
        lodge_ledger_query(verification->named, NULL, sql, LEDGER_TEXT(name));
    gboolean found =
        statement != NULL && lodge_ledger_step(verification->named, statement, NULL) > 0;
    sqlite3_reset(statement);
    return found;
}

/* Calls back for every entry but . and ..; absent is fine. */
typedef void (*Entry)(LodgeVerification *verification,
                      const char *directory,
                      const char *name);

static gboolean
walk(LodgeVerification *verification, const char *directory, Entry entry, GError **error)
{
    int fd = openat(lodge_durable_root_fd(verification->root), directory,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return TRUE;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        g_autofree char *path = lodge_durable_root_join(verification->root, directory);
        lodge_spool_error_set(error, errno, "read", path);
        if (fd >= 0)
            close(fd);
        return FALSE;
    }
    const struct dirent *found;
    while ((found = readdir(dir)) != NULL)
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
            entry(verification, directory, found->d_name);
    closedir(dir);
    return TRUE;
}

static void
see_object(LodgeVerification *verification, const char *directory, const char *name)
{
    gboolean in_its_place = lodge_digest_is_valid(name) &&
                            strncmp(directory + strlen("objects/"), name, 2) == 0;
    if (!in_its_place) {
        g_autofree char *object = g_build_filename(directory, name, NULL);
        lodge_verify_add(verification, object, "is not an object",
                         "move it out of the spool");
    } else if (!is_named(verification, name)) {
        verification->report->orphan_objects++;
    }
}

static void
see_directory(LodgeVerification *verification, const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autoptr(GError) reason = NULL;
    if (strlen(name) != 2 || !walk(verification, path, see_object, &reason))
        lodge_verify_add(verification, path,
                         reason != NULL ? reason->message : "is not a directory of objects",
                         "move it out of the spool");
}

static void
see_incoming(LodgeVerification *verification, const char *directory, const char *name)
{
    (void)directory;
    (void)name;
    verification->report->incoming_files++;
}

gboolean lodge_verify_objects(LodgeVerification *verification, GError **error)
{
    return check_named(verification, error) &&
           walk(verification, "objects", see_directory, error) &&
           walk(verification, "incoming", see_incoming, error);
}
