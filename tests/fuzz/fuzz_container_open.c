/* One container of either form. */
#include "parsers/container/container.h"
#include "parsers/mail/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_BYTES (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static gboolean is_prepared;
    if (!is_prepared)
        is_prepared = lodge_message_prepare(NULL);
    int input = memfd_create("container", MFD_CLOEXEC);
    int leaves = memfd_create("leaves", MFD_CLOEXEC);
    if (input < 0 || leaves < 0 || !is_prepared ||
        write(input, bytes, size) != (ssize_t)size)
        abort();
    g_autoptr(LodgeContainerFacts) facts =
        lodge_container_open(input, (gint64)size, leaves, MAX_BYTES, NULL);
    if (!facts || lseek(leaves, 0, SEEK_END) > MAX_BYTES)
        abort();
    close(input);
    close(leaves);
    return 0;
}
