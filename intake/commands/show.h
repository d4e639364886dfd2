/* show.h - one message as `lodge show` has loaded it, and the ways to tell of it. */
#pragma once

#include "intake/commands/command.h"
#include "parsers/text/json.h"

typedef struct {
    const LodgeContext *context;
    const LodgeSettings *settings;
    LodgeSpool *spool;
    const LodgeLedgerMessage *message;
    const LodgeZone *zone;       /* NULL: show UTC */
    LodgeJsonDocument *decision; /* as it was stored; NULL while pending */
} LodgeShow;

/* Everything about it on one screen, from what matters to an operator down to the technical. */
gboolean lodge_show_story(const LodgeShow *show, GError **error);
/* The last receipt as its reader sees it, or why there is none. `wording_path` not NULL: what it would say
 * with those words. A pending message has none: a usage error. */
gboolean
lodge_show_receipt(const LodgeShow *show, const char *wording_path, GError **error);

/* Its parts that rest on the decision alone, which must be there. */
void lodge_show_findings(const LodgeShow *show);
void lodge_show_proof(const LodgeShow *show);
/* What the malware scanner said, for which the decision must be there, too; silent where it was not asked. FALSE: the
 * evidence cannot be read. */
gboolean lodge_show_scans(const LodgeShow *show, GError **error);
/* The same as member "scans"; null: not asked, or not decided yet. */
gboolean
lodge_show_write_scans(const LodgeShow *show, LodgeJsonWriter *writer, GError **error);

/* What is left to tell of a message that was purged. */
gboolean lodge_show_purged(const LodgeShow *show, GError **error);
/* The same as member "purge"; null: it was not. */
gboolean
lodge_show_write_purge(const LodgeShow *show, LodgeJsonWriter *writer, GError **error);
/* Its parts: what happened, and where the mail lies or lay. */
gboolean lodge_show_timeline(const LodgeShow *show, GError **error);
void lodge_show_locations(const LodgeShow *show);

/* ---- for all of them ---- */
/* What a code means; an unknown one, of a later version, stands for itself. */
typedef struct {
    const char *code, *words;
} LodgeMeaning;
const char *lodge_show_explain(const LodgeMeaning *meanings, gsize count, const char *code);
#define LODGE_EXPLAIN(meanings, code)                                                      \
    lodge_show_explain(meanings, G_N_ELEMENTS(meanings), code)

/* An empty line and a heading. */
void lodge_show_section(const LodgeShow *show, const char *heading);
/* A decision's bytes as a document; the sticky error is the caller's to finish. */
LodgeJsonDocument *lodge_show_parse_decision(GBytes *bytes, GError **error);
/* A time as people of the call say it; "not established" for the unknown; g_free it. */
char *lodge_show_when(const LodgeShow *show, gint64 instant_us);
/* "label: value" through the display's door; nothing for NULL. */
void lodge_show_field(const char *label, const char *value);
/* Why nothing is answered, with its code: "it says that a machine sent it (auto-submitted)"; g_free it. */
char *lodge_show_silence(const char *may_answer);
