#include "intake/fetch/unseen.h"
#include "parsers/imap/mailbox_name.h"
#include <string.h>

typedef struct {
    char *folder;
    gint64 internaldate_us;
    guint64 seq; /* G_MAXUINT64: of this pass */
    gboolean used;
} Arrival;

typedef struct {
    LodgeEventFolder *account;
    LodgeUidGap gap;
    LodgeLedgerLook last;
    guint64 left; /* known messages that have gone since */
} Folder;

struct LodgeUnseen {
    LodgeLedger *ledger;
    char *account;
    gint64 earliest_us;
    GPtrArray *arrivals; /* Arrival */
    GHashTable *digests; /* of them: each message once, wherever it lies */
    GPtrArray *folders;  /* Folder */
};

static void free_arrival(gpointer data)
{
    Arrival *arrival = data;
    g_free(arrival->folder);
    g_free(arrival);
}

static void free_folder(gpointer data)
{
    Folder *folder = data;
    g_free(folder->gap.text);
    g_free(folder);
}

LodgeUnseen *lodge_unseen_new(LodgeLedger *ledger, const char *account, GError **error)
{
    gint64 earliest_us = LODGE_INSTANT_UNKNOWN;
    if (!lodge_ledger_get_earliest_look(ledger, account, &earliest_us, error))
        return NULL;
    LodgeUnseen *unseen = g_new0(LodgeUnseen, 1);
    unseen->ledger = ledger;
    unseen->account = g_strdup(account);
    unseen->earliest_us = earliest_us;
    unseen->arrivals = g_ptr_array_new_with_free_func(free_arrival);
    unseen->digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    unseen->folders = g_ptr_array_new_with_free_func(free_folder);
    return unseen;
}

void lodge_unseen_free(LodgeUnseen *unseen)
{
    if (unseen == NULL)
        return;
    g_ptr_array_unref(unseen->arrivals);
    g_hash_table_unref(unseen->digests);
    g_ptr_array_unref(unseen->folders);
    g_free(unseen->account);
    g_free(unseen);
}

static gboolean is_after(gint64 internaldate_us, gint64 look_us)
{
    return look_us != LODGE_INSTANT_UNKNOWN && internaldate_us != LODGE_INSTANT_UNKNOWN &&
           internaldate_us >= look_us - LODGE_UNSEEN_SLACK_US;
}

static void add_arrival(LodgeUnseen *unseen,
                        const char *sha256,
                        const char *folder,
                        gint64 internaldate_us,
                        guint64 seq)
{
    if (!g_hash_table_add(unseen->digests, g_strdup(sha256)))
        return;
    Arrival *arrival = g_new0(Arrival, 1);
    arrival->folder = g_strdup(folder);
    arrival->internaldate_us = internaldate_us;
    arrival->seq = seq;
    g_ptr_array_add(unseen->arrivals, arrival);
}

gboolean lodge_unseen_note(LodgeUnseen *unseen,
                           const char *sha256,
                           const char *folder,
                           gint64 internaldate_us,
                           GError **error)
{
    if (!is_after(internaldate_us, unseen->earliest_us) ||
        g_hash_table_contains(unseen->digests, sha256))
        return TRUE;
    g_autoptr(GError) failure = NULL;
    g_autofree char *known = lodge_ledger_find_message(unseen->ledger, sha256, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (known == NULL)
        add_arrival(unseen, sha256, folder, internaldate_us, G_MAXUINT64);
    return TRUE;
}

void lodge_unseen_add(LodgeUnseen *unseen,
                      LodgeEventFolder *account,
                      const LodgeLedgerLook *last,
                      LodgeUidGap gap)
{
    Folder *folder = g_new0(Folder, 1);
    folder->account = account;
    folder->gap = gap;
    folder->last = *last;
    if (last->at_us != LODGE_INSTANT_UNKNOWN && account->vanished > last->vanished)
        folder->left = account->vanished - last->vanished;
    g_ptr_array_add(unseen->folders, folder);
}

gint64 lodge_unseen_since_us(const LodgeUnseen *unseen)
{
    gint64 since_us = G_MAXINT64;
    for (guint i = 0; i < unseen->folders->len; i++) {
        const Folder *folder = g_ptr_array_index(unseen->folders, i);
        if (folder->gap.count > 0)
            since_us = MIN(since_us, folder->last.at_us);
    }
    return since_us == G_MAXINT64 ? LODGE_INSTANT_UNKNOWN
                                  : since_us - LODGE_UNSEEN_SLACK_US;
}

/* ---- settling ---- */

/* A pass that broke off has kept messages, too, and told of no look. */
static gboolean recall_arrivals(LodgeUnseen *unseen, GError **error)
{
    guint64 after_seq = G_MAXINT64;
    for (guint i = 0; i < unseen->folders->len; i++) {
        const Folder *folder = g_ptr_array_index(unseen->folders, i);
        if (folder->gap.count > 0)
            after_seq = MIN(after_seq, folder->last.seq);
    }
    g_autoptr(GPtrArray) kept =
        lodge_ledger_list_arrivals(unseen->ledger, unseen->account, after_seq, error);
    if (kept == NULL)
        return FALSE;
    for (guint i = 0; i < kept->len; i++) {
        const LodgeLedgerArrival *arrival = g_ptr_array_index(kept, i);
        add_arrival(unseen, arrival->message_sha256, arrival->folder,
                    arrival->internaldate_us, arrival->seq);
    }
    return TRUE;
}

static guint64 count_arrivals(LodgeUnseen *unseen, const Folder *gap)
{
    guint64 found = 0;
    for (guint i = 0; i < unseen->arrivals->len && found < gap->gap.count; i++) {
        Arrival *arrival = g_ptr_array_index(unseen->arrivals, i);
        if (arrival->used || arrival->seq <= gap->last.seq ||
            strcmp(arrival->folder, gap->account->folder) == 0 ||
            !is_after(arrival->internaldate_us, gap->last.at_us))
            continue;
        arrival->used = TRUE;
        found++;
    }
    return found;
}

static guint64 count_passers(LodgeUnseen *unseen, const Folder *gap, guint64 wanted)
{
    guint64 found = 0;
    if (lodge_imap_mailbox_name_equal(gap->account->folder, "INBOX"))
        return 0;
    for (guint i = 0; i < unseen->folders->len && found < wanted; i++) {
        Folder *other = g_ptr_array_index(unseen->folders, i);
        if (other == gap)
            continue;
        guint64 used = MIN(other->left, wanted - found);
        other->left -= used;
        found += used;
    }
    return found;
}

/* The latest look first: what accounts for it could account for the others, but not the other way round. */
static gint compare_looks(gconstpointer a, gconstpointer b)
{
    const Folder *left = *(const Folder *const *)a, *right = *(const Folder *const *)b;
    return left->last.at_us < right->last.at_us   ? 1
           : left->last.at_us > right->last.at_us ? -1
                                                  : 0;
}

gboolean lodge_unseen_settle(LodgeUnseen *unseen, GError **error)
{
    if (lodge_unseen_since_us(unseen) == LODGE_INSTANT_UNKNOWN)
        return TRUE;
    if (!recall_arrivals(unseen, error))
        return FALSE;
    g_ptr_array_sort(unseen->folders, compare_looks);
    for (guint i = 0; i < unseen->folders->len; i++) {
        Folder *folder = g_ptr_array_index(unseen->folders, i);
        guint64 missing = folder->gap.count - count_arrivals(unseen, folder);
        missing -= count_passers(unseen, folder, missing);
        if (missing == 0)
            continue;
        folder->account->unseen = missing;
        folder->account->unseen_since_us = folder->last.at_us;
        folder->account->unseen_uids = g_steal_pointer(&folder->gap.text);
    }
    return TRUE;
}

void lodge_unseen_give_up(LodgeUnseen *unseen)
{
    for (guint i = 0; i < unseen->folders->len; i++) {
        const Folder *folder = g_ptr_array_index(unseen->folders, i);
        if (folder->gap.count > 0)
            folder->account->looked_us = LODGE_INSTANT_UNKNOWN;
    }
}
