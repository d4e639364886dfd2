#include "intake/watcher.h"

#include "intake/backoff.h"
#include "intake/log.h"
#include "intake/mark.h"
#include "intake/source.h"
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SETTLE_US                                                                          \
    (60 * G_USEC_PER_SEC) /* for what was fetched to be decided, before marks */
#define RECORD_EVERY_US (10 * 60 * G_USEC_PER_SEC) /* a look that showed nothing new */
#define SETTLE_SLICE_MS 100

struct LodgeWatcher {
    LodgePass *pass;
    const LodgeMailbox *mailbox;
    GThread *thread;
    int wake_fd;
    LodgeBackoff backoff;
    char *account;      /* of the last look in the journal, as text; NULL: none */
    gint64 recorded_us; /* monotonic */
    GMutex mutex;       /* guards looked_us */
    gint64 looked_us;
};

static gboolean is_stopping(const LodgeWatcher *watcher)
{
    return watcher->pass->context->stopping();
}

/* Somebody may have woken us many times: it is one reason to look. */
static void take_wake(LodgeWatcher *watcher)
{
    guint64 count;
    while (read(watcher->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
}

/* Until the time is over or somebody wakes us. */
static void pause_for(LodgeWatcher *watcher, guint wait_ms)
{
    struct pollfd at = {.fd = watcher->wake_fd, .events = POLLIN};
    if (!is_stopping(watcher) && poll(&at, 1, (int)wait_ms) > 0)
        take_wake(watcher);
}

/* ---- one look ---- */

/* What would make another line in the journal worth while. */
static char *describe_account(const LodgePassSource *result)
{
    GString *text = g_string_new(result->error == NULL ? "complete" : "incomplete");
    for (guint i = 0; result->folders != NULL && i < result->folders->len; i++) {
        const LodgeEventFolder *folder = g_ptr_array_index(result->folders, i);
        g_string_append_printf(text, "\n%s %u %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                               folder->folder, folder->uidvalidity, folder->uidnext,
                               folder->present, folder->failed);
    }
    return g_string_free(text, FALSE);
}

static gboolean record(LodgeWatcher *watcher, LodgeSource *source, GError **error)
{
    g_autofree char *account = describe_account(source->result);
    gint64 now_us = g_get_monotonic_time();
    gboolean due = watcher->recorded_us == 0 ||
                   now_us - watcher->recorded_us >= RECORD_EVERY_US ||
                   g_strcmp0(account, watcher->account) != 0;
    if (!due || source->result->folders == NULL)
        return TRUE;
    if (!lodge_source_record(source, error))
        return FALSE;
    g_free(watcher->account);
    watcher->account = g_steal_pointer(&account);
    watcher->recorded_us = now_us;
    return TRUE;
}

/* Marks tell what was decided, so they wait for it; what takes longer is marked after the next look. */
static void settle(const LodgeWatcher *watcher)
{
    gint64 until_us = g_get_monotonic_time() + SETTLE_US;
    while (!lodge_workers_are_idle(watcher->pass->workers) && !is_stopping(watcher) &&
           !lodge_pass_has_failed(watcher->pass) && g_get_monotonic_time() < until_us)
        g_usleep(SETTLE_SLICE_MS * 1000);
}

static gboolean look(LodgeWatcher *watcher, LodgeMailboxSession *session, GError **error)
{
    LodgePass *pass = watcher->pass;
    LodgeSource *source = lodge_source_new_mailbox(pass, watcher->mailbox);
    GError *failure = NULL;
    if (lodge_source_has_room(pass, &failure))
        lodge_source_look(source, session, &failure);
    source->result->error = failure;
    gboolean flushed = lodge_pass_flush(pass, error) && record(watcher, source, error);
    gboolean done = flushed && failure == NULL;
    if (flushed && failure != NULL)
        g_propagate_error(error, g_steal_pointer(&source->result->error));
    lodge_source_free_mailbox(source);
    return done;
}

static void note_look(LodgeWatcher *watcher)
{
    g_mutex_lock(&watcher->mutex);
    watcher->looked_us = g_get_monotonic_time();
    g_mutex_unlock(&watcher->mutex);
    lodge_backoff_reset(&watcher->backoff);
}

static gboolean
look_and_mark(LodgeWatcher *watcher, LodgeMailboxSession *session, GError **error)
{
    if (!look(watcher, session, error))
        return FALSE;
    note_look(watcher);
    if (watcher->mailbox->after == LODGE_AFTER_LEAVE || is_stopping(watcher))
        return TRUE;
    settle(watcher);
    return lodge_mark_mailbox(watcher->pass, session, error);
}

/* ---- one session ---- */

/* One folder that was refused, or read anew, does not end a session. */
static gboolean ends_session(const GError *error)
{
    return !g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED) &&
           !g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH);
}

static void complain(LodgeWatcher *watcher, const GError *failure)
{
    lodge_log_warning("mailbox", "mailbox", watcher->mailbox->name, "reason",
                      failure->message, NULL);
}

static gboolean
wait_for_news(LodgeWatcher *watcher, LodgeMailboxSession *session, GError **error)
{
    LodgeMailboxWait found;
    if (!lodge_mailbox_wait(session, watcher->mailbox->poll_ms, LODGE_MAILBOX_RENEW_MS,
                            watcher->wake_fd, &found, error))
        return FALSE;
    if (found == LODGE_MAILBOX_WOKEN)
        take_wake(watcher);
    return TRUE;
}

/* Looks and waits until something fails or we are to end. */
static gboolean watch(LodgeWatcher *watcher, LodgeMailboxSession *session, GError **error)
{
    while (!is_stopping(watcher)) {
        g_autoptr(GError) failure = NULL;
        if (!look_and_mark(watcher, session, &failure)) {
            if (is_stopping(watcher))
                return TRUE;
            if (ends_session(failure)) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
            }
            complain(watcher, failure);
            pause_for(watcher, lodge_backoff_next(&watcher->backoff, failure,
                                                  lodge_mailbox_backoff_ms(session)));
            continue;
        }
        if (!is_stopping(watcher) && !wait_for_news(watcher, session, error))
            return FALSE;
    }
    return TRUE;
}

static void run_session(LodgeWatcher *watcher)
{
    g_autoptr(GError) failure = NULL;
    guint asked_ms = 0;
    g_autoptr(LodgeMailboxSession) session =
        lodge_source_open_mailbox(watcher->pass->context, watcher->mailbox, &failure);
    if (session != NULL) {
        lodge_log_info("connected", "mailbox", watcher->mailbox->name, NULL);
        watch(watcher, session, &failure);
        asked_ms = lodge_mailbox_backoff_ms(session);
    }
    g_clear_pointer(&session, lodge_mailbox_close);
    if (failure == NULL || is_stopping(watcher))
        return;
    complain(watcher, failure);
    pause_for(watcher, lodge_backoff_next(&watcher->backoff, failure, asked_ms));
}

/* ---- the thread ---- */

static gpointer run(gpointer data)
{
    LodgeWatcher *watcher = data;
    while (!is_stopping(watcher))
        run_session(watcher);
    return NULL;
}

LodgeWatcher *
lodge_watcher_new(LodgePass *pass, const LodgeMailbox *mailbox, GError **error)
{
    int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0) {
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno),
                    "[mailbox %s] cannot be watched: no eventfd: %s", mailbox->name,
                    g_strerror(errno));
        return NULL;
    }
    LodgeWatcher *watcher = g_new0(LodgeWatcher, 1);
    watcher->pass = pass;
    watcher->mailbox = mailbox;
    watcher->wake_fd = wake_fd;
    g_mutex_init(&watcher->mutex);
    return watcher;
}

void lodge_watcher_start(LodgeWatcher *watcher)
{
    watcher->thread = g_thread_new("watcher", run, watcher);
}

void lodge_watcher_wake(LodgeWatcher *watcher)
{
    guint64 one = 1;
    while (write(watcher->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

gint64 lodge_watcher_looked_us(LodgeWatcher *watcher)
{
    g_mutex_lock(&watcher->mutex);
    gint64 looked_us = watcher->looked_us;
    g_mutex_unlock(&watcher->mutex);
    return looked_us;
}

const char *lodge_watcher_name(const LodgeWatcher *watcher)
{
    return watcher->mailbox->name;
}

void lodge_watcher_join(LodgeWatcher *watcher)
{
    lodge_watcher_wake(watcher);
    if (watcher->thread != NULL)
        g_thread_join(watcher->thread);
    close(watcher->wake_fd);
    g_mutex_clear(&watcher->mutex);
    g_free(watcher->account);
    g_free(watcher);
}
