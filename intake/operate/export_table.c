#include "intake/operate/export_table.h"

#include "config/csv.h"
#include "intake/operate/listing.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>

/* ---- the table ---- */

typedef enum {
    GSS,
    NAME,
    KIND,
    STATE,
    REFERENCE,
    VERSION,
    CURRENT,
    TIMELINESS,
    RECEIVED,
    RECEIVED_UTC,
    SENDER,
    FILE_NAME,
    MEDIA_TYPE,
    SIZE_BYTES,
    PAGES,
    SHA256,
    PATH,
    FINDINGS,
    COLUMNS,
} Column;

static const char *const headings[COLUMNS] = {
    [GSS] = "gss",
    [NAME] = "name",
    [KIND] = "kind",
    [STATE] = "state",
    [REFERENCE] = "reference",
    [VERSION] = "version",
    [CURRENT] = "current",
    [TIMELINESS] = "timeliness",
    [RECEIVED] = "received",
    [RECEIVED_UTC] = "received_utc",
    [SENDER] = "sender",
    [FILE_NAME] = "file_name",
    [MEDIA_TYPE] = "media_type",
    [SIZE_BYTES] = "size_bytes",
    [PAGES] = "pages",
    [SHA256] = "sha256",
    [PATH] = "path",
    [FINDINGS] = "findings",
};

typedef struct {
    char *cells[COLUMNS]; /* NULL: empty */
} Row;

static void row_clear(Row *row)
{
    for (guint i = 0; i < COLUMNS; i++)
        g_free(row->cells[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Row, row_clear)

static char *show(const char *text)
{
    return text != NULL ? lodge_display_line(text, 0) : NULL;
}

static char *number(gint64 value)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static void fill_council(Row *row, const LodgeExportCouncil *council)
{
    row->cells[GSS] = g_strdup(council->gss);
    row->cells[NAME] = g_strdup(council->name);
    row->cells[KIND] = g_strdup(council->kind);
    row->cells[STATE] = g_strdup(lodge_export_state(council));
}

static char *join_findings(const GPtrArray *findings)
{
    g_autoptr(GString) codes = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(findings, i);
        g_string_append_printf(codes, "%s%s", i > 0 ? " " : "", finding->code);
    }
    return g_strdup(codes->str);
}

static void
fill_message(Row *row, const LodgeExport *export, const LodgeLedgerMessage *message)
{
    const LodgeZone *zone = export->overview->rules->call->zone;
    row->cells[REFERENCE] = g_strdup(message->reference);
    row->cells[TIMELINESS] = g_strdup(message->timeliness);
    if (message->received_us != LODGE_INSTANT_UNKNOWN)
        row->cells[RECEIVED] = lodge_zone_format_offset(zone, message->received_us);
    row->cells[RECEIVED_UTC] = lodge_instant_format(message->received_us);
    row->cells[SENDER] = show(message->from);
    row->cells[FINDINGS] = join_findings(message->findings);
}

static void fill_plan(Row *row, const LodgeExport *export, const LodgeExportPlan *plan)
{
    fill_message(row, export, plan->message);
    row->cells[VERSION] = number(plan->message->version);
    row->cells[CURRENT] = g_strdup(plan->current ? "yes" : "no");
    const LodgeEventDocument *document = plan->document;
    if (document == NULL)
        return;
    row->cells[FILE_NAME] = show(document->name);
    row->cells[MEDIA_TYPE] = show(document->media_type);
    row->cells[SIZE_BYTES] = number(document->size_bytes);
    row->cells[PAGES] = document->pages >= 0 ? number(document->pages) : NULL;
    row->cells[SHA256] = g_strdup(document->sha256);
    row->cells[PATH] = g_strdup(plan->path);
}

static void append_row(GString *table, const Row *row)
{
    lodge_csv_format_row(table, (const char *const *)row->cells, COLUMNS);
}

/* What waits is told only where nothing is filed: the last that came. */
static void append_without_plan(GString *table,
                                const LodgeExport *export,
                                const LodgeExportCouncil *council)
{
    g_auto(Row) row = {0};
    fill_council(&row, council);
    if (council->held->len > 0)
        fill_message(&row, export,
                     g_ptr_array_index(council->held, council->held->len - 1));
    append_row(table, &row);
}

static void
append_council(GString *table, const LodgeExport *export, const LodgeExportCouncil *council)
{
    if (council->plans->len == 0)
        append_without_plan(table, export, council);
    for (guint i = 0; i < council->plans->len; i++) {
        g_auto(Row) row = {0};
        fill_council(&row, council);
        fill_plan(&row, export, g_ptr_array_index(council->plans, i));
        append_row(table, &row);
    }
}

char *lodge_export_format_csv(const LodgeExport *export)
{
    g_return_val_if_fail(export != NULL, NULL);
    g_autoptr(GString) table = g_string_new(NULL);
    lodge_csv_format_row(table, headings, COLUMNS);
    for (guint i = 0; i < export->councils->len; i++)
        append_council(table, export, g_ptr_array_index(export->councils, i));
    return g_string_free(g_steal_pointer(&table), FALSE);
}

/* ---- JSON ---- */

static void write_plan(LodgeJsonWriter *writer, const LodgeExportPlan *plan)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_bool(writer, "current", plan->current);
    lodge_json_add_string(writer, "folder", plan->folder->path);
    lodge_json_add_string(writer, "path", plan->path);
    lodge_listing_write_submission(writer, "submission", plan->message, plan->withheld);
    lodge_json_end_object(writer);
}

static void write_council(LodgeJsonWriter *writer, const LodgeExportCouncil *council)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "council", council->gss);
    lodge_json_add_string(writer, "name", council->name);
    lodge_json_add_string(writer, "kind", council->kind);
    lodge_json_add_string(writer, "state", lodge_export_state(council));
    lodge_json_begin_array(writer, "plans");
    for (guint i = 0; i < council->plans->len; i++)
        write_plan(writer, g_ptr_array_index(council->plans, i));
    lodge_json_end_array(writer);
    lodge_json_begin_array(writer, "held");
    for (guint i = 0; i < council->held->len; i++) {
        const LodgeLedgerMessage *held = g_ptr_array_index(council->held, i);
        lodge_json_add_string(writer, NULL, held->reference);
    }
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
}

char *lodge_export_format_json(const LodgeExport *export)
{
    g_return_val_if_fail(export != NULL, NULL);
    const LodgeCall *call = export->overview->rules->call;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_int(writer, "format", 1);
    lodge_json_add_string(writer, "call", call->id);
    lodge_json_add_string(writer, "title", call->title);
    lodge_json_add_instant(writer, "made_at", export->made_us);
    lodge_json_add_instant(writer, "deadline_at",
                           lodge_call_deadline_for(call, NULL, NULL));
    lodge_json_add_bool(writer, "all_versions", export->options.all_versions);
    lodge_json_begin_array(writer, "councils");
    for (guint i = 0; i < export->councils->len; i++)
        write_council(writer, g_ptr_array_index(export->councils, i));
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    g_autofree char *json = lodge_json_finish_text(writer);
    return g_strconcat(json, "\n", NULL);
}
