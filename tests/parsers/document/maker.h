/* maker.h - small documents made on the spot, whole and broken. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name;
    const char *content;
} TestEntry;

/* A ZIP container as a file to read from; close it. The list ends with a NULL name. */
int test_make_package(const TestEntry *entries);
/* The same with one entry more: `repeat` times `content`. */
int test_make_big_package(const TestEntry *entries,
                          const char *name,
                          const char *content,
                          guint repeat);
/* A PDF of the objects given, numbered from 1 (the first is the catalogue), with a right table of
 * cross-references; the list ends with NULL. */
char *test_make_pdf(const char *const *objects);
/* Any bytes as a file. */
int test_make_file(const void *bytes, gsize size_bytes);
