#include "intake/commands/command.h"
#include "intake/examine.h"
#include "parsers/text/display.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static gboolean
write_all(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    const char *at = bytes;
    while (size_bytes > 0) {
        ssize_t written = write(GPOINTER_TO_INT(data), at, size_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO,
                        "memory file: %s", g_strerror(errno));
            return FALSE;
        }
        at += written;
        size_bytes -= (gsize)written;
    }
    return TRUE;
}

static int carve(int leaves_fd, const LodgePart *part, gpointer data, GError **error)
{
    (void)data;
    int fd = lodge_command_scratch("document", error);
    if (fd < 0)
        return -1;
    if (lodge_examine_copy(leaves_fd, part, write_all, GINT_TO_POINTER(fd), error))
        return fd;
    close(fd);
    return -1;
}

/* A document on its own, told from a message by its first bytes; a message begins with a header field. */
static gboolean is_document(int fd)
{
    static const struct {
        const char *bytes;
        gsize size;
    } marks[] = {{"%PDF-", 5}, {"PK\x03\x04", 4}, {"{\\rtf", 5}, {"\xd0\xcf\x11\xe0", 4}};
    char start[8] = {0};
    ssize_t size = pread(fd, start, sizeof start, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (size >= (ssize_t)marks[i].size &&
            memcmp(start, marks[i].bytes, marks[i].size) == 0)
            return TRUE;
    return FALSE;
}

/* ---- for people ---- */

static void print_part(const LodgePart *part)
{
    g_autofree char *name = lodge_display_line(part->name, 60);
    g_autofree char *declared = lodge_display_line(part->declared_type, 80);
    g_autofree char *sniffed = lodge_display_line(part->sniffed_type, 80);
    g_autofree char *size = lodge_print_size(part->size_bytes);
    lodge_print("  %-6s %-11s %s", part->path[0] != '\0' ? part->path : "-",
                lodge_part_kind_format(part->kind), declared);
    if (part->sniffed_type != NULL && strcmp(part->sniffed_type, part->declared_type) != 0)
        lodge_print(", really %s", sniffed);
    lodge_print(name[0] != '\0' ? ", %s\n" : "%s\n", name);
    if (part->kind == LODGE_PART_DOCUMENT)
        lodge_print("         %s, sha256 %s\n", size, part->sha256);
}

static void print_document(const LodgeDocumentFacts *facts)
{
    g_autofree char *size = lodge_print_size(facts->size_bytes);
    g_autofree char *type = lodge_display_line(facts->media_type, 80);
    lodge_print("  %s, %s", type, size);
    if (facts->pages >= 0)
        lodge_print(", %" G_GINT64_FORMAT " pages", facts->pages);
    lodge_print(", encrypted: %s, text: %" G_GINT64_FORMAT " bytes, examination: %s\n",
                lodge_encryption_format(facts->encrypted), facts->text_bytes,
                lodge_examination_format(facts->examination));
}

static void print_strings(const char *label, GStrv strings)
{
    if (strings == NULL || strings[0] == NULL)
        return;
    g_autofree char *joined = g_strjoinv(", ", strings);
    g_autofree char *shown = lodge_display_line(joined, 0);
    lodge_print("%s: %s\n", label, shown);
}

static void print_signer(const LodgeSmimeSigner *signer)
{
    g_autofree char *subject = lodge_display_line(signer->subject, 200);
    g_autofree char *joined = g_strjoinv(", ", signer->emails);
    g_autofree char *emails = lodge_display_line(joined, 400);
    g_autofree char *digest = lodge_display_line(signer->digest, 80);
    lodge_print("         %s, %s%s%s", lodge_smime_result_format(signer->result), digest,
                subject[0] != '\0' ? ", " : "", subject);
    lodge_print(emails[0] != '\0' ? ", %s\n" : "%s\n", emails);
}

/* No anchor is known here: at best a signature is untrusted. */
static void print_smime(const GPtrArray *layers)
{
    if (layers->len > 0)
        lodge_print("S/MIME, without anchors:\n");
    for (guint i = 0; i < layers->len; i++) {
        const LodgeSmimeLayer *layer = g_ptr_array_index(layers, i);
        g_autofree char *path = lodge_display_line(layer->path, 80);
        lodge_print("  %-6s %s, %s\n", path[0] != '\0' ? path : "-",
                    lodge_smime_form_format(layer->form),
                    lodge_smime_result_format(layer->result));
        for (guint j = 0; j < layer->signers->len; j++)
            print_signer(g_ptr_array_index(layer->signers, j));
    }
}

static void print_words(const LodgeReading *reading)
{
    const LodgeMessageFacts *message = reading->message;
    g_autofree char *subject = lodge_display_line(message->subject, 200);
    if (!message->parseable)
        lodge_print("not a message that can be read\n");
    for (guint i = 0; i < message->from->len; i++) {
        const LodgeAddress *from = g_ptr_array_index(message->from, i);
        g_autofree char *shown = lodge_display_line(from->address, 200);
        lodge_print("from: %s\n", shown);
    }
    lodge_print("subject: %s\nparts:\n", subject);
    for (guint i = 0; i < message->parts->len; i++)
        print_part(g_ptr_array_index(message->parts, i));
    print_smime(message->smime);
    if (reading->documents->len > 0)
        lodge_print("documents:\n");
    for (guint i = 0; i < reading->documents->len; i++)
        print_document(g_ptr_array_index(reading->documents, i));
    print_strings("defects", message->defects);
    print_strings("limits hit", message->limits_hit);
}

/* ---- reading ---- */

static void print_bytes(GBytes *bytes)
{
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    lodge_print("%.*s\n", (int)size, text);
}

static gboolean read_document(
    LodgeContext *context, LodgeAirlock *airlock, int fd, const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(LodgeDocumentFacts) facts =
        lodge_airlock_read_document(airlock, fd, name, "application/octet-stream", error);
    if (facts == NULL)
        return FALSE;
    g_autoptr(GBytes) json = lodge_report_format_document(facts);
    if (context->json)
        print_bytes(json);
    else
        print_document(facts);
    return TRUE;
}

static gboolean
read_message(LodgeContext *context, LodgeAirlock *airlock, int fd, GError **error)
{
    int leaves_fd = lodge_command_scratch("leaves", error);
    if (leaves_fd < 0)
        return FALSE;
    g_autoptr(GError) fault = NULL;
    g_autoptr(LodgeReading) reading =
        lodge_examine_message(airlock, fd, leaves_fd, carve, NULL, &fault, error);
    close(leaves_fd);
    if (reading != NULL && fault != NULL)
        g_propagate_error(error, g_steal_pointer(&fault));
    if (reading == NULL || (error != NULL && *error != NULL))
        return FALSE;
    g_autoptr(GBytes) json = lodge_report_format_reading(reading);
    if (context->json)
        print_bytes(json);
    else
        print_words(reading);
    return TRUE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    if (!lodge_command_parse(&lodge_command_read, context, NULL, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_read, argc, 1, 1, error))
        return LODGE_EXIT_USAGE;
    int fd = lodge_command_open_file(argv[1], error);
    if (fd < 0)
        return LODGE_EXIT_USAGE;
    const LodgeAirlockOptions options = {0};
    g_autoptr(LodgeAirlock) airlock = lodge_airlock_new(&options, error);
    gboolean done = airlock != NULL &&
                    (is_document(fd) ? read_document(context, airlock, fd, argv[1], error)
                                     : read_message(context, airlock, fd, error));
    close(fd);
    return done ? LODGE_EXIT_DONE : LODGE_EXIT_TEMPORARY;
}

const LodgeCommand lodge_command_read = {
    .name = "read",
    .arguments = "FILE",
    .summary = "What the airlock finds in a message or a document",
    .details = "Needs no configuration and no spool; nothing is kept.\n",
    .run = run,
};
