#include "spool/backup.h"
#include "intake/commands/command.h"
#include "intake/log.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"

static void show_progress(guint64 done, guint64 total, gpointer data)
{
    (void)data;
    lodge_log_progress("backing up segments", done, total);
}

static void print_json(const LodgeBackupReport *report, const char *dir)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "directory", dir);
    lodge_json_add_int(writer, "segments", (gint64)report->segments);
    lodge_json_add_int(writer, "segments_copied", (gint64)report->segments_copied);
    lodge_json_add_int(writer, "objects", (gint64)report->objects);
    lodge_json_add_int(writer, "objects_copied", (gint64)report->objects_copied);
    lodge_json_add_int(writer, "bytes_copied", (gint64)report->bytes_copied);
    lodge_json_add_bool(writer, "continued", report->continued);
    lodge_json_begin_array(writer, "problems");
    for (guint i = 0; i < report->problems->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(report->problems, i));
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

static void print_words(const LodgeBackupReport *report, const char *dir)
{
    g_autofree char *shown = lodge_display_line(dir, 0);
    g_autofree char *size = lodge_print_size((gint64)report->bytes_copied);
    if (report->continued)
        lodge_print("an earlier backup that was broken off was continued\n");
    lodge_print("%s: %" G_GUINT64_FORMAT " segments, %" G_GUINT64_FORMAT
                " objects; copied now: %" G_GUINT64_FORMAT " segments, %" G_GUINT64_FORMAT
                " objects (%s)\n",
                shown, report->segments, report->objects, report->segments_copied,
                report->objects_copied, size);
    for (guint i = 0; i < report->problems->len; i++) {
        g_autofree char *words =
            lodge_display_line(g_ptr_array_index(report->problems, i), 0);
        lodge_print("%s\n", words);
    }
    if (report->problems->len > 0)
        lodge_print(
            "%u objects are not in this backup: the spool itself has lost them; see "
            "lodge verify\n",
            report->problems->len);
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    if (!lodge_command_parse(&lodge_command_backup, context, NULL, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_backup, argc, 1, 1, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    g_autofree char *dir = g_canonicalize_filename(argv[1], NULL);
    g_autoptr(LodgeBackupReport) report = lodge_backup_run(
        settings->spool_dir, dir, context->now_us(), show_progress, NULL, error);
    lodge_log_progress_end();
    if (report == NULL)
        return LODGE_EXIT_TEMPORARY;
    if (context->json)
        print_json(report, dir);
    else
        print_words(report, dir);
    return report->problems->len > 0 ? LODGE_EXIT_DIFFERENT : LODGE_EXIT_DONE;
}

const LodgeCommand lodge_command_backup = {
    .name = "backup",
    .arguments = "DIR",
    .summary = "Copy the spool, consistently, beside a running service",
    .details =
        "DIR is new, empty, or an earlier backup of the same spool: then only what is missing\n"
        "is copied. Until it is complete, the file backup-unfinished lies in it; running the\n"
        "same command again continues. Nothing is written outside DIR.\n"
        "\n"
        "To restore, copy DIR to the place of the spool and run lodge verify --repair; see\n"
        "lodge(1) for what happens to mail that came after the backup.\n"
        "\n"
        "Exit status 1: the spool has lost an object (the rest is copied), or DIR is a backup\n"
        "of something else.\n",
    .run = run,
};
