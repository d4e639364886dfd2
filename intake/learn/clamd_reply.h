/* clamd_reply.h - what clamd answered, from its bytes. Pure; internal to this box.
 *
 * Source: clamd(8), and what clamd 1.0 to 1.4 was seen to say. A reply is what stands before the NUL that ends it
 * (commands are sent with "z"). Whatever is not in the grammar is no verdict. Texts that come out have passed
 * lodge_display_line and have at most LODGE_LIMIT_SCANNER_NAME_BYTES.
 *
 *   verdict = "stream: OK" / "stream: " name [digest] " FOUND"
 *   digest  = "(" hex ":" digits ")"          ; ExtendedDetectionInfo
 *   trouble = *byte " ERROR"
 *   pong    = "PONG"
 *   version = "ClamAV " *byte */
#pragma once

#include <glib.h>

typedef enum {
    LODGE_CLAMD_CLEAN,
    LODGE_CLAMD_FOUND,      /* text: the name */
    LODGE_CLAMD_UNFINISHED, /* clamd's own limits were hit; text: the name it has for that */
    LODGE_CLAMD_TOO_LARGE,  /* more than StreamMaxLength */
    LODGE_CLAMD_TROUBLE,    /* text: what it says */
    LODGE_CLAMD_STRANGE,    /* no reply that is known; text: it */
} LodgeClamdVerdict;

/* `text_out`: g_free; NULL with CLEAN and TOO_LARGE. */
LodgeClamdVerdict
lodge_clamd_reply_parse(const char *bytes, gsize size_bytes, char **text_out);
gboolean lodge_clamd_reply_is_pong(const char *bytes, gsize size_bytes);
/* NULL: it is none; g_free. */
char *lodge_clamd_reply_parse_version(const char *bytes, gsize size_bytes);
