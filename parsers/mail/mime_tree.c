#include "parsers/mail/mime_tree.h"

#include "parsers/text/limits.h"
#include <string.h>

typedef struct {
    LodgeMimeNode *node;  /* borrowed from the tree; a multipart or a message */
    LodgeMimeNode *child; /* the last one, or NULL */
    char *base;           /* what the children's paths begin with: "" or "2." */
    gsize
        boundary_size; /* of a multipart: its boundary is compared with every line that begins "--" */
} Frame;

typedef struct {
    const LodgeSource *source;
    const char *path; /* of the message/rfc822 around it; NULL: none */
    guint depth;
    LodgeMarks *marks;
    LodgeMimeTree *tree;
    GPtrArray *frames;       /* Frame, outermost first */
    LodgeHeaderBlock *block; /* being read; NULL: in a body */
    gint64 block_start;
    LodgeMimeNode *leaf; /* whose content is being passed over, or NULL */
    gsize line_end_size; /* of the line before */
    gboolean is_over;    /* the rest is not listed */
    gboolean has_bare_lf;
} Scanner;

static void free_frame(gpointer data)
{
    Frame *frame = data;
    g_free(frame->base);
    g_free(frame);
}

void lodge_mime_tree_free(LodgeMimeTree *tree)
{
    if (tree == NULL)
        return;
    lodge_header_block_free(tree->header);
    g_ptr_array_unref(tree->nodes);
    g_free(tree);
}

static Frame *top_frame(const Scanner *scanner)
{
    guint count = scanner->frames->len;
    return count > 0 ? g_ptr_array_index(scanner->frames, count - 1) : NULL;
}

static void push_frame(Scanner *scanner, LodgeMimeNode *node, const char *base_path)
{
    Frame *frame = g_new0(Frame, 1);
    frame->node = node;
    frame->boundary_size = node->boundary != NULL ? strlen(node->boundary) : 0;
    frame->base = base_path[0] != '\0' ? g_strconcat(base_path, ".", NULL) : g_strdup("");
    g_ptr_array_add(scanner->frames, frame);
}

/* ---- nodes ---- */

static const char *default_type(const Scanner *scanner)
{
    const Frame *parent = top_frame(scanner);
    gboolean in_digest =
        parent != NULL && strcmp(parent->node->type, "multipart/digest") == 0;
    return in_digest ? "message/rfc822" : "text/plain";
}

/* The body of a message is numbered like the only part of a multipart, unless it is a multipart
 * itself: then its parts take the place (RFC 9051 section 6.4.5). */
static char *make_path(const Scanner *scanner, const LodgeMimeNode *node)
{
    const Frame *parent = top_frame(scanner);
    const char *around = parent != NULL ? parent->node->path : scanner->path;

    if (parent != NULL && parent->node->shape == LODGE_MIME_MULTIPART)
        return g_strdup_printf("%s%u", parent->base, parent->node->children);
    if (node->shape == LODGE_MIME_MULTIPART)
        return around != NULL ? g_strconcat(around, ".TEXT", NULL) : g_strdup("");
    return around != NULL ? g_strconcat(around, ".1", NULL) : g_strdup("1");
}

/* What the paths of its children begin with. */
static char *make_base(const Scanner *scanner, const LodgeMimeNode *node)
{
    const Frame *parent = top_frame(scanner);

    if (node->shape == LODGE_MIME_MULTIPART && g_str_has_suffix(node->path, ".TEXT"))
        return g_strdup(parent != NULL ? parent->node->path : scanner->path);
    return g_strdup(node->path);
}

static LodgeMimeShape judge_shape(const Scanner *scanner, const LodgeMimeNode *node)
{
    LodgeMimeShape shape = LODGE_MIME_LEAF;

    if (g_str_has_prefix(node->type, "multipart/")) {
        if (node->boundary == NULL)
            lodge_marks_add_defect(scanner->marks, "missing-boundary");
        else
            shape = LODGE_MIME_MULTIPART;
    } else if (strcmp(node->type, "message/rfc822") == 0 ||
               strcmp(node->type, "message/global") == 0) {
        shape = lodge_mime_node_is_encoded(node) ? LODGE_MIME_LEAF : LODGE_MIME_MESSAGE;
    }
    if (shape != LODGE_MIME_LEAF &&
        scanner->depth + scanner->frames->len >= LODGE_LIMIT_NESTING) {
        lodge_marks_add_limit(scanner->marks, "nesting");
        return LODGE_MIME_LEAF;
    }
    return shape;
}

static void begin_block(Scanner *scanner, gboolean is_outer, gint64 start)
{
    lodge_header_block_free(scanner->block);
    scanner->block_start = start;
    scanner->block = lodge_header_block_new(scanner->marks, is_outer);
    scanner->leaf = NULL;
}

/* The header block is complete and its content begins at `content_start`. */
static void end_block(Scanner *scanner, gint64 content_start)
{
    Frame *parent = top_frame(scanner);
    g_autoptr(LodgeHeaderBlock) block = g_steal_pointer(&scanner->block);

    lodge_header_block_finish(block);
    if (scanner->tree->nodes->len >= LODGE_LIMIT_PARTS) {
        lodge_marks_add_limit(scanner->marks, "parts");
        scanner->is_over = TRUE;
        return;
    }
    LodgeMimeNode *node = lodge_mime_node_new(block, default_type(scanner), scanner->marks);
    g_ptr_array_add(scanner->tree->nodes, node);
    if (parent != NULL) {
        parent->node->children++;
        parent->child = node;
    }
    if (parent != NULL && parent->node->shape == LODGE_MIME_MESSAGE &&
        parent->node->name == NULL)
        parent->node->name = lodge_mime_node_read_subject(block);
    node->shape = judge_shape(scanner, node);
    node->depth = scanner->depth + scanner->frames->len;
    node->path = make_path(scanner, node);
    node->entity_start = scanner->block_start;
    node->entity_end = node->content_start = node->content_end = content_start;
    if (scanner->tree->header == NULL)
        scanner->tree->header = g_steal_pointer(&block);
    if (node->shape == LODGE_MIME_LEAF) {
        scanner->leaf = node;
        return;
    }
    g_autofree char *base = make_base(scanner, node);
    push_frame(scanner, node, base);
    if (node->shape == LODGE_MIME_MESSAGE)
        begin_block(scanner, FALSE, content_start);
}

/* A header block that something else than its blank line ends; an embedded message that would begin
 * there has one empty part. */
static void cut_block(Scanner *scanner, gint64 offset)
{
    while (scanner->block != NULL)
        end_block(scanner, offset);
}

/* ---- delimiters ---- */

/* "--" boundary [ "--" ] and only blanks behind it (RFC 2046 section 5.1.1). */
static gboolean
is_delimiter(const LodgePiece *piece, const Frame *frame, gboolean *is_close_out)
{
    gsize rest = 2 + frame->boundary_size;

    if (piece->size < rest ||
        memcmp(piece->bytes + 2, frame->node->boundary, frame->boundary_size) != 0)
        return FALSE;
    gboolean is_close = piece->size >= rest + 2 && piece->bytes[rest] == '-' &&
                        piece->bytes[rest + 1] == '-';
    rest += is_close ? 2 : 0;
    while (rest < piece->size && g_ascii_isspace(piece->bytes[rest]))
        rest++;
    *is_close_out = is_close;
    return rest == piece->size;
}

/* The innermost multipart that the line delimits, or -1. */
static int
find_delimited(const Scanner *scanner, const LodgePiece *piece, gboolean *is_close_out)
{
    if (!piece->starts_line || piece->size < 2 || piece->bytes[0] != '-' ||
        piece->bytes[1] != '-')
        return -1;
    for (int i = (int)scanner->frames->len - 1; i >= 0; i--) {
        const Frame *frame = g_ptr_array_index(scanner->frames, i);
        if (frame->node->shape == LODGE_MIME_MULTIPART &&
            is_delimiter(piece, frame, is_close_out))
            return i;
    }
    return -1;
}

static void end_node(LodgeMimeNode *node, gint64 end)
{
    node->content_end = MAX(node->content_start, end);
}

/* What stands behind the last part's own end, up to `end`, still belongs to it. */
static void end_child(Frame *frame, gint64 end)
{
    if (frame->child != NULL)
        frame->child->entity_end = MAX(frame->child->entity_end, end);
    frame->child = NULL;
}

/* Ends the open leaf and all containers above the first `kept`. */
static void close_frames(Scanner *scanner, guint kept, gint64 end)
{
    if (scanner->leaf != NULL)
        end_node(scanner->leaf, end);
    scanner->leaf = NULL;
    while (scanner->frames->len > kept) {
        Frame *frame = top_frame(scanner);
        end_node(frame->node, end);
        end_child(frame, end);
        if (frame->node->shape == LODGE_MIME_MULTIPART && frame->node->children > 0 &&
            !scanner->is_over)
            lodge_marks_add_defect(scanner->marks, "truncated-multipart");
        g_ptr_array_set_size(scanner->frames, (int)scanner->frames->len - 1);
    }
}

/* The line break before a delimiter belongs to it. */
static void
take_delimiter(Scanner *scanner, guint index, gboolean is_close, const LodgePiece *piece)
{
    gint64 offset = piece->offset;
    gint64 end = offset - (gint64)scanner->line_end_size;

    cut_block(scanner, offset);
    close_frames(scanner, index + 1, end);
    end_child(top_frame(scanner), end);
    if (is_close) {
        end_node(top_frame(scanner)->node, offset);
        g_ptr_array_set_size(scanner->frames, (int)index);
    } else {
        begin_block(scanner, FALSE, offset + (gint64)piece->size);
    }
}

/* ---- lines ---- */

static void take_header_piece(Scanner *scanner, const LodgePiece *piece)
{
    gboolean is_first = scanner->tree->header == NULL;
    gint64 after = piece->offset + (gint64)piece->size;

    switch (lodge_header_block_feed(scanner->block, piece)) {
    case LODGE_HEADER_CONTINUES:
        return;
    case LODGE_HEADER_ENDED:
        if (is_first && lodge_header_block_finish(scanner->block) == 0)
            scanner->is_over = TRUE;
        else
            end_block(scanner, after);
        return;
    case LODGE_HEADER_BROKEN:
        if (is_first && lodge_header_block_finish(scanner->block) == 0) {
            scanner->is_over = TRUE;
            return;
        }
        lodge_marks_add_defect(scanner->marks, "header-malformed");
        end_block(scanner, piece->offset);
        if (scanner->block != NULL) /* the line belongs to the message that begins here */
            take_header_piece(scanner, piece);
        return;
    }
}

static void note_line_end(Scanner *scanner, const LodgePiece *piece)
{
    gboolean is_crlf =
        piece->ends_line && piece->size > 1 && piece->bytes[piece->size - 2] == '\r';

    scanner->line_end_size = is_crlf ? 2 : piece->ends_line ? 1 : 0;
    scanner->has_bare_lf |= scanner->line_end_size == 1;
}

static void mark_bytes(const Scanner *scanner, const LodgeLines *lines)
{
    if (scanner->has_bare_lf)
        lodge_marks_add_defect(scanner->marks, "bare-lf");
    if (lodge_lines_has_bare_cr(lines))
        lodge_marks_add_defect(scanner->marks, "bare-cr");
    if (lodge_lines_has_nul(lines))
        lodge_marks_add_defect(scanner->marks, "nul-byte");
}

static void take_piece(Scanner *scanner, const LodgePiece *piece)
{
    gboolean is_close = FALSE;
    int index = find_delimited(scanner, piece, &is_close);

    if (index >= 0)
        take_delimiter(scanner, (guint)index, is_close, piece);
    else if (scanner->block != NULL)
        take_header_piece(scanner, piece);
    note_line_end(scanner, piece);
}

/* A multipart in which no delimiter was found is a leaf after all. */
static void judge_childless(Scanner *scanner)
{
    for (guint i = 0; i < scanner->tree->nodes->len; i++) {
        LodgeMimeNode *node = g_ptr_array_index(scanner->tree->nodes, i);
        if (node->shape != LODGE_MIME_MULTIPART || node->children > 0)
            continue;
        node->shape = LODGE_MIME_LEAF;
        lodge_marks_add_defect(scanner->marks, "missing-boundary");
        if (node->path[0] == '\0') {
            g_free(node->path);
            node->path = g_strdup("1");
        }
    }
}

static void finish(Scanner *scanner)
{
    gboolean is_empty =
        scanner->tree->header == NULL &&
        (scanner->block == NULL || lodge_header_block_finish(scanner->block) == 0);

    if (!is_empty)
        cut_block(scanner, scanner->source->size_bytes);
    close_frames(scanner, 0, scanner->source->size_bytes);
    judge_childless(scanner);
    scanner->tree->is_message = !is_empty;
}

/* Some editors put a byte order mark before everything. */
static gboolean skip_mark(const LodgeSource *source, gint64 *start_out, GError **error)
{
    char bytes[3];
    gsize size = 0;

    if (!lodge_source_read(source, 0, bytes, sizeof bytes, &size, error))
        return FALSE;
    *start_out = size == 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    return TRUE;
}

LodgeMimeTree *lodge_mime_tree_scan(const LodgeSource *source,
                                    const char *path,
                                    guint depth,
                                    LodgeMarks *marks,
                                    GError **error)
{
    gint64 start = 0;
    if (!skip_mark(source, &start, error))
        return NULL;

    g_autoptr(LodgeMimeTree) tree = g_new0(LodgeMimeTree, 1);
    tree->nodes = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_mime_node_free);
    g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func(free_frame);
    g_autoptr(LodgeLines) lines = lodge_lines_new(source, start);
    Scanner scanner = {.source = source,
                       .path = path,
                       .depth = depth,
                       .marks = marks,
                       .tree = tree,
                       .frames = frames};
    GError *failure = NULL;
    LodgePiece piece;

    begin_block(&scanner, path == NULL, start);
    while (!scanner.is_over && lodge_lines_next(lines, &piece, &failure))
        take_piece(&scanner, &piece);
    finish(&scanner);
    mark_bytes(&scanner, lines);
    lodge_header_block_free(scanner.block);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    return g_steal_pointer(&tree);
}
