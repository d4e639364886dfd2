#include "parsers/mail/dkim_signature.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* One that can be checked is all there, and its hole lies inside the field. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(GString) field = g_string_new("DKIM-Signature:");
    g_string_append_len(field, (const char *)bytes + 1, (gssize)size - 1);
    g_string_append(field, "\r\n");
    LodgeCanonField canon = {field->str, field->len, strlen("DKIM-Signature")};
    LodgeDkimHole hole;
    g_autoptr(LodgeDkimSignature) signature =
        lodge_dkim_signature_parse((LodgeDkimField)(bytes[0] % 3), &canon, &hole);
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert((signature->result == NULL) == (signature->reason == NULL));
    g_assert(hole.start + hole.size <= field->len - 2);
    lodge_field_canon_append(out, &canon, (bytes[0] & 8) != 0, hole.start, hole.size);
    if (signature->result != NULL)
        return 0;
    g_assert(signature->domain != NULL && signature->selector != NULL);
    g_assert(signature->algorithm != NULL && signature->signature != NULL && hole.size > 0);
    g_assert(g_utf8_validate(signature->domain, -1, NULL));
    return 0;
}
