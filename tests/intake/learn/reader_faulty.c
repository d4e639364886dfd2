/* A reader that misbehaves as the first line of its input says; built for the airlock's tests and never
 * installed. Everything but the work is the real thing: zygote, cell, protocol. */
#include "parsers/cell/protocol.h"
#include "parsers/cell/zygote.h"
#include "parsers/report/report.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPORT_FD 4
#define NESTING 200000

#ifdef LODGE_SANITIZED
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "detect_leaks=0:handle_segv=0:allocator_may_return_null=1";
}
#endif

static gboolean prepare(GError **error)
{
    (void)error;
    return TRUE;
}

/* ---- what any reader may do wrong ---- */

static GBytes *crash(void)
{
    volatile int *volatile nowhere = NULL;
    __builtin_trap();
    return g_bytes_new(NULL, (gsize)*nowhere);
}

static GBytes *hang(void)
{
    volatile guint rounds = 1;
    while (rounds != 0)
        rounds |= 1;
    return NULL;
}

static GBytes *flood(void)
{
    static const char chunk[65536];
    while (write(REPORT_FD, chunk, sizeof chunk) > 0)
        ;
    return NULL;
}

static GBytes *devour(void)
{
    const gsize piece = 64 * 1024 * 1024;
    gsize total = 0;
    while (total < 2 * (gsize)LODGE_LIMIT_READER_MEMORY_BYTES) {
        memset(g_malloc(piece), 1,
               piece); /* touched: somewhere only what is resident counts */
        total += piece;
    }
    return hang(); /* until the watch has seen it */
}

static GBytes *nest(void)
{
    char *brackets = g_malloc(NESTING);
    memset(brackets, '[', NESTING);
    return g_bytes_new_take(brackets, NESTING);
}

static GBytes *leave(void)
{
    _exit(42);
}

static GBytes *misbehave(const char *order)
{
    static const struct {
        const char *order;
        GBytes *(*act)(void);
    } acts[] = {{"crash", crash},   {"hang", hang}, {"flood", flood},
                {"devour", devour}, {"nest", nest}, {"leave", leave}};
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
        if (strcmp(order, acts[i].order) == 0)
            return acts[i].act();
    }
    if (strcmp(order, "empty") == 0)
        return g_bytes_new(NULL, 0);
    if (strcmp(order, "garbage") == 0)
        return g_bytes_new_static("{\"kind\":\"document\",\x1b[31m", 25);
    return NULL;
}

static char *read_order(const LodgeReaderJob *job)
{
    char bytes[64] = "";
    ssize_t length = pread(job->input_fd, bytes, sizeof bytes - 1, 0);
    char *line = g_strndup(bytes, (gsize)MAX(length, 0));
    return g_strdelimit(line, "\n", '\0');
}

static GBytes *fail(GError **error)
{
    g_set_error_literal(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_IO,
                        "the disk\x1b[31m is gone");
    return NULL;
}

static void dawdle(const char *order)
{
    if (g_str_has_prefix(order, "slow "))
        poll(NULL, 0, atoi(order + 5));
}

/* ---- documents ---- */

static void digest_input(const LodgeReaderJob *job, char sha256_out[LODGE_DIGEST_SIZE])
{
    g_autofree char *bytes = g_malloc((gsize)job->size_bytes + 1);
    ssize_t length = pread(job->input_fd, bytes, (gsize)job->size_bytes, 0);
    lodge_digest_compute(bytes, (gsize)MAX(length, 0), sha256_out);
}

static GBytes *read_document(const LodgeReaderJob *job, GError **error)
{
    g_autofree char *order = read_order(job);
    if (strcmp(order, "fail") == 0)
        return fail(error);
    GBytes *wrong = misbehave(order);
    if (wrong)
        return wrong;
    dawdle(order);
    g_autoptr(LodgeDocumentFacts) facts = lodge_document_facts_new();
    facts->size_bytes = job->size_bytes;
    facts->examination = LODGE_EXAMINED;
    facts->title = g_strdup(job->name);
    digest_input(job, facts->sha256);
    if (strcmp(order, "wrong digest") == 0)
        memset(facts->sha256, 'a', LODGE_DIGEST_SIZE - 1);
    if (strcmp(order, "wrong size") == 0)
        facts->size_bytes++;
    return lodge_report_format_document(facts);
}

/* ---- messages ---- */

static LodgePart *
add_leaf(LodgeMessageFacts *facts, const char *path, gint64 offset, const char *content)
{
    LodgePart *part = lodge_part_new();
    g_free(part->path);
    part->path = g_strdup(path);
    part->kind = LODGE_PART_DOCUMENT;
    g_free(part->declared_type);
    part->declared_type = g_strdup("application/pdf");
    part->size_bytes = (gint64)strlen(content);
    part->stream_offset = offset;
    lodge_digest_compute(content, strlen(content), part->sha256);
    g_ptr_array_add(facts->parts, part);
    return part;
}

static GBytes *read_message(const LodgeReaderJob *job, GError **error)
{
    g_autofree char *order = read_order(job);
    if (strcmp(order, "fail") == 0)
        return fail(error);
    GBytes *wrong = misbehave(order);
    if (wrong)
        return wrong;
    dawdle(order);
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    facts->parseable = TRUE;
    facts->size_bytes = job->size_bytes;
    if (pwrite(job->leaves_fd, "onetwo", 6, 0) != 6)
        return fail(error);
    add_leaf(facts, "1", 0, "one");
    LodgePart *second = add_leaf(facts, "2", 3, "two");
    if (strcmp(order, "overlap") == 0)
        second->stream_offset = 2;
    if (strcmp(order, "outside") == 0)
        second->stream_offset = 4;
    if (strcmp(order, "far outside") == 0)
        second->stream_offset = G_MAXINT64 - 2;
    if (strcmp(order, "wrong digest") == 0)
        memset(second->sha256, 'a', LODGE_DIGEST_SIZE - 1);
    if (strcmp(order, "wrong size") == 0)
        facts->size_bytes++;
    return lodge_report_format_message(facts);
}

int main(void)
{
    const LodgeZygotePlan plan = {prepare, NULL, read_message, read_document,
                                  read_document};
    return lodge_zygote_run(LODGE_PROTOCOL_CONTROL_FD, &plan);
}
