/* The files people write: any bytes are taken, or refused in one line that names the file. */
#include "config/call.h"
#include "config/register.h"
#include "config/register_import.h"
#include "config/wording.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_refusal(gboolean taken, GError *error)
{
    g_assert(taken == (error == NULL));
    if (error != NULL)
        g_assert(strchr(error->message, '\n') == NULL);
    g_clear_error(&error);
}

/* The first byte picks the parser. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    GError *error = NULL;
    g_autofree char *text = g_strndup((const char *)bytes + 1, size - 1);
    if (bytes[0] % 4 == 0) {
        g_autoptr(LodgeCall) call = lodge_call_parse(text, "call", NULL, &error);
        check_refusal(call != NULL, error);
    } else if (bytes[0] % 4 == 1) {
        g_autoptr(LodgeRegister) reg = lodge_register_parse(text, "register", &error);
        check_refusal(reg != NULL, error);
    } else if (bytes[0] % 4 == 2) {
        g_autoptr(LodgeWording) wording = lodge_wording_parse(text, "wording", &error);
        check_refusal(wording != NULL, error);
    } else {
        LodgeRegisterImport options = {NULL, LODGE_INSTANT_UNKNOWN};
        g_autofree char *reg =
            lodge_register_import(text, "list.csv", &options, NULL, &error);
        check_refusal(reg != NULL, error);
    }
    return 0;
}
