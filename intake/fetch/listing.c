#include "intake/fetch/listing.h"
#include "intake/fetch/mailbox.h"
#include "parsers/imap/fetch.h"
#include "parsers/imap/mailbox_data.h"
#include "parsers/imap/uid_set.h"

#define LISTING_ATTEMPTS 3
#define ATTRIBUTE_RESPONSE_BYTES 80 /* of one "* n FETCH (UID n RFC822.SIZE n)" */

static gint compare_uids(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;
    return left < right ? -1 : left > right;
}

static void sort_unique(GArray *uids)
{
    g_array_sort(uids, compare_uids);
    guint kept = 0;
    for (guint i = 0; i < uids->len; i++) {
        guint32 uid = g_array_index(uids, guint32, i);
        if (kept == 0 || g_array_index(uids, guint32, kept - 1) != uid)
            g_array_index(uids, guint32, kept++) = uid;
    }
    g_array_set_size(uids, kept);
}

gint64 lodge_imap_listing_find(const GArray *uids, guint32 uid)
{
    guint place = 0;
    /* GLib 2.74's binary search takes a GArray without const */
    if (!g_array_binary_search((GArray *)uids, &uid, compare_uids, &place))
        return -1;
    return place;
}

guint64 lodge_imap_listing_split(const GArray *all, const GArray *known, GArray *rest)
{
    guint64 both = 0;
    guint at = 0;
    for (guint i = 0; i < all->len; i++) {
        guint32 uid = g_array_index(all, guint32, i);
        while (at < known->len && g_array_index(known, guint32, at) < uid)
            at++;
        if (at < known->len && g_array_index(known, guint32, at) == uid)
            both++;
        else
            g_array_append_val(rest, uid);
    }
    return both;
}

/* ---- SEARCH ---- */

typedef struct {
    GArray *uids;
    gboolean malformed;
} Search;

static gboolean
take_search(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Search *search = data;
    gboolean named = lodge_imap_response_is(response, "SEARCH") ||
                     lodge_imap_response_is(response, "ESEARCH");
    if (named && !lodge_imap_search_read(response, search->uids))
        search->malformed = TRUE;
    return TRUE;
}

static gboolean search(LodgeImapSession *session,
                       const char *about,
                       const char *command,
                       GArray *uids,
                       GError **error)
{
    static const LodgeImapHandler listener = {.response = take_search};
    Search result = {.uids = uids};
    lodge_imap_session_listen(session, &listener, &result);
    gboolean ok = lodge_imap_session_run(session, about, command, error);
    lodge_imap_session_listen(session, NULL, NULL);
    if (ok && result.malformed) {
        g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL,
                    "%s: the answer to %s is no list of UIDs",
                    lodge_imap_session_name(session), about);
        return FALSE;
    }
    return ok;
}

/* `criterion` is "", or a space and what the messages must be besides. */
static gboolean search_chunks(LodgeImapSession *session,
                              const char *about,
                              const char *criterion,
                              GArray *uids,
                              GError **error)
{
    guint32 exists = lodge_imap_session_selected(session)->exists;
    if (exists <= LODGE_LISTING_CHUNK) {
        g_autofree char *command = g_strdup_printf("UID SEARCH ALL%s", criterion);
        return exists == 0 || search(session, about, command, uids, error);
    }
    guint removals = lodge_imap_session_selected(session)->removals;
    for (guint32 first = 1; first <= exists; first += LODGE_LISTING_CHUNK) {
        if (lodge_imap_session_selected(session)->removals != removals)
            return TRUE; /* the numbers have shifted, and the last ones may be gone */
        guint32 last = MIN(exists, first + LODGE_LISTING_CHUNK - 1);
        g_autofree char *command =
            g_strdup_printf("UID SEARCH %u:%u%s", first, last, criterion);
        if (!search(session, about, command, uids, error))
            return FALSE;
    }
    return TRUE;
}

static GArray *list_uids(LodgeImapSession *session,
                         const char *folder,
                         const char *criterion,
                         GError **error)
{
    g_autofree char *about = g_strdup_printf("UID SEARCH in %s", folder);
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint attempt = 0; attempt < LISTING_ATTEMPTS; attempt++) {
        const LodgeImapSelected *selected = lodge_imap_session_selected(session);
        guint removals = selected->removals;
        gboolean one_command = selected->exists <= LODGE_LISTING_CHUNK;
        g_array_set_size(uids, 0);
        if (!search_chunks(session, about, criterion, uids, error))
            return NULL;
        if (one_command || lodge_imap_session_selected(session)->removals == removals) {
            sort_unique(uids);
            return g_steal_pointer(&uids);
        }
    }
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_BUSY,
                "%s: %s: messages keep being removed; the next pass tries again",
                lodge_imap_session_name(session), about);
    return NULL;
}

GArray *
lodge_imap_listing_uids(LodgeImapSession *session, const char *folder, GError **error)
{
    return list_uids(session, folder, "", error);
}

/* RFC 9051: "SINCE" SP date, disregarding time and timezone: a day earlier covers every zone. */
GArray *lodge_imap_listing_since(LodgeImapSession *session,
                                 const char *folder,
                                 gint64 since_us,
                                 GError **error)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    LodgeCivil day;
    lodge_instant_split(since_us - 24 * 3600 * LODGE_SECOND_US, &day);
    g_autofree char *criterion =
        g_strdup_printf(" SINCE %d-%s-%04d", day.day, months[day.month - 1], day.year);
    return list_uids(session, folder, criterion, error);
}

GArray *lodge_imap_listing_present(LodgeImapSession *session,
                                   const char *folder,
                                   const GArray *uids,
                                   GError **error)
{
    g_autofree char *about = g_strdup_printf("UID SEARCH in %s", folder);
    g_autoptr(GArray) present = g_array_new(FALSE, FALSE, sizeof(guint32));
    const guint32 *all = (const guint32 *)(const void *)uids->data;
    for (guint done = 0; done < uids->len;) {
        guint used = 0;
        guint most = MIN(uids->len - done, LODGE_LISTING_CHUNK);
        g_autofree char *set =
            lodge_imap_uid_set_format(all + done, most, LODGE_IMAP_SET_BYTES, &used);
        g_autofree char *command = g_strdup_printf("UID SEARCH UID %s", set);
        if (!search(session, about, command, present, error))
            return NULL;
        done += used;
    }
    sort_unique(present);
    return g_steal_pointer(&present);
}

/* ---- sizes and dates ---- */

typedef struct {
    const char *item;
    gint64 unknown; /* for messages of which the server does not say it */
    gint64 (*pick)(const LodgeImapFetch *fetch);
} Attribute;

typedef struct {
    const Attribute *attribute;
    const GArray *uids;
    GArray *values;
} Values;

static gboolean take_value(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Values *values = data;
    LodgeImapFetch fetch;
    if (!lodge_imap_fetch_read(response, &fetch) || fetch.uid == 0)
        return TRUE;
    gint64 value = values->attribute->pick(&fetch);
    gint64 place = lodge_imap_listing_find(values->uids, fetch.uid);
    if (place >= 0 && value != values->attribute->unknown)
        g_array_index(values->values, gint64, place) = value;
    return TRUE;
}

static gboolean ask_attribute(LodgeImapSession *session,
                              const char *about,
                              const char *item,
                              const GArray *uids,
                              GError **error)
{
    const guint32 *all = (const guint32 *)(const void *)uids->data;
    for (guint done = 0; done < uids->len;) {
        guint used = 0, ticket = 0;
        guint most = MIN(uids->len - done, LODGE_LISTING_CHUNK);
        g_autofree char *set =
            lodge_imap_uid_set_format(all + done, most, LODGE_IMAP_SET_BYTES, &used);
        g_autofree char *command = g_strdup_printf("UID FETCH %s (UID %s)", set, item);
        LodgeImapReply reply = {0};
        guint64 expected = (guint64)used * ATTRIBUTE_RESPONSE_BYTES;
        if (!lodge_imap_session_send(session, about, command, &ticket, error) ||
            !lodge_imap_session_wait(session, ticket, expected, &reply, error))
            return FALSE;
        gboolean ok = reply.status != LODGE_IMAP_BAD; /* NO: some went away meanwhile */
        guint ignored = 0;
        if (!ok || lodge_server_fault_is_busy(&reply, &ignored)) {
            lodge_imap_session_set_refusal(session, about, &reply, error);
            ok = FALSE;
        }
        lodge_imap_reply_clear(&reply);
        if (!ok)
            return FALSE;
        done += used;
    }
    return TRUE;
}

static GArray *fetch_attribute(LodgeImapSession *session,
                               const char *folder,
                               const Attribute *attribute,
                               const GArray *uids,
                               GError **error)
{
    static const LodgeImapHandler listener = {.response = take_value};
    g_autofree char *about =
        g_strdup_printf("UID FETCH (%s) in %s", attribute->item, folder);
    g_autoptr(GArray) values = g_array_sized_new(FALSE, FALSE, sizeof(gint64), uids->len);
    for (guint i = 0; i < uids->len; i++)
        g_array_append_val(values, attribute->unknown);
    Values result = {.attribute = attribute, .uids = uids, .values = values};
    lodge_imap_session_listen(session, &listener, &result);
    gboolean ok = ask_attribute(session, about, attribute->item, uids, error);
    lodge_imap_session_listen(session, NULL, NULL);
    return ok ? g_steal_pointer(&values) : NULL;
}

static gint64 pick_size(const LodgeImapFetch *fetch)
{
    return fetch->size_bytes;
}

GArray *lodge_imap_listing_sizes(LodgeImapSession *session,
                                 const char *folder,
                                 const GArray *uids,
                                 GError **error)
{
    static const Attribute size = {"RFC822.SIZE", -1, pick_size};
    return fetch_attribute(session, folder, &size, uids, error);
}

static gint64 pick_date(const LodgeImapFetch *fetch)
{
    return fetch->internaldate_us;
}

GArray *lodge_imap_listing_dates(LodgeImapSession *session,
                                 const char *folder,
                                 const GArray *uids,
                                 GError **error)
{
    static const Attribute date = {"INTERNALDATE", LODGE_INSTANT_UNKNOWN, pick_date};
    return fetch_attribute(session, folder, &date, uids, error);
}
