/* conversation.h - one SMTP conversation as it is overheard: how far it got, what was answered. Pure.
 *
 * libcurl says only that a transfer failed. What that means for a receipt depends on the command that the
 * last reply answered: 550 to RCPT TO is the recipient's, 550 to EHLO is ours; silence before
 * the last byte of the message is harmless, silence after it is not. So the courier feeds commands
 * and reply lines in as they pass, and judges at the end.
 *
 * Of a command only its verb is looked at and nothing is kept: AUTH lines carry credentials.
 * Limits: a reply is kept up to 512 bytes, offers up to 64. Source: RFC 5321 sections 4.2 and 4.5.3.2. */
#pragma once

#include "intake/answer/courier.h"
#include <glib.h>

typedef enum {
    LODGE_STAGE_GREETING,
    LODGE_STAGE_EHLO,
    LODGE_STAGE_STARTTLS,
    LODGE_STAGE_AUTH,
    LODGE_STAGE_COMMAND, /* NOOP of describe */
    LODGE_STAGE_MAIL,
    LODGE_STAGE_RCPT,
    LODGE_STAGE_DATA,
    LODGE_STAGE_BODY,  /* the message is being handed over */
    LODGE_STAGE_FINAL, /* all of it has been handed over */
} LodgeStage;

typedef struct LodgeConversation LodgeConversation;

LodgeConversation *lodge_conversation_new(void);
void lodge_conversation_free(LodgeConversation *conversation);
/* The next message; the connection may be an old one. Offers are kept. */
void lodge_conversation_begin(LodgeConversation *conversation);
/* A command line or a line of a SASL exchange on its way out. QUIT ends the story: what is said after it is
 * not heard. */
void lodge_conversation_add_command(LodgeConversation *conversation,
                                    const char *bytes,
                                    gsize size_bytes);
/* One line of a reply. */
void lodge_conversation_add_reply(LodgeConversation *conversation,
                                  const char *bytes,
                                  gsize size_bytes);
/* The message is being handed over; `last`: its last byte too. */
void lodge_conversation_hand_over(LodgeConversation *conversation, gboolean last);

LodgeStage lodge_conversation_stage(const LodgeConversation *conversation);
/* Code of the complete reply to the last step; 0: it was not answered. */
int lodge_conversation_code(const LodgeConversation *conversation);
/* The reply's text, its lines joined by a space, as it came; "" if there was none. */
const char *lodge_conversation_reply(const LodgeConversation *conversation);
/* The last EHLO's keywords with parameters, in order (borrowed strings). */
GPtrArray *lodge_conversation_offers(const LodgeConversation *conversation);
/* What the parameter of SIZE says; 0: not said. */
guint64 lodge_conversation_size_limit(const LodgeConversation *conversation);
gboolean lodge_conversation_has_logged_in(const LodgeConversation *conversation);

/* What became of the message whose transfer has ended with a failure or success. */
LodgeCourierResult lodge_conversation_judge(const LodgeConversation *conversation,
                                            gboolean *whole_server_out);
/* The server refused our login for good, or wants one that was not made. */
gboolean lodge_conversation_is_login_fault(const LodgeConversation *conversation);
/* "RCPT TO", "the greeting", "the message" */
const char *lodge_stage_format(LodgeStage stage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeConversation, lodge_conversation_free)
