#include "intake/commands/give_order.h"

#include "intake/control.h"
#include "intake/decide/answerable.h"
#include "intake/project.h"
#include "intake/ruler.h"
#include "parsers/text/display.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- without a service ---- */

/* The trees for people follow at once; the receipt waits for whoever holds the SMTP secret. */
static LodgeOrderResult *carry_out(const LodgeContext *context,
                                   const LodgeSettings *settings,
                                   const LodgeOrder *order,
                                   GError **error)
{
    g_autofree char *who =
        g_strdup_printf("lodge %s", lodge_order_verb_format(order->verb));
    g_autofree char *actor = lodge_control_name_user(getuid());
    g_autoptr(LodgeSpool) spool =
        lodge_spool_open(settings->spool_dir, who, context->now_us(), error);
    if (spool == NULL)
        return NULL;
    g_autoptr(LodgeCommitter) committer = lodge_committer_new(spool, context->now_us);
    g_autoptr(LodgeRuler) ruler = lodge_ruler_new(settings, spool, committer);
    g_autoptr(LodgeOrderResult) result = lodge_ruler_run(ruler, order, actor, error);
    if (result == NULL)
        return NULL;
    g_autoptr(GError) damage = NULL;
    g_autoptr(GError) tree = NULL;
    if (!lodge_project_run(spool, committer, context, &damage, &tree) || damage != NULL)
        g_ptr_array_add(
            result->warnings,
            g_strdup_printf("recorded, but its tree could not be written yet: %s",
                            (tree != NULL ? tree : damage)->message));
    return g_steal_pointer(&result);
}

/* An empty spool would be made by the writer; nothing can be ordered of it. */
static gboolean check_spool(const LodgeSettings *settings, GError **error)
{
    LodgeSpool *spool = lodge_spool_open_readonly(settings->spool_dir, error);
    lodge_spool_close(spool);
    return spool != NULL;
}

/* ---- what came of it ---- */

static const char *timeliness_words(const char *timeliness)
{
    if (g_strcmp0(timeliness, "on-time") == 0)
        return "on time";
    if (g_strcmp0(timeliness, "undetermined") == 0)
        return "not established whether on time";
    return timeliness != NULL ? timeliness : "time not established";
}

static void print_change(const LodgeOrderChange *change)
{
    g_autofree char *name = lodge_display_line(
        change->council_name != NULL ? change->council_name : change->council, 100);
    if (change->version > 0)
        lodge_print("%s is filed for %s as version %u, %s.\n", change->reference, name,
                    change->version, timeliness_words(change->timeliness));
    else if (g_strcmp0(change->outcome, "rejected") == 0)
        lodge_print("%s is not filed; it is kept under rejected.\n", change->reference);
    else
        lodge_print("%s is %s%s%s, %s.\n", change->reference, change->outcome,
                    name[0] != '\0' ? " for " : "", name,
                    timeliness_words(change->timeliness));
}

static void print_silence(const char *may_answer)
{
    const char *words = lodge_answerable_words(may_answer);
    gboolean vouchable =
        strcmp(may_answer, "unproven") == 0 || strcmp(may_answer, "forged") == 0;
    lodge_print("No receipt is sent: %s.%s\n", words != NULL ? words : may_answer,
                vouchable
                    ? " If you know that the address is the council's, --answer sends "
                      "one."
                    : "");
}

static void print_receipt(const LodgeOrderChange *change)
{
    g_autofree char *to = lodge_display_line(change->receipt_to, 200);
    if (change->receipt != NULL)
        lodge_print("Receipt %s goes to %s.\n", change->receipt, to);
    else if (change->may_answer != NULL)
        print_silence(change->may_answer);
}

static void print_changes(const LodgeOrder *order, const LodgeOrderResult *result)
{
    if (order->verb == LODGE_ORDER_EXTEND)
        lodge_print("The deadline is now %s for %s.\n", result->until_words,
                    strcmp(order->council, "all") == 0 ? "all councils" : order->council);
    if (order->verb == LODGE_ORDER_EXTEND && result->changes->len == 0)
        lodge_print("No message that was decided before changes by it.\n");
    if (order->verb == LODGE_ORDER_NOTE)
        lodge_print("Noted; see lodge show %s.\n", order->reference);
    for (guint i = 0; order->verb != LODGE_ORDER_NOTE && i < result->changes->len; i++) {
        const LodgeOrderChange *change = g_ptr_array_index(result->changes, i);
        if (order->verb != LODGE_ORDER_RESEND)
            print_change(change);
        print_receipt(change);
    }
}

static void print_result(const LodgeContext *context,
                         const LodgeOrder *order,
                         const LodgeOrderResult *result)
{
    for (guint i = 0; i < result->warnings->len; i++) {
        g_autofree char *words =
            lodge_display_line(g_ptr_array_index(result->warnings, i), 0);
        fprintf(stderr, "lodge: %s\n", words);
    }
    if (context->json)
        lodge_print_json(lodge_order_result_format(result));
    else
        print_changes(order, result);
}

char *lodge_give_order_fold(const char *words)
{
    g_auto(GStrv) lines = words != NULL ? g_strsplit_set(words, "\r\n\t", -1) : NULL;
    GString *folded = words != NULL ? g_string_new(NULL) : NULL;
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
        if (*lines[i] != '\0')
            g_string_append_printf(folded, "%s%s", folded->len > 0 ? " " : "", lines[i]);
    return folded != NULL ? g_string_free(folded, FALSE) : NULL;
}

LodgeExit
lodge_give_order(const LodgeContext *context, const LodgeOrder *order, GError **error)
{
    if (!lodge_order_check(order, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    gboolean absent = FALSE;
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeOrderResult) result =
        lodge_control_ask(settings->control.path, order, &absent, &failure);
    if (absent && check_spool(settings, &failure))
        result = carry_out(context, settings, order, &failure);
    if (result == NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return LODGE_EXIT_USAGE;
    }
    print_result(context, order, result);
    return result->warnings->len > 0 ? LODGE_EXIT_TEMPORARY : LODGE_EXIT_DONE;
}
