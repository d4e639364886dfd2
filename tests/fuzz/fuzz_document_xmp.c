/* A PDF's metadata packet. */
#include "parsers/document/xml.h"
#include "parsers/document/xmp.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static gboolean is_prepared;
    g_autofree char *why = NULL;
    if (!is_prepared)
        is_prepared = lodge_xml_prepare(&why);
    g_autoptr(LodgeDocumentFacts) facts = lodge_document_facts_new();
    facts->details = lodge_document_details_new();
    lodge_xmp_read(bytes, size, facts);
    if (!is_prepared || facts->damaged)
        abort();
    return 0;
}
