/* bench_commit: how fast are messages kept and decided?
 *
 *   bench_commit DIR [messages] [per transaction]
 *
 * Each message is one raw object of 170 kB, staged as the fetcher does, and its decision with
 * the small objects that come with it. DIR must not exist; it is left to be looked at. */
#include "spool/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAW_BYTES (170 * 1024)
#define AT G_GINT64_CONSTANT(1721000000000000)

static void must(gboolean good, const GError *error)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", error != NULL ? error->message : "failed");
    exit(1);
}

static char *put(LodgeTransaction *txn, const char *kind, guint number, gsize size_bytes)
{
    g_autoptr(GError) error = NULL;
    char *text = g_malloc0(size_bytes);
    snprintf(text, size_bytes, "{\"%s\":%u}", kind, number);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, size_bytes);
    char sha256[LODGE_DIGEST_SIZE];
    must(lodge_transaction_put_object(txn, bytes, sha256, &error), error);
    return g_strdup(sha256);
}

static LodgeStage *stage(LodgeSpool *spool, char *raw, guint number)
{
    g_autoptr(GError) error = NULL;
    LodgeStage *made = lodge_stage_new(spool, &error);
    must(made != NULL, error);
    memcpy(raw, &number, sizeof number);
    for (gsize at = 0; at < RAW_BYTES; at += 16 * 1024)
        must(lodge_stage_write(made, raw + at, MIN(16 * 1024, RAW_BYTES - at), &error),
             error);
    must(lodge_stage_finish(made, &error), error);
    return made;
}

static void add(LodgeTransaction *txn, const LodgeEvent *event)
{
    g_autoptr(GError) error = NULL;
    must(lodge_transaction_add(txn, event, &error), error);
}

/* Eight small objects: records of kept, decided and owed; reading, evidence, history,
 * decision, receipt. The rules are shared. */
static void take_in(LodgeSpool *spool, LodgeTransaction *txn, char *raw, guint number)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *reference = lodge_transaction_next_reference(txn, "PP24", &error);
    must(reference != NULL, error);
    g_autoptr(LodgeStage) staged = stage(spool, raw, number);
    g_autoptr(LodgeEvent) kept = lodge_event_new(LODGE_EVENT_KEPT, AT, reference);
    kept->call = g_strdup("productivity-plans-2024");
    kept->message_sha256 = g_strdup(lodge_stage_sha256(staged));
    kept->size_bytes = RAW_BYTES;
    kept->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, number + 1};
    must(lodge_transaction_keep_stage(txn, staged, &error), error);
    add(txn, kept);

    g_autoptr(LodgeEvent) decided = lodge_event_new(LODGE_EVENT_DECIDED, AT, reference);
    decided->outcome = g_strdup("accepted");
    decided->council = g_strdup("E07000115");
    decided->version = 1;
    decided->subject = g_strdup("Productivity plan");
    decided->reading = put(txn, "reading", number, 6000);
    decided->evidence = put(txn, "evidence", number, 600);
    decided->history = put(txn, "history", number, 400);
    decided->rules = put(txn, "rules", 0, 60000);
    decided->decision = put(txn, "decision", number, 4000);
    add(txn, decided);

    g_autoptr(LodgeEvent) owed = lodge_event_new(LODGE_EVENT_OWED, AT, reference);
    owed->receipt = g_strdup_printf("%s.1", reference);
    owed->receipt_kind = g_strdup("decision");
    owed->receipt_to = g_strdup("a@council.example");
    owed->receipt_object = put(txn, "receipt", number, 4000);
    add(txn, owed);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_commit DIR [messages] [per transaction]\n");
        return 2;
    }
    guint messages = argc > 2 ? (guint)atoi(argv[2]) : 2000;
    guint group = argc > 3 ? (guint)atoi(argv[3]) : 50;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeSpool) spool = lodge_spool_open(argv[1], "bench_commit", AT, &error);
    must(spool != NULL, error);
    g_autofree char *raw = g_malloc(RAW_BYTES);
    for (gsize i = 0; i < RAW_BYTES; i++)
        raw[i] = (char)(i * 7 + i / 251);
    gint64 start_us = g_get_monotonic_time();
    for (guint done = 0; done < messages;) {
        LodgeTransaction *txn = lodge_spool_begin(spool, AT, &error);
        must(txn != NULL, error);
        for (guint i = 0; i < group && done < messages; i++, done++)
            take_in(spool, txn, raw, done);
        must(lodge_transaction_commit(txn, &error), error);
    }
    double seconds = (double)(g_get_monotonic_time() - start_us) / 1e6;
    printf("%u messages in %.2f s: %.0f messages/s, %.0f objects/s\n", messages, seconds,
           messages / seconds, messages * 9 / seconds);
    return 0;
}
