/* value.h - the data of an IMAP response as a tree of values: atoms, strings, lists, NIL.
 *
 * The tree lies flat in one array, a list before its items, each value knowing how many slots it spans;
 * so a hostile response costs a bounded, small multiple of its bytes and nothing recurses.
 * Values and their text belong to the parser that made them and live as long as the
 * callback that got them. Numbers, flags and names are atoms.
 *
 * Source: RFC 9051 section 9 (atom, string, literal, list forms), read generously: servers
 * put "[" and "]" into flags and double spaces between items. */
#pragma once

#include <glib.h>

typedef enum {
    LODGE_IMAP_NIL,
    LODGE_IMAP_ATOM,
    LODGE_IMAP_STRING, /* quoted or literal */
    LODGE_IMAP_LIST,
    LODGE_IMAP_STREAMED, /* a body that was handed to the body callbacks */
} LodgeImapValueType;

typedef struct {
    LodgeImapValueType type;
    const char
        *text; /* NUL-terminated (a string may hold NULs besides); "" where there is none */
    gsize size_bytes;
    guint span; /* slots of this value and everything in it */
} LodgeImapValue;

/* Items of a list in order; NULL at the end. A NULL or other value has no items. */
const LodgeImapValue *lodge_imap_list_first(const LodgeImapValue *list);
const LodgeImapValue *lodge_imap_list_next(const LodgeImapValue *list,
                                           const LodgeImapValue *item);
/* The item at this index, or NULL. */
const LodgeImapValue *lodge_imap_list_at(const LodgeImapValue *list, guint index);
guint lodge_imap_list_count(const LodgeImapValue *list);
/* Is there an atom of this name in the list, whatever its case? */
gboolean lodge_imap_list_has(const LodgeImapValue *list, const char *atom);
/* An atom of this name, whatever its case? NULL is not. */
gboolean lodge_imap_value_is(const LodgeImapValue *value, const char *atom);
/* An atom or string: something with text? NULL and NIL are not. */
gboolean lodge_imap_value_has_text(const LodgeImapValue *value);
/* Decimal digits only, at most `max`. FALSE: not such a number. */
gboolean
lodge_imap_value_number(const LodgeImapValue *value, guint64 max, guint64 *number_out);
