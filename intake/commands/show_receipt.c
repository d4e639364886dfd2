/* A receipt that was made is read back from its own bytes, through the airlock like any mail: lodge itself parses none.
 * One that was not made, or with other words, is told from the decision that words it. */
#include "intake/commands/show.h"

#include "config/key_file.h"
#include "intake/learn/airlock.h"
#include "intake/operate/preview.h"
#include "intake/operate/stored.h"
#include "parsers/text/display.h"
#include "spool/spool.h"
#include <string.h>
#include <unistd.h>

#define MAX_RECEIPT_BYTES (4 * 1024 * 1024)
#define LINE_BYTES 1000

typedef struct {
    char *id, *kind, *state; /* state NULL: it was not made */
    char *from, *to, *subject, *text;
    gint64 date_us;         /* UNKNOWN: not written yet */
    GPtrArray *attachments; /* char* */
} View;

static void view_free(View *view)
{
    if (view == NULL)
        return;
    g_free(view->id);
    g_free(view->kind);
    g_free(view->state);
    g_free(view->from);
    g_free(view->to);
    g_free(view->subject);
    g_free(view->text);
    g_ptr_array_unref(view->attachments);
    g_free(view);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

static View *view_new(const char *id, const char *kind)
{
    View *view = g_new0(View, 1);
    view->id = g_strdup(id);
    view->kind = g_strdup(kind);
    view->date_us = LODGE_INSTANT_UNKNOWN;
    view->attachments = g_ptr_array_new_with_free_func(g_free);
    return view;
}

static char *format_mailbox(const char *name, const char *address)
{
    return name != NULL && *name != '\0' ? g_strdup_printf("%s <%s>", name, address)
                                         : g_strdup(address);
}

/* ---- from its bytes ---- */

static LodgeMessageFacts *
read_mail(const LodgeShow *show, const char *sha256, GError **error)
{
    g_autoptr(GBytes) whole =
        lodge_stored_read(show->spool, sha256, MAX_RECEIPT_BYTES, error);
    const LodgeAirlockOptions options = {0};
    g_autoptr(LodgeAirlock) airlock =
        whole != NULL ? lodge_airlock_new(&options, error) : NULL;
    int leaves_fd = airlock != NULL ? lodge_command_scratch("leaves", error) : -1;
    int fd = leaves_fd >= 0 ? lodge_spool_open_object(show->spool, sha256, error) : -1;
    LodgeMessageFacts *facts =
        fd >= 0 ? lodge_airlock_read_message(airlock, fd, leaves_fd, error) : NULL;
    if (fd >= 0)
        close(fd);
    if (leaves_fd >= 0)
        close(leaves_fd);
    return facts;
}

static char *first_mailbox(const GPtrArray *addresses)
{
    if (addresses->len == 0)
        return NULL;
    const LodgeAddress *first = g_ptr_array_index(addresses, 0);
    return format_mailbox(first->display_name, first->address);
}

static View *
view_of_mail(const LodgeShow *show, const LodgeLedgerReceipt *receipt, GError **error)
{
    g_autoptr(LodgeMessageFacts) facts = read_mail(show, receipt->object, error);
    if (facts == NULL) {
        g_prefix_error(error, "receipt %s: ", receipt->id);
        return NULL;
    }
    View *view = view_new(receipt->id, receipt->kind);
    view->state = g_strdup(receipt->state);
    view->from = first_mailbox(facts->from);
    view->to = first_mailbox(facts->to);
    view->subject = g_strdup(facts->subject);
    view->text = g_strdup(facts->body_text);
    view->date_us = facts->date_us;
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        if (part->name != NULL)
            g_ptr_array_add(view->attachments, g_strdup(part->name));
    }
    return view;
}

/* ---- from its decision ---- */

/* NULL: the decision owes none. */
static View *view_of_decision(const LodgeShow *show, LodgeJsonDocument *decision)
{
    const LodgeJsonNode *receipts =
        lodge_json_get_array(decision, lodge_json_root(decision), "receipts");
    if (lodge_json_array_length(receipts) == 0)
        return NULL;
    const LodgeJsonNode *content = lodge_json_array_object(decision, receipts, 0);
    const LodgeSmtp *smtp = show->settings->smtp;
    View *view = view_new(lodge_json_get_string(decision, content, "id"),
                          lodge_json_get_string(decision, content, "kind"));
    if (smtp != NULL)
        view->from = format_mailbox(smtp->from_name, smtp->from_address);
    view->to = g_strdup(lodge_json_get_string(decision, content, "to"));
    view->subject = g_strdup(lodge_json_get_string(decision, content, "subject"));
    view->text = g_strdup(lodge_json_get_string(decision, content, "text"));
    g_ptr_array_add(view->attachments, g_strdup("receipt.json"));
    return view;
}

/* ---- for people ---- */

static void print_text(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    lodge_print("\n");
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *shown = lodge_display_line(lines[i], LINE_BYTES);
        if (*shown != '\0' || lines[i + 1] != NULL)
            lodge_print("%s\n", shown);
    }
}

static void print_attachments(const GPtrArray *attachments)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < attachments->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(attachments, i));
    lodge_print("\n");
    lodge_show_field("Attached", names->len > 0 ? names->str : "nothing");
}

static void print_view(const LodgeShow *show, const View *view)
{
    g_autofree char *date = view->date_us != LODGE_INSTANT_UNKNOWN
                                ? lodge_show_when(show, view->date_us)
                                : g_strdup("when it is made");
    lodge_print("\n");
    lodge_show_field("From", view->from != NULL
                                 ? view->from
                                 : "nobody: lodge.conf has no [smtp], so none is sent");
    lodge_show_field("To", view->to);
    lodge_show_field("Subject", view->subject);
    lodge_show_field("Date", date);
    print_text(view->text);
    print_attachments(view->attachments);
}

static void print_heading(const LodgeShow *show, const View *view, const char *wording)
{
    g_autofree char *heading = g_strdup_printf("Receipt %s (%s)", view->id, view->kind);
    lodge_print_heading(show->context, heading);
    if (wording != NULL) {
        g_autofree char *shown = lodge_display_line(wording, LINE_BYTES);
        lodge_print("A preview with the words of %s: nothing is stored or sent.\n", shown);
    } else if (view->state == NULL) {
        lodge_print("It was not made: lodge.conf had no [smtp] when the message was "
                    "decided. It would say:\n");
    } else {
        lodge_show_field("State", view->state);
    }
}

static void print_silence(const LodgeShow *show, const char *may_answer)
{
    g_autofree char *why = lodge_show_silence(may_answer);
    lodge_print_heading(show->context, show->message->reference);
    lodge_print("No receipt: %s.\n", why);
}

/* ---- for machines ---- */

static void write_view(LodgeJsonWriter *writer, const View *view)
{
    lodge_json_begin_object(writer, "receipt");
    lodge_json_add_string(writer, "id", view->id);
    lodge_json_add_string(writer, "kind", view->kind);
    lodge_json_add_string(writer, "state", view->state);
    lodge_json_add_string(writer, "from", view->from);
    lodge_json_add_string(writer, "to", view->to);
    lodge_json_add_string(writer, "subject", view->subject);
    lodge_json_add_instant(writer, "date", view->date_us);
    lodge_json_add_string(writer, "text", view->text);
    lodge_json_begin_array(writer, "attachments");
    for (guint i = 0; i < view->attachments->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(view->attachments, i));
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
}

static void print_json(const LodgeShow *show,
                       const View *view,
                       const char *may_answer,
                       const char *wording)
{
    g_autofree char *why = view == NULL ? lodge_show_silence(may_answer) : NULL;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "reference", show->message->reference);
    lodge_json_add_string(writer, "wording", wording);
    lodge_json_add_string(writer, "may_answer", may_answer);
    lodge_json_add_string(writer, "why_not", why);
    if (view != NULL)
        write_view(writer, view);
    else
        lodge_json_add_null(writer, "receipt");
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

/* ---- both ---- */

static LodgeJsonDocument *
decide_with(const LodgeShow *show, const char *wording_path, GError **error)
{
    gsize size_bytes = 0;
    g_autofree char *text = lodge_key_file_read(wording_path, &size_bytes, error);
    if (text == NULL)
        return NULL;
    g_autoptr(LodgeDecision) decision =
        lodge_preview_decide(show->spool, show->message, text, wording_path, error);
    if (decision == NULL)
        return NULL;
    g_autoptr(GBytes) bytes = lodge_decision_format(decision);
    return lodge_show_parse_decision(bytes, error);
}

static gboolean show_decided(const LodgeShow *show,
                             LodgeJsonDocument *decision,
                             const char *wording_path,
                             GError **error)
{
    const GPtrArray *made = show->message->receipts;
    gboolean from_mail = wording_path == NULL && made->len > 0;
    g_autoptr(View) view =
        from_mail ? view_of_mail(show, g_ptr_array_index(made, made->len - 1), error)
                  : view_of_decision(show, decision);
    if (from_mail && view == NULL)
        return FALSE;
    const char *may_answer =
        lodge_json_get_string(decision, lodge_json_root(decision), "may_answer");
    if (!lodge_json_finish(decision, error))
        return FALSE;
    if (show->context->json) {
        print_json(show, view, may_answer, wording_path);
    } else if (view == NULL) {
        print_silence(show, may_answer);
    } else {
        print_heading(show, view, wording_path);
        print_view(show, view);
    }
    return TRUE;
}

gboolean lodge_show_receipt(const LodgeShow *show, const char *wording_path, GError **error)
{
    if (strcmp(show->message->state, "purged") == 0) {
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "%s was purged, and its receipt with it; see lodge show %s",
                    show->message->reference, show->message->reference);
        return FALSE;
    }
    if (show->decision == NULL) {
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "%s is not decided yet: its receipt is worded when it is",
                    show->message->reference);
        return FALSE;
    }
    if (wording_path == NULL)
        return show_decided(show, show->decision, NULL, error);
    g_autoptr(LodgeJsonDocument) preview = decide_with(show, wording_path, error);
    return preview != NULL && show_decided(show, preview, wording_path, error);
}
