#include "parsers/mail/picture.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define JPEG "\xff\xd8"
#define APP0 "\xff\xe0\0\4xx"
#define FRAME "\xff\xc2\0\x11\x08\x0d\xb4\x09\xb0" /* 3508 high, 2480 wide, progressive */

#define BYTES(text) text, sizeof text - 1

static const struct {
    const char *name, *bytes;
    gsize size;
    guint width, height; /* 0: not known */
} cases[] = {
    {"PNG", BYTES(PNG "\0\0\4\xd8\0\0\6\xda\x08"), 1240, 1754},
    {"a PNG of four thousand million points a side",
     BYTES(PNG "\xff\xff\xff\xff\xff\xff\xff\xff"), 4294967295u, 4294967295u},
    {"a PNG that ends in its size", BYTES(PNG "\0\0\4\xd8\0\0\6"), 0, 0},
    {"GIF", BYTES("GIF89a\x2c\1\x64\0\xf7"), 300, 100},
    {"JPEG", BYTES(JPEG FRAME), 2480, 3508},
    {"a JPEG with segments before its frame", BYTES(JPEG APP0 APP0 FRAME), 2480, 3508},
    {"a JPEG with fill bytes", BYTES(JPEG "\xff\xff" FRAME), 2480, 3508},
    {"a JPEG with a table among the numbers of frames", BYTES(JPEG "\xff\xc4\0\4xx" FRAME),
     2480, 3508},
    {"a JPEG whose frame lies behind what is seen", BYTES(JPEG "\xff\xe1\xff\xff" APP0), 0,
     0},
    {"a JPEG that ends in its frame", BYTES(JPEG "\xff\xc0\0\x11\x08\x0d"), 0, 0},
    {"a segment without a length", BYTES(JPEG "\xff\xe0\0\0" APP0 FRAME), 0, 0},
    {"no picture", BYTES("%PDF-1.7 and so on, for a while"), 0, 0},
    {"nothing", "", 0, 0, 0},
};

static void sizes_are_found(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint width = 0, height = 0;
        gboolean known =
            lodge_picture_measure(cases[i].bytes, cases[i].size, &width, &height);
        if (known != (cases[i].width > 0) || width != cases[i].width ||
            height != cases[i].height)
            fail_msg("%s: %u x %u", cases[i].name, width, height);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
