/* support.h - a throw-away spool and events to put into it, for the tests of this folder. */
#pragma once

#include "spool/journal.h"
#include "spool/ledger_internal.h"
#include "spool/spool.h"
#include "spool/spool_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0 G_GINT64_CONSTANT(1721000000000000)
#define SECOND G_GINT64_CONSTANT(1000000)
/* For the ledger's questions: due at this instant, by clocks that were never ahead. */
#define DUE(at_us) ((LodgeLedgerDue){at_us, G_MAXINT64})

static inline char *make_dir(void)
{
    g_autofree char *pattern =
        g_build_filename(g_get_tmp_dir(), "lodge-spool-XXXXXX", NULL);
    char *dir = g_mkdtemp(g_steal_pointer(&pattern));
    assert_non_null(dir);
    return dir;
}

static inline int
remove_entry(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
    (void)status;
    (void)flag;
    (void)walk;
    return remove(path);
}

static inline void remove_dir(char *dir)
{
    nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    g_free(dir);
}

static inline void assert_ok(gboolean good, const GError *error)
{
    if (!good || error != NULL)
        fail_msg("%s", error != NULL ? error->message : "failed without an error");
}

static inline LodgeSpool *open_spool(const char *dir)
{
    g_autoptr(GError) error = NULL;
    LodgeSpool *spool = lodge_spool_open(dir, "test", T0, &error);
    assert_ok(spool != NULL, error);
    return spool;
}

static inline LodgeTransaction *begin(LodgeSpool *spool)
{
    g_autoptr(GError) error = NULL;
    LodgeTransaction *txn = lodge_spool_begin(spool, T0, &error);
    assert_ok(txn != NULL, error);
    return txn;
}

static inline void commit(LodgeTransaction *txn)
{
    g_autoptr(GError) error = NULL;
    assert_ok(lodge_transaction_commit(txn, &error), error);
}

/* Owned by the transaction's caller: digest of the text put as an object. */
static inline char *put_text(LodgeTransaction *txn, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    char sha256[LODGE_DIGEST_SIZE];
    assert_ok(lodge_transaction_put_object(txn, bytes, sha256, &error), error);
    return g_strdup(sha256);
}

static inline void add(LodgeTransaction *txn, const LodgeEvent *event)
{
    g_autoptr(GError) error = NULL;
    assert_ok(lodge_transaction_add(txn, event, &error), error);
}

/* Keeps a message of these bytes at INBOX/uid; its reference. */
static inline char *keep_at(LodgeTransaction *txn, const char *bytes, guint32 uid)
{
    g_autoptr(GError) error = NULL;
    char *reference = lodge_transaction_next_reference(txn, "PP24", &error);
    assert_ok(reference != NULL, error);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, T0, reference);
    event->call = g_strdup("productivity-plans-2024");
    event->message_sha256 = put_text(txn, bytes);
    event->size_bytes = (gint64)strlen(bytes);
    event->location.account = g_strdup("plans");
    event->location.folder = g_strdup("INBOX");
    event->location.uidvalidity = 7;
    event->location.uid = uid;
    event->internaldate_us = T0 - SECOND;
    add(txn, event);
    return reference;
}

static inline LodgeEvent *decided(LodgeTransaction *txn, const char *reference)
{
    LodgeEvent *event = lodge_event_new(LODGE_EVENT_DECIDED, T0 + SECOND, reference);
    event->council = g_strdup("E07000115");
    event->version = 1;
    event->outcome = g_strdup("accepted");
    event->timeliness = g_strdup("on-time");
    event->received_us = T0 - 2 * SECOND;
    event->received_source = g_strdup("border-hop");
    event->content_key = g_strdup("key-1");
    event->message_id = g_strdup("abc@council.example");
    event->from = g_strdup("jo.bloggs@council.example");
    event->subject = g_strdup("Our plan £");
    event->findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_finding_free);
    g_ptr_array_add(event->findings,
                    lodge_event_finding_new("pages-many", "warning", "It has many pages."));
    event->documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_document_free);
    LodgeEventDocument *document = lodge_event_document_new();
    document->name = g_strdup("Jo Bloggs plan.pdf");
    document->role = g_strdup("plan");
    document->media_type = g_strdup("application/pdf");
    document->size_bytes = 8;
    document->pages = 4;
    document->sha256 = put_text(txn, "the plan");
    g_ptr_array_add(event->documents, document);
    event->reading = put_text(txn, "{\"reading\":1}");
    event->evidence = put_text(txn, "{\"evidence\":1}");
    event->history = put_text(txn, "{\"history\":1}");
    event->rules = put_text(txn, "{\"rules\":1}");
    event->decision = put_text(txn, "{\"decision\":1}");
    return event;
}

static inline LodgeEvent *owed(LodgeTransaction *txn, const char *reference)
{
    LodgeEvent *event = lodge_event_new(LODGE_EVENT_OWED, T0 + SECOND, reference);
    event->receipt = g_strdup_printf("%s.1", reference);
    event->receipt_kind = g_strdup("decision");
    event->receipt_to = g_strdup("jo.bloggs@council.example");
    event->receipt_message_id = g_strdup("PP24.1@department.example");
    event->receipt_object = put_text(txn, "Subject: your plan\r\n\r\nreceived\r\n");
    return event;
}

static inline LodgeEvent *about_receipt(LodgeEventType type, const char *reference)
{
    LodgeEvent *event = lodge_event_new(type, T0 + 2 * SECOND, reference);
    event->receipt = g_strdup_printf("%s.1", reference);
    event->receipt_kind = g_strdup("decision");
    event->attempt = 1;
    return event;
}

/* Keeps, decides and owes for one message; its reference. */
static inline char *take_in(LodgeTransaction *txn, const char *bytes, guint32 uid)
{
    char *reference = keep_at(txn, bytes, uid);
    g_autoptr(LodgeEvent) decision = decided(txn, reference);
    add(txn, decision);
    g_autoptr(LodgeEvent) receipt = owed(txn, reference);
    add(txn, receipt);
    return reference;
}

static inline LodgeLedgerMessage *get_message(LodgeLedger *ledger, const char *reference)
{
    g_autoptr(GError) error = NULL;
    LodgeLedgerMessage *message = lodge_ledger_get_message(ledger, reference, &error);
    assert_ok(message != NULL, error);
    return message;
}

static inline void assert_known(LodgeLedger *ledger, const char *reference)
{
    lodge_ledger_message_free(get_message(ledger, reference));
}

/* The live index is what the journal gives, row by row. */
static inline void assert_index_is_true(LodgeSpool *spool)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeLedger) rebuilt = lodge_ledger_build_private(
        spool->root, spool->last.segment, LODGE_FOLLOW_STRICT, &error);
    assert_ok(rebuilt != NULL, error);
    g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
    assert_ok(lodge_ledger_compare(spool->ledger, rebuilt, 10, differences, &error), error);
    if (differences->len > 0)
        fail_msg("%s", (const char *)g_ptr_array_index(differences, 0));
}

static inline guint count_files(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    GDir *entries = g_dir_open(path, 0, NULL);
    guint count = 0;
    while (entries != NULL && g_dir_read_name(entries) != NULL)
        count++;
    g_clear_pointer(&entries, g_dir_close);
    return count;
}
