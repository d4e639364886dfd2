/* What the malware scanner said, out of the evidence; silent where there was none. */
#include "intake/commands/show.h"

#include "intake/decide/evidence.h"
#include "intake/decide/scans.h"
#include "intake/operate/stored.h"
#include "parsers/text/display.h"

#define MAX_EVIDENCE_BYTES (4 * 1024 * 1024)

static LodgeEvidence *read_evidence(const LodgeShow *show, GError **error)
{
    g_autoptr(GBytes) bytes =
        lodge_stored_read(show->spool, show->message->evidence, MAX_EVIDENCE_BYTES, error);
    return bytes != NULL ? lodge_evidence_parse(bytes, error) : NULL;
}

static const char *find_name(const LodgeShow *show, const LodgeScan *scan)
{
    if (scan->is_message)
        return "the message as it came";
    for (guint i = 0; i < show->message->documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(show->message->documents, i);
        if (g_strcmp0(document->sha256, scan->sha256) == 0 && document->name != NULL)
            return document->name;
    }
    return scan->sha256;
}

static void print_scan(const LodgeShow *show, const LodgeScan *scan)
{
    g_autofree char *name = lodge_display_line(find_name(show, scan), 200);
    const char *what = scan->name != NULL ? scan->name : scan->why;
    lodge_print("- %s: %s%s%s\n", name, lodge_scan_verdict_format(scan->verdict),
                what != NULL ? ", " : "", what != NULL ? what : "");
}

/* All scans of a message were made by one engine; those without one were not made. */
static const char *find_engine(const GPtrArray *scans)
{
    for (guint i = 0; i < scans->len; i++) {
        const LodgeScan *scan = g_ptr_array_index(scans, i);
        if (scan->engine != NULL)
            return scan->engine;
    }
    return NULL;
}

gboolean lodge_show_scans(const LodgeShow *show, GError **error)
{
    g_autoptr(LodgeEvidence) evidence = read_evidence(show, error);
    if (evidence == NULL)
        return FALSE;
    if (evidence->scans == NULL)
        return TRUE;
    lodge_show_section(show, "What the malware scanner said");
    lodge_show_field("Scanner", find_engine(evidence->scans));
    for (guint i = 0; i < evidence->scans->len; i++)
        print_scan(show, g_ptr_array_index(evidence->scans, i));
    return TRUE;
}

gboolean
lodge_show_write_scans(const LodgeShow *show, LodgeJsonWriter *writer, GError **error)
{
    g_autoptr(LodgeEvidence) evidence =
        show->decision != NULL ? read_evidence(show, error) : NULL;
    if (show->decision != NULL && evidence == NULL)
        return FALSE;
    if (evidence != NULL && evidence->scans != NULL)
        lodge_scans_write(evidence->scans, writer, "scans");
    else
        lodge_json_add_null(writer, "scans");
    return TRUE;
}
