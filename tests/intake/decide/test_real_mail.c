/* Mails of the test data, read as the airlock reads them: of which kind are they? */
#include "intake/decide/kind.h"

#include "parsers/mail/message.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *file;
    const char *kind;
} cases[] = {
    {"python-email/msg_25.eml", "bounce"}, /* sendmail, through a list */
    {"python-email/msg_16.eml", "bounce"}, /* PMDF, through a list */
    {"python-email/msg_43.eml", "bounce"}, /* a virus scanner's, without an address */
    {"python-email/msg_02.eml", "list"},   /* a digest */
    {"python-email/msg_32.eml", "list"},
    {"notmuch/attachment--text-calendar.eml", "calendar"},
    {"ruby-mail/multipart_report_emails--report_422.eml", "bounce"},
    {"ruby-mail/multipart_report_emails--report_530.eml", "bounce"},
    {"ruby-mail/multipart_report_emails--multi_address_bounce1.eml", "bounce"},
    {"ruby-mail/multipart_report_emails--multipart_report_multiple_status.eml", "bounce"},
    {"ruby-mail/mime_emails--raw_email_with_mimepart_without_content_type.eml", "bounce"},
    {"mailcore2/parser--input--mbox--jwz--21.eml", "bounce"}, /* before RFC 1894 */
    {"mailcore2/parser--input--mbox--jwz--22.eml", "auto-reply"},
    {"mailcore2/parser--input--mbox--jwz--132.eml", "bounce"},
    {"tmail/iso_8859_1_email_without_encoding_and_message_id.eml", "bounce"},
};

static LodgeMessageFacts *read_message(const char *file)
{
    g_autofree char *path =
        g_build_filename(g_getenv("LODGE_TEST_DATA"), "mime", file, NULL);
    g_autoptr(GError) error = NULL;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        fail_msg("%s cannot be opened", path);
    LodgeMessageFacts *facts = lodge_message_parse(fd, status.st_size, -1, &error);
    close(fd);
    if (facts == NULL)
        fail_msg("%s: %s", file, error->message);
    return facts;
}

static void real_mails_are_of_their_kind(void **state)
{
    (void)state;
    if (g_getenv("LODGE_TEST_DATA") == NULL) {
        print_message("%zu mails skipped: LODGE_TEST_DATA is not set\n",
                      G_N_ELEMENTS(cases));
        skip();
    }
    g_autoptr(World) world = world_new();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeMessageFacts) message = read_message(cases[i].file);
        const char *kind = lodge_kind_format(
            lodge_kind_judge(message, world->rules, (LodgeKindContent){0}));
        if (strcmp(kind, cases[i].kind) != 0)
            fail_msg("%s: %s", cases[i].file, kind);
    }
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_mails_are_of_their_kind),
    };
    return cmocka_run_group_tests_name("intake/decide/real_mail", tests, prepare, NULL);
}
