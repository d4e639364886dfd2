/* The two streams of an old Word document: whatever the input, in a container that is sound. The first two
 * bytes say where the one ends and the other begins. */
#include "parsers/document/codepage.h"
#include "parsers/document/doc.h"
#include "tests/parsers/document/ole_maker.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static gboolean is_prepared;
    g_autofree char *why = NULL;
    if (!is_prepared)
        is_prepared = lodge_codepage_prepare(&why);
    if (size < 2)
        return 0;
    size_t middle = MIN((size_t)(bytes[0] | bytes[1] << 8), size - 2);
    const TestStream streams[] = {{"WordDocument", bytes + 2, middle},
                                  {"1Table", bytes + 2 + middle, size - 2 - middle},
                                  {"0Table", bytes + 2 + middle, size - 2 - middle},
                                  {"\005SummaryInformation", bytes + 2, middle},
                                  {NULL, NULL, 0}};
    g_autoptr(GByteArray) container = test_make_ole(streams);
    const LodgeDocumentBytes input = {container->data, container->len};
    g_autoptr(LodgeOleFile) file = lodge_ole_file_open(&input);
    if (!file || !is_prepared)
        abort();
    g_autoptr(LodgeDocumentFacts) facts = lodge_document_facts_new();
    facts->details = lodge_document_details_new();
    lodge_doc_examine(file, facts);
    return 0;
}
