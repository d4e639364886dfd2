#include "intake/operate/holdings.h"

#include "parsers/report/report.h"
#include "parsers/text/limits.h"
#include <string.h>

typedef struct {
    LodgeHoldings *holdings;
    GHashTable *by_reference; /* borrowed reference, or "" -> LodgeHolding */
    GHashTable *unreadable;   /* names in the list */
    LodgeSearchProgress progress;
} Gathering;

static void place_free(gpointer data)
{
    LodgeHoldingPlace *place = data;
    g_free(place->event);
    g_free(place->what);
    g_free(place->object);
    g_free(place);
}

static void holding_free(gpointer data)
{
    LodgeHolding *holding = data;
    g_free(holding->reference);
    lodge_ledger_message_free(holding->message);
    g_ptr_array_unref(holding->receipts);
    g_ptr_array_unref(holding->places);
    g_free(holding);
}

static void entry_free(gpointer data)
{
    LodgeHoldingEntry *entry = data;
    g_free(entry->call);
    g_free(entry->council);
    g_free(entry->name);
    g_free(entry->as);
    g_free(entry);
}

void lodge_holdings_free(LodgeHoldings *holdings)
{
    if (holdings == NULL)
        return;
    g_ptr_array_unref(holdings->holdings);
    g_ptr_array_unref(holdings->entries);
    g_ptr_array_unref(holdings->unreadable);
    g_free(holdings);
}

/* ---- where the bytes stand ---- */

static LodgeHolding *get_holding(Gathering *gathering, const char *reference)
{
    const char *key = reference != NULL ? reference : "";
    LodgeHolding *holding = g_hash_table_lookup(gathering->by_reference, key);
    if (holding != NULL)
        return holding;
    holding = g_new0(LodgeHolding, 1);
    holding->reference = g_strdup(reference);
    holding->receipts = g_ptr_array_new();
    holding->places = g_ptr_array_new_with_free_func(place_free);
    g_ptr_array_add(gathering->holdings->holdings, holding);
    g_hash_table_insert(gathering->by_reference,
                        holding->reference != NULL ? holding->reference : (char *)"",
                        holding);
    return holding;
}

static char *name_object(const char *sha256)
{
    return g_strdup_printf("objects/%.2s/%s", sha256, sha256);
}

/* The rules of a call hold its whole register: that a council stands in it says nothing about the message that was
 * decided by it. */
static void found(const LodgeSearchHit *hit, gpointer data)
{
    Gathering *gathering = data;
    gboolean rules = strcmp(hit->what, "rules") == 0;
    LodgeHolding *holding = get_holding(gathering, rules ? NULL : hit->event->reference);
    g_autofree char *object = name_object(hit->sha256);
    for (guint i = 0; i < holding->places->len; i++) {
        const LodgeHoldingPlace *known = g_ptr_array_index(holding->places, i);
        if (strcmp(known->object, object) == 0)
            return;
    }
    LodgeHoldingPlace *place = g_new0(LodgeHoldingPlace, 1);
    place->event = g_strdup(lodge_event_type_format(hit->event->type));
    place->at_us = hit->event->at_us;
    place->what = g_strdup(hit->what);
    place->object = g_steal_pointer(&object);
    g_ptr_array_add(holding->places, place);
}

static void unreadable(const LodgeSearchHit *hit, gpointer data)
{
    Gathering *gathering = data;
    char *object = name_object(hit->sha256);
    if (g_hash_table_add(gathering->unreadable, object))
        g_ptr_array_add(gathering->holdings->unreadable, object);
    else
        g_free(object);
}

static void progress(guint64 done, guint64 total, gpointer data)
{
    const Gathering *gathering = data;
    if (gathering->progress != NULL)
        gathering->progress(done, total, NULL);
}

/* ---- what part the address has in a message ---- */

static gboolean is_same(const char *a, const char *b)
{
    return a != NULL && g_ascii_strcasecmp(a, b) == 0;
}

static gboolean is_among(const GPtrArray *addresses, const char *wanted)
{
    for (guint i = 0; i < addresses->len; i++) {
        const LodgeAddress *address = g_ptr_array_index(addresses, i);
        if (is_same(address->address, wanted))
            return TRUE;
    }
    return FALSE;
}

/* A reading that cannot be read was told already as an object that cannot be. */
static void look_at_reading(LodgeHolding *holding, LodgeSpool *spool, const char *address)
{
    const char *sha256 = holding->message->reading;
    g_autoptr(GBytes) bytes =
        sha256 != NULL
            ? lodge_spool_read_object(spool, sha256, LODGE_LIMIT_READING_BYTES, NULL)
            : NULL;
    g_autoptr(LodgeReading) reading =
        bytes != NULL ? lodge_report_parse_reading(bytes, NULL) : NULL;
    if (reading == NULL)
        return;
    holding->sender = holding->sender || is_among(reading->message->from, address) ||
                      is_same(reading->message->return_path, address);
    holding->addressee =
        is_among(reading->message->to, address) || is_among(reading->message->cc, address);
}

static gboolean
complete(LodgeHolding *holding, LodgeSpool *spool, const char *address, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (holding->reference == NULL)
        return TRUE;
    holding->message =
        lodge_ledger_get_message(lodge_spool_ledger(spool), holding->reference, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (holding->message == NULL)
        return TRUE;
    holding->sender = is_same(holding->message->from, address);
    for (guint i = 0; i < holding->message->receipts->len; i++) {
        LodgeLedgerReceipt *receipt = g_ptr_array_index(holding->message->receipts, i);
        if (is_same(receipt->to, address))
            g_ptr_array_add(holding->receipts, receipt);
    }
    look_at_reading(holding, spool, address);
    return TRUE;
}

/* ---- the register ---- */

static void
add_entry(LodgeHoldings *holdings, const char *call, const LodgeBody *body, const char *as)
{
    LodgeHoldingEntry *entry = g_new0(LodgeHoldingEntry, 1);
    entry->call = g_strdup(call);
    entry->council = g_strdup(body->gss);
    entry->name = g_strdup(body->name);
    entry->as = g_strdup(as);
    g_ptr_array_add(holdings->entries, entry);
}

static void look_at_register(LodgeHoldings *holdings,
                             const LodgeCallSettings *call,
                             const char *address)
{
    for (guint i = 0; i < lodge_register_count(call->rules->reg); i++) {
        const LodgeBody *body = lodge_register_at(call->rules->reg, i);
        if (is_same(body->contact, address))
            add_entry(holdings, call->id, body, "contact");
        for (guint j = 0; body->delegates != NULL && body->delegates[j] != NULL; j++)
            if (is_same(body->delegates[j], address))
                add_entry(holdings, call->id, body, "delegate");
    }
}

LodgeHoldings *lodge_holdings_find(const LodgeSettings *settings,
                                   LodgeSpool *spool,
                                   const char *address,
                                   LodgeSearchProgress shown,
                                   GError **error)
{
    g_autoptr(LodgeHoldings) holdings = g_new0(LodgeHoldings, 1);
    holdings->holdings = g_ptr_array_new_with_free_func(holding_free);
    holdings->entries = g_ptr_array_new_with_free_func(entry_free);
    holdings->unreadable = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) by_reference = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    Gathering gathering = {holdings, by_reference, names, shown};
    const LodgeSearchReport report = {found, unreadable, progress, &gathering};
    if (!lodge_search_run(lodge_spool_dir(spool), address, &report, error))
        return NULL;
    for (guint i = 0; i < holdings->holdings->len; i++)
        if (!complete(g_ptr_array_index(holdings->holdings, i), spool, address, error))
            return NULL;
    for (guint i = 0; i < settings->calls->len; i++)
        look_at_register(holdings, g_ptr_array_index(settings->calls, i), address);
    return g_steal_pointer(&holdings);
}
