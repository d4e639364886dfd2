/* uuencode_line.h - one line of a file that stands encoded in a text: what it is, and its bytes.
 *
 *     begin 644 plan.pdf            begin-base64 644 plan.pdf
 *     M<up to 60 characters>        <base64>
 *     `                             ====
 *     end
 *
 * A line of the first form begins with a character that counts its bytes. Blanks stand for zeros there, and those at
 * its end may have been lost on the way; some programs add a sum of one or two characters. Lines come without their
 * line end. Source: POSIX.1-2017, uuencode. */
#pragma once

#include <glib.h>

#define LODGE_UUENCODE_LINE_BYTES 1024 /* a longer line is none of these */

typedef enum {
    LODGE_UUENCODE_PLAIN,
    LODGE_UUENCODE_BASE64,
    LODGE_UUENCODE_YENC, /* "=ybegin": told, and not decoded */
} LodgeUuencodeForm;

typedef struct {
    LodgeUuencodeForm form;
    gboolean shows_zeros; /* a zero was written "`": no blank can have been lost */
    gboolean is_damaged;  /* a line lacks what cannot have been lost */
    gboolean is_ended;    /* base64: its padding was there */
    gint state;           /* of g_base64_decode_step */
    guint save;
} LodgeUuencode;

/* Does this line begin a file? `name_out`: in `line`, `name_size_out` bytes without blanks around, never empty. */
gboolean lodge_uuencode_line_begins(const char *line,
                                    gsize size,
                                    LodgeUuencodeForm *form_out,
                                    const char **name_out,
                                    gsize *name_size_out);
/* Can it hold data? The first line after the beginning must be whole: a letter may begin with "begin", too. */
gboolean lodge_uuencode_line_is_data(const LodgeUuencode *encoded,
                                     const char *line,
                                     gsize size,
                                     gboolean is_first);
/* Does it end the file? */
gboolean
lodge_uuencode_line_ends(const LodgeUuencode *encoded, const char *line, gsize size);
/* The bytes of a line that is data; at most LODGE_UUENCODE_LINE_BYTES go to `out`. */
gsize lodge_uuencode_line_decode(LodgeUuencode *encoded,
                                 const char *line,
                                 gsize size,
                                 guint8 *out);
