/* order.h - what an operator orders, and what came of it: plain values, and their form on the control socket.
 *
 * The same value is made by the command line and read from the socket; the same code carries it out, with or
 * without a running service. JSON, one object; what is too long, of another shape, or no order is
 * LODGE_ORDER_ERROR_REFUSED. */
#pragma once

#include "parsers/text/json.h"
#include <glib.h>

#define LODGE_ORDER_BYTES (64 * 1024)
#define LODGE_ORDER_RESULT_BYTES (16 * 1024 * 1024)

#define LODGE_ORDER_ERROR lodge_order_error_quark()
GQuark lodge_order_error_quark(void);
typedef enum {
    LODGE_ORDER_ERROR_REFUSED, /* it cannot be done; the message says why, and what can */
    LODGE_ORDER_ERROR_FAILED,  /* the service could not do it; trying again may help */
} LodgeOrderError;

typedef enum {
    LODGE_ORDER_ACCEPT, /* file a message that was held or rejected */
    LODGE_ORDER_REJECT, /* do not file it, or take it off file */
    LODGE_ORDER_ASSIGN, /* it is from this council; decide the rest */
    LODGE_ORDER_NOTE,   /* only write down */
    LODGE_ORDER_RESEND, /* its last receipt once more */
    LODGE_ORDER_EXTEND, /* a later deadline, for one council or all */
} LodgeOrderVerb;

typedef struct {
    LodgeOrderVerb verb;
    char *reference;  /* all but EXTEND */
    char *call;       /* EXTEND; NULL: the only one */
    char *council;    /* GSS code; with EXTEND also "all"; or NULL */
    char *timeliness; /* "on-time", "late" or NULL */
    char *document;   /* number or name of the one that is the plan, or NULL */
    gboolean answer;  /* the address is known to be the council's */
    char *told;       /* words for the council, or NULL */
    char *until;      /* EXTEND: civil time in the call's zone */
    char *reason;
} LodgeOrder;

LodgeOrder *lodge_order_new(LodgeOrderVerb verb);
void lodge_order_free(LodgeOrder *order);
/* "accept" … */
const char *lodge_order_verb_format(LodgeOrderVerb verb);
/* What the command line made of a person's words: text, no longer than people type, and complete. */
gboolean lodge_order_check(const LodgeOrder *order, GError **error);
char *lodge_order_format(const LodgeOrder *order);
LodgeOrder *lodge_order_parse(const char *text, gsize size_bytes, GError **error);

/* What a message is now. */
typedef struct {
    char *reference;
    char *outcome, *timeliness;
    char *council;      /* GSS code or NULL */
    char *council_name; /* or NULL */
    guint version;      /* 0: not filed */
    char *receipt;      /* owed by this order: its id, or NULL */
    char *receipt_to;   /* or NULL */
    char *may_answer;   /* why none is owed: code of intake/decide/answerable; or NULL */
} LodgeOrderChange;

typedef struct {
    GPtrArray *changes;  /* LodgeOrderChange, in the order they were made */
    GPtrArray *warnings; /* char *: what could not be done beside it */
    char *until_words;   /* EXTEND: the new deadline as people say it */
} LodgeOrderResult;

LodgeOrderResult *lodge_order_result_new(void);
void lodge_order_result_free(LodgeOrderResult *result);
LodgeOrderChange *lodge_order_change_new(const char *reference);
char *lodge_order_result_format(const LodgeOrderResult *result);
LodgeOrderResult *
lodge_order_result_parse(const char *text, gsize size_bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeOrder, lodge_order_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeOrderResult, lodge_order_result_free)
