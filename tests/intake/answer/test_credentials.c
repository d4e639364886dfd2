#include "intake/answer/credentials.h"

#include "tests/support/cmocka.h"

static void a_reply_that_repeats_the_secret_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *secret;
        gboolean repeats;
    } cases[] = {
        {"an ordinary refusal", "5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
         "canary-7", FALSE},
        {"the secret itself", "5.7.8 bad password canary-7", "canary-7", TRUE},
        {"base64 of the secret", "5.7.8 bad Y2FuYXJ5LTc=", "canary-7", TRUE},
        {"base64 of a PLAIN line", "5.7.8 bad AHVzZXIAY2FuYXJ5LTc=", "canary-7", TRUE},
        {"glued to a word before it", "bad:xAHVzZXIAY2FuYXJ5LTc=", "canary-7", TRUE},
        {"base64 of an XOAUTH2 line",
         "dXNlcj11AWF1dGg9QmVhcmVyIGNhbmFyeS03AQE=", "canary-7", TRUE},
        {"no secret", "anything", NULL, FALSE},
        {"an empty secret", "anything", "", FALSE},
        {"no text", NULL, "canary-7", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (lodge_credentials_are_in(cases[i].text, cases[i].secret) != cases[i].repeats)
            fail_msg("%s", cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_that_repeats_the_secret_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
