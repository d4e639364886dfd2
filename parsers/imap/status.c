#include "parsers/imap/status.h"
#include <string.h>

LodgeImapStatus lodge_imap_status_parse(const char *word, gsize size_bytes)
{
    static const struct {
        const char *word;
        LodgeImapStatus status;
    } table[] = {
        {"OK", LODGE_IMAP_OK},   {"NO", LODGE_IMAP_NO},           {"BAD", LODGE_IMAP_BAD},
        {"BYE", LODGE_IMAP_BYE}, {"PREAUTH", LODGE_IMAP_PREAUTH},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (size_bytes == strlen(table[i].word) &&
            g_ascii_strncasecmp(word, table[i].word, size_bytes) == 0)
            return table[i].status;
    }
    return LODGE_IMAP_DATA;
}

/* The "]" that ends a code: outside strings and lists, because Gmail puts brackets into
 * flags (`[PERMANENTFLAGS (OIB-Seen-[Google Mail]/Alle \*)]`). */
static char *find_strict_end(char *code)
{
    gboolean quoted = FALSE;
    guint depth = 0;
    for (char *at = code; *at != '\0'; at++) {
        if (quoted) {
            if (*at == '\\' && at[1] != '\0')
                at++;
            else if (*at == '"')
                quoted = FALSE;
        } else if (*at == '"') {
            quoted = TRUE;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && depth > 0) {
            depth--;
        } else if (*at == ']' && depth == 0) {
            return at;
        }
    }
    return NULL;
}

static char *find_code_end(char *code)
{
    char *end = find_strict_end(code);
    return end != NULL ? end : strchr(code, ']');
}

/* A name is an atom; Exchange writes `[Error="… Cross Server access …"]`, which is text. */
static gsize measure_code_name(const char *code, const char *end)
{
    gsize size = 0;
    while (code + size < end && strchr(" \"()\\", code[size]) == NULL)
        size++;
    if (code + size < end && code[size] != ' ')
        return 0;
    return size;
}

static void read_code_data(char *data,
                           gsize size_bytes,
                           LodgeImapScanner *scanner,
                           LodgeImapResponse *response)
{
    guint64 literal_bytes = 0;
    lodge_imap_scanner_reset(scanner, FALSE);
    if (lodge_imap_scanner_line(scanner, data, size_bytes, &literal_bytes, NULL) !=
        LODGE_IMAP_SCAN_COMPLETE)
        return;
    const LodgeImapValue *values = lodge_imap_scanner_values(scanner);
    response->code_data = values;
    guint64 number = 0;
    if (lodge_imap_value_number(lodge_imap_list_first(values), G_MAXINT64, &number))
        response->code_number = number;
}

/* RFC 9051: resp-text = ["[" resp-text-code "]" SP] [text]
 *           resp-text-code = … / atom [SP 1*<any TEXT-CHAR except "]">] */
void lodge_imap_status_read_text(char *rest,
                                 LodgeImapScanner *scanner,
                                 LodgeImapResponse *response)
{
    response->text = rest;
    if (*rest != '[')
        return;
    char *code = rest + 1;
    char *end = find_code_end(code);
    gsize name_size = end == NULL ? 0 : measure_code_name(code, end);
    if (name_size == 0)
        return;
    *end = '\0';
    response->text = end[1] == ' ' ? end + 2 : end + 1;
    if (code[name_size] == ' ') {
        char *data = code + name_size + 1;
        read_code_data(data, (gsize)(end - data), scanner, response);
    }
    code[name_size] = '\0';
    for (char *at = code; *at != '\0'; at++)
        *at = g_ascii_toupper(*at);
    response->code = code;
}
