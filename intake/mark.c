#include "intake/mark.h"

#include "intake/log.h"

typedef struct {
    char *reference;
    LodgeLocation location;
    char *action;
    LodgePass *pass;
} Mark;

static gboolean apply_mark(LodgeTransaction *txn,
                           LodgeLedger *ledger,
                           gint64 now_us,
                           gpointer data,
                           GError **error)
{
    (void)ledger;
    Mark *mark = data;
    LodgeEvent event = {
        .type = LODGE_EVENT_MARKED,
        .at_us = now_us,
        .reference = mark->reference,
        .location = mark->location,
        .code = mark->action,
    };
    return lodge_transaction_add(txn, &event, error);
}

static void mark_done(gpointer data, const GError *error)
{
    Mark *mark = data;
    if (error != NULL)
        lodge_pass_fail(mark->pass, error);
    else
        lodge_log_info("marked", "reference", mark->reference, "action", mark->action,
                       NULL);
    g_free(mark->reference);
    g_free(mark->location.account);
    g_free(mark->location.folder);
    g_free(mark->action);
    g_free(mark);
}

static gboolean
on_marked(const LodgeLedgerMark *marked, const char *action, gpointer data, GError **error)
{
    (void)error;
    LodgePass *pass = data;
    Mark *mark = g_new0(Mark, 1);
    mark->pass = pass;
    mark->reference = g_strdup(marked->reference);
    mark->location = marked->location;
    mark->location.account = g_strdup(marked->location.account);
    mark->location.folder = g_strdup(marked->location.folder);
    mark->action = g_strdup(action);
    lodge_committer_submit(pass->committer,
                           &(LodgeCommitItem){apply_mark, mark_done, mark});
    return TRUE;
}

gboolean lodge_mark_mailbox(LodgePass *pass, LodgeMailboxSession *session, GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    return ledger != NULL && lodge_mailbox_mark(session, ledger, on_marked, pass, error);
}

static gboolean mark(LodgePass *pass, const LodgeMailbox *mailbox, GError **error)
{
    g_autoptr(LodgeMailboxSession) session =
        lodge_source_open_mailbox(pass->context, mailbox, error);
    return session != NULL && lodge_mark_mailbox(pass, session, error);
}

void lodge_mark_run(LodgePass *pass, GPtrArray *sources)
{
    for (guint i = 0;
         i < sources->len && !pass->context->stopping() && !lodge_pass_has_failed(pass);
         i++) {
        LodgeSource *source = g_ptr_array_index(sources, i);
        g_autoptr(GError) error = NULL;
        if (source->mailbox == NULL || source->mailbox->after == LODGE_AFTER_LEAVE ||
            source->result->error != NULL)
            continue;
        if (mark(pass, source->mailbox, &error))
            continue;
        lodge_log_warning("not-marked", "source", source->result->name, "reason",
                          error->message, NULL);
        source->result->error = g_steal_pointer(&error);
    }
}
