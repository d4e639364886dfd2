/* reception.h - bodies as they stream in become stages, and stages are delivered. Internal.
 *
 * The listening half of a transfer: it knows which UIDs were asked for and what became of each. A body is
 * delivered only when its whole response has come, names a UID that was asked for, and the folder's
 * epoch still holds. */
#pragma once

#include "intake/fetch/transfer.h"
#include "parsers/imap/fetch.h"
#include <glib.h>

typedef enum {
    LODGE_RECEPTION_WANTED,
    LODGE_RECEPTION_ASKED,
    LODGE_RECEPTION_DELIVERED,
    LODGE_RECEPTION_FAILED,
    LODGE_RECEPTION_GONE,
} LodgeReceptionState;

/* What became of the body that is streaming in, or has just come. */
typedef enum {
    LODGE_BODY_NONE,
    LODGE_BODY_STAGED,
    LODGE_BODY_OVERSIZED, /* longer than we take, whatever RFC822.SIZE said */
} LodgeReceptionBody;

typedef struct {
    const LodgeTransferContext *context;
    const GArray *uids, *sizes;
    guint8 *states; /* LodgeReceptionState of each */
    LodgeTransferCounts counts;
    LodgeReceptionBody body;
    guint64 body_bytes;
    LodgeStage *stage;
} LodgeReception;

/* Who listens to the session from now on. */
void lodge_reception_listen(LodgeReception *reception);
guint32 lodge_reception_uid(const LodgeReception *reception, guint index);
/* The end of one message, counted and shown as progress. */
void lodge_reception_settle(LodgeReception *reception,
                            guint index,
                            LodgeReceptionState state);
/* Failed because it is longer than we take. */
void lodge_reception_refuse_size(LodgeReception *reception,
                                 guint index,
                                 guint64 size_bytes);
void lodge_reception_warn(const LodgeReception *reception,
                          guint32 uid,
                          const char *format,
                          ...) G_GNUC_PRINTF(3, 4);
gboolean lodge_reception_check_stopping(const LodgeReception *reception, GError **error);
/* Frees a stage that was not delivered. */
void lodge_reception_drop_body(LodgeReception *reception);
