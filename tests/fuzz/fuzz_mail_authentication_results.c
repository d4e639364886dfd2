#include "parsers/mail/authentication_results.h"

#include "parsers/text/display.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A field that is refused says nothing at all. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *raw = lodge_display_utf8(bytes, size);
    LodgeAuthenticationResults *results = lodge_authentication_results_parse(raw);

    g_assert(results->well_formed ||
             (results->methods->len == 0 && results->authserv_id == NULL));
    g_assert(!results->well_formed ||
             results->exchange_form == (results->authserv_id == NULL));
    for (guint i = 0; i < results->methods->len; i++) {
        const LodgeAuthenticationMethod *method = g_ptr_array_index(results->methods, i);
        g_assert(method->method != NULL && method->result != NULL);
    }
    lodge_authentication_results_free(results);
    return 0;
}
