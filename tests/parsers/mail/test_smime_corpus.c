/* The collected S/MIME mails: form and arithmetic of the outermost layer, case by case, and what the reference (NSS)
 * says of it where it says more than policy. Differences are argued in README-smime.md. */
#include "parsers/mail/message.h"

#include "parsers/report/report.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

enum { FILE_NAME, ENCRYPTED, SIGNED, GOOD, WHY, OUTER, SIGNER, OPENSSL };

static const struct {
    const char *folder, *anchors;
    guint cases;
} sets[] = {{"smime/thunderbird", "TestCA.pem", 76}, {"smime/lamps", "ca.crt", 6}};

typedef struct {
    guint cases, forms, arithmetic, arithmetic_asked, signers, signers_asked;
} Agreement;

static void trust(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *pem = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &pem, &size, &error))
        g_error("%s", error->message);
    g_autoptr(GBytes) bytes = g_bytes_new(pem, size);
    if (!lodge_message_trust(bytes, &error))
        fail_msg("%s: %s", path, error->message);
}

static gboolean is_arithmetically_good(const LodgeSmimeLayer *layer)
{
    return layer->result == LODGE_SMIME_GOOD || layer->result == LODGE_SMIME_WEAK_DIGEST;
}

/* Does the certificate that verifies carry the signer of the table? A bad signature has none. */
static gboolean has_signer(const LodgeSmimeLayer *layer, const char *email)
{
    const LodgeSmimeSigner *signer = g_ptr_array_index(layer->signers, 0);
    for (guint i = 0; signer->emails[i] != NULL; i++) {
        if (g_ascii_strcasecmp(signer->emails[i], email) == 0)
            return TRUE;
    }
    return FALSE;
}

static void compare(GStrv row, const LodgeMessageFacts *facts, Agreement *agreement)
{
    agreement->cases++;
    if (facts->smime->len == 0) {
        print_message("%s: no layer\n", row[FILE_NAME]);
        return;
    }
    const LodgeSmimeLayer *layer = g_ptr_array_index(facts->smime, 0);
    const char *form = lodge_smime_form_format(layer->form);
    if (strcmp(form, row[OUTER]) == 0 && layer->at_root)
        agreement->forms++;
    else
        print_message("%s: %s instead of %s\n", row[FILE_NAME], form, row[OUTER]);
    if (strcmp(row[OPENSSL], "-") != 0) {
        agreement->arithmetic_asked++;
        if (is_arithmetically_good(layer) == (strcmp(row[OPENSSL], "ok") == 0))
            agreement->arithmetic++;
        else
            print_message("%s: %s, openssl says %s\n", row[FILE_NAME],
                          lodge_smime_result_format(layer->result), row[OPENSSL]);
    }
    if (is_arithmetically_good(layer) && strcmp(row[SIGNER], "-") != 0) {
        agreement->signers_asked++;
        agreement->signers += has_signer(layer, row[SIGNER]) ? 1 : 0;
    }
}

static void the_collected_mails_have_form_arithmetic_and_signer(void **state)
{
    (void)state;
    Agreement agreement = {0};
    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autofree char *folder = corpus_path(sets[i].folder);
        if (folder == NULL) {
            print_message("LODGE_TEST_DATA is unset: 82 S/MIME mails are not read\n");
            skip();
        }
        trust(folder, sets[i].anchors);
        g_autofree char *table = g_build_filename(folder, "expected.tsv", NULL);
        g_autoptr(GPtrArray) rows = corpus_load_table(table);
        assert_int_equal(rows->len, sets[i].cases);
        for (guint j = 0; j < rows->len; j++) {
            GStrv row = g_ptr_array_index(rows, j);
            g_autofree char *path = g_build_filename(folder, row[FILE_NAME], NULL);
            g_autoptr(LodgeMessageFacts) facts = corpus_read(path);
            compare(row, facts, &agreement);
        }
    }
    print_message("form %u of %u, arithmetic %u of %u, signer %u of %u\n", agreement.forms,
                  agreement.cases, agreement.arithmetic, agreement.arithmetic_asked,
                  agreement.signers, agreement.signers_asked);
    assert_int_equal(agreement.forms, 82);
    assert_int_equal(agreement.arithmetic, agreement.arithmetic_asked);
    assert_int_equal(agreement.signers, agreement.signers_asked);
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_collected_mails_have_form_arithmetic_and_signer),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
