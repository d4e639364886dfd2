/* test_dkim_opendkim [CASES [SEED]]: our verdicts and libopendkim's on the same mails.
 *
 * Mails of every canonical pair, h= and l= are signed by us or by libopendkim and then changed
 * up to twice. Where the two disagree on whether the signature passes, README.md beside has the reason, and
 * explain() its name; a disagreement without a name fails the test and is printed with its mail. */
#include "intake/learn/dkim_check.h"

#include "tests/differential/mail_maker.h"
#include "tests/differential/opendkim.h"
#include "tests/parsers/mail/corpus.h"
#include <stdlib.h>
#include <string.h>

#define NOW_S 1721383327
#define USUAL_CASES 2000
#define SHOWN 20

typedef struct {
    GRand *random;
    TestSigner *signer;
    Opendkim *opendkim;
    char *private_key;
    guint both_pass, neither, unexplained;
    GHashTable *explained; /* literal -> count */
} Trial;

static gboolean we_pass(Trial *trial, const GString *mail, char **why_out)
{
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);

    for (guint i = 0; i < facts->signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, i);
        if (signature->field != LODGE_DKIM_SIGNATURE)
            continue;
        LodgeDkimVerdict verdict = lodge_dkim_check_asking(
            signature, test_zone_ask(test_signer_zone(trial->signer)),
            NOW_S * LODGE_SECOND_US, &policy);
        *why_out = g_strdup(verdict.reason != NULL ? verdict.reason : "pass");
        return verdict.result == LODGE_DKIM_PASS;
    }
    *why_out = g_strdup("no signature");
    return FALSE;
}

/* ---- why we disagree: README.md beside has the sections ---- */

/* Where the blank line stands. */
static gsize header_size(const GString *mail)
{
    for (const char *at = mail->str; *at != '\0'; at++) {
        if (strncmp(at, "\n\r\n", 3) == 0 || strncmp(at, "\n\n", 2) == 0)
            return (gsize)(at - mail->str) + 1;
    }
    return mail->len;
}

/* VT, FF, a CR or LF alone: isspace() in C, and no WSP in the RFC. */
static gboolean has_other_space(const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        gboolean is_lone_cr = bytes[i] == '\r' && (i + 1 == size || bytes[i + 1] != '\n');
        gboolean is_lone_lf = bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r');
        if (is_lone_cr || is_lone_lf || bytes[i] == '\v' || bytes[i] == '\f')
            return TRUE;
    }
    return FALSE;
}

/* ftext, then spaces and the ":". libopendkim refuses a TAB there, and a ";" in the name. */
static gboolean is_usual_field(const char *line)
{
    const char *at = line;

    while (*at > ' ' && *at < 0x7f && *at != ':' && *at != ';')
        at++;
    gboolean has_name = at > line;
    at += strspn(at, " ");
    return has_name && *at == ':';
}

static gboolean has_odd_field(const GString *mail)
{
    gsize end = header_size(mail);

    for (gsize at = 0; at < end;) {
        const char *line = mail->str + at;
        if (*line != ' ' && *line != '\t' && !is_usual_field(line))
            return TRUE;
        const char *lf = strchr(line, '\n');
        at = lf != NULL ? (gsize)(lf - mail->str) + 1 : end;
    }
    return mail->str[0] == ' ' || mail->str[0] == '\t';
}

static const char *
explain(const GString *mail, gboolean ours, const char *our_why, const char *their_why)
{
    gsize end = header_size(mail);

    if (ours && strcmp(their_why, "can't determine sender address") == 0)
        return "libopendkim looks at no mail without an address in From";
    if (ours && strcmp(their_why, "CRLF at end of body missing") == 0)
        return "libopendkim does not add the CRLF that a body lacks at its end";
    if (!ours && strcmp(our_why, "b= is not base64") == 0)
        return "libopendkim passes over what is no base64 in b=";
    if (has_odd_field(mail))
        return "a header line is a field for one of us only";
    if (!ours && has_other_space(mail->str, end))
        return "libopendkim takes every space of C for white space in a header";
    if (!ours && strcmp(our_why, "body hash did not verify") == 0 &&
        has_other_space(mail->str + end, mail->len - end))
        return "libopendkim drops a lone CR from a body";
    return NULL;
}

static GString *make_mail(Trial *trial)
{
    static const char *const canons[] = {NULL,
                                         "simple",
                                         "relaxed",
                                         "simple/simple",
                                         "simple/relaxed",
                                         "relaxed/simple",
                                         "relaxed/relaxed"};
    GRand *random = trial->random;
    g_autoptr(GString) plain = mail_maker_make(random);
    g_autofree char *names = mail_maker_make_names(random);
    const char *body = strstr(plain->str, "\r\n\r\n");
    gsize body_size = body != NULL ? strlen(body) : 0;
    g_autofree char *tags = mail_maker_make_tags(random, body_size);

    if (g_rand_int_range(random, 0, 3) == 0) {
        gint64 length = g_rand_boolean(random)
                            ? -1
                            : g_rand_int_range(random, 0, (gint32)body_size + 1);
        GString *mail =
            opendkim_sign(trial->opendkim, plain, trial->private_key,
                          test_signer_selector(TEST_KEY_RSA_1024), g_rand_boolean(random),
                          g_rand_boolean(random), length);
        if (mail != NULL)
            return mail;
    }
    TestWish wish = {
        g_rand_int_range(random, 0, 4) == 0 ? TEST_KEY_ED25519 : TEST_KEY_RSA_1024, NULL,
        canons[g_rand_int_range(random, 0, G_N_ELEMENTS(canons))], names, tags};
    return test_signer_sign(trial->signer, plain, &wish);
}

static void
show(guint number, const GString *mail, const char *our_why, const char *their_why)
{
    g_autofree char *name = g_strdup_printf("difference-%u.eml", number);

    g_print("# case %u: we say \"%s\", libopendkim \"%s\"; the mail is in %s\n", number,
            our_why, their_why, name);
    if (!g_file_set_contents(name, mail->str, (gssize)mail->len, NULL))
        g_print("# (it could not be written)\n");
}

static void try_one(Trial *trial, guint number)
{
    g_autoptr(GString) mail = make_mail(trial);
    for (gint32 i = g_rand_int_range(trial->random, 0, 3); i > 0; i--)
        mail_maker_change(trial->random, mail);
    g_autofree char *our_why = NULL;
    g_autofree char *their_why = NULL;
    gboolean ours = we_pass(trial, mail, &our_why);
    gboolean theirs = opendkim_passes(trial->opendkim, mail, &their_why);

    if (ours == theirs) {
        *(ours ? &trial->both_pass : &trial->neither) += 1;
        return;
    }
    const char *reason = explain(mail, ours, our_why, their_why);
    if (reason == NULL) {
        if (trial->unexplained++ < SHOWN)
            show(number, mail, our_why, their_why);
        return;
    }
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(trial->explained, reason));
    g_hash_table_insert(trial->explained, (gpointer)reason, GUINT_TO_POINTER(count + 1));
}

static void report(const Trial *trial, guint cases)
{
    GHashTableIter iter;
    gpointer reason, count;

    g_print("# %u cases: %u pass with both, %u with neither, %u unexplained\n", cases,
            trial->both_pass, trial->neither, trial->unexplained);
    g_hash_table_iter_init(&iter, trial->explained);
    while (g_hash_table_iter_next(&iter, &reason, &count))
        g_print("# %u explained: %s\n", GPOINTER_TO_UINT(count), (const char *)reason);
}

int main(int argc, char **argv)
{
    guint cases = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : USUAL_CASES;
    guint seed = argc > 2 ? (guint)strtoul(argv[2], NULL, 10) : 1;
    g_autoptr(GError) error = NULL;

    if (!lodge_message_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    Trial trial = {.random = g_rand_new_with_seed(seed), .signer = test_signer_new()};
    trial.opendkim = opendkim_new(test_signer_zone(trial.signer), NOW_S);
    trial.private_key = test_signer_private(trial.signer, TEST_KEY_RSA_1024);
    trial.explained = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < cases; i++)
        try_one(&trial, i);
    report(&trial, cases);
    /* Otherwise nothing was compared. */
    gboolean is_good =
        trial.unexplained == 0 && trial.both_pass > cases / 5 && trial.neither > cases / 5;
    g_hash_table_unref(trial.explained);
    g_free(trial.private_key);
    opendkim_free(trial.opendkim);
    test_signer_free(trial.signer);
    g_rand_free(trial.random);
    return is_good ? 0 : 1;
}
