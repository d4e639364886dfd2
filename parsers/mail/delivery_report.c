#include "parsers/mail/delivery_report.h"

#include "parsers/mail/header_block.h"
#include "parsers/mail/leaf.h"
#include "parsers/mail/lexer.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <string.h>

static gboolean is_type(const LodgeMimeNode *node, const char *type, const char *global)
{
    return strcmp(node->type, type) == 0 || strcmp(node->type, global) == 0;
}

static gboolean is_header(const LodgeMimeNode *node)
{
    return is_type(node, "text/rfc822-headers", "message/global-headers");
}

static gboolean is_status(const LodgeMimeNode *node)
{
    return is_type(node, "message/delivery-status", "message/global-delivery-status");
}

/* ---- Message-IDs ---- */

/* The first that stands in angle brackets; else the first word. */
static char *read_id(const char *text)
{
    const char *start = strchr(text, '<');
    start = start != NULL ? start + 1 : text + strspn(text, " \t\r\n");
    return lodge_display_utf8(start, strcspn(start, "> \t\r\n"));
}

/* Ours are; others are of no use to anybody. */
static gboolean is_clean(const char *id)
{
    for (const char *c = id; *c != '\0'; c++)
        if (!g_ascii_isgraph(*c))
            return FALSE;
    return *id != '\0' && strlen(id) <= LODGE_LIMIT_RETURNED_ID_BYTES;
}

/* Takes the id. */
static void add_id(LodgeMessageFacts *facts, char *id, LodgeMarks *marks)
{
    g_autofree char *taken = id;
    const char *const *known = (const char *const *)facts->returned_ids;
    guint count = g_strv_length(facts->returned_ids);
    if (!is_clean(taken) || g_strv_contains(known, taken))
        return;
    if (count >= LODGE_LIMIT_RETURNED_IDS) {
        lodge_marks_add_limit(marks, "returned-ids");
        return;
    }
    facts->returned_ids = g_renew(char *, facts->returned_ids, count + 2);
    facts->returned_ids[count] = g_steal_pointer(&taken);
    facts->returned_ids[count + 1] = NULL;
}

static void take_block(LodgeHeaderBlock *block, LodgeMessageFacts *facts, LodgeMarks *marks)
{
    lodge_header_block_finish(block);
    g_autofree char *id = lodge_header_block_find(block, "Message-ID");
    if (id != NULL)
        add_id(facts, read_id(id), marks);
}

/* ---- header blocks ---- */

typedef void (*TakeBlock)(LodgeHeaderBlock *block,
                          LodgeMessageFacts *facts,
                          LodgeMarks *marks);

/* Each block of fields from `start` on, parted by empty lines, at most `most` of them. Limits that are met in here are
 * none of the message's own. */
static gboolean read_blocks(const LodgeSource *source,
                            gint64 start,
                            guint most,
                            TakeBlock take,
                            LodgeMessageFacts *facts,
                            LodgeMarks *marks,
                            GError **error)
{
    g_autoptr(LodgeMarks) own = lodge_marks_new();
    g_autoptr(LodgeLines) lines = lodge_lines_new(source, start);
    g_autoptr(LodgeHeaderBlock) block = lodge_header_block_new(own, TRUE);
    GError *failure = NULL;
    LodgePiece piece;
    LodgeHeaderState state = LODGE_HEADER_CONTINUES;
    for (guint blocks = 0; blocks < most && state != LODGE_HEADER_BROKEN &&
                           lodge_lines_next(lines, &piece, &failure);) {
        state = lodge_header_block_feed(block, &piece);
        if (state != LODGE_HEADER_ENDED)
            continue;
        take(block, facts, marks);
        lodge_header_block_free(block);
        block = lodge_header_block_new(own, TRUE);
        blocks++;
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    take(block, facts, marks);
    return TRUE;
}

/* ---- what became of it ---- */

/* "rfc822; a@b.example" (RFC 3464 section 2.1.2): what stands behind the type. */
static char *read_typed(const LodgeHeaderBlock *block, const char *name)
{
    g_autofree char *raw = lodge_header_block_find(block, name);
    if (raw == NULL)
        return NULL;
    g_autofree char *text = lodge_lexer_unfold(raw);
    const char *semicolon = strchr(text, ';');
    const char *start = semicolon != NULL ? semicolon + 1 : text;
    g_autofree char *value = lodge_display_line(start, LODGE_LIMIT_DELIVERY_VALUE_BYTES);
    g_strstrip(value);
    return value[0] != '\0' ? g_steal_pointer(&value) : NULL;
}

static char *strip_brackets(char *address)
{
    gsize size = address != NULL ? strlen(address) : 0;
    if (size > 2 && address[0] == '<' && address[size - 1] == '>') {
        memmove(address, address + 1, size - 2);
        address[size - 2] = '\0';
    }
    return address;
}

static char *read_action(const LodgeHeaderBlock *block)
{
    g_autofree char *action = read_typed(block, "Action");
    return action != NULL ? g_ascii_strdown(action, -1) : NULL;
}

/* The first block is about the message and has no recipient. */
static void
take_status(LodgeHeaderBlock *block, LodgeMessageFacts *facts, LodgeMarks *marks)
{
    lodge_header_block_finish(block);
    g_autofree char *final = read_typed(block, "Final-Recipient");
    g_autofree char *original = read_typed(block, "Original-Recipient");
    if (final == NULL && original == NULL)
        return;
    if (facts->delivery->len >= LODGE_LIMIT_RETURNED_IDS) {
        lodge_marks_add_limit(marks, "delivery-status");
        return;
    }
    LodgeDeliveryStatus *status = g_new0(LodgeDeliveryStatus, 1);
    status->recipient = strip_brackets(g_strdup(final != NULL ? final : original));
    status->original = strip_brackets(g_steal_pointer(&original));
    status->action = read_action(block);
    status->status = read_typed(block, "Status");
    status->diagnostic = read_typed(block, "Diagnostic-Code");
    g_ptr_array_add(facts->delivery, status);
}

gboolean lodge_delivery_report_read(const LodgeSource *source,
                                    const LodgeMimeNode *node,
                                    LodgeMessageFacts *facts,
                                    LodgeMarks *marks,
                                    GError **error)
{
    if (node->shape == LODGE_MIME_MESSAGE)
        return read_blocks(source, node->content_start, 1, take_block, facts, marks, error);
    if (!is_header(node) && !is_status(node))
        return TRUE;
    GError *failure = NULL;
    g_autoptr(GBytes) content =
        lodge_leaf_decode(source, node, LODGE_LIMIT_DELIVERY_BYTES, marks, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (content == NULL) {
        lodge_marks_add_limit(marks, "delivery-status");
        return TRUE;
    }
    const LodgeSource inner = {-1, content, (gint64)g_bytes_get_size(content)};
    return is_status(node) ? read_blocks(&inner, 0, LODGE_LIMIT_RETURNED_IDS + 2,
                                         take_status, facts, marks, error)
                           : read_blocks(&inner, 0, 1, take_block, facts, marks, error);
}

void lodge_delivery_report_read_text(LodgeMessageFacts *facts, LodgeMarks *marks)
{
    static const char name[] = "message-id:";
    for (const char *line = facts->body_text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (g_ascii_strncasecmp(line, name, sizeof name - 1) == 0) {
            g_autofree char *rest =
                g_strndup(line + sizeof name - 1,
                          end != NULL ? (gsize)(end - line) -
                                            MIN((gsize)(end - line), sizeof name - 1)
                                      : strlen(line + sizeof name - 1));
            add_id(facts, read_id(rest), marks);
        }
        line = end != NULL ? end + 1 : NULL;
    }
}
