/* fuzz_dmarc_record: any text as a DMARC record; what it says must be one of the words there are. */
#include "intake/decide/dmarc_record.h"

#include "parsers/text/display.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *text = lodge_display_utf8(bytes, size);
    g_autoptr(LodgeDmarcRecord) record = lodge_dmarc_record_parse(text);
    if (record == NULL)
        return 0;
    for (gboolean exists = FALSE; exists <= TRUE; exists++) {
        LodgeDmarcPolicy policy = lodge_dmarc_record_policy_below(record, exists);
        g_assert_true(policy >= LODGE_DMARC_POLICY_NONE &&
                      policy <= LODGE_DMARC_POLICY_REJECT);
    }
    LodgeDmarcPolicy policy = lodge_dmarc_record_policy_for_self(record);
    g_assert_true(policy >= LODGE_DMARC_POLICY_NONE && policy <= LODGE_DMARC_POLICY_REJECT);
    g_assert_true(!record->rua_valid || record->rua != NULL);
    return 0;
}
