#include "intake/commands/print_pass.h"

#include "intake/commands/command.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"

static const char *const OUTCOMES[] = {
    "accepted",         "held",     "rejected",      "duplicate",
    "not-a-submission", "deferred", "not-configured"};

static guint outcome_count(const LodgePassReport *report, const char *outcome)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(report->outcomes, outcome));
}

/* ---- for people ---- */

static void print_folder(const LodgeEventFolder *folder)
{
    g_autofree char *name = lodge_display_line(folder->folder, 60);
    lodge_print("  %s: %" G_GUINT64_FORMAT " on the server, %" G_GUINT64_FORMAT
                " known before, %" G_GUINT64_FORMAT " taken in",
                name, folder->present, folder->known, folder->fetched);
    if (folder->failed > 0)
        lodge_print(", %" G_GUINT64_FORMAT " not taken in (see the log)", folder->failed);
    if (folder->vanished > 0)
        lodge_print("; %" G_GUINT64_FORMAT " seen earlier are no longer there",
                    folder->vanished);
    if (folder->unseen > 0)
        lodge_print("; %" G_GUINT64_FORMAT " may have come and gone unseen",
                    folder->unseen);
    lodge_print("\n");
}

static void print_source(const LodgePassSource *source)
{
    if (source->folders == NULL && source->error == NULL)
        return;
    lodge_print("%s\n", source->name);
    for (guint i = 0; source->folders != NULL && i < source->folders->len; i++)
        print_folder(g_ptr_array_index(source->folders, i));
    if (source->error != NULL) {
        g_autofree char *words = lodge_display_line(source->error->message, 0);
        lodge_print("  not finished: %s\n", words);
    }
}

static void print_outcomes(const LodgePassReport *report)
{
    lodge_print("%" G_GUINT64_FORMAT " new messages kept", report->kept);
    if (report->known > 0)
        lodge_print(", %" G_GUINT64_FORMAT " known already", report->known);
    for (gsize i = 0; i < G_N_ELEMENTS(OUTCOMES); i++)
        if (outcome_count(report, OUTCOMES[i]) > 0)
            lodge_print(", %u %s", outcome_count(report, OUTCOMES[i]), OUTCOMES[i]);
    lodge_print("\n");
}

static void print_delivery(const LodgeDelivery *delivery)
{
    if (delivery->sent + delivery->refused + delivery->retry + delivery->unknown +
            delivery->waiting ==
        0)
        return;
    lodge_print("receipts: %u sent", delivery->sent);
    if (delivery->refused > 0)
        lodge_print(", %u refused by the server", delivery->refused);
    if (delivery->unknown > 0)
        lodge_print(", %u unknown (will be sent again)", delivery->unknown);
    if (delivery->waiting > 0)
        lodge_print(", %u waiting in the outbox", delivery->waiting);
    lodge_print("\n");
    if (delivery->held_back > 0)
        lodge_print("  %u of them wait because no more may go in %s\n", delivery->held_back,
                    delivery->full);
    if (delivery->server_fault != NULL) {
        g_autofree char *words = lodge_display_line(delivery->server_fault, 0);
        lodge_print("  the mail server could not take them: %s\n", words);
    }
}

/* ---- for machines ---- */

static void write_folders(LodgeJsonWriter *writer, GPtrArray *folders)
{
    lodge_json_begin_array(writer, "folders");
    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        const LodgeEventFolder *folder = g_ptr_array_index(folders, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "folder", folder->folder);
        lodge_json_add_int(writer, "uidvalidity", folder->uidvalidity);
        lodge_json_add_int(writer, "present", (gint64)folder->present);
        lodge_json_add_int(writer, "known", (gint64)folder->known);
        lodge_json_add_int(writer, "fetched", (gint64)folder->fetched);
        lodge_json_add_int(writer, "failed", (gint64)folder->failed);
        lodge_json_add_int(writer, "vanished", (gint64)folder->vanished);
        lodge_json_add_int(writer, "unseen", (gint64)folder->unseen);
        lodge_json_add_string(writer, "unseen_uids", folder->unseen_uids);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_sources(LodgeJsonWriter *writer, GPtrArray *sources)
{
    lodge_json_begin_array(writer, "sources");
    for (guint i = 0; i < sources->len; i++) {
        const LodgePassSource *source = g_ptr_array_index(sources, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "name", source->name);
        write_folders(writer, source->folders);
        lodge_json_add_string(writer, "error",
                              source->error != NULL ? source->error->message : NULL);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_delivery(LodgeJsonWriter *writer, const LodgeDelivery *delivery)
{
    lodge_json_begin_object(writer, "receipts");
    lodge_json_add_int(writer, "sent", delivery->sent);
    lodge_json_add_int(writer, "refused", delivery->refused);
    lodge_json_add_int(writer, "retry", delivery->retry);
    lodge_json_add_int(writer, "unknown", delivery->unknown);
    lodge_json_add_int(writer, "waiting", delivery->waiting);
    lodge_json_add_string(writer, "error", delivery->server_fault);
    lodge_json_add_int(writer, "held_back", delivery->held_back);
    lodge_json_end_object(writer);
}

static void print_json(const LodgePassReport *report)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    write_sources(writer, report->sources);
    lodge_json_add_int(writer, "kept", (gint64)report->kept);
    lodge_json_add_int(writer, "known", (gint64)report->known);
    lodge_json_add_int(writer, "failed", (gint64)report->failed);
    lodge_json_begin_object(writer, "outcomes");
    for (gsize i = 0; i < G_N_ELEMENTS(OUTCOMES); i++)
        lodge_json_add_int(writer, OUTCOMES[i], outcome_count(report, OUTCOMES[i]));
    lodge_json_end_object(writer);
    write_delivery(writer, &report->delivery);
    lodge_json_add_string(writer, "error",
                          report->error != NULL ? report->error->message : NULL);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

void lodge_print_pass_report(const LodgeContext *context, const LodgePassReport *report)
{
    if (context->json) {
        print_json(report);
        return;
    }
    for (guint i = 0; i < report->sources->len; i++)
        print_source(g_ptr_array_index(report->sources, i));
    print_outcomes(report);
    print_delivery(&report->delivery);
    if (report->error != NULL) {
        g_autofree char *words = lodge_display_line(report->error->message, 0);
        lodge_print("not finished: %s\n", words);
    }
}
