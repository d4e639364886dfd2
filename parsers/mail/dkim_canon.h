/* dkim_canon.h - DKIM's two canonical forms of a body and of a header field.
 *
 * A body is fed in pieces of any size, in constant memory, and leaves in pieces; feeding it byte by
 * byte gives the same. Line ends are CRLF; a CR or LF that stands alone is an ordinary byte, except
 * that with `bare_lf` (a message stored with LF line ends only) each LF is a line end.
 *
 *   simple body   empty lines at its end are one CRLF, an empty body is one CRLF
 *   relaxed body  white space at line ends goes, runs of it become one space, empty lines at the
 *                 end go; what is left ends in CRLF, an empty body stays empty
 *   simple field  as it is
 *   relaxed field name in lower case, unfolded, runs of white space become one space, none
 *                 around the ":" and at the end
 *
 * Source: RFC 6376 section 3.4. */
#pragma once

#include <glib.h>

typedef void (*LodgeCanonSink)(const char *bytes, gsize size, gpointer data);

typedef struct LodgeBodyCanon LodgeBodyCanon;

LodgeBodyCanon *lodge_body_canon_new(gboolean is_relaxed,
                                     gboolean bare_lf,
                                     LodgeCanonSink sink,
                                     gpointer data);
void lodge_body_canon_feed(LodgeBodyCanon *canon, const char *bytes, gsize size);
/* The end of the body; then it can only be freed. */
void lodge_body_canon_finish(LodgeBodyCanon *canon);
void lodge_body_canon_free(LodgeBodyCanon *canon);

/* A header field, its name and its line end included, without the bytes from `hole_start` on (the
 * value of "b="; `hole_size` 0: all of them). Appended to `out`, with its CRLF. */
typedef struct {
    const char *bytes;
    gsize size; /* with the CRLF at its end */
    gsize colon;
} LodgeCanonField;

void lodge_field_canon_append(GString *out,
                              const LodgeCanonField *field,
                              gboolean is_relaxed,
                              gsize hole_start,
                              gsize hole_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeBodyCanon, lodge_body_canon_free)
