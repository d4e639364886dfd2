#include "intake/scan.h"

#include <unistd.h>

/* Takes the descriptor, -1 included (then the error is set). */
static LodgeScan *scan_once(const LodgeScanner *scanner,
                            int fd,
                            const char *sha256,
                            const char *engine,
                            GError **error)
{
    if (fd < 0)
        return NULL;
    LodgeScan *scan = lodge_scanner_scan(scanner, fd, sha256, engine, error);
    close(fd);
    return scan;
}

/* FALSE: the first failure; the documents from there on have no scan. */
static gboolean scan_documents(const LodgeScanner *scanner,
                               const GPtrArray *stages,
                               const char *engine,
                               GPtrArray *scans,
                               GError **error)
{
    for (guint i = 0; i < stages->len; i++) {
        LodgeStage *stage = g_ptr_array_index(stages, i);
        LodgeScan *scan = scan_once(scanner, lodge_stage_open(stage, error),
                                    lodge_stage_sha256(stage), engine, error);
        if (scan == NULL)
            return FALSE;
        g_ptr_array_add(scans, scan);
    }
    return TRUE;
}

static gboolean scan_whole(const LodgeScanner *scanner,
                           LodgeSpool *spool,
                           const char *sha256,
                           const char *engine,
                           GPtrArray *scans,
                           GError **error)
{
    LodgeScan *scan = scan_once(scanner, lodge_spool_open_object(spool, sha256, error),
                                sha256, engine, error);
    if (scan == NULL)
        return FALSE;
    scan->is_message = TRUE;
    g_ptr_array_add(scans, scan);
    return TRUE;
}

static void note_unscanned(const GPtrArray *stages, GPtrArray *scans)
{
    for (guint i = scans->len; i < stages->len; i++) {
        LodgeScan *scan = lodge_scan_new(lodge_stage_sha256(g_ptr_array_index(stages, i)),
                                         LODGE_SCAN_NOT_SCANNED);
        scan->why = g_strdup(LODGE_SCAN_WHY_AWAY);
        g_ptr_array_add(scans, scan);
    }
}

GPtrArray *lodge_scan_message(const LodgeScanner *scanner,
                              LodgeSpool *spool,
                              const char *message_sha256,
                              const GPtrArray *stages,
                              GError **error)
{
    g_autoptr(GPtrArray) scans = lodge_scans_new();
    g_autoptr(GError) failure = NULL;
    g_autofree char *engine = lodge_scanner_fetch_version(scanner, error);
    if (engine == NULL)
        return NULL;
    gboolean done = scan_documents(scanner, stages, engine, scans, &failure);
    if (lodge_scans_have_infected(scans))
        note_unscanned(stages, scans);
    else if (!done ||
             !scan_whole(scanner, spool, message_sha256, engine, scans, &failure)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    return g_steal_pointer(&scans);
}
