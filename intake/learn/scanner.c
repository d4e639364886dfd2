#include "intake/learn/scanner.h"

#include "intake/learn/clamd_link.h"
#include "intake/learn/clamd_reply.h"
#include "parsers/text/digest.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)

struct LodgeScanner {
    const LodgeScannerSettings *settings;
    gint64 (*now_us)(void);
    gboolean (*stopping)(void);
};

G_DEFINE_QUARK(lodge_scanner_error, lodge_scanner_error)

LodgeScanner *lodge_scanner_new(const LodgeScannerSettings *settings,
                                gint64 (*now_us)(void),
                                gboolean (*stopping)(void))
{
    LodgeScanner *scanner = g_new0(LodgeScanner, 1);
    scanner->settings = settings;
    scanner->now_us = now_us;
    scanner->stopping = stopping;
    return scanner;
}

void lodge_scanner_free(LodgeScanner *scanner)
{
    g_free(scanner);
}

/* ---- commands ---- */

static LodgeClamdLink *open_link(const LodgeScanner *scanner, GError **error)
{
    return lodge_clamd_link_open(scanner->settings, scanner->stopping, error);
}

/* The reply to a command without a body; `name_out`: of the place, g_free. */
static GBytes *
ask(const LodgeScanner *scanner, const char *command, char **name_out, GError **error)
{
    gboolean spoke = FALSE;
    g_autoptr(LodgeClamdLink) link = open_link(scanner, error);
    if (link == NULL ||
        !lodge_clamd_link_send(link, command, strlen(command) + 1,
                               lodge_clamd_link_deadline(link), &spoke, error))
        return NULL;
    GBytes *reply = lodge_clamd_link_receive(link, lodge_clamd_link_deadline(link), error);
    if (reply != NULL)
        *name_out = g_strdup(lodge_clamd_link_name(link));
    return reply;
}

static void
set_strange(const char *name, const char *command, GBytes *reply, GError **error)
{
    gsize size;
    const void *bytes = g_bytes_get_data(reply, &size);
    g_autofree char *shown =
        lodge_display_bytes(bytes, size, LODGE_LIMIT_SCANNER_NAME_BYTES);
    g_set_error(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_UNAVAILABLE,
                "the malware scanner at %s answered %s with \"%s\"; is it a clamd?", name,
                command, shown);
}

char *lodge_scanner_fetch_version(const LodgeScanner *scanner, GError **error)
{
    gsize size;
    g_autofree char *name = NULL;
    g_autoptr(GBytes) reply = ask(scanner, "zVERSION", &name, error);
    if (reply == NULL)
        return NULL;
    const char *bytes = g_bytes_get_data(reply, &size);
    char *version = lodge_clamd_reply_parse_version(bytes, size);
    if (version == NULL)
        set_strange(name, "VERSION", reply, error);
    return version;
}

static gboolean ping(const LodgeScanner *scanner, GError **error)
{
    gsize size;
    g_autofree char *name = NULL;
    g_autoptr(GBytes) reply = ask(scanner, "zPING", &name, error);
    if (reply == NULL)
        return FALSE;
    const char *bytes = g_bytes_get_data(reply, &size);
    if (lodge_clamd_reply_is_pong(bytes, size))
        return TRUE;
    set_strange(name, "PING", reply, error);
    return FALSE;
}

/* ---- handing an object over ---- */

/* One object on its way. */
typedef struct {
    LodgeClamdLink *link;
    int fd;
    gint64 size_bytes;
    gint64 deadline_us;
    gboolean spoke; /* the scanner did, before it had all */
} Stream;

static gboolean send_bytes(Stream *stream, const void *bytes, gsize size, GError **error)
{
    return stream->spoke ||
           lodge_clamd_link_send(stream->link, bytes, size, stream->deadline_us,
                                 &stream->spoke, error);
}

static gboolean set_unreadable(const char *words, GError **error)
{
    g_set_error(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_OBJECT,
                "what is to be scanned cannot be read: %s", words);
    return FALSE;
}

/* The bytes at `offset` with their length before them (4 bytes, network order), as INSTREAM wants them. */
static gboolean
send_chunk(Stream *stream, char *buffer, gint64 offset, gsize *size_out, GError **error)
{
    gsize wanted = (gsize)MIN(CHUNK_BYTES, stream->size_bytes - offset);
    ssize_t got;
    do
        got = pread(stream->fd, buffer + sizeof(guint32), wanted, offset);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return set_unreadable(got == 0 ? "it ends early" : g_strerror(errno), error);
    guint32 length = GUINT32_TO_BE((guint32)got);
    memcpy(buffer, &length, sizeof length);
    *size_out = (gsize)got;
    return send_bytes(stream, buffer, sizeof length + (gsize)got, error);
}

static gboolean send_object(Stream *stream, GError **error)
{
    static const char command[] = "zINSTREAM"; /* its NUL is sent, too */
    static const char end[sizeof(guint32)] = {0};
    g_autofree char *buffer = g_malloc(sizeof(guint32) + CHUNK_BYTES);
    gsize size = 0;
    if (!send_bytes(stream, command, sizeof command, error))
        return FALSE;
    for (gint64 done = 0; done < stream->size_bytes && !stream->spoke; done += (gint64)size)
        if (!send_chunk(stream, buffer, done, &size, error))
            return FALSE;
    return send_bytes(stream, end, sizeof end, error);
}

/* ---- the verdict ---- */

static gboolean set_trouble(const Stream *stream,
                            LodgeClamdVerdict verdict,
                            const char *text,
                            GError **error)
{
    const char *name = lodge_clamd_link_name(stream->link);
    if (verdict == LODGE_CLAMD_TOO_LARGE)
        g_set_error(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_LIMIT,
                    "the malware scanner at %s takes less than [scanner] max_size; raise "
                    "StreamMaxLength in its clamd.conf, or lower max_size",
                    name);
    else
        g_set_error(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_UNAVAILABLE,
                    verdict == LODGE_CLAMD_TROUBLE
                        ? "the malware scanner at %s is in trouble: %s"
                        : "the malware scanner at %s answered with what is no verdict: %s",
                    name, text);
    return FALSE;
}

static gboolean is_verdict(LodgeClamdVerdict verdict)
{
    return verdict == LODGE_CLAMD_CLEAN || verdict == LODGE_CLAMD_FOUND ||
           verdict == LODGE_CLAMD_UNFINISHED;
}

static gboolean fetch_verdict(const Stream *stream,
                              LodgeClamdVerdict *verdict_out,
                              char **name_out,
                              GError **error)
{
    gsize size;
    g_autoptr(GBytes) reply = lodge_clamd_link_receive(
        stream->link, lodge_clamd_link_deadline(stream->link), error);
    if (reply == NULL)
        return FALSE;
    const char *bytes = g_bytes_get_data(reply, &size);
    g_autofree char *text = NULL;
    LodgeClamdVerdict verdict = lodge_clamd_reply_parse(bytes, size, &text);
    if (!is_verdict(verdict))
        return set_trouble(stream, verdict, text, error);
    if (stream->spoke)
        return set_trouble(stream, LODGE_CLAMD_STRANGE, "it came before all was sent",
                           error);
    *verdict_out = verdict;
    *name_out = g_steal_pointer(&text);
    return TRUE;
}

static LodgeScan *make_scan(const LodgeScanner *scanner,
                            const char *sha256,
                            LodgeClamdVerdict verdict,
                            char *name,
                            const char *engine)
{
    LodgeScan *scan = lodge_scan_new(sha256, LODGE_SCAN_CLEAN);
    scan->engine = g_strdup(engine);
    scan->at_us = scanner->now_us();
    if (verdict == LODGE_CLAMD_FOUND) {
        scan->verdict = LODGE_SCAN_INFECTED;
        scan->name = g_strdup(name);
    } else if (verdict == LODGE_CLAMD_UNFINISHED) {
        scan->verdict = LODGE_SCAN_NOT_SCANNED;
        scan->why = g_strdup(LODGE_SCAN_WHY_LIMITS);
    }
    return scan;
}

static LodgeScan *refuse_size(const LodgeScanner *scanner, const char *sha256)
{
    LodgeScan *scan = lodge_scan_new(sha256, LODGE_SCAN_NOT_SCANNED);
    scan->why = g_strdup(LODGE_SCAN_WHY_SIZE);
    scan->at_us = scanner->now_us();
    return scan;
}

LodgeScan *lodge_scanner_scan(const LodgeScanner *scanner,
                              int fd,
                              const char *sha256,
                              const char *engine,
                              GError **error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        set_unreadable(g_strerror(errno), error);
        return NULL;
    }
    if (status.st_size > scanner->settings->max_size_bytes)
        return refuse_size(scanner, sha256);
    g_autoptr(LodgeClamdLink) link = open_link(scanner, error);
    if (link == NULL)
        return NULL;
    Stream stream = {.link = link,
                     .fd = fd,
                     .size_bytes = status.st_size,
                     .deadline_us = lodge_clamd_link_deadline(link)};
    LodgeClamdVerdict verdict;
    g_autofree char *name = NULL;
    if (!send_object(&stream, error) || !fetch_verdict(&stream, &verdict, &name, error))
        return NULL;
    return make_scan(scanner, sha256, verdict, name, engine);
}

/* ---- for people ---- */

/* Nothing but zeros, as much as we would hand over; they take no memory. */
static LodgeScan *scan_largest(const LodgeScanner *scanner, GError **error)
{
    char nothing[LODGE_DIGEST_SIZE];
    lodge_digest_compute("", 0, nothing);
    int fd = memfd_create("lodge-scanner-check", MFD_CLOEXEC);
    LodgeScan *scan = NULL;
    if (fd < 0 || ftruncate(fd, scanner->settings->max_size_bytes) != 0)
        set_unreadable(g_strerror(errno), error);
    else
        scan = lodge_scanner_scan(scanner, fd, nothing, NULL, error);
    if (fd >= 0)
        close(fd);
    return scan;
}

char *lodge_scanner_describe(const LodgeScanner *scanner, GError **error)
{
    if (!ping(scanner, error))
        return NULL;
    g_autofree char *version = lodge_scanner_fetch_version(scanner, error);
    g_autoptr(LodgeScan) scan = version != NULL ? scan_largest(scanner, error) : NULL;
    if (scan == NULL)
        return NULL;
    gint64 largest = scanner->settings->max_size_bytes;
    const char *limit =
        scan->verdict == LODGE_SCAN_CLEAN
            ? "takes as much as max_size"
            : "takes as much as max_size, but does not scan all of it; raise "
              "MaxFileSize and MaxScanSize in its clamd.conf";
    return g_strdup_printf("answers, %s\n%s: %" G_GINT64_FORMAT " bytes\n", version, limit,
                           largest);
}
