#include "intake/commands/print_mailboxes.h"

#include "intake/commands/command.h"
#include "intake/source.h"
#include "parsers/text/display.h"
#include <string.h>

#define UNSEEN_SHOWN 10
#define CLOCK_DAYS 7
#define DAY_US (24 * 3600 * LODGE_SECOND_US)

static GPtrArray *
list_unseen(const LodgeContext *context, LodgeLedger *ledger, GError **error)
{
    return lodge_ledger_list_unseen(ledger, context->now_us() - LODGE_UNSEEN_DAYS * DAY_US,
                                    error);
}

/* ---- for people ---- */

/* A time as people of the mailbox's call say it. */
static char *when(const LodgeSettings *settings, const char *account, gint64 at_us)
{
    for (guint i = 0; i < settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, i);
        if (strcmp(mailbox->name, account) != 0)
            continue;
        const LodgeCallSettings *call = lodge_settings_find_call(settings, mailbox->call);
        return lodge_zone_format_words(call->rules->call->zone, at_us, TRUE);
    }
    return lodge_instant_format(at_us);
}

static void print_pass(const LodgeSettings *settings, const LodgeLedgerPass *pass)
{
    g_autofree char *at = when(settings, pass->account, pass->at_us);
    guint64 present = 0;
    guint64 failed = 0;
    for (guint i = 0; i < pass->folders->len; i++) {
        const LodgeEventFolder *folder = g_ptr_array_index(pass->folders, i);
        present += folder->present;
        failed += folder->failed;
    }
    lodge_print("Mailbox %s: last looked at %s, %s; %" G_GUINT64_FORMAT
                " messages there, %" G_GUINT64_FORMAT " not taken in\n",
                pass->account, at, pass->complete ? "complete" : "not finished", present,
                failed);
}

static void print_one_unseen(const LodgeSettings *settings, const LodgeLedgerUnseen *unseen)
{
    g_autofree char *folder = lodge_display_line(unseen->folder, 60);
    g_autofree char *uids = lodge_display_line(unseen->uids, 0);
    g_autofree char *since = when(settings, unseen->account, unseen->since_us);
    g_autofree char *until = when(settings, unseen->account, unseen->until_us);
    lodge_print("%" G_GUINT64_FORMAT
                " message%s may have come to %s of mailbox %s and gone "
                "again\n  between %s\n  and %s,\n  before lodge saw %s (UIDs %s)\n",
                unseen->count, unseen->count == 1 ? "" : "s", folder, unseen->account,
                since, until, unseen->count == 1 ? "it" : "them", uids);
}

static void print_unseen(const LodgeContext *context,
                         const LodgeSettings *settings,
                         const GPtrArray *unseen)
{
    if (unseen->len == 0)
        return;
    lodge_print("\n");
    lodge_print_heading(context, "Mail that lodge may not have seen");
    for (guint i = 0; i < MIN(unseen->len, UNSEEN_SHOWN); i++)
        print_one_unseen(settings, g_ptr_array_index(unseen, i));
    if (unseen->len > UNSEEN_SHOWN)
        lodge_print("and %u more in the last %d days; see lodge status --json\n",
                    unseen->len - UNSEEN_SHOWN, LODGE_UNSEEN_DAYS);
    lodge_print("Ask the mail team, or whoever uses the mailbox.\n");
}

/* By how much the mailbox's stamps were ahead of us in the last week; 0: not worth a word. -1 with error set. */
static gint64 find_gap_s(const LodgeContext *context,
                         LodgeLedger *ledger,
                         const LodgeLedgerPass *pass,
                         GError **error)
{
    gint64 gap_us = 0;
    if (!lodge_ledger_find_clock_gap(
            ledger, pass->account, context->now_us() - CLOCK_DAYS * DAY_US, &gap_us, error))
        return -1;
    return gap_us > LODGE_CLOCK_GAP_US ? gap_us / LODGE_SECOND_US : 0;
}

static void print_gap(const LodgeLedgerPass *pass, gint64 gap_s)
{
    if (gap_s > 0)
        lodge_print("Mailbox %s: mail of the last %d days bears times that are up to "
                    "%" G_GINT64_FORMAT
                    " seconds ahead of our clock: check both clocks against NTP\n",
                    pass->account, CLOCK_DAYS, gap_s);
}

gboolean lodge_print_mailboxes(const LodgeContext *context,
                               const LodgeSettings *settings,
                               LodgeLedger *ledger,
                               GError **error)
{
    g_autoptr(GPtrArray) passes = lodge_ledger_list_passes(ledger, error);
    if (passes == NULL)
        return FALSE;
    g_autoptr(GPtrArray) unseen = list_unseen(context, ledger, error);
    if (unseen == NULL)
        return FALSE;
    for (guint i = 0; i < passes->len; i++) {
        const LodgeLedgerPass *pass = g_ptr_array_index(passes, i);
        gint64 gap_s = find_gap_s(context, ledger, pass, error);
        if (gap_s < 0)
            return FALSE;
        print_pass(settings, pass);
        print_gap(pass, gap_s);
    }
    print_unseen(context, settings, unseen);
    return TRUE;
}

/* ---- for machines ---- */

static gboolean write_passes(LodgeJsonWriter *writer,
                             const LodgeContext *context,
                             LodgeLedger *ledger,
                             const GPtrArray *passes,
                             GError **error)
{
    lodge_json_begin_array(writer, "passes");
    for (guint i = 0; i < passes->len; i++) {
        const LodgeLedgerPass *pass = g_ptr_array_index(passes, i);
        gint64 gap_s = find_gap_s(context, ledger, pass, error);
        if (gap_s < 0)
            return FALSE;
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "account", pass->account);
        lodge_json_add_instant(writer, "at", pass->at_us);
        lodge_json_add_bool(writer, "complete", pass->complete);
        lodge_json_add_int(writer, "clock_ahead_s", gap_s);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    return TRUE;
}

static void write_unseen(LodgeJsonWriter *writer, const GPtrArray *list)
{
    lodge_json_begin_array(writer, "unseen");
    for (guint i = 0; i < list->len; i++) {
        const LodgeLedgerUnseen *unseen = g_ptr_array_index(list, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "account", unseen->account);
        lodge_json_add_string(writer, "folder", unseen->folder);
        lodge_json_add_int(writer, "uidvalidity", unseen->uidvalidity);
        lodge_json_add_int(writer, "count", (gint64)unseen->count);
        lodge_json_add_string(writer, "uids", unseen->uids);
        lodge_json_add_instant(writer, "since", unseen->since_us);
        lodge_json_add_instant(writer, "until", unseen->until_us);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

gboolean lodge_write_mailboxes(LodgeJsonWriter *writer,
                               const LodgeContext *context,
                               LodgeLedger *ledger,
                               GError **error)
{
    g_autoptr(GPtrArray) passes = lodge_ledger_list_passes(ledger, error);
    if (passes == NULL)
        return FALSE;
    g_autoptr(GPtrArray) unseen = list_unseen(context, ledger, error);
    if (unseen == NULL)
        return FALSE;
    if (!write_passes(writer, context, ledger, passes, error))
        return FALSE;
    write_unseen(writer, unseen);
    return TRUE;
}
