#include "tests/parsers/container/tnef_maker.h"

#include <string.h>

static void add_number(GByteArray *out, guint64 value, guint bytes)
{
    for (guint i = 0; i < bytes; i++) {
        guint8 byte = (guint8)(value >> (8 * i));
        g_byte_array_append(out, &byte, 1);
    }
}

GByteArray *test_tnef_new(void)
{
    GByteArray *tnef = g_byte_array_new();
    add_number(tnef, 0x223e9f78, 4);
    add_number(tnef, 1, 2);
    return tnef;
}

void test_tnef_add(
    GByteArray *tnef, guint8 level, guint32 tag, const void *content, gsize size)
{
    guint16 sum = 0;
    for (gsize i = 0; i < size; i++)
        sum = (guint16)(sum + ((const guint8 *)content)[i]);
    add_number(tnef, level, 1);
    add_number(tnef, tag, 4);
    add_number(tnef, size, 4);
    if (size > 0)
        g_byte_array_append(tnef, content, (guint)size);
    add_number(tnef, sum, 2);
}

void test_tnef_begin(GByteArray *tnef)
{
    static const guint8 rendering[14] = {1, 0, 0xff, 0xff, 0xff, 0xff};
    test_tnef_add(tnef, TEST_OF_ATTACHMENT, 0x00069002, rendering, sizeof rendering);
}

void test_tnef_add_data(GByteArray *tnef, const char *content)
{
    test_tnef_add(tnef, TEST_OF_ATTACHMENT, 0x0006800f, content, strlen(content));
}

void test_tnef_add_properties(GByteArray *tnef, guint32 count, const GByteArray *listed)
{
    g_autoptr(GByteArray) whole = g_byte_array_new();
    add_number(whole, count, 4);
    g_byte_array_append(whole, listed->data, listed->len);
    test_tnef_add(tnef, TEST_OF_ATTACHMENT, 0x00069005, whole->data, whole->len);
}

void test_property_add_fixed(GByteArray *listed, guint16 type, guint16 id, guint64 value)
{
    gboolean is_long = type == 0x05 || type == 0x06 || type == 0x14 || type == 0x40;
    add_number(listed, type, 2);
    add_number(listed, id, 2);
    add_number(listed, value, is_long ? 8 : 4);
}

void test_property_add_bytes(
    GByteArray *listed, guint16 type, guint16 id, const void *bytes, gsize size)
{
    add_number(listed, type, 2);
    add_number(listed, id, 2);
    add_number(listed, 1, 4);
    add_number(listed, size, 4);
    g_byte_array_append(listed, bytes, (guint)size);
    add_number(listed, 0, (guint)(-size & 3));
}

void test_property_add_text(GByteArray *listed, guint16 id, const char *text)
{
    glong units = 0;
    g_autofree gunichar2 *utf16 = g_utf8_to_utf16(text, -1, NULL, &units, NULL);
    g_assert(utf16 != NULL);
    test_property_add_bytes(listed, 0x1f, id, utf16, 2 * ((gsize)units + 1));
}
