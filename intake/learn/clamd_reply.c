#include "intake/learn/clamd_reply.h"

#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <string.h>

#define STREAM "stream: "
#define FOUND " FOUND"
#define TROUBLE " ERROR"
#define TOO_LARGE "INSTREAM size limit exceeded. ERROR"
/* With AlertExceedsMax clamd says so of what it did not scan to its end. */
#define UNFINISHED "Heuristics.Limits.Exceeded"

static gboolean begins(const char *bytes, gsize size_bytes, const char *words)
{
    gsize length = strlen(words);
    return size_bytes >= length && memcmp(bytes, words, length) == 0;
}

static gboolean ends(const char *bytes, gsize size_bytes, const char *words)
{
    gsize length = strlen(words);
    return size_bytes >= length && memcmp(bytes + size_bytes - length, words, length) == 0;
}

static gboolean is(const char *bytes, gsize size_bytes, const char *words)
{
    return size_bytes == strlen(words) && begins(bytes, size_bytes, words);
}

static char *show(const char *bytes, gsize size_bytes)
{
    return lodge_display_bytes(bytes, size_bytes, LODGE_LIMIT_SCANNER_NAME_BYTES);
}

/* The name's length without "(digest:size)" behind it, which only repeats what we know. */
static gsize without_digest(const char *name, gsize length)
{
    gsize at = length;
    if (at == 0 || name[--at] != ')')
        return length;
    while (at > 0 && g_ascii_isdigit(name[at - 1]))
        at--;
    if (at == 0 || name[--at] != ':')
        return length;
    while (at > 0 && g_ascii_isxdigit(name[at - 1]))
        at--;
    return at > 1 && name[at - 1] == '(' ? at - 1 : length;
}

static LodgeClamdVerdict parse_found(const char *name, gsize length, char **text_out)
{
    length = without_digest(name, length);
    *text_out = show(name, length);
    return begins(name, length, UNFINISHED) ? LODGE_CLAMD_UNFINISHED : LODGE_CLAMD_FOUND;
}

LodgeClamdVerdict
lodge_clamd_reply_parse(const char *bytes, gsize size_bytes, char **text_out)
{
    const gsize stream = strlen(STREAM);
    const gsize found = strlen(FOUND);
    *text_out = NULL;
    if (is(bytes, size_bytes, STREAM "OK"))
        return LODGE_CLAMD_CLEAN;
    if (is(bytes, size_bytes, TOO_LARGE))
        return LODGE_CLAMD_TOO_LARGE;
    if (begins(bytes, size_bytes, STREAM) && ends(bytes, size_bytes, FOUND) &&
        size_bytes > stream + found)
        return parse_found(bytes + stream, size_bytes - stream - found, text_out);
    *text_out = show(bytes, size_bytes);
    return ends(bytes, size_bytes, TROUBLE) ? LODGE_CLAMD_TROUBLE : LODGE_CLAMD_STRANGE;
}

gboolean lodge_clamd_reply_is_pong(const char *bytes, gsize size_bytes)
{
    return is(bytes, size_bytes, "PONG");
}

char *lodge_clamd_reply_parse_version(const char *bytes, gsize size_bytes)
{
    return begins(bytes, size_bytes, "ClamAV ") ? show(bytes, size_bytes) : NULL;
}
