/* verify.h - is everything there, unchanged, and does the index agree with the journal?
 *
 * Checks, in this order: the journal (numbering, END records, hash chain), every record and object
 * that an event names (present, and its bytes have its name as digest), objects nobody names,
 * files left in incoming/, the index against one rebuilt from the journal (row by row). The human-readable trees
 * are checked by the caller's projector (spool/projection). Each problem is one line that
 * names the object and the mend. With `repair`, ledger.db is rebuilt into a new file and put in
 * place; nothing in journal/ or objects/ is ever changed. */
#pragma once

#include <glib.h>

typedef struct {
    char *object; /* "objects/ab/abcd…", "journal/000000000012.jsonl", "ledger.db" */
    char *problem;
    char *mend;
} LodgeVerifyProblem;

typedef struct {
    guint64 segments, events, objects, bytes, messages, receipts;
    guint64 orphan_objects, incoming_files;
    gboolean repaired;
    GPtrArray *problems; /* LodgeVerifyProblem */
} LodgeVerifyReport;

typedef void (*LodgeVerifyProgress)(guint64 done, guint64 total, gpointer data);

/* NULL: verification itself could not be done. `repair` needs the writer's lock. */
LodgeVerifyReport *lodge_verify_run(const char *dir,
                                    gboolean repair,
                                    gint64 now_us,
                                    LodgeVerifyProgress progress,
                                    gpointer data,
                                    GError **error);
void lodge_verify_report_free(LodgeVerifyReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeVerifyReport, lodge_verify_report_free)
