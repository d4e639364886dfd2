#include "parsers/mail/look.h"

#include "parsers/text/limits.h"
#include <string.h>
#include <unicode/uidna.h>
#include <unicode/uspoof.h>

#define ROOM_BYTES (8 * LODGE_LIMIT_NAME_BYTES) /* a letter may look like several */

static UIDNA *names;
static USpoofChecker *looks;

gboolean lodge_look_prepare(char **why_out)
{
    UErrorCode status = U_ZERO_ERROR;
    if (names == NULL)
        names = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_UNICODE, &status);
    if (looks == NULL)
        looks = uspoof_open(&status);
    if (U_FAILURE(status)) {
        *why_out = g_strdup(u_errorName(status));
        return FALSE;
    }
    g_autofree char *first = lodge_look_find("xn--dvon-qdd.example"); /* sets up the rest */
    return first != NULL;
}

/* In its letters; a label that breaks the rules of UTS 46 stays as near to them as it can. */
static gboolean write_letters(const char *domain, char letters[ROOM_BYTES])
{
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    int32_t size = uidna_nameToUnicodeUTF8(names, domain, (int32_t)strlen(domain), letters,
                                           ROOM_BYTES, &info, &status);
    return U_SUCCESS(status) && size < ROOM_BYTES;
}

char *lodge_look_find(const char *domain)
{
    char letters[ROOM_BYTES], look[ROOM_BYTES];
    UErrorCode status = U_ZERO_ERROR;

    g_return_val_if_fail(names != NULL && looks != NULL, NULL);
    if (domain == NULL || strlen(domain) > LODGE_LIMIT_NAME_BYTES ||
        !write_letters(domain, letters))
        return NULL;
    int32_t size = uspoof_getSkeletonUTF8(looks, 0, letters, -1, look, ROOM_BYTES, &status);
    if (U_FAILURE(status) || size >= ROOM_BYTES)
        return NULL;
    return g_strndup(look, (gsize)size);
}
