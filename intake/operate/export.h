/* export.h - the filed plans of a call, ready to be handed on: gathered once, then written as often as wanted.
 *
 * Gathered from one snapshot of the ledger, so that a plan that is filed meanwhile is in all of it or in none. Councils
 * are those of the register in force, in its order; a council that left the register but has a plan on file comes
 * after them, named as it was when the plan was decided, because nothing that is filed may be missing. A council's
 * current plan is the one received last.
 *
 * In the directory (export_tree.h) each plan has a folder, <GSS>-<slug>, with all versions <GSS>-<slug>/v<n>. Writing is in
 * export_table.h and export_tree.h; nothing here touches a disk but the spool. Nothing in it is a view on a plan. */
#pragma once

#include "intake/operate/overview.h"
#include "intake/operate/withheld.h"
#include "spool/projection.h"
#include "spool/spool.h"
#include <glib.h>

#define LODGE_EXPORT_ERROR lodge_export_error_quark()
GQuark lodge_export_error_quark(void);
typedef enum {
    LODGE_EXPORT_ERROR_COUNCIL, /* nobody knows the council that was asked for */
    LODGE_EXPORT_ERROR_TARGET,  /* what is there already must not be touched */
} LodgeExportError;

typedef struct {
    gboolean all_versions; /* FALSE: each council's current one */
    const char *council;   /* only this GSS code; NULL: all */
    gboolean withheld;     /* also what is withheld because of malware */
} LodgeExportOptions;

/* One filed version. */
typedef struct {
    LodgeLedgerMessage *message;
    gboolean current;
    LodgeProjection *folder;            /* its path, and what is to be in it */
    GStrv names;                        /* of the files in it */
    GPtrArray *withheld;                /* LodgeWithheld */
    const LodgeEventDocument *document; /* the plan itself, or NULL; borrowed */
    char *path;                         /* where that lies in the directory, or NULL */
} LodgeExportPlan;

typedef struct {
    char *gss, *name, *slug;
    char *kind;       /* or NULL */
    GPtrArray *plans; /* LodgeExportPlan, in order of version; none: nothing is filed */
    GPtrArray
        *held; /* LodgeLedgerMessage: what waits for a person, in order of reference */
    gboolean purged; /* a plan was on file, and is purged */
} LodgeExportCouncil;

typedef struct {
    const LodgeCallSettings *call; /* borrowed */
    LodgeExportOptions options;    /* council: borrowed */
    gint64 made_us;
    LodgeOverview *overview; /* rules and counts of the same snapshot, of all councils */
    GPtrArray *councils;     /* LodgeExportCouncil */
    guint plans, files;      /* of all councils here; documents and submission.json */
    guint withheld;          /* documents in or beside which malware was found */
} LodgeExport;

/* COUNCIL: neither the register nor the spool knows the one that was asked for. */
LodgeExport *lodge_export_new(const LodgeCallSettings *call,
                              LodgeSpool *spool,
                              const LodgeExportOptions *options,
                              gint64 now_us,
                              GError **error);
void lodge_export_free(LodgeExport *export);
/* "filed", "purged" (a plan was, and none is any more), "held" (nothing filed, something waits) or "missing". */
const char *lodge_export_state(const LodgeExportCouncil *council);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeExport, lodge_export_free)
