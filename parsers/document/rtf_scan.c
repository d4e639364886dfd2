#include "parsers/document/rtf_scan.h"

#include <string.h>

#define NUMBER_DIGITS 9

static void scan_number(LodgeRtfScan *scan, LodgeRtfToken *token)
{
    gboolean is_negative = scan->at < scan->end && *scan->at == '-';
    const guint8 *digits = scan->at + (is_negative ? 1 : 0);
    gint32 number = 0;
    guint count = 0;
    for (; digits < scan->end && g_ascii_isdigit(*digits); digits++) {
        if (count++ < NUMBER_DIGITS)
            number = number * 10 + (*digits - '0');
    }
    if (count == 0)
        return;
    scan->at = digits;
    token->has_number = TRUE;
    token->number = is_negative ? -number : number;
}

static void skip_binary(LodgeRtfScan *scan, const LodgeRtfToken *token)
{
    if (strcmp(token->name, "bin") != 0 || token->number <= 0)
        return;
    scan->at += MIN(token->number, scan->end - scan->at);
}

static void scan_word(LodgeRtfScan *scan, LodgeRtfToken *token)
{
    gsize length = 0;
    token->kind = LODGE_RTF_WORD;
    for (; scan->at < scan->end && g_ascii_isalpha(*scan->at); scan->at++) {
        if (length < LODGE_RTF_WORD_BYTES)
            token->name[length++] = (char)*scan->at;
    }
    token->name[length] = '\0';
    scan_number(scan, token);
    if (scan->at < scan->end && *scan->at == ' ')
        scan->at++;
    skip_binary(scan, token);
}

/* \'hh; digits that are none give nothing. */
static gboolean scan_hex(LodgeRtfScan *scan, LodgeRtfToken *token)
{
    if (scan->end - scan->at < 2)
        return FALSE;
    int high = g_ascii_xdigit_value((char)scan->at[0]);
    int low = g_ascii_xdigit_value((char)scan->at[1]);
    if (high < 0 || low < 0)
        return FALSE;
    scan->at += 2;
    token->kind = LODGE_RTF_BYTE;
    token->byte = (guint8)(high << 4 | low);
    return TRUE;
}

/* After a backslash. FALSE: it was nothing. */
static gboolean scan_control(LodgeRtfScan *scan, LodgeRtfToken *token)
{
    if (scan->at >= scan->end)
        return FALSE;
    if (g_ascii_isalpha(*scan->at)) {
        scan_word(scan, token);
        return TRUE;
    }
    token->byte = *scan->at++;
    switch (token->byte) {
    case '\'':
        return scan_hex(scan, token);
    case '\\':
    case '{':
    case '}':
        token->kind = LODGE_RTF_BYTE;
        return TRUE;
    case '\r':
    case '\n': /* the same as \par */
        token->kind = LODGE_RTF_WORD;
        strcpy(token->name, "par");
        return TRUE;
    default:
        token->kind = LODGE_RTF_SIGN;
        return TRUE;
    }
}

void lodge_rtf_scan_next(LodgeRtfScan *scan, LodgeRtfToken *token_out)
{
    *token_out = (LodgeRtfToken){.kind = LODGE_RTF_END};
    while (scan->at < scan->end) {
        guint8 byte = *scan->at++;
        if (byte == '\r' || byte == '\n' || byte == '\0')
            continue;
        token_out->byte = byte;
        token_out->kind = byte == '{'   ? LODGE_RTF_OPEN
                          : byte == '}' ? LODGE_RTF_CLOSE
                                        : LODGE_RTF_BYTE;
        if (byte != '\\' || scan_control(scan, token_out))
            return;
    }
    token_out->kind = LODGE_RTF_END;
}
