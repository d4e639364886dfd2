#include "spool/salt.h"

#include "spool/spool_error.h"

#include <errno.h>
#include <sys/random.h>

gboolean lodge_salt_make(char salt_out[LODGE_DIGEST_SIZE], GError **error)
{
    unsigned char raw[32];
    gsize done = 0;
    while (done < sizeof raw) {
        ssize_t count = getrandom(raw + done, sizeof raw - done, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            lodge_spool_error_set(error, errno, "read", "the system's randomness");
            return FALSE;
        }
        done += (gsize)count;
    }
    static const char digits[] = "0123456789abcdef";
    for (gsize i = 0; i < sizeof raw; i++) {
        salt_out[2 * i] = digits[raw[i] >> 4];
        salt_out[2 * i + 1] = digits[raw[i] & 15];
    }
    salt_out[LODGE_DIGEST_SIZE - 1] = '\0';
    return TRUE;
}
