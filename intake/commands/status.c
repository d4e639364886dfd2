#include "intake/commands/command.h"
#include "intake/commands/print_mailboxes.h"
#include "intake/operate/overview.h"
#include "intake/operate/room.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"

#define MISSING_SHOWN 10
#define CAPPED_SHOWN 3
#define HOUR_US (3600 * LODGE_SECOND_US)

typedef struct {
    guint open;
    gint64 due_us; /* the earliest of these */
    guint gone;    /* in the last hour */
    guint gone_day;
} Outbox;

static gboolean look_at_outbox(const LodgeContext *context,
                               LodgeLedger *ledger,
                               Outbox *outbox_out,
                               GError **error)
{
    g_autoptr(GError) failure = NULL;
    outbox_out->due_us = LODGE_INSTANT_UNKNOWN;
    outbox_out->open =
        lodge_ledger_count_receipts_open(ledger, &outbox_out->due_us, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    gint64 now_us = context->now_us();
    return lodge_ledger_count_receipts_gone(ledger, now_us - HOUR_US, &outbox_out->gone,
                                            error) &&
           lodge_ledger_count_receipts_gone(ledger, now_us - 24 * HOUR_US,
                                            &outbox_out->gone_day, error);
}

/* ---- for people ---- */

static void print_councils(const LodgeOverview *overview)
{
    const LodgeZone *zone = overview->rules->call->zone;
    for (guint i = 0; i < overview->councils->len; i++) {
        const LodgeOverviewCouncil *council = g_ptr_array_index(overview->councils, i);
        if (council->reference == NULL)
            continue;
        g_autofree char *name = lodge_print_column(council->body->name, 38);
        g_autofree char *received =
            lodge_zone_format_words(zone, council->received_us, TRUE);
        lodge_print("%s  v%u  %-8s  %s  %s%s\n", name, council->version,
                    council->timeliness, council->reference, received,
                    council->held ? "  (another mail is held)" : "");
    }
}

static void
print_missing(const LodgeContext *context, const LodgeOverview *overview, gboolean all)
{
    guint missing = overview->councils->len - overview->filed;
    if (missing == 0)
        return;
    lodge_print("\n");
    lodge_print_heading(context, "Missing");
    guint shown = 0;
    for (guint i = 0; i < overview->councils->len; i++) {
        const LodgeOverviewCouncil *council = g_ptr_array_index(overview->councils, i);
        if (council->reference != NULL)
            continue;
        if (!all && shown == MISSING_SHOWN) {
            lodge_print("and %u more; see lodge status --missing\n", missing - shown);
            return;
        }
        lodge_print("%s %s%s\n", council->body->gss, council->body->name,
                    council->held ? " (a mail of theirs is held)" : "");
        shown++;
    }
}

static void print_held(const LodgeContext *context, const LodgeOverview *overview)
{
    if (overview->held->len == 0)
        return;
    lodge_print("\n");
    lodge_print_heading(context, "Held for a person");
    for (guint i = 0; i < overview->held->len; i++) {
        const LodgeOverviewHeld *held = g_ptr_array_index(overview->held, i);
        g_autofree char *from = lodge_display_line(held->from, 100);
        g_autofree char *reason = lodge_display_line(held->reason, 300);
        lodge_print("%s from %s\n  %s\n", held->reference,
                    from[0] != '\0' ? from : "nobody", reason);
    }
    lodge_print("See lodge show REF for the whole story of each.\n");
}

static void print_capped(const LodgeOverview *overview)
{
    const GPtrArray *capped = overview->capped;
    if (capped->len == 0)
        return;
    lodge_print("Messages not answered because of a cap: %u;", capped->len);
    for (guint i = 0; i < capped->len && i < CAPPED_SHOWN; i++)
        lodge_print(" %s", (const char *)g_ptr_array_index(capped, i));
    lodge_print("%s; see lodge show REF\n\n", capped->len > CAPPED_SHOWN ? " ..." : "");
}

static void print_waiting(const LodgeOverview *overview)
{
    for (guint i = 0; i < overview->waiting->len; i++) {
        const LodgeOverviewWaiting *waiting = g_ptr_array_index(overview->waiting, i);
        g_autofree char *words = lodge_display_line(waiting->words, 300);
        lodge_print("Messages that wait because of us: %u (%s): %s\n%s", waiting->count,
                    waiting->code, words, i + 1 == overview->waiting->len ? "\n" : "");
    }
}

static void
print_call(const LodgeContext *context, const LodgeOverview *overview, gboolean all)
{
    const LodgeCall *call = overview->rules->call;
    const LodgeExtension *extension = NULL;
    gint64 deadline_us = lodge_call_deadline_for(call, NULL, &extension);
    g_autofree char *deadline = lodge_zone_format_words(call->zone, deadline_us, TRUE);
    lodge_print_heading(context, call->title);
    lodge_print("On time: received before %s%s\n", deadline,
                extension != NULL ? " (extended for all)" : "");
    lodge_print("%u of %u councils have a plan on file: %u on time, %u late; %u missing\n",
                overview->filed, overview->councils->len, overview->on_time, overview->late,
                overview->councils->len - overview->filed);
    lodge_print(
        "Messages: %u accepted, %u held, %u rejected, %u duplicate, %u not a submission, "
        "%u pending\n\n",
        overview->accepted, overview->held_count, overview->rejected, overview->duplicate,
        overview->not_a_submission, overview->pending);
    if (overview->purged > 0)
        lodge_print("Messages that were purged: %u; see lodge purge --list\n\n",
                    overview->purged);
    if (overview->receipts_refused > 0)
        lodge_print(
            "Receipts that no mail server will take: %u; see lodge list --json, lodge show\n\n",
            overview->receipts_refused);
    print_waiting(overview);
    if (overview->receipts_returned > 0)
        lodge_print("Receipts that came back as undeliverable: %u; see lodge list --json, "
                    "lodge show\n\n",
                    overview->receipts_returned);
    print_capped(overview);
    print_councils(overview);
    print_held(context, overview);
    print_missing(context, overview, all);
}

static void print_outbox(const LodgeSettings *settings, const Outbox *outbox)
{
    guint most = settings->answers.total_per_hour;
    g_autofree char *due = lodge_instant_format(outbox->due_us);
    if (outbox->open == 0)
        lodge_print("\nReceipts: none waiting\n");
    else
        lodge_print("\nReceipts: %u waiting, the next to be tried %s\n", outbox->open,
                    due != NULL ? due : "at the next pass");
    if (outbox->open > 0 && most > 0 && outbox->gone >= most)
        lodge_print("  %u went in the last hour, and [answers] total allows %u: the others "
                    "follow by themselves\n",
                    outbox->gone, most);
    guint most_day = settings->smtp != NULL ? settings->smtp->pace_per_day : 0;
    if (outbox->open > 0 && most_day > 0 && outbox->gone_day >= most_day)
        lodge_print("  %u went in the last 24 hours, and [smtp] per_day allows %u: the "
                    "others follow by themselves\n",
                    outbox->gone_day, most_day);
}

static void print_room(const LodgeSettings *settings, LodgeSpool *spool)
{
    LodgeRoom room = lodge_room_look(spool, &settings->limits);
    if (!room.is_low)
        return;
    g_autofree char *words = lodge_room_explain(&room, spool, &settings->limits);
    lodge_print("\n%s: %s\n", room.is_full ? "Disk full" : "Disk almost full", words);
}

/* ---- for machines ---- */

static void
write_room(LodgeJsonWriter *writer, const LodgeSettings *settings, LodgeSpool *spool)
{
    LodgeRoom room = lodge_room_look(spool, &settings->limits);
    lodge_json_begin_object(writer, "disk");
    lodge_json_add_count(writer, "free_bytes", room.free_bytes);
    lodge_json_add_string(writer, "state",
                          room.is_full  ? "full"
                          : room.is_low ? "almost-full"
                                        : "enough");
    lodge_json_end_object(writer);
}

static void write_councils(LodgeJsonWriter *writer, const LodgeOverview *overview)
{
    lodge_json_begin_array(writer, "councils");
    for (guint i = 0; i < overview->councils->len; i++) {
        const LodgeOverviewCouncil *council = g_ptr_array_index(overview->councils, i);
        gboolean filed = council->reference != NULL;
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "council", council->body->gss);
        lodge_json_add_string(writer, "name", council->body->name);
        lodge_json_add_string(writer, "state", filed ? "filed" : "missing");
        lodge_json_add_string(writer, "reference", council->reference);
        lodge_json_add_count(writer, "version", filed ? (gint64)council->version : -1);
        lodge_json_add_string(writer, "timeliness", council->timeliness);
        lodge_json_add_instant(writer, "received_at",
                               filed ? council->received_us : LODGE_INSTANT_UNKNOWN);
        lodge_json_add_bool(writer, "held", council->held);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_waiting(LodgeJsonWriter *writer, const LodgeOverview *overview)
{
    lodge_json_begin_array(writer, "waiting");
    for (guint i = 0; i < overview->waiting->len; i++) {
        const LodgeOverviewWaiting *waiting = g_ptr_array_index(overview->waiting, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "code", waiting->code);
        lodge_json_add_int(writer, "messages", waiting->count);
        lodge_json_add_string(writer, "words", waiting->words);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_call(LodgeJsonWriter *writer, const LodgeOverview *overview)
{
    const LodgeCall *call = overview->rules->call;
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "call", call->id);
    lodge_json_add_string(writer, "title", call->title);
    lodge_json_add_instant(writer, "deadline_at",
                           lodge_call_deadline_for(call, NULL, NULL));
    lodge_json_begin_object(writer, "messages");
    lodge_json_add_int(writer, "accepted", overview->accepted);
    lodge_json_add_int(writer, "held", overview->held_count);
    lodge_json_add_int(writer, "rejected", overview->rejected);
    lodge_json_add_int(writer, "duplicate", overview->duplicate);
    lodge_json_add_int(writer, "not-a-submission", overview->not_a_submission);
    lodge_json_add_int(writer, "pending", overview->pending);
    lodge_json_add_int(writer, "purged", overview->purged);
    lodge_json_end_object(writer);
    lodge_json_add_int(writer, "receipts_refused", overview->receipts_refused);
    lodge_json_add_int(writer, "receipts_returned", overview->receipts_returned);
    lodge_json_begin_object(writer, "totals");
    lodge_json_add_int(writer, "councils", overview->councils->len);
    lodge_json_add_int(writer, "filed", overview->filed);
    lodge_json_add_int(writer, "on_time", overview->on_time);
    lodge_json_add_int(writer, "late", overview->late);
    lodge_json_add_int(writer, "missing", overview->councils->len - overview->filed);
    lodge_json_end_object(writer);
    write_councils(writer, overview);
    write_waiting(writer, overview);
    lodge_json_begin_array(writer, "capped");
    for (guint i = 0; i < overview->capped->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(overview->capped, i));
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
}

/* ---- both ---- */

static gboolean print_all(const LodgeContext *context,
                          const LodgeSettings *settings,
                          LodgeSpool *spool,
                          gboolean missing,
                          GError **error)
{
    Outbox outbox;
    LodgeLedger *ledger = lodge_spool_ledger(spool);
    if (!look_at_outbox(context, ledger, &outbox, error))
        return FALSE;
    g_autoptr(LodgeJsonWriter) writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_begin_array(writer, "calls");
    for (guint i = 0; i < settings->calls->len; i++) {
        g_autoptr(LodgeOverview) overview =
            lodge_overview_new(g_ptr_array_index(settings->calls, i), ledger, error);
        if (overview == NULL)
            return FALSE;
        if (context->json)
            write_call(writer, overview);
        else
            print_call(context, overview, missing);
    }
    lodge_json_end_array(writer);
    if (!context->json) {
        print_outbox(settings, &outbox);
        print_room(settings, spool);
        return lodge_print_mailboxes(context, settings, ledger, error);
    }
    lodge_json_add_int(writer, "receipts_waiting", outbox.open);
    if (!lodge_write_mailboxes(writer, context, ledger, error))
        return FALSE;
    lodge_json_add_int(writer, "receipts_gone", outbox.gone);
    write_room(writer, settings, spool);
    lodge_json_end_object(writer);
    lodge_print("%s\n", lodge_json_text(writer));
    return TRUE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean missing = FALSE;
    const GOptionEntry entries[] = {
        {"missing", 0, 0, G_OPTION_ARG_NONE, &missing, "Name every council that is missing",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_status, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_status, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    if (!print_all(context, settings, spool, missing, error))
        return LODGE_EXIT_DIFFERENT;
    return LODGE_EXIT_DONE;
}

const LodgeCommand lodge_command_status = {
    .name = "status",
    .summary = "Where each call stands: who has sent what, who is missing, what is held",
    .run = run,
};
