/* A mail's text with whatever stands uuencoded in it. */
#include "parsers/mail/message.h"
#include "parsers/mail/uuencode.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is handed back is never more than twice the text, and stands where it is said to. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    gboolean prepared = lodge_message_prepare(&error);
    g_assert(prepared);
    g_autoptr(GBytes) text = g_bytes_new(bytes, size);
    LodgeSource source = {-1, text, (gint64)size};
    char path[] = "1", type[] = "text/plain";
    LodgeMimeNode node = {.path = path, .type = type, .content_end = (gint64)size};
    LodgeLeafStream stream = {memfd_create("leaves", MFD_CLOEXEC), 0};
    g_autoptr(GPtrArray) parts =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_part_free);
    g_autoptr(LodgeMarks) marks = lodge_marks_new();
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(LodgeTextRange));
    gboolean read =
        lodge_uuencode_read(&source, &node, &stream, parts, ranges, marks, &error);
    g_assert_no_error(error);
    g_assert(read && stream.size_bytes <= 2 * (gint64)size);
    gint64 end = 0;
    for (guint i = 0; i < parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(parts, i);
        if (part->stream_offset < 0)
            continue;
        g_assert(part->stream_offset == end);
        end += part->size_bytes;
    }
    g_assert(end == stream.size_bytes);
    g_autoptr(GBytes) around = lodge_uuencode_strip(text, ranges);
    g_assert(g_bytes_get_size(around) <= size);
    close(stream.fd);
    return 0;
}
