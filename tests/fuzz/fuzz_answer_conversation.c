/* An SMTP server's replies, line by line, at every step of a conversation. */
#include "intake/answer/conversation.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const char *const commands[] = {
        "EHLO us\r\n",       "STARTTLS\r\n", "AUTH PLAIN x\r\n", "MAIL FROM:<a@b>\r\n",
        "RCPT TO:<c@d>\r\n", "DATA\r\n",     "QUIT\r\n"};
    g_autoptr(LodgeConversation) conversation = lodge_conversation_new();
    const char *at = (const char *)data;
    const char *end = at + size;
    for (guint step = 0; at < end; step++) {
        const char *line_end = memchr(at, '\n', (gsize)(end - at));
        gsize length = line_end != NULL ? (gsize)(line_end + 1 - at) : (gsize)(end - at);
        lodge_conversation_add_reply(conversation, at, length);
        if (length % 3 == 0)
            lodge_conversation_hand_over(conversation, length % 2 == 0);
        else if (step % 2 == 0) {
            const char *command = commands[step / 2 % G_N_ELEMENTS(commands)];
            lodge_conversation_add_command(conversation, command, strlen(command));
        }
        at += length;
    }
    gboolean whole_server;
    LodgeCourierResult result = lodge_conversation_judge(conversation, &whole_server);
    int code = lodge_conversation_code(conversation);
    g_assert(result != LODGE_SENT || code / 100 == 2);
    g_assert(result != LODGE_REFUSED || code / 100 == 5);
    g_assert(lodge_conversation_offers(conversation)->len <= 64);
    g_assert(strlen(lodge_conversation_reply(conversation)) <= 512);
    (void)lodge_conversation_size_limit(conversation);
    return 0;
}
