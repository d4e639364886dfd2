#include "intake/operate/export_readme.h"

static const char explanation[] =
    "Nothing here is a view on any plan: filed means that it arrived and was kept,\n"
    "not that anybody has read or approved it.\n"
    "\n"
    "plans.csv    one row for each council, those without a plan as well;\n"
    "             UTF-8, for a spreadsheet\n"
    "plans.json   the same for programs, with everything that is known of each plan\n"
    "SHA256SUMS   digests of all files; `sha256sum -c SHA256SUMS` checks them\n"
    "\n"
    "Each council has a folder, named by its code. It holds the plan and what came\n"
    "with it, byte for byte as they were sent, the text that was read in each (.txt,\n"
    "a form feed after each page), and submission.json. Treat the files\n"
    "as what they are: documents that strangers sent by e-mail.\n"
    "\n"
    "In plans.csv a cell that a spreadsheet could take for a formula begins with an\n"
    "apostrophe (before = + - @, their wide forms, a tab, a line end, or another\n"
    "apostrophe). Whoever reads the file with a program drops one apostrophe from the\n"
    "beginning of each cell that has one.\n";

static void append_extent(GString *text, const LodgeExport *export)
{
    const LodgeOverview *overview = export->overview;
    if (export->options.council != NULL) {
        g_string_append_printf(text, "Only the council %s.\n", export->options.council);
        return;
    }
    guint councils = overview->councils->len;
    g_string_append_printf(text,
                           "%u of %u councils have a plan on file: %u on time, %u late;\n"
                           "%u missing.\n",
                           overview->filed, councils, overview->on_time, overview->late,
                           councils - overview->filed);
}

static void append_unfinished(GString *text, const LodgeOverview *overview)
{
    if (overview->held_count > 0)
        g_string_append_printf(
            text, "Messages that wait for a person, and are not in here: %u.\n",
            overview->held_count);
    if (overview->pending > 0)
        g_string_append_printf(
            text, "Messages that were not decided yet, and are not in here: %u.\n",
            overview->pending);
}

static void append_withheld(GString *text, const LodgeExport *export)
{
    if (export->withheld > 0)
        g_string_append_printf(
            text,
            export->options.withheld
                ? "Malware was found in, or beside, files that are in here all the same: %u.\n"
                  "submission.json says which (withheld); do not open them.\n"
                : "Files that are not in here, because malware was found in or beside them: "
                  "%u.\nsubmission.json says which (withheld).\n",
            export->withheld);
}

char *lodge_export_format_readme(const LodgeExport *export)
{
    g_return_val_if_fail(export != NULL, NULL);
    const LodgeCall *call = export->overview->rules->call;
    g_autofree char *made = lodge_zone_format_words(call->zone, export->made_us, TRUE);
    g_autofree char *deadline = lodge_zone_format_words(
        call->zone, lodge_call_deadline_for(call, NULL, NULL), TRUE);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s (%s)\n\n", call->title, call->id);
    g_string_append_printf(text, "%s, as they were on file on\n%s.\n",
                           export->options.all_versions
                               ? "All versions of the submissions"
                               : "The current version of each submission",
                           made);
    g_string_append_printf(text, "On time is what was received before\n%s.\n\n", deadline);
    append_extent(text, export);
    append_unfinished(text, export->overview);
    append_withheld(text, export);
    g_string_append_printf(text, "\n%s", explanation);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
