/* verify.h - is everything there, unchanged, and does the index agree with the journal?
 *
 * Checks, in this order: the journal (numbering, END records, hash chain), every record and object
 * that an event names (present, and its bytes have its name as digest), objects nobody names,
 * files left in incoming/, the index against one rebuilt from the journal (row by row). The human-readable trees
 * are checked by the caller's projector (spool/projection). Each problem is one line that
 * names the object and the mend. With `repair`, an index that is wrong is rebuilt into a new file and put in
 * place, and what was wrong with it moves to `mended`; nothing in journal/ or objects/ is ever changed.
 *
 * Beside a running writer it looks at what is committed at its start. An index that merely
 * lags is not wrong: the next writer brings it up. An index whose records are partly lost is replaced only
 * when it cannot be read, because it may hold what they held.
 *
 * A message that was purged has no records any more, and what only it named is not missed; one of its records that is
 * there all the same is a problem.
 *
 * A document's object is required where the message was accepted, held or rejected and the document is no
 * decoration. Memory is bounded: what events name is kept in a temporary database. */
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
    guint64 purged; /* messages of which the journal says that they are erased */
    gboolean repaired;
    GPtrArray *problems; /* LodgeVerifyProblem: what is wrong now */
    GPtrArray *mended;   /* LodgeVerifyProblem: what was, before the repair */
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
