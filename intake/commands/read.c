#include "intake/commands/command.h"
#include "intake/commands/print_reading.h"
#include "intake/decide/themes.h"
#include "intake/examine.h"
#include "parsers/text/display.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define START_BYTES 1024

static int carve(int leaves_fd, const LodgePart *part, gpointer data, GError **error)
{
    (void)data;
    int fd = lodge_command_scratch("document", error);
    if (fd < 0)
        return -1;
    if (lodge_examine_copy(leaves_fd, part, lodge_examine_write, GINT_TO_POINTER(fd),
                           error))
        return fd;
    close(fd);
    return -1;
}

static int make_scratch(gpointer data, GError **error)
{
    (void)data;
    return lodge_command_scratch("container", error);
}

/* "Subject:" and the like, or the line that mailboxes begin a message with. */
static gboolean begins_like_message(const char *start, gsize size_bytes)
{
    gsize length = 0;
    if (size_bytes >= 5 && strncmp(start, "From ", 5) == 0)
        return TRUE;
    while (length < size_bytes && start[length] > ' ' && start[length] < 127 &&
           start[length] != ':')
        length++;
    return length > 0 && length < size_bytes && start[length] == ':';
}

/* A document on its own is told from a message by its first bytes. What has no header field at its beginning
 * and is not a text at all, or a text that says what it is, is a document; of other texts the name must tell. */
static gboolean is_document(int fd, const char *path)
{
    static const char *const marks[] = {"%PDF-", "{\\rtf", "<?xml", "<!DOCTYPE", "<html"};
    char start[START_BYTES + 1] = {0};
    ssize_t size = pread(fd, start, START_BYTES, 0);
    if (size <= 0 || begins_like_message(start, (gsize)size))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (memmem(start, (gsize)size, marks[i], strlen(marks[i])) != NULL)
            return TRUE;
    for (ssize_t i = 0; i < size; i++)
        if (start[i] >= 0 && start[i] < ' ' && strchr("\t\n\r\f\033", start[i]) == NULL)
            return TRUE;
    return start[0] == '\0' || g_str_has_suffix(path, ".csv") ||
           g_str_has_suffix(path, ".txt");
}

/* ---- themes ---- */

/* NULL: no call was named. */
typedef struct {
    LodgeSettings *settings;
    const LodgeCall *call;
} Wording;

static gboolean
load_call(const LodgeContext *context, const char *wanted, Wording *wording, GError **error)
{
    wording->settings = lodge_settings_load(context->config_path, error);
    const LodgeCallSettings *found =
        wording->settings != NULL
            ? lodge_command_choose_call(wording->settings, wanted, error)
            : NULL;
    wording->call = found != NULL ? found->rules->call : NULL;
    return found != NULL;
}

static GStrv find_themes(const LodgeDocumentFacts *facts, const LodgeCall *call)
{
    if (call == NULL)
        return g_new0(char *, 1);
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    for (guint i = 0; i < facts->pages_text->len; i++)
        lodge_folded_text_append(text, g_ptr_array_index(facts->pages_text, i));
    return lodge_themes_find(text, call);
}

/* ---- reading ---- */

static void print_bytes(GBytes *bytes)
{
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    lodge_print("%.*s\n", (int)size, text);
}

static void shown_free(gpointer data)
{
    LodgeShownDocument *shown = data;
    g_strfreev(shown->themes);
    g_free(shown);
}

static const char *find_declared(const LodgeMessageFacts *message, const char *sha256)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (strcmp(part->sha256, sha256) == 0)
            return part->declared_type;
    }
    return "";
}

static GPtrArray *show_documents(const LodgeReading *reading, const LodgeCall *call)
{
    GPtrArray *shown = g_ptr_array_new_with_free_func(shown_free);
    for (guint i = 0; i < reading->documents->len; i++) {
        const LodgeDocumentFacts *facts = g_ptr_array_index(reading->documents, i);
        LodgeShownDocument *one = g_new0(LodgeShownDocument, 1);
        *one = (LodgeShownDocument){facts, find_declared(reading->message, facts->sha256),
                                    find_themes(facts, call)};
        g_ptr_array_add(shown, one);
    }
    return shown;
}

static void print_document(LodgeContext *context,
                           const LodgeDocumentFacts *facts,
                           const LodgeReading *archive,
                           const LodgeCall *call)
{
    g_auto(GStrv) themes = find_themes(facts, call);
    const LodgeShownDocument document = {facts, "", themes};
    g_autoptr(GPtrArray) shown = archive != NULL ? show_documents(archive, call) : NULL;
    g_autoptr(GBytes) json = lodge_report_format_shown_document(
        &document, archive != NULL ? archive->message->parts : NULL, shown);
    if (context->json) {
        print_bytes(json);
        return;
    }
    lodge_print_document_words(facts, themes);
    if (archive != NULL)
        lodge_print_archive_words(archive);
}

/* An archive is read once more, as the document that it is, for what is to be said of itself. */
static gboolean read_document(LodgeContext *context,
                              LodgeAirlock *airlock,
                              int fd,
                              const char *path,
                              const LodgeCall *call,
                              GError **error)
{
    static const LodgeExamineFiles files = {carve, NULL, make_scratch, NULL};
    g_autofree char *name = g_path_get_basename(path);
    GError *fault = NULL;
    g_autoptr(LodgeReading) reading =
        lodge_examine_file(airlock, fd, name, &files, &fault, error);
    if (reading == NULL)
        return FALSE;
    const LodgePart *part = g_ptr_array_index(reading->message->parts, 0);
    gboolean is_archive = part->kind == LODGE_PART_CONTAINER;
    g_autoptr(LodgeDocumentFacts) itself = NULL;
    if (fault == NULL && is_archive)
        itself =
            lodge_airlock_read_document(airlock, fd, name, part->declared_type, &fault);
    if (fault != NULL) {
        g_propagate_error(error, fault);
        return FALSE;
    }
    print_document(context, is_archive ? itself : g_ptr_array_index(reading->documents, 0),
                   is_archive ? reading : NULL, call);
    return TRUE;
}

static void print_reading_json(const LodgeReading *reading, const LodgeCall *call)
{
    g_autoptr(GPtrArray) shown = show_documents(reading, call);
    g_autoptr(GBytes) json = lodge_report_format_shown_message(reading, shown);
    print_bytes(json);
}

static gboolean read_message(LodgeContext *context,
                             LodgeAirlock *airlock,
                             int fd,
                             const LodgeCall *call,
                             GError **error)
{
    int leaves_fd = lodge_command_scratch("leaves", error);
    if (leaves_fd < 0)
        return FALSE;
    g_autoptr(GError) fault = NULL;
    const LodgeExamineFiles files = {carve, NULL, make_scratch, NULL};
    g_autoptr(LodgeReading) reading =
        lodge_examine_message(airlock, fd, leaves_fd, &files, &fault, error);
    close(leaves_fd);
    if (reading != NULL && fault != NULL)
        g_propagate_error(error, g_steal_pointer(&fault));
    if (reading == NULL || (error != NULL && *error != NULL))
        return FALSE;
    if (context->json)
        print_reading_json(reading, call);
    else
        lodge_print_reading_words(reading);
    return TRUE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *wanted = NULL;
    const char *config_unsaid = context->config_path;
    const GOptionEntry entries[] = {
        {"call", 0, 0, G_OPTION_ARG_STRING, &wanted, "Whose themes, if there are several",
         "ID"},
        G_OPTION_ENTRY_NULL,
    };
    Wording wording = {0};
    if (!lodge_command_parse(&lodge_command_read, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_read, argc, 1, 1, error))
        return LODGE_EXIT_USAGE;
    int fd = lodge_command_open_file(argv[1], error);
    if (fd < 0)
        return LODGE_EXIT_USAGE;
    const LodgeAirlockOptions options = {0};
    gboolean is_ready = context->config_path == config_unsaid ||
                        load_call(context, wanted, &wording, error);
    g_autoptr(LodgeAirlock) airlock = is_ready ? lodge_airlock_new(&options, error) : NULL;
    gboolean done = airlock != NULL &&
                    (is_document(fd, argv[1])
                         ? read_document(context, airlock, fd, argv[1], wording.call, error)
                         : read_message(context, airlock, fd, wording.call, error));
    close(fd);
    lodge_settings_free(wording.settings);
    return done ? LODGE_EXIT_DONE : LODGE_EXIT_TEMPORARY;
}

const LodgeCommand lodge_command_read = {
    .name = "read",
    .arguments = "FILE",
    .summary = "What the airlock finds in a message, a document or an archive",
    .details =
        "Needs no configuration and no spool; nothing is kept. With --config the themes of\n"
        "its call are looked for.\n",
    .run = run,
};
