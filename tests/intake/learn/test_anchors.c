/* The operator's trust anchors on their way to the real readers: everyone gets them, or the airlock does not open. */
#include "intake/learn/airlock.h"

#include "tests/parsers/mail/smime_maker.h"
#include "tests/support/cmocka.h"
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define READER LODGE_BINARY_DIR "/parsers/lodge-reader"
#define ENTITY "Content-Type: text/plain\r\n\r\nOur plan.\r\n"

typedef struct {
    SmimePerson *authority, *clerk;
    GBytes *pem;
    char *mail;
} World;

static int make_file(const char *text)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

static LodgeAirlock *open_airlock(GBytes *pem, GError **error)
{
    LodgeAirlockOptions options = {.reader_path = READER, .anchors_pem = pem};
    return lodge_airlock_new(&options, error);
}

static LodgeSmimeResult read_result(LodgeAirlock *airlock, const char *mail)
{
    int input = make_file(mail);
    int leaves = make_file("");
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMessageFacts) facts =
        lodge_airlock_read_message(airlock, input, leaves, &error);
    close(input);
    close(leaves);
    if (facts == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(facts->smime->len, 1);
    return ((const LodgeSmimeLayer *)g_ptr_array_index(facts->smime, 0))->result;
}

static void only_who_has_the_anchor_trusts_the_clerk(void **state)
{
    const World *world = *state;
    g_autoptr(LodgeAirlock) trusting = open_airlock(world->pem, NULL);
    g_autoptr(LodgeAirlock) other = open_airlock(NULL, NULL);
    assert_non_null(trusting);
    assert_non_null(other);
    assert_int_equal(read_result(trusting, world->mail), LODGE_SMIME_GOOD);
    assert_int_equal(read_result(other, world->mail), LODGE_SMIME_UNTRUSTED);
}

/* The only child that a fresh airlock has. */
static pid_t find_zygote(void)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", (int)getpid());
    g_autofree char *children = NULL;
    assert_true(g_file_get_contents(path, &children, NULL, NULL));
    return (pid_t)g_ascii_strtoll(children, NULL, 10);
}

static void a_zygote_that_is_started_again_gets_them_too(void **state)
{
    const World *world = *state;
    g_autoptr(LodgeAirlock) airlock = open_airlock(world->pem, NULL);
    assert_non_null(airlock);
    pid_t first = find_zygote();
    assert_true(first > 0);
    assert_int_equal(kill(first, SIGKILL), 0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)first, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(read_result(airlock, world->mail), LODGE_SMIME_GOOD);
    assert_true(find_zygote() != first);
}

static void damaged_anchors_are_named_at_once(void **state)
{
    (void)state;
    static const char text[] =
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    g_autoptr(GBytes) pem = g_bytes_new_static(text, strlen(text));
    g_autoptr(GError) error = NULL;
    assert_null(open_airlock(pem, &error));
    assert_true(
        g_error_matches(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE));
    assert_non_null(strstr(error->message, "trust anchors are damaged: number 1"));
}

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    const SmimeWish authority = {
        .name = "Authority", .key_usage = "keyCertSign", .is_authority = TRUE};
    world->authority = smime_maker_person(&authority);
    const SmimeWish clerk = {.name = "Clerk",
                             .email = "clerk@council.example",
                             .key_usage = "digitalSignature",
                             .extended_key_usage = "emailProtection",
                             .issuer = world->authority};
    world->clerk = smime_maker_person(&clerk);
    world->pem = smime_maker_pem(world->authority);
    g_autoptr(GBytes) signature =
        smime_maker_sign(world->clerk, EVP_sha256(), ENTITY, strlen(ENTITY), CMS_DETACHED);
    g_autofree char *entity = smime_maker_detached_entity(ENTITY, signature, "");
    world->mail = g_strconcat("From: clerk@council.example\r\n", entity, NULL);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    smime_maker_free(world->clerk);
    smime_maker_free(world->authority);
    g_bytes_unref(world->pem);
    g_free(world->mail);
    g_free(world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_who_has_the_anchor_trusts_the_clerk),
        cmocka_unit_test(a_zygote_that_is_started_again_gets_them_too),
        cmocka_unit_test(damaged_anchors_are_named_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
