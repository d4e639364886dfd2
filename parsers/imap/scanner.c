#include "parsers/imap/scanner.h"
#include "parsers/imap/literal.h"
#include "parsers/imap/parser.h"
#include "parsers/text/limits.h"
#include <string.h>

typedef enum {
    BETWEEN,       /* a value or ")" may come */
    AFTER,         /* a string or list has ended: SP, "(" or ")" */
    AFTER_LITERAL, /* the same; anything else means that the count lied */
    ATOM,
    SECTION, /* inside the brackets of BODY[…] */
    SECTION_QUOTED,
    ITEM_END, /* behind them: "<0>" or the end */
    QUOTED,
    ESCAPED,
    MALFORMED,
} ScanState;

/* While scanning, text lies at an offset of the arena, which moves when it grows. */
typedef struct {
    LodgeImapValueType type;
    gsize offset;
    gsize size_bytes;
    guint span;
} Slot;

struct LodgeImapScanner {
    ScanState state;
    gboolean sections;
    GByteArray *arena; /* all text, each piece followed by a NUL */
    GArray *slots;
    GArray *values;
    guint open
        [LODGE_LIMIT_IMAP_DEPTH]; /* slots of the lists not yet closed; [0] is the root */
    guint depth;
};

LodgeImapScanner *lodge_imap_scanner_new(void)
{
    LodgeImapScanner *scanner = g_new0(LodgeImapScanner, 1);
    scanner->arena = g_byte_array_new();
    scanner->slots = g_array_new(FALSE, TRUE, sizeof(Slot));
    scanner->values = g_array_new(FALSE, TRUE, sizeof(LodgeImapValue));
    return scanner;
}

void lodge_imap_scanner_free(LodgeImapScanner *scanner)
{
    if (scanner == NULL)
        return;
    g_byte_array_unref(scanner->arena);
    g_array_unref(scanner->slots);
    g_array_unref(scanner->values);
    g_free(scanner);
}

static Slot *last_slot(const LodgeImapScanner *scanner)
{
    return &g_array_index(scanner->slots, Slot, scanner->slots->len - 1);
}

static void begin_value(LodgeImapScanner *scanner, LodgeImapValueType type)
{
    Slot slot = {.type = type, .offset = scanner->arena->len, .span = 1};
    g_array_append_val(scanner->slots, slot);
}

static void add_byte(LodgeImapScanner *scanner, char byte)
{
    g_byte_array_append(scanner->arena, (const guint8 *)&byte, 1);
}

static void end_value(LodgeImapScanner *scanner)
{
    Slot *slot = last_slot(scanner);
    slot->size_bytes = scanner->arena->len - slot->offset;
    add_byte(scanner, '\0');
    const char *text = (const char *)scanner->arena->data + slot->offset;
    if (slot->type == LODGE_IMAP_ATOM && g_ascii_strcasecmp(text, "NIL") == 0)
        slot->type = LODGE_IMAP_NIL;
}

static ScanState open_list(LodgeImapScanner *scanner)
{
    if (scanner->depth == LODGE_LIMIT_IMAP_DEPTH)
        return MALFORMED;
    scanner->open[scanner->depth++] = scanner->slots->len;
    begin_value(scanner, LODGE_IMAP_LIST);
    return BETWEEN;
}

static ScanState close_list(LodgeImapScanner *scanner)
{
    if (scanner->depth <= 1)
        return MALFORMED;
    guint opened = scanner->open[--scanner->depth];
    g_array_index(scanner->slots, Slot, opened).span = scanner->slots->len - opened;
    return AFTER;
}

static gboolean is_control(char byte)
{
    return (guchar)byte < 0x20 || byte == 0x7f;
}

void lodge_imap_scanner_reset(LodgeImapScanner *scanner, gboolean sections)
{
    g_byte_array_set_size(scanner->arena, 0);
    g_array_set_size(scanner->slots, 0);
    scanner->sections = sections;
    scanner->depth = 0;
    scanner->state = open_list(scanner);
}

/* ---- one function per state: takes a byte, gives the next state ---- */

static ScanState scan_between(LodgeImapScanner *scanner, char byte)
{
    switch (byte) {
    case ' ':
        return BETWEEN;
    case '(':
        return open_list(scanner);
    case ')':
        return close_list(scanner);
    case '"':
        begin_value(scanner, LODGE_IMAP_STRING);
        return QUOTED;
    default:
        if (is_control(byte))
            return MALFORMED;
        begin_value(scanner, LODGE_IMAP_ATOM);
        add_byte(scanner, byte);
        return ATOM;
    }
}

static ScanState scan_after(LodgeImapScanner *scanner, char byte)
{
    if (byte == ' ' || byte == '(' || byte == ')')
        return scan_between(scanner, byte);
    return MALFORMED;
}

/* RFC 9051: msg-att-static = … "BODY" section ["<" number ">"] SP nstring /
 *                            "BINARY" section-binary SP (nstring / literal8) / … */
static gboolean atom_takes_section(const LodgeImapScanner *scanner)
{
    if (!scanner->sections || scanner->depth != 2)
        return FALSE;
    const Slot *slot = last_slot(scanner);
    const char *atom = (const char *)scanner->arena->data + slot->offset;
    gsize size_bytes = scanner->arena->len - slot->offset;
    static const char *const names[] = {"BODY", "BODY.PEEK", "BINARY", "BINARY.PEEK",
                                        "BINARY.SIZE"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (size_bytes == strlen(names[i]) &&
            g_ascii_strncasecmp(atom, names[i], size_bytes) == 0)
            return TRUE;
    }
    return FALSE;
}

static ScanState scan_atom(LodgeImapScanner *scanner, char byte)
{
    if (byte == ' ' || byte == '(' || byte == ')') {
        end_value(scanner);
        return scan_between(scanner, byte);
    }
    if (byte == '"' || is_control(byte))
        return MALFORMED;
    ScanState next = byte == '[' && atom_takes_section(scanner) ? SECTION : ATOM;
    add_byte(scanner, byte);
    return next;
}

/* RFC 9051: section = "[" [section-spec] "]"; header-list may hold quoted strings. */
static ScanState scan_section(LodgeImapScanner *scanner, char byte)
{
    if (is_control(byte))
        return MALFORMED;
    add_byte(scanner, byte);
    if (byte == '"')
        return SECTION_QUOTED;
    return byte == ']' ? ITEM_END : SECTION;
}

static ScanState scan_section_quoted(LodgeImapScanner *scanner, char byte)
{
    if (is_control(byte))
        return MALFORMED;
    add_byte(scanner, byte);
    return byte == '"' ? SECTION : SECTION_QUOTED;
}

static ScanState scan_item_end(LodgeImapScanner *scanner, char byte)
{
    if (byte == '<' || byte == '>' || g_ascii_isdigit(byte)) {
        add_byte(scanner, byte);
        return ITEM_END;
    }
    end_value(scanner);
    return scan_between(scanner, byte);
}

/* RFC 9051: quoted = DQUOTE *QUOTED-CHAR DQUOTE */
static ScanState scan_quoted(LodgeImapScanner *scanner, char byte)
{
    if (byte == '\\')
        return ESCAPED;
    if (byte == '"') {
        end_value(scanner);
        return AFTER;
    }
    if (byte == '\0' || byte == '\r')
        return MALFORMED;
    add_byte(scanner, byte);
    return QUOTED;
}

static ScanState scan_escaped(LodgeImapScanner *scanner, char byte)
{
    add_byte(scanner, byte);
    return QUOTED;
}

static ScanState scan_byte(LodgeImapScanner *scanner, char byte)
{
    switch (scanner->state) {
    case BETWEEN:
        return scan_between(scanner, byte);
    case AFTER:
    case AFTER_LITERAL:
        return scan_after(scanner, byte);
    case ATOM:
        return scan_atom(scanner, byte);
    case SECTION:
        return scan_section(scanner, byte);
    case SECTION_QUOTED:
        return scan_section_quoted(scanner, byte);
    case ITEM_END:
        return scan_item_end(scanner, byte);
    case QUOTED:
        return scan_quoted(scanner, byte);
    case ESCAPED:
        return scan_escaped(scanner, byte);
    case MALFORMED:
        break;
    }
    return MALFORMED;
}

/* ---- literals ---- */

static gboolean take_literal_header(LodgeImapScanner *scanner, guint64 *literal_bytes_out)
{
    if (scanner->state != ATOM)
        return FALSE;
    const Slot *slot = last_slot(scanner);
    gsize offset = slot->offset;
    const char *text = (const char *)scanner->arena->data + offset;
    if (!lodge_imap_literal_parse(text, scanner->arena->len - offset, literal_bytes_out))
        return FALSE;
    g_array_set_size(scanner->slots, scanner->slots->len - 1);
    g_byte_array_set_size(scanner->arena, (guint)offset);
    return TRUE;
}

static void end_response(LodgeImapScanner *scanner)
{
    if (scanner->state == ATOM || scanner->state == ITEM_END) {
        end_value(scanner);
        scanner->state = BETWEEN;
    }
    gboolean ended = scanner->state == BETWEEN || scanner->state == AFTER ||
                     scanner->state == AFTER_LITERAL;
    if (!ended || scanner->depth != 1)
        scanner->state = MALFORMED;
    else
        g_array_index(scanner->slots, Slot, 0).span = scanner->slots->len;
}

static gboolean within_limits(const LodgeImapScanner *scanner, gsize more, GError **error)
{
    if (scanner->arena->len + more > LODGE_LIMIT_IMAP_RESPONSE_BYTES) {
        g_set_error(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_LIMIT,
                    "a response is longer than %d bytes", LODGE_LIMIT_IMAP_RESPONSE_BYTES);
        return FALSE;
    }
    if (scanner->slots->len > LODGE_LIMIT_IMAP_VALUES) {
        g_set_error(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_LIMIT,
                    "a response has more than %d values", LODGE_LIMIT_IMAP_VALUES);
        return FALSE;
    }
    return TRUE;
}

LodgeImapScan lodge_imap_scanner_line(LodgeImapScanner *scanner,
                                      const char *line,
                                      gsize size_bytes,
                                      guint64 *literal_bytes_out,
                                      GError **error)
{
    if (scanner->state == AFTER_LITERAL && size_bytes > 0 && line[0] != ' ' &&
        line[0] != ')') {
        g_set_error_literal(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_DESYNC,
                            "a literal is longer or shorter than its announced size");
        return LODGE_IMAP_SCAN_ERROR;
    }
    if (!within_limits(scanner, size_bytes, error))
        return LODGE_IMAP_SCAN_ERROR;
    for (gsize i = 0; i < size_bytes && scanner->state != MALFORMED; i++)
        scanner->state = scan_byte(scanner, line[i]);
    if (!within_limits(scanner, 0, error))
        return LODGE_IMAP_SCAN_ERROR;
    if (take_literal_header(scanner, literal_bytes_out))
        return LODGE_IMAP_SCAN_LITERAL;
    end_response(scanner);
    if (scanner->state == MALFORMED && lodge_imap_literal_ends(line, size_bytes)) {
        g_set_error_literal(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_SYNTAX,
                            "a malformed response seems to announce a literal");
        return LODGE_IMAP_SCAN_ERROR;
    }
    return LODGE_IMAP_SCAN_COMPLETE;
}

gboolean lodge_imap_item_is_body(const char *item)
{
    return g_ascii_strncasecmp(item, "BODY[", 5) == 0 ||
           g_ascii_strncasecmp(item, "BINARY[", 7) == 0 ||
           g_ascii_strcasecmp(item, "RFC822") == 0 ||
           g_ascii_strcasecmp(item, "RFC822.TEXT") == 0 ||
           g_ascii_strcasecmp(item, "RFC822.HEADER") == 0;
}

const char *lodge_imap_scanner_body_item(const LodgeImapScanner *scanner)
{
    if (!scanner->sections || scanner->depth != 2)
        return NULL;
    const Slot *slot = last_slot(scanner);
    if (slot->type != LODGE_IMAP_ATOM)
        return NULL;
    const char *item = (const char *)scanner->arena->data + slot->offset;
    return lodge_imap_item_is_body(item) ? item : NULL;
}

void lodge_imap_scanner_stream_literal(LodgeImapScanner *scanner)
{
    begin_value(scanner, LODGE_IMAP_STREAMED);
    lodge_imap_scanner_end_literal(scanner);
}

void lodge_imap_scanner_begin_literal(LodgeImapScanner *scanner)
{
    begin_value(scanner, LODGE_IMAP_STRING);
}

gboolean lodge_imap_scanner_add_literal(LodgeImapScanner *scanner,
                                        const void *bytes,
                                        gsize size_bytes,
                                        GError **error)
{
    if (!within_limits(scanner, size_bytes, error))
        return FALSE;
    g_byte_array_append(scanner->arena, bytes, (guint)size_bytes);
    return TRUE;
}

void lodge_imap_scanner_end_literal(LodgeImapScanner *scanner)
{
    end_value(scanner);
    scanner->state = AFTER_LITERAL;
}

LodgeImapValue *lodge_imap_scanner_values(LodgeImapScanner *scanner)
{
    if (scanner->state == MALFORMED)
        return NULL;
    g_array_set_size(scanner->values, scanner->slots->len);
    for (guint i = 0; i < scanner->slots->len; i++) {
        const Slot *slot = &g_array_index(scanner->slots, Slot, i);
        LodgeImapValue *value = &g_array_index(scanner->values, LodgeImapValue, i);
        gboolean has_text =
            slot->type == LODGE_IMAP_ATOM || slot->type == LODGE_IMAP_STRING;
        value->type = slot->type;
        value->text = has_text ? (const char *)scanner->arena->data + slot->offset : "";
        value->size_bytes = has_text ? slot->size_bytes : 0;
        value->span = slot->span;
    }
    return &g_array_index(scanner->values, LodgeImapValue, 0);
}
