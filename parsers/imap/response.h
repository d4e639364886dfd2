/* response.h - one response of an IMAP server, as a value.
 *
 * Everything belongs to the parser and lives as long as the callback that got it. Text of
 * the server is as it came: show it only through parsers/text/display.
 *
 * Source: RFC 9051 sections 7 and 9, RFC 3501 where it is older and wider. */
#pragma once

#include "parsers/imap/value.h"
#include <glib.h>

typedef enum {
    LODGE_IMAP_GREETING, /* the first one, when the parser was told to expect it */
    LODGE_IMAP_UNTAGGED,
    LODGE_IMAP_TAGGED,
    LODGE_IMAP_CONTINUATION,
} LodgeImapKind;

typedef enum {
    LODGE_IMAP_DATA, /* no status: "* 23 FETCH …", and a continuation */
    LODGE_IMAP_OK,
    LODGE_IMAP_NO,
    LODGE_IMAP_BAD,
    LODGE_IMAP_BYE,
    LODGE_IMAP_PREAUTH,
} LodgeImapStatus;

typedef struct {
    LodgeImapKind kind;
    LodgeImapStatus status;
    const char *tag; /* TAGGED; else NULL */

    /* status responses and continuations */
    const char *code; /* "UIDVALIDITY", upper case; NULL: none */
    const LodgeImapValue
        *code_data;      /* list of what follows the code; NULL: nothing understood */
    guint64 code_number; /* its first item, where that is a number; else 0 */
    const char *text;    /* what is meant for people; "" for data */

    /* data */
    const char *name;  /* "FETCH", upper case; NULL for the others */
    gboolean numbered; /* "* 23 …" */
    guint32 number;    /* 23 */
    const LodgeImapValue
        *data; /* list of what follows the name; NULL: malformed, to be ignored */
} LodgeImapResponse;

gboolean lodge_imap_response_is(const LodgeImapResponse *response, const char *name);
gboolean lodge_imap_response_has_code(const LodgeImapResponse *response, const char *code);
