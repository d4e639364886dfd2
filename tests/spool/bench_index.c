/* bench_index [messages]: how long the index takes over a large spool, without its disk. */
#include "parsers/text/reference.h"
#include "spool/ledger_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define AT G_GINT64_CONSTANT(1721000000000000)

static double now_s(void)
{
    return (double)g_get_monotonic_time() / 1e6;
}

static void must(gboolean good, const GError *error)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", error != NULL ? error->message : "failed");
    exit(1);
}

static char *digest(const char *kind, guint number)
{
    char sha256[LODGE_DIGEST_SIZE];
    g_autofree char *text = g_strdup_printf("%s %u", kind, number);
    lodge_digest_compute(text, strlen(text), sha256);
    return g_strdup(sha256);
}

static void apply(LodgeLedger *ledger, LodgeEvent *event, guint64 *seq)
{
    g_autoptr(GError) error = NULL;
    event->seq = ++*seq;
    must(lodge_ledger_apply(ledger, event, &error), error);
}

static void take_in(LodgeLedger *ledger, guint number, guint64 *seq)
{
    g_autofree char *reference = lodge_reference_format("PP24", number);
    g_autoptr(LodgeEvent) kept = lodge_event_new(LODGE_EVENT_KEPT, AT, reference);
    kept->call = g_strdup("c");
    kept->message_sha256 = digest("raw", number);
    kept->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, number};
    apply(ledger, kept, seq);
    g_autoptr(LodgeEvent) decided = lodge_event_new(LODGE_EVENT_DECIDED, AT, reference);
    decided->outcome = g_strdup("accepted");
    decided->council = g_strdup_printf("E0700%04u", number % 317);
    decided->content_key = digest("key", number);
    decided->reading = digest("reading", number);
    decided->decision = digest("decision", number);
    decided->documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_document_free);
    LodgeEventDocument *document = lodge_event_document_new();
    document->sha256 = digest("document", number);
    g_ptr_array_add(decided->documents, document);
    apply(ledger, decided, seq);
    g_autoptr(LodgeEvent) owed = lodge_event_new(LODGE_EVENT_OWED, AT, reference);
    owed->receipt = g_strdup_printf("%s.1", reference);
    owed->receipt_to = g_strdup("a@council.example");
    apply(ledger, owed, seq);
}

static gboolean count(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)error;
    *(guint *)data += message->documents->len;
    return TRUE;
}

int main(int argc, char **argv)
{
    guint messages = argc > 1 ? (guint)atoi(argv[1]) : 100000;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeLedger) ledger = lodge_ledger_open("", LODGE_LEDGER_BUILD, &error);
    must(ledger != NULL && lodge_ledger_create_schema(ledger, &error), error);
    guint64 seq = 0;
    double start = now_s();
    must(lodge_ledger_begin(ledger, &error), error);
    for (guint i = 1; i <= messages; i++)
        take_in(ledger, i, &seq);
    must(lodge_ledger_commit(ledger, &error), error);
    printf("apply %u messages (%u events): %.2f s\n", messages, (guint)seq,
           now_s() - start);
    start = now_s();
    guint seen = 0;
    must(lodge_ledger_visit_messages(ledger, NULL, count, &seen, &error), error);
    printf("visit all: %.2f s\n", now_s() - start);
    start = now_s();
    g_autoptr(GArray) uids = lodge_ledger_list_uids(ledger, "plans", "INBOX", 7, &error);
    must(uids != NULL && uids->len == messages && seen == messages, error);
    printf("list UIDs: %.3f s\n", now_s() - start);
    start = now_s();
    g_autoptr(GPtrArray) past =
        lodge_ledger_list_council(ledger, "c", "E07000007", NULL, &error);
    must(past != NULL, error);
    printf("history of one council: %.4f s\n", now_s() - start);
    return 0;
}
