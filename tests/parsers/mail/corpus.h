/* corpus.h - tables of the bulk test data, read the same way by every test here. */
#pragma once

#include "parsers/mail/message.h"
#include <glib.h>

/* A path below LODGE_TEST_DATA, or NULL when that is unset; g_free it. */
char *corpus_path(const char *name);
/* The rows of a TAB-separated table without its head line: GPtrArray of GStrv. */
GPtrArray *corpus_load_table(const char *path);
/* The facts of one file; documents are not handed back. */
LodgeMessageFacts *corpus_read(const char *path);
/* The same from bytes, through an anonymous file; `leaves_fd` as in lodge_message_parse. */
LodgeMessageFacts *corpus_read_bytes(const char *bytes, gsize size, int leaves_fd);
/* An anonymous file with these bytes. */
int corpus_make_fd(const char *bytes, gsize size);
