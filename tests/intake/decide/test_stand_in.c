#include "intake/decide/stand_in.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define OCTETS "application/octet-stream"
#define ALL (-1) /* of unknown size */

static const struct {
    const char *name;
    LodgePartKind kind;
    const char *declared, *sniffed, *file;
    gint64 size_bytes, width, height;
    LodgeStandIn expected;
} cases[] = {
    {"a plan", LODGE_PART_DOCUMENT, PDF, PDF, "plan.pdf", 9, ALL, ALL, LODGE_STAND_IN_NONE},
    {"a spreadsheet is what it is", LODGE_PART_DOCUMENT, OCTETS, OCTETS, "plan.xlsb", 9,
     ALL, ALL, LODGE_STAND_IN_NONE},
    {"a placeholder of Exchange, attached as a mail", LODGE_PART_MESSAGE, "message/rfc822",
     NULL, "Safe Attachments Scan In Progress", 0, ALL, ALL, LODGE_STAND_IN_PLACEHOLDER},
    {"as it was called before", LODGE_PART_MESSAGE, "message/rfc822", NULL,
     "ATP Scan in Progress.eml", 0, ALL, ALL, LODGE_STAND_IN_PLACEHOLDER},
    {"saved and sent on", LODGE_PART_CONTAINER, OCTETS, NULL, "ATP Scan In Progress.eml", 0,
     ALL, ALL, LODGE_STAND_IN_PLACEHOLDER},
    {"as a file", LODGE_PART_DOCUMENT, OCTETS, "text/plain",
     "Safe Attachments Scan in Progress", 9, ALL, ALL, LODGE_STAND_IN_PLACEHOLDER},
    {"a mail about such a scan", LODGE_PART_MESSAGE, "message/rfc822", NULL,
     "RE: ATP Scan In Progress", 0, ALL, ALL, LODGE_STAND_IN_NONE},
    {"a note in the place of what was removed", LODGE_PART_DOCUMENT, "text/plain",
     "text/plain", "Malware Alert Text.txt", 9, ALL, ALL, LODGE_STAND_IN_REMOVED},
    {"rights management, by type", LODGE_PART_DOCUMENT,
     "application/x-microsoft-rpmsg-message", OCTETS, NULL, 9, ALL, ALL,
     LODGE_STAND_IN_PROTECTED},
    {"rights management, by name", LODGE_PART_DOCUMENT, OCTETS, OCTETS, "message.RPMSG", 9,
     ALL, ALL, LODGE_STAND_IN_PROTECTED},
    {"PGP", LODGE_PART_DOCUMENT, OCTETS, OCTETS, "encrypted.asc", 9, ALL, ALL,
     LODGE_STAND_IN_ENCRYPTED},
    {"PGP without a name", LODGE_PART_DOCUMENT, OCTETS, "application/pgp-encrypted", NULL,
     9, ALL, ALL, LODGE_STAND_IN_ENCRYPTED},
    {"no byte", LODGE_PART_DOCUMENT, PDF, NULL, "plan.pdf", 0, ALL, ALL,
     LODGE_STAND_IN_EMPTY},
    {"a link saved as a file", LODGE_PART_DOCUMENT, OCTETS, "text/plain", "Plan.URL", 9,
     ALL, ALL, LODGE_STAND_IN_SHORTCUT},
    {"a photograph of a page", LODGE_PART_DOCUMENT, "image/jpeg", "image/jpeg",
     "IMG_0001.jpg", 9, 3024, 4032, LODGE_STAND_IN_PICTURE},
    {"a page at 75 dpi", LODGE_PART_DOCUMENT, "image/png", "image/png", "page.png", 9, 620,
     877, LODGE_STAND_IN_PICTURE},
    {"a photograph of an iPhone", LODGE_PART_DOCUMENT, OCTETS, "image/heic",
     "IMG_0001.HEIC", 9, ALL, ALL, LODGE_STAND_IN_PICTURE},
    {"a picture of unknown size", LODGE_PART_DOCUMENT, "image/tiff", "image/tiff",
     "scan.tif", 9, ALL, ALL, LODGE_STAND_IN_PICTURE},
    {"a banner that is attached", LODGE_PART_DOCUMENT, "image/png", "image/png",
     "image001.png", 9, 1200, 300, LODGE_STAND_IN_NONE},
    {"an icon that is attached", LODGE_PART_DOCUMENT, "image/gif", "image/gif", "x.gif", 9,
     24, 24, LODGE_STAND_IN_NONE},
    {"a logo in the text", LODGE_PART_DECORATION, "image/png", "image/png", "image001.png",
     9, 900, 900, LODGE_STAND_IN_NONE},
    {"a picture in the text whose size is not known", LODGE_PART_DECORATION, "image/webp",
     "image/webp", "image001.webp", 9, ALL, ALL, LODGE_STAND_IN_NONE},
    {"a photograph that Apple Mail shows in the text", LODGE_PART_DECORATION, "image/jpeg",
     "image/jpeg", "image0.jpeg", 9, 3024, 4032, LODGE_STAND_IN_PICTURE},
    {"an HEIC there", LODGE_PART_DECORATION, "image/heic", "image/heic", "IMG_0001.HEIC", 9,
     ALL, ALL, LODGE_STAND_IN_PICTURE},
    {"the text of the mail", LODGE_PART_BODY, "text/plain", "text/plain",
     "ATP Scan In Progress", 0, ALL, ALL, LODGE_STAND_IN_NONE},
};

static void stand_ins_are_told_apart(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        LodgePart *part =
            world_add_part(world, "9", cases[i].kind, cases[i].declared, cases[i].file);
        world_set(&part->sniffed_type, cases[i].sniffed);
        part->size_bytes = cases[i].size_bytes;
        part->width = cases[i].width;
        part->height = cases[i].height;
        LodgeStandIn found = lodge_stand_in_judge(world->message, part);
        if (found != cases[i].expected)
            fail_msg("%s: gave %d", cases[i].name, (int)found);
    }
}

static void an_enveloped_part_is_encrypted_and_a_signed_one_is_not(void **state)
{
    (void)state;
    static const LodgeSmimeForm forms[] = {LODGE_SMIME_ENVELOPED, LODGE_SMIME_OPAQUE};
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(World) world = world_new();
        LodgePart *part = world_add_part(world, "9", LODGE_PART_DOCUMENT,
                                         "application/pkcs7-mime", "smime.p7m");
        part->size_bytes = 9;
        g_ptr_array_add(world->message->smime, lodge_smime_layer_new("9", forms[i]));
        assert_int_equal(lodge_stand_in_judge(world->message, part),
                         forms[i] == LODGE_SMIME_ENVELOPED ? LODGE_STAND_IN_ENCRYPTED
                                                           : LODGE_STAND_IN_NONE);
    }
}

static void a_small_picture_is_a_logo(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        gint64 width, height;
        gboolean is_logo;
    } rows[] = {
        {"image/png", 1200, 599, TRUE}, {"image/png", 600, 600, FALSE},
        {"image/heic", -1, -1, FALSE},  {"image/png", 0, 0, TRUE},
        {PDF, 10, 10, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(World) world = world_new();
        LodgePart *part =
            world_add_part(world, "9", LODGE_PART_DOCUMENT, rows[i].type, "image001.png");
        part->width = rows[i].width;
        part->height = rows[i].height;
        assert_int_equal(lodge_stand_in_is_logo(part), rows[i].is_logo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stand_ins_are_told_apart),
        cmocka_unit_test(an_enveloped_part_is_encrypted_and_a_signed_one_is_not),
        cmocka_unit_test(a_small_picture_is_a_logo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
