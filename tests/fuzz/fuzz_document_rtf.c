/* Rich text without what libmagic makes of it: the reader alone. */
#include "parsers/document/codepage.h"
#include "parsers/document/rtf.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static gboolean is_prepared;
    g_autofree char *why = NULL;
    if (!is_prepared)
        is_prepared = lodge_codepage_prepare(&why);
    g_autoptr(LodgeDocumentFacts) facts = lodge_document_facts_new();
    facts->details = lodge_document_details_new();
    const LodgeDocumentBytes input = {bytes, size};
    lodge_rtf_examine(&input, facts);
    if (!is_prepared || facts->pages_text->len != 1)
        abort();
    return 0;
}
