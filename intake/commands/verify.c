#include "spool/verify.h"
#include "intake/commands/command.h"
#include "intake/log.h"
#include "intake/operate/projector.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>

typedef struct {
    LodgeSpool *spool;
    LodgeRulesCache *cache;
    LodgeVerifyReport *report;
    gboolean repair;
    guint64 trees, mended;
} Trees;

static void add_problem(LodgeVerifyReport *report,
                        const char *object,
                        const char *problem,
                        const char *mend)
{
    LodgeVerifyProblem *entry = g_new0(LodgeVerifyProblem, 1);
    entry->object = g_strdup(object);
    entry->problem = g_strdup(problem);
    entry->mend = g_strdup(mend);
    g_ptr_array_add(report->problems, entry);
}

/* A tree that is not right is written again when repairing; it is a copy, so that loses nothing. */
static gboolean check_tree(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    Trees *trees = data;
    g_autoptr(GError) failure = NULL;
    g_autofree char *problem = NULL;
    if (!message->projected || strcmp(message->state, "purged") == 0)
        return TRUE;
    g_autoptr(LodgeProjection) wanted =
        lodge_projector_plan(trees->spool, trees->cache, message, &failure);
    if (failure != NULL)
        add_problem(trees->report, message->reference, failure->message,
                    "restore the object from a backup");
    if (wanted == NULL)
        return TRUE;
    trees->trees++;
    if (lodge_projection_check(trees->spool, wanted, &problem))
        return TRUE;
    if (!trees->repair) {
        add_problem(trees->report, wanted->path, problem, "run lodge verify --repair");
        return TRUE;
    }
    trees->mended++;
    return lodge_projection_save(trees->spool, wanted, error);
}

static gboolean check_trees(const char *dir, Trees *trees, gint64 now_us, GError **error)
{
    g_autoptr(LodgeSpool) spool = trees->repair
                                      ? lodge_spool_open(dir, "lodge verify", now_us, error)
                                      : lodge_spool_open_readonly(dir, error);
    if (spool == NULL)
        return FALSE;
    g_autoptr(LodgeRulesCache) cache = lodge_rules_cache_new(spool);
    trees->spool = spool;
    trees->cache = cache;
    const LodgeLedgerFilter all = {0};
    return lodge_ledger_visit_messages(lodge_spool_ledger(spool), &all, check_tree, trees,
                                       error);
}

static void show_progress(guint64 done, guint64 total, gpointer data)
{
    (void)data;
    lodge_log_progress("checking objects", done, total);
}

static void print_json(const LodgeVerifyReport *report, const Trees *trees)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_int(writer, "segments", (gint64)report->segments);
    lodge_json_add_int(writer, "events", (gint64)report->events);
    lodge_json_add_int(writer, "objects", (gint64)report->objects);
    lodge_json_add_int(writer, "bytes", (gint64)report->bytes);
    lodge_json_add_int(writer, "messages", (gint64)report->messages);
    lodge_json_add_int(writer, "receipts", (gint64)report->receipts);
    lodge_json_add_int(writer, "purged", (gint64)report->purged);
    lodge_json_add_int(writer, "trees", (gint64)trees->trees);
    lodge_json_add_int(writer, "trees_mended", (gint64)trees->mended);
    lodge_json_add_int(writer, "orphan_objects", (gint64)report->orphan_objects);
    lodge_json_add_int(writer, "incoming_files", (gint64)report->incoming_files);
    lodge_json_add_bool(writer, "index_rebuilt", report->repaired);
    lodge_json_begin_array(writer, "problems");
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "object", problem->object);
        lodge_json_add_string(writer, "problem", problem->problem);
        lodge_json_add_string(writer, "mend", problem->mend);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

static void print_problems(const char *label, const GPtrArray *problems)
{
    for (guint i = 0; i < problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(problems, i);
        g_autofree char *words = lodge_display_line(problem->problem, 0);
        lodge_print("%s%s: %s; %s\n", label, problem->object, words, problem->mend);
    }
}

static void print_words(const LodgeVerifyReport *report, const Trees *trees)
{
    g_autofree char *size = lodge_print_size((gint64)report->bytes);
    lodge_print("%" G_GUINT64_FORMAT " segments with %" G_GUINT64_FORMAT
                " events, %" G_GUINT64_FORMAT " objects (%s), %" G_GUINT64_FORMAT
                " messages, %" G_GUINT64_FORMAT " receipts, %" G_GUINT64_FORMAT " trees\n",
                report->segments, report->events, report->objects, size, report->messages,
                report->receipts, trees->trees);
    if (report->purged > 0)
        lodge_print("%" G_GUINT64_FORMAT
                    " messages were purged; lodge purge --list says by whom and why\n",
                    report->purged);
    if (report->orphan_objects > 0)
        lodge_print("%" G_GUINT64_FORMAT
                    " objects that nothing names (left by work that was cut "
                    "off; harmless)\n",
                    report->orphan_objects);
    print_problems("mended: ", report->mended);
    if (report->repaired)
        lodge_print("ledger.db was rebuilt from the journal\n");
    if (trees->mended > 0)
        lodge_print("%" G_GUINT64_FORMAT " trees were written again\n", trees->mended);
    print_problems("", report->problems);
    lodge_print(report->problems->len == 0 ? "everything is there and unchanged\n"
                                           : "%u problems\n",
                report->problems->len);
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean repair = FALSE;
    const GOptionEntry entries[] = {
        {"repair", 0, 0, G_OPTION_ARG_NONE, &repair,
         "Rebuild ledger.db and the trees from journal and objects", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_verify, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_verify, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeVerifyReport) report = lodge_verify_run(
        settings->spool_dir, repair, context->now_us(), show_progress, NULL, error);
    lodge_log_progress_end();
    if (report == NULL)
        return LODGE_EXIT_DIFFERENT;
    Trees trees = {.report = report, .repair = repair};
    g_autoptr(GError) failure = NULL;
    if (!check_trees(settings->spool_dir, &trees, context->now_us(), &failure))
        add_problem(report, "filed, held, rejected", failure->message,
                    "mend the other problems first");
    if (context->json)
        print_json(report, &trees);
    else
        print_words(report, &trees);
    return report->problems->len > 0 ? LODGE_EXIT_DIFFERENT : LODGE_EXIT_DONE;
}

const LodgeCommand lodge_command_verify = {
    .name = "verify",
    .summary = "Check every object, the journal's chain, the index and the trees",
    .details =
        "Exit status: 0 everything is there and unchanged, 1 problems were found (each line\n"
        "names the object and the mend).\n"
        "\n"
        "--repair rebuilds ledger.db and the human-readable trees; it never changes the\n"
        "journal or an object.\n",
    .run = run,
};
