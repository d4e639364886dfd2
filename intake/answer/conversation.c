#include "intake/answer/conversation.h"

#include <string.h>

#define MAX_REPLY_BYTES 512
#define MAX_OFFERS 64

struct LodgeConversation {
    LodgeStage stage;
    int code;          /* of the complete reply to the last step */
    GString *reply;    /* its text */
    guint lines;       /* of that reply, so far */
    gboolean over;     /* QUIT was said */
    GPtrArray *offers; /* char * */
    gboolean logged_in;
};

LodgeConversation *lodge_conversation_new(void)
{
    LodgeConversation *conversation = g_new0(LodgeConversation, 1);
    conversation->reply = g_string_new(NULL);
    conversation->offers = g_ptr_array_new_with_free_func(g_free);
    return conversation;
}

void lodge_conversation_free(LodgeConversation *conversation)
{
    if (conversation == NULL)
        return;
    g_string_free(conversation->reply, TRUE);
    g_ptr_array_unref(conversation->offers);
    g_free(conversation);
}

static void enter(LodgeConversation *conversation, LodgeStage stage)
{
    conversation->stage = stage;
    conversation->code = 0;
    conversation->lines = 0;
    g_string_truncate(conversation->reply, 0);
}

void lodge_conversation_begin(LodgeConversation *conversation)
{
    conversation->over = FALSE;
    enter(conversation, LODGE_STAGE_GREETING);
}

static gboolean has_prefix(const char *bytes, gsize size, const char *prefix)
{
    gsize length = strlen(prefix);
    return size >= length && memcmp(bytes, prefix, length) == 0;
}

/* Anything else is a line of a SASL exchange and belongs to the stage it is said in. That is base64 and
 * holds neither spaces nor colons; DATA is told apart by its place. */
static LodgeStage
find_stage(const LodgeConversation *conversation, const char *bytes, gsize size)
{
    static const struct {
        const char *verb;
        LodgeStage stage;
    } verbs[] = {
        {"EHLO ", LODGE_STAGE_EHLO},        {"HELO ", LODGE_STAGE_EHLO},
        {"STARTTLS", LODGE_STAGE_STARTTLS}, {"AUTH ", LODGE_STAGE_AUTH},
        {"NOOP\r", LODGE_STAGE_COMMAND},    {"MAIL FROM:", LODGE_STAGE_MAIL},
        {"RCPT TO:", LODGE_STAGE_RCPT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (has_prefix(bytes, size, verbs[i].verb))
            return verbs[i].stage;
    return has_prefix(bytes, size, "DATA\r") && conversation->stage == LODGE_STAGE_RCPT
               ? LODGE_STAGE_DATA
               : conversation->stage;
}

void lodge_conversation_add_command(LodgeConversation *conversation,
                                    const char *bytes,
                                    gsize size_bytes)
{
    if (conversation->over)
        return;
    if (has_prefix(bytes, size_bytes, "QUIT\r")) {
        conversation->over = TRUE;
        return;
    }
    LodgeStage stage = find_stage(conversation, bytes, size_bytes);
    if (stage == LODGE_STAGE_EHLO) {
        g_ptr_array_set_size(conversation->offers, 0);
        conversation->logged_in = FALSE;
    }
    enter(conversation, stage);
}

/* Reply-line = Reply-code ( SP / "-" ) textstring; the last line of a reply has the space, or
 * nothing at all, after the code (RFC 5321 section 4.2.1). */
static int parse_code(const char *bytes, gsize size, gboolean *last_out)
{
    if (size < 3)
        return 0;
    for (gsize i = 0; i < 3; i++)
        if (!g_ascii_isdigit(bytes[i]))
            return 0;
    *last_out = size == 3 || bytes[3] != '-';
    return (bytes[0] - '0') * 100 + (bytes[1] - '0') * 10 + (bytes[2] - '0');
}

static void keep_text(GString *reply, const char *bytes, gsize size)
{
    if (reply->len >= MAX_REPLY_BYTES)
        return;
    if (reply->len > 0)
        g_string_append_c(reply, ' ');
    g_string_append_len(reply, bytes, (gssize)MIN(size, MAX_REPLY_BYTES - reply->len));
}

/* The first line of an EHLO reply greets, the others offer. */
static void keep_offer(LodgeConversation *conversation, const char *bytes, gsize size)
{
    if (conversation->lines > 0 && size > 0 && conversation->offers->len < MAX_OFFERS)
        g_ptr_array_add(conversation->offers, g_strndup(bytes, MIN(size, MAX_REPLY_BYTES)));
}

void lodge_conversation_add_reply(LodgeConversation *conversation,
                                  const char *bytes,
                                  gsize size_bytes)
{
    gboolean last = FALSE;
    while (size_bytes > 0 && strchr("\r\n", bytes[size_bytes - 1]) != NULL)
        size_bytes--;
    int code = parse_code(bytes, size_bytes, &last);
    if (conversation->over || code == 0)
        return;
    gsize skip = MIN(size_bytes, 4);
    if (conversation->stage == LODGE_STAGE_EHLO && code / 100 == 2)
        keep_offer(conversation, bytes + skip, size_bytes - skip);
    keep_text(conversation->reply, bytes + skip, size_bytes - skip);
    conversation->lines++;
    if (!last)
        return;
    conversation->code = code;
    if (conversation->stage == LODGE_STAGE_AUTH && code / 100 == 2)
        conversation->logged_in = TRUE;
}

void lodge_conversation_hand_over(LodgeConversation *conversation, gboolean last)
{
    LodgeStage stage = last ? LODGE_STAGE_FINAL : LODGE_STAGE_BODY;
    if (conversation->stage != stage)
        enter(conversation, stage);
}

LodgeStage lodge_conversation_stage(const LodgeConversation *conversation)
{
    return conversation->stage;
}

int lodge_conversation_code(const LodgeConversation *conversation)
{
    return conversation->code;
}

const char *lodge_conversation_reply(const LodgeConversation *conversation)
{
    return conversation->reply->str;
}

GPtrArray *lodge_conversation_offers(const LodgeConversation *conversation)
{
    return conversation->offers;
}

guint64 lodge_conversation_size_limit(const LodgeConversation *conversation)
{
    for (guint i = 0; i < conversation->offers->len; i++) {
        const char *offer = g_ptr_array_index(conversation->offers, i);
        if (g_ascii_strncasecmp(offer, "SIZE ", 5) == 0)
            return g_ascii_strtoull(offer + 5, NULL, 10);
    }
    return 0;
}

gboolean lodge_conversation_has_logged_in(const LodgeConversation *conversation)
{
    return conversation->logged_in;
}

/* The server closes, or has had enough of us (Exchange's limits are 432): not about this message. */
static gboolean is_about_server(int code)
{
    return code == 421 || code == 432;
}

/* RFC 4954 section 6: "log in first", said only at MAIL. A fault of our set-up must not use up
 * the one receipt that met it. */
static gboolean is_about_login(int code)
{
    return code == 530 || code == 534 || code == 535 || code == 538;
}

LodgeCourierResult lodge_conversation_judge(const LodgeConversation *conversation,
                                            gboolean *whole_server_out)
{
    int code = conversation->code;
    gboolean is_final = conversation->stage == LODGE_STAGE_FINAL;
    *whole_server_out = FALSE;
    if (is_final && code / 100 == 2)
        return LODGE_SENT;
    if (is_final && code < 400)
        return LODGE_UNKNOWN;
    if (conversation->stage < LODGE_STAGE_MAIL || is_about_server(code) ||
        is_about_login(code)) {
        *whole_server_out = TRUE;
        return LODGE_RETRY;
    }
    return code >= 500 && code <= 599 ? LODGE_REFUSED : LODGE_RETRY;
}

gboolean lodge_conversation_is_login_fault(const LodgeConversation *conversation)
{
    return is_about_login(conversation->code) ||
           (conversation->stage == LODGE_STAGE_AUTH && conversation->code >= 500);
}

const char *lodge_stage_format(LodgeStage stage)
{
    switch (stage) {
    case LODGE_STAGE_GREETING:
        return "the connection";
    case LODGE_STAGE_EHLO:
        return "EHLO";
    case LODGE_STAGE_STARTTLS:
        return "STARTTLS";
    case LODGE_STAGE_AUTH:
        return "the login";
    case LODGE_STAGE_COMMAND:
        return "NOOP";
    case LODGE_STAGE_MAIL:
        return "MAIL FROM";
    case LODGE_STAGE_RCPT:
        return "RCPT TO";
    case LODGE_STAGE_DATA:
        return "DATA";
    case LODGE_STAGE_BODY:
    case LODGE_STAGE_FINAL:
        return "the message";
    }
    g_return_val_if_reached("an unknown step");
}
