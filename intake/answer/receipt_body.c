#include "intake/answer/receipt_body.h"

#include "parsers/text/digest.h"
#include "parsers/text/display.h"

#include <string.h>

#define SHORT_LINE_BYTES 78
#define BOUNDARY_DIGITS 24 /* keeps Content-Type on one line */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeDataWrapper, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimePart, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeStream, g_object_unref)

/* The lines as they are to be read: whatever decide let through, no line carries a control character. */
static char *display_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) shown = g_string_sized_new(strlen(text) + 2);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = lodge_display_line(lines[i], 0);
        if (*line != '\0' || lines[i + 1] != NULL)
            g_string_append_printf(shown, "%s\n", line);
    }
    return g_string_free(g_steal_pointer(&shown), FALSE);
}

/* 7bit is what every reader shows alike, so it is used wherever it is allowed. */
static gboolean is_seven_bit(const char *text)
{
    gsize column = 0;
    for (const char *at = text; *at != '\0'; at++) {
        column = *at == '\n' ? 0 : column + 1;
        if ((guchar)*at > 0x7e || column > SHORT_LINE_BYTES)
            return FALSE;
    }
    return TRUE;
}

static GMimePart *make_part(const char *type,
                            const char *subtype,
                            const char *bytes,
                            GMimeContentEncoding encoding)
{
    GMimePart *part = g_mime_part_new_with_type(type, subtype);
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer(bytes, strlen(bytes));
    g_autoptr(GMimeDataWrapper) wrapper =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, wrapper);
    g_mime_part_set_content_encoding(part, encoding);
    return part;
}

static void add_text(GMimeMultipart *multipart, const char *text)
{
    g_autoptr(GMimePart) part =
        make_part("text", "plain", text,
                  is_seven_bit(text) ? GMIME_CONTENT_ENCODING_7BIT
                                     : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    g_mime_multipart_add(multipart, GMIME_OBJECT(part));
}

static void add_evidence(GMimeMultipart *multipart, const char *json)
{
    g_autoptr(GMimePart) part =
        make_part("application", "json", json, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(part, "receipt.json");
    g_mime_multipart_add(multipart, GMIME_OBJECT(part));
}

/* Over the parts too: Message-IDs can be guessed, and a file name that is quoted in the text must not
 * be able to hold the boundary. */
static char *format_boundary(const char *message_id, const char *text, const char *json)
{
    char hex[LODGE_DIGEST_SIZE];
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    lodge_digest_update(digest, message_id, strlen(message_id) + 1);
    lodge_digest_update(digest, text, strlen(text) + 1);
    lodge_digest_update(digest, json, strlen(json));
    lodge_digest_finish(digest, hex);
    return g_strdup_printf("lodge-%.*s", BOUNDARY_DIGITS, hex);
}

GMimeMultipart *lodge_receipt_body_new(const LodgeReceiptContent *content)
{
    g_autofree char *text = display_lines(content->text);
    g_autofree char *boundary =
        format_boundary(content->message_id, text, content->evidence);
    GMimeMultipart *multipart = g_mime_multipart_new_with_subtype("mixed");
    g_mime_multipart_set_boundary(multipart, boundary);
    add_text(multipart, text);
    add_evidence(multipart, content->evidence);
    return multipart;
}
