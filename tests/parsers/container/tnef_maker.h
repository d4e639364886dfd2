/* tnef_maker.h - a winmail.dat, attribute by attribute. */
#pragma once

#include <glib.h>

enum { TEST_OF_MESSAGE = 1, TEST_OF_ATTACHMENT = 2 };

/* Signature and key. */
GByteArray *test_tnef_new(void);
void test_tnef_add(
    GByteArray *tnef, guint8 level, guint32 tag, const void *content, gsize size);
/* Begins an attachment; its bytes; its properties, of which `listed` holds `count`. */
void test_tnef_begin(GByteArray *tnef);
void test_tnef_add_data(GByteArray *tnef, const char *content);
void test_tnef_add_properties(GByteArray *tnef, guint32 count, const GByteArray *listed);

/* ---- properties ---- */
void test_property_add_fixed(GByteArray *listed, guint16 type, guint16 id, guint64 value);
void test_property_add_bytes(
    GByteArray *listed, guint16 type, guint16 id, const void *bytes, gsize size);
/* UTF-8 becomes UTF-16, with the NUL that ends it. */
void test_property_add_text(GByteArray *listed, guint16 id, const char *text);
