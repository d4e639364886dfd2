/* rtf_scan.h - RTF's bytes as tokens: groups, control words with their numbers, letters. */
#pragma once

#include <glib.h>

#define LODGE_RTF_WORD_BYTES 32

typedef enum {
    LODGE_RTF_END,
    LODGE_RTF_OPEN,
    LODGE_RTF_CLOSE,
    LODGE_RTF_WORD, /* name, number if has_number */
    LODGE_RTF_SIGN, /* byte: the one after the backslash: ~ _ - * */
    LODGE_RTF_BYTE, /* byte of text, in the code page of the place */
} LodgeRtfKind;

typedef struct {
    LodgeRtfKind kind;
    char name[LODGE_RTF_WORD_BYTES + 1]; /* cut there; no known word is that long */
    gboolean has_number;
    gint32 number;
    guint8 byte;
} LodgeRtfToken;

typedef struct {
    const guint8 *at, *end;
} LodgeRtfScan;

/* Line ends of the file itself are passed over, and so is the data of \bin. */
void lodge_rtf_scan_next(LodgeRtfScan *scan, LodgeRtfToken *token_out);
