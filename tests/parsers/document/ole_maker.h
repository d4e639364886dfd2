/* ole_maker.h - OLE containers and Word documents of before 2007 made on the spot. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name;
    const void *bytes;
    gsize size_bytes;
} TestStream;

/* A container of these streams, right under its root; small ones lie in the root's own stream, as Office has
 * them. The list ends with a NULL name. */
GByteArray *test_make_ole(const TestStream *streams);

typedef struct {
    guint16 version;         /* nFib: 193 and more are Word 97 and later; 0: that */
    guint16 flags;           /* of the header */
    const char *latin;       /* bytes of windows-1252 */
    const char *unicode;     /* UTF-8, kept as UTF-16 behind the former */
    gsize deleted, inserted; /* how many of the first letters, and of those behind them */
    guint comments;
    const char *template; /* its path, or NULL */
    guint pieces;         /* how often the first piece is named; 0: once */
} TestDoc;

/* The two streams of such a document: "WordDocument" and "1Table". */
void test_make_doc(const TestDoc *doc, GByteArray *word, GByteArray *table);
/* The document; test_make_ole of both. */
GByteArray *test_make_doc_file(const TestDoc *doc);
