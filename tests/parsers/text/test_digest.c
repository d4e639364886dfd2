#include "parsers/text/digest.h"

#include "tests/support/cmocka.h"

/* FIPS 180-4 examples. */
static void the_standard_examples_come_out(void **state)
{
    (void)state;
    char hex[LODGE_DIGEST_SIZE];
    lodge_digest_compute("abc", 3, hex);
    assert_string_equal(hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    lodge_digest_compute(NULL, 0, hex);
    assert_string_equal(hex,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void pieces_give_the_same_as_the_whole(void **state)
{
    (void)state;
    char hex[LODGE_DIGEST_SIZE];
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    lodge_digest_update(digest, "a", 1);
    lodge_digest_update(digest, "", 0);
    lodge_digest_update(digest, "bc", 2);
    lodge_digest_finish(digest, hex);
    assert_string_equal(hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void only_sixty_four_lower_case_digits_are_a_digest(void **state)
{
    (void)state;
    assert_true(lodge_digest_is_valid(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_false(lodge_digest_is_valid(
        "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_false(lodge_digest_is_valid("e3b0"));
    assert_false(lodge_digest_is_valid(
        "../0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_false(lodge_digest_is_valid(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_examples_come_out),
        cmocka_unit_test(pieces_give_the_same_as_the_whole),
        cmocka_unit_test(only_sixty_four_lower_case_digits_are_a_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
