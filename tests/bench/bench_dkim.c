/* bench_dkim [ROUNDS]: how long a verification takes, next to libopendkim in the same run; and how much
 * memory a large mail takes.
 *
 * A mail of 100 kB with one rsa-sha256 signature of 2048 bits, each canonical pair. Ours is all that
 * the two processes do for the signature: find and read it, hash header and body, parse the key record,
 * verify. Rounds alternate, the median of each counts: machines differ and are busy, the ratio is what can be
 * compared. Then 35 MB: the peak of the resident memory must not grow with the mail. */
#include "intake/learn/dkim_check.h"
#include "parsers/mail/dkim.h"

#include "tests/differential/opendkim.h"
#include "tests/intake/learn/signer.h"
#include "tests/parsers/mail/corpus.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NOW_S 1721383327
#define MAIL_BYTES (100 * 1000)
#define LARGE_BYTES (35 * 1000 * 1000)
#define MEMORY_MAX_KIB 4096 /* that a mail of 35 MB may add */
#define RATIO_MAX 1.3
#define USUAL_ROUNDS 400

static GString *make_mail(gsize body_bytes)
{
    GString *mail = g_string_new("From: Clerk <clerk@council.example>\r\n"
                                 "To: plans@dept.example\r\nSubject: Our plan\r\n"
                                 "Date: Fri, 19 Jul 2024 10:02:07 +0000\r\n"
                                 "Message-ID: <1@council.example>\r\n"
                                 "MIME-Version: 1.0\r\n"
                                 "Content-Type: application/pdf\r\n"
                                 "Content-Transfer-Encoding: base64\r\n\r\n");
    gsize start = mail->len;

    /* A page of prose, then base64: what mails are made of. */
    while (mail->len - start < MIN(body_bytes / 4, 4000))
        g_string_append(mail, "We will transform how we design and deliver services, "
                              "and make  better use\r\n");
    for (guint i = 0; mail->len - start < body_bytes; i++)
        g_string_append_printf(mail,
                               "JVBERi0xLjcKJeLjz9MKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFn"
                               "ZXMgMiAw%08uIP\r\n",
                               i);
    return mail;
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* As message.c does it, without the rest of the reading. */
static gboolean we_pass(int fd, gsize size, TestZone *zone)
{
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    LodgeSource source = {fd, NULL, (gint64)size};
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    g_autoptr(LodgeMarks) marks = lodge_marks_new();
    g_autoptr(LodgeLines) lines = lodge_lines_new(&source, 0);
    g_autoptr(LodgeHeaderBlock) block = lodge_header_block_new(marks, TRUE);
    LodgePiece piece;
    LodgeHeaderState state = LODGE_HEADER_CONTINUES;

    while (state == LODGE_HEADER_CONTINUES && lodge_lines_next(lines, &piece, NULL))
        state = lodge_header_block_feed(block, &piece);
    lodge_header_block_finish(block);
    if (!lodge_dkim_read(&source, block, piece.offset + (gint64)piece.size, facts, marks,
                         NULL))
        return FALSE;
    const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, 0);
    return lodge_dkim_check_asking(signature, test_zone_ask(zone), NOW_S * LODGE_SECOND_US,
                                   &policy)
               .result == LODGE_DKIM_PASS;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double median(double *times, guint count)
{
    qsort(times, count, sizeof *times, compare);
    return times[count / 2];
}

/* FALSE: a verdict is wrong. */
static gboolean measure(
    TestSigner *signer, Opendkim *opendkim, const char *canon, guint rounds, double *ratio)
{
    const TestWish wish = {TEST_KEY_RSA_2048, NULL, canon,
                           "from:to:subject:date:message-id:mime-version", NULL};
    g_autoptr(GString) plain = make_mail(MAIL_BYTES);
    g_autoptr(GString) mail = test_signer_sign(signer, plain, &wish);
    g_autofree double *ours = g_new(double, rounds), *theirs = g_new(double, rounds);
    int fd = corpus_make_fd(mail->str, mail->len);
    gboolean is_good = TRUE;

    for (guint i = 0; i < rounds && is_good; i++) {
        g_autofree char *why = NULL;
        double start = now_us();
        is_good = we_pass(fd, mail->len, test_signer_zone(signer));
        double middle = now_us();
        is_good = opendkim_passes(opendkim, mail, &why) && is_good;
        ours[i] = middle - start;
        theirs[i] = now_us() - middle;
    }
    close(fd);
    if (!is_good)
        return FALSE;
    double our_us = median(ours, rounds), their_us = median(theirs, rounds);
    *ratio = our_us / their_us;
    g_print("# %-16s %4.0f us, libopendkim %4.0f us: ratio %.2f\n", canon, our_us, their_us,
            *ratio);
    return TRUE;
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* The mail lies in a file that is written piece by piece: the memory counted is the verifier's. */
static gboolean measure_memory(TestSigner *signer)
{
    g_autoptr(GString) plain = make_mail(MAIL_BYTES);
    const char *body = strstr(plain->str, "\r\n\r\n") + 4;
    const TestWish wish = {TEST_KEY_RSA_2048, NULL, "relaxed/relaxed", "from", "l=50000; "};
    g_autoptr(GString) mail = test_signer_sign(signer, plain, &wish);
    FILE *file = tmpfile();
    gsize size = mail->len;

    if (file == NULL || fwrite(mail->str, 1, mail->len, file) != mail->len ||
        fflush(file) != 0)
        return FALSE;
    if (!we_pass(fileno(file), size, test_signer_zone(signer)))
        return FALSE;
    long before = peak_kib();
    for (; size < LARGE_BYTES; size += strlen(body)) {
        if (fwrite(body, 1, strlen(body), file) != strlen(body))
            return FALSE;
    }
    if (fflush(file) != 0)
        return FALSE;
    double start = now_us();
    gboolean is_good = we_pass(fileno(file), size, test_signer_zone(signer));
    long grown = peak_kib() - before;
    g_print("# %.0f MB in %.0f ms: %ld KiB more at the peak\n", (double)size / 1e6,
            (now_us() - start) / 1e3, grown);
    fclose(file);
    return is_good && grown <= MEMORY_MAX_KIB;
}

int main(int argc, char **argv)
{
    static const char *const canons[] = {"simple/simple", "simple/relaxed",
                                         "relaxed/simple", "relaxed/relaxed"};
    guint rounds = argc > 1 ? (guint)MAX(strtoul(argv[1], NULL, 10), 1) : USUAL_ROUNDS;
    g_autoptr(GError) error = NULL;
    gboolean is_good = TRUE;

    if (!lodge_message_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    g_autoptr(TestSigner) signer = test_signer_new();
    g_autoptr(Opendkim) opendkim = opendkim_new(test_signer_zone(signer), NOW_S);
    is_good = measure_memory(signer);
    for (guint i = 0; i < G_N_ELEMENTS(canons); i++) {
        double ratio = 0;
        is_good = measure(signer, opendkim, canons[i], rounds, &ratio) && is_good;
        is_good = is_good && ratio <= RATIO_MAX;
    }
    g_print("# %s\n", is_good ? "within the bounds" : "OUT OF BOUNDS, or a wrong verdict");
    return is_good ? 0 : 1;
}
