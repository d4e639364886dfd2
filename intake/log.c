#include "intake/log.h"

#include "parsers/text/display.h"
#include "parsers/text/instant.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_VALUE_BYTES 500
#define PROGRESS_EVERY_US (100 * 1000)

/* The log is one per program by its nature, as standard error is; set once before any thread. */
static const LodgeContext *log_context;
static GMutex log_mutex;
static gint64 progress_shown_us;
static gboolean progress_on_screen;

void lodge_log_open(const LodgeContext *context)
{
    log_context = context;
}

/* A write of less than PIPE_BUF is not torn apart by others on the same pipe. */
static void write_out(const char *text, gsize size)
{
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, text, size);
        if (written <= 0)
            return; /* a log that cannot be written does not stop the intake */
        text += written;
        size -= (gsize)written;
    }
}

static void wipe_progress(void)
{
    if (progress_on_screen)
        write_out("\r\033[K", 4);
    progress_on_screen = FALSE;
}

static void append_value(GString *line, const char *value)
{
    g_autofree char *shown = lodge_display_line(value, MAX_VALUE_BYTES);
    if (shown[0] != '\0' && strpbrk(shown, " =\"") == NULL) {
        g_string_append(line, shown);
        return;
    }
    g_string_append_c(line, '"');
    for (const char *at = shown; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(line, '\\');
        g_string_append_c(line, *at);
    }
    g_string_append_c(line, '"');
}

static void write_line(const char *level, const char *event, va_list fields)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *now = lodge_instant_format(log_context->now_us());
    g_string_append_printf(line, "%s %s %s", now, level, event);
    for (const char *name = va_arg(fields, const char *); name != NULL;
         name = va_arg(fields, const char *)) {
        const char *value = va_arg(fields, const char *);
        if (value == NULL)
            continue;
        g_string_append_printf(line, " %s=", name);
        append_value(line, value);
    }
    g_string_append_c(line, '\n');
    g_mutex_lock(&log_mutex);
    wipe_progress();
    write_out(line->str, line->len);
    g_mutex_unlock(&log_mutex);
}

void lodge_log_info(const char *event, ...)
{
    if (log_context == NULL || !log_context->verbose)
        return;
    va_list fields;
    va_start(fields, event);
    write_line("info", event, fields);
    va_end(fields);
}

void lodge_log_warning(const char *event, ...)
{
    if (log_context == NULL)
        return;
    va_list fields;
    va_start(fields, event);
    write_line("warning", event, fields);
    va_end(fields);
}

void lodge_log_progress(const char *words, guint64 done, guint64 total)
{
    if (log_context == NULL || !log_context->watched)
        return;
    g_mutex_lock(&log_mutex);
    gint64 now_us = g_get_monotonic_time();
    if (now_us - progress_shown_us >= PROGRESS_EVERY_US || done == total) {
        g_autofree char *shown = lodge_display_line(words, 60);
        g_autofree char *line =
            total > 0
                ? g_strdup_printf("\r\033[K%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
                                  shown, done, total)
                : g_strdup_printf("\r\033[K%s: %" G_GUINT64_FORMAT, shown, done);
        write_out(line, strlen(line));
        progress_shown_us = now_us;
        progress_on_screen = TRUE;
    }
    g_mutex_unlock(&log_mutex);
}

void lodge_log_progress_end(void)
{
    g_mutex_lock(&log_mutex);
    wipe_progress();
    g_mutex_unlock(&log_mutex);
}
