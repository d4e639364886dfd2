#include "intake/pass_report.h"

#include "intake/failure.h"

LodgePassSource *lodge_pass_source_new(const char *name)
{
    LodgePassSource *source = g_new0(LodgePassSource, 1);
    source->name = g_strdup(name);
    return source;
}

void lodge_pass_source_free(LodgePassSource *source)
{
    g_free(source->name);
    g_clear_pointer(&source->folders, g_ptr_array_unref);
    g_clear_error(&source->error);
    g_free(source);
}

LodgePassReport *lodge_pass_report_new(void)
{
    LodgePassReport *report = g_new0(LodgePassReport, 1);
    report->sources =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_pass_source_free);
    report->outcomes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return report;
}

void lodge_pass_report_free(LodgePassReport *report)
{
    if (report == NULL)
        return;
    g_ptr_array_unref(report->sources);
    g_hash_table_unref(report->outcomes);
    lodge_delivery_clear(&report->delivery);
    g_clear_error(&report->error);
    g_free(report);
}

LodgeExit lodge_pass_report_exit(const LodgePassReport *report)
{
    LodgeExit code = lodge_failure_exit(report->error);
    for (guint i = 0; i < report->sources->len; i++) {
        const LodgePassSource *source = g_ptr_array_index(report->sources, i);
        code = lodge_failure_worse(code, lodge_failure_exit(source->error));
    }
    if (report->failed > 0 || g_hash_table_contains(report->outcomes, "deferred"))
        code = lodge_failure_worse(code, LODGE_EXIT_TEMPORARY);
    if (g_hash_table_contains(report->outcomes, "not-configured"))
        code = LODGE_EXIT_USAGE;
    if (report->delivery.server_fault != NULL)
        code = lodge_failure_worse(
            code, report->delivery.person_needed ? LODGE_EXIT_USAGE : LODGE_EXIT_TEMPORARY);
    return code;
}
