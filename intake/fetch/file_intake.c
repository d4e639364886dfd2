#include "intake/fetch/file_intake.h"
#include "intake/fetch/mbox.h"
#include "parsers/text/display.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)

/* The message that is being read. */
typedef struct {
    LodgeFileIntake *intake;
    const char *path;
    guint32 number; /* in its mbox; 0: the whole file */
    LodgeStage *stage;
    gint64 total_bytes;
} Message;

gboolean
lodge_file_intake_leave_out(LodgeFileIntake *intake, const char *path, const char *words)
{
    g_autofree char *shown = lodge_display_line(path, 500);
    if (intake->sink->warn != NULL)
        intake->sink->warn(shown, words, intake->sink->data);
    intake->failed++;
    return TRUE;
}

gboolean lodge_file_intake_check_stopping(const LodgeFileIntake *intake, GError **error)
{
    const LodgeFetchSink *sink = intake->sink;
    if (sink->stopping == NULL || !sink->stopping(sink->data))
        return TRUE;
    g_set_error_literal(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                        "the files were left before their end, as asked");
    return FALSE;
}

/* ---- one message ---- */

static gboolean leave_out(const Message *message, const char *words)
{
    g_autofree char *object =
        message->number == 0
            ? g_strdup(message->path)
            : g_strdup_printf("%s, message %u", message->path, message->number);
    return lodge_file_intake_leave_out(message->intake, object, words);
}

static gboolean is_too_large(const Message *message)
{
    return message->total_bytes > message->intake->max_message_bytes;
}

static gboolean begin(guint32 number, gpointer data, GError **error)
{
    Message *message = data;
    if (number > 1 && !lodge_file_intake_check_stopping(message->intake, error))
        return FALSE;
    message->number = number;
    message->total_bytes = 0;
    message->stage = lodge_stage_new(message->intake->spool, error);
    return message->stage != NULL;
}

static gboolean take(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    Message *message = data;
    message->total_bytes += (gint64)size_bytes;
    if (is_too_large(message)) {
        g_clear_pointer(&message->stage, lodge_stage_free);
        return TRUE;
    }
    return lodge_stage_write(message->stage, bytes, size_bytes, error);
}

static gboolean refuse_size(const Message *message)
{
    g_autofree char *limit = g_format_size((guint64)message->intake->max_message_bytes);
    g_autofree char *words = g_strdup_printf("it is over the limit of %s", limit);
    return leave_out(message, words);
}

static gboolean deliver(gpointer data, GError **error)
{
    Message *message = data;
    LodgeFileIntake *intake = message->intake;
    if (is_too_large(message))
        return refuse_size(message);
    if (!lodge_stage_finish(message->stage, error))
        return FALSE;
    LodgeLocation location = {
        .account = (char *)"file", .folder = (char *)message->path, .uid = message->number};
    if (!intake->sink->deliver(g_steal_pointer(&message->stage), &location,
                               LODGE_INSTANT_UNKNOWN, intake->sink->data, error))
        return FALSE;
    intake->fetched++;
    if (intake->sink->progress != NULL)
        intake->sink->progress("file", intake->fetched, 0, intake->sink->data);
    return TRUE;
}

/* ---- the file ---- */

typedef enum { READ, ENDED, UNREADABLE, FAILED } Reading;

/* FAILED sets the error; UNREADABLE leaves errno. A pipe may be silent for ever, so a signal
 * that asks us to stop is heeded in the middle of one message, too. */
static Reading read_some(
    const LodgeFileIntake *intake, int fd, guint8 *buffer, gsize *size, GError **error)
{
    for (;;) {
        ssize_t count = read(fd, buffer, READ_BYTES);
        if (count >= 0) {
            *size = (gsize)count;
            return count > 0 ? READ : ENDED;
        }
        if (errno != EINTR)
            return UNREADABLE;
        if (!lodge_file_intake_check_stopping(intake, error))
            return FAILED;
    }
}

/* Of a file that is one message nothing more is read once it is too large. */
static gboolean read_all(Message *message, LodgeMbox *mbox, int fd, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    for (;;) {
        gsize size = 0;
        switch (read_some(message->intake, fd, buffer, &size, error)) {
        case READ:
            if (!lodge_mbox_feed(mbox, buffer, size, error))
                return FALSE;
            if (message->number == 0 && is_too_large(message))
                return refuse_size(message);
            break;
        case ENDED:
            return lodge_mbox_finish(mbox, error);
        case UNREADABLE:
            return leave_out(message, g_strerror(errno));
        case FAILED:
            return FALSE;
        }
    }
}

gboolean
lodge_file_intake_take(LodgeFileIntake *intake, int fd, const char *path, GError **error)
{
    static const LodgeMboxHandler handler = {begin, take, deliver};
    Message message = {.intake = intake, .path = path};
    g_autoptr(LodgeMbox) mbox = lodge_mbox_new(&handler, &message);
    gboolean ok = read_all(&message, mbox, fd, error);
    lodge_stage_free(message.stage);
    return ok;
}
