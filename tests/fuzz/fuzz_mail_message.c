#include "parsers/mail/message.h"
#include "parsers/report/report.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Any bytes are facts, and facts always fit into a report that the parent believes. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    gboolean prepared = lodge_message_prepare(&error);
    g_assert(prepared);
    int fd = memfd_create("message", MFD_CLOEXEC);
    int leaves = memfd_create("leaves", MFD_CLOEXEC);
    g_assert(write(fd, bytes, size) == (ssize_t)size);

    g_autoptr(LodgeMessageFacts) facts =
        lodge_message_parse(fd, (gint64)size, leaves, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) report = lodge_report_format_message(facts);
    g_autoptr(LodgeMessageFacts) believed = lodge_report_parse_message(report, &error);
    g_assert_no_error(error);
    g_assert(believed->size_bytes == (gint64)size);
    close(leaves);
    close(fd);
    return 0;
}
