/* One document through every examiner that its bytes lead to. */
#include "parsers/document/document.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static gboolean is_prepared;
    if (!is_prepared)
        is_prepared = lodge_document_prepare(NULL);
    int fd = memfd_create("document", MFD_CLOEXEC);
    if (fd < 0 || !is_prepared || write(fd, bytes, size) != (ssize_t)size)
        abort();
    g_autoptr(LodgeDocumentFacts) facts =
        lodge_document_examine(fd, (gint64)size, "plan.pdf", NULL, NULL);
    if (!facts || facts->pages < -1 || !facts->media_type)
        abort();
    close(fd);
    return 0;
}
