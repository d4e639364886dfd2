/* Files that old programs wrote into a mail's text: found, decoded, and not invented. */
#include "parsers/report/report.h"
#include "parsers/text/limits.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEAD "From: a@b.example\r\nSubject: Plan\r\n\r\n"
#define BEGIN "begin 644 plan.pdf\r\n"
#define DATA "))5!$1BTQ+C0*\r\n" /* %PDF-1.4 and a line feed */
#define END "`\r\nend\r\n"
#define PDF "%PDF-1.4\n"

static const char *show(const char *text)
{
    return text != NULL ? text : "-";
}

/* "path type name trouble content" of each file, then the text. */
static char *tell(const char *message, gsize size)
{
    int leaves = memfd_create("leaves", MFD_CLOEXEC);
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(message, size, leaves);
    GString *told = g_string_new(NULL);
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        if (part->container == NULL)
            continue;
        g_autofree char *content = g_malloc0((gsize)part->size_bytes + 1);
        char sha256[LODGE_DIGEST_SIZE];
        assert_int_equal(part->kind, LODGE_PART_DOCUMENT);
        assert_int_equal(
            pread(leaves, content, (gsize)part->size_bytes, part->stream_offset),
            part->size_bytes);
        lodge_digest_compute(content, (gsize)part->size_bytes, sha256);
        assert_string_equal(part->sha256, sha256);
        g_string_append_printf(told, "%s %s %s %s %s|", part->path,
                               show(part->sniffed_type), show(part->name),
                               show(part->trouble), content);
    }
    g_string_append(told, show(facts->body_text));
    close(leaves);
    return g_string_free(told, FALSE);
}

static const struct {
    const char *name, *message, *told;
} cases[] = {
    {"a file between two lines of text", HEAD "Dear all\r\n" BEGIN DATA END "Bye\r\n",
     "1/1 application/pdf plan.pdf - " PDF "|Dear all\nBye\n"},
    {"two files", HEAD BEGIN DATA END "begin 0600 a b.txt\r\n\"86(`\r\n" END,
     "1/1 application/pdf plan.pdf - " PDF "|1/2 text/plain a b.txt - ab|-"},
    {"bare line feeds, and a blank for zero",
     "From: a@b.example\n\nbegin 644 plan.pdf\n))5!$1BTQ+C0*\n \nend\n",
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"the last blank cut off on the way, as some servers do", HEAD BEGIN DATA "\r\nend\r\n",
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"lines with a sum behind", HEAD BEGIN "))5!$1BTQ+C0*X\r\n" END,
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"zeros whose blanks were cut off", HEAD BEGIN DATA "#\r\n#\r\n#86)C\r\nend\r\n",
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"a file of no bytes", HEAD "begin 644 none.txt\r\n" END, "1/1 - none.txt - |-"},
    {"a name in the text's character set",
     "From: a@b.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
     "begin 644 Pl\xe4n.pdf\r\n" DATA END,
     "1/1 application/pdf Pl\xc3\xa4n.pdf - " PDF "|-"},
    {"a text that is quoted-printable",
     "From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
     "begin 644 pl=\r\nan.pdf\r\n" DATA END,
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"the first text of a multipart",
     "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
     "--b\r\n\r\nHello\r\n" BEGIN DATA END "--b\r\n\r\nfooter\r\n--b--\r\n",
     "1/1 application/pdf plan.pdf - " PDF "|Hello\n"},
    {"no end", HEAD BEGIN DATA, "1/1 application/pdf plan.pdf damaged " PDF "|-"},
    {"no end, but the last line", HEAD BEGIN DATA "`",
     "1/1 application/pdf plan.pdf damaged " PDF "|-"},
    {"a line in it that is no data", HEAD BEGIN DATA "and so on\r\n" END,
     "1/1 application/pdf plan.pdf damaged " PDF "|and so on\n`\nend\n"},
    {"a line of it that is cut, where blanks cannot have been",
     HEAD "begin 644 a\r\n#86)C\r\n#``\r\n" END,
     "1/1 application/octet-stream a damaged abc|-"},
    {"another file where one has no end", HEAD BEGIN DATA BEGIN DATA END,
     "1/1 application/pdf plan.pdf damaged " PDF "|1/2 application/pdf plan.pdf - " PDF
     "|-"},
    {"a letter that begins", HEAD "begin 100 days of work\r\nwith us\r\nend\r\n",
     "begin 100 days of work\nwith us\nend\n"},
    {"a letter that begins and shouts", HEAD "begin 644 x\r\nHELLO\r\n",
     "begin 644 x\nHELLO\n"},
    {"a letter that begins and pauses", HEAD "begin 644 x\r\n\r\nend\r\n",
     "begin 644 x\n\nend\n"},
    {"a file that is quoted", HEAD "> begin 644 plan.pdf\r\n> " DATA "> end\r\n",
     "> begin 644 plan.pdf\n> ))5!$1BTQ+C0*\n> end\n"},
    {"base64",
     HEAD "Dear all\r\nbegin-base64 644 plan.pdf\r\nJVBERi0xLjQK\r\n====\r\nBye\r\n",
     "1/1 application/pdf plan.pdf - " PDF "|Dear all\nBye\n"},
    {"base64 in short lines", HEAD "begin-base64 644 plan.pdf\r\nJVBE\r\nRi0xLjQK\r\n====",
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"base64 that goes on behind its padding",
     HEAD "begin-base64 644 a.txt\r\nYWI=\r\nYWI=\r\n====\r\n",
     "1/1 text/plain a.txt damaged ab|YWI=\n====\n"},
    {"base64 without its end", HEAD "begin-base64 644 plan.pdf\r\nJVBERi0xLjQK\r\n",
     "1/1 application/pdf plan.pdf damaged " PDF "|-"},
    {"a path before the name", HEAD "begin 0644 C:\\My Plans\\The plan.pdf \r\n" DATA END,
     "1/1 application/pdf The plan.pdf - " PDF "|-"},
    {"no last line end", HEAD BEGIN DATA "`\r\nend",
     "1/1 application/pdf plan.pdf - " PDF "|-"},
    {"no name", HEAD "begin 644 \r\n" DATA END, "begin 644 \n))5!$1BTQ+C0*\n`\nend\n"},
    {"no mode", HEAD "begin 99 plan.pdf\r\n" DATA END,
     "begin 99 plan.pdf\n))5!$1BTQ+C0*\n`\nend\n"},
};

static void files_in_the_text_become_parts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *told = tell(cases[i].message, strlen(cases[i].message));
        if (strcmp(told, cases[i].told) != 0)
            fail_msg("%s: gave\n%s", cases[i].name, told);
    }
}

/* Of what stands before the cut nothing is lost, and none of it is whole without its end. */
static void every_cut_is_told(void **state)
{
    (void)state;
    static const char message[] = HEAD BEGIN DATA "`\r\nend";
    gsize begun = strlen(HEAD BEGIN DATA) - 2;
    for (gsize size = strlen(HEAD); size <= strlen(message); size++) {
        g_autofree char *told = tell(message, size);
        assert_int_equal(strstr(told, "1/1") != NULL, size >= begun);
        assert_int_equal(strstr(told, " damaged " PDF) != NULL,
                         size >= begun && size < strlen(message));
    }
}

static glong peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void a_long_file_passes_in_small_memory(void **state)
{
    (void)state;
    static const char line[] =
        "M86)C86)C86)C86)C86)C86)C86)C86)C86)C86)C86)C86)C86)C86)C86)C\r\n";
    static const char head[] = HEAD "Dear all\r\nbegin 644 a.bin\r\n";
    int fd = corpus_make_fd(head, strlen(head));
    gint64 lines = 500 * 1000; /* 31 MB */
    g_autoptr(GString) block = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++)
        g_string_append(block, line);
    lseek(fd, 0, SEEK_END);
    for (gint64 i = 0; i < lines; i += 1000)
        assert_int_equal(write(fd, block->str, block->len), block->len);
    assert_int_equal(write(fd, END "Bye\r\n", strlen(END "Bye\r\n")),
                     strlen(END "Bye\r\n"));

    int leaves = memfd_create("leaves", MFD_CLOEXEC);
    g_autoptr(GError) error = NULL;
    glong before_kb = peak_kb();
    g_autoptr(LodgeMessageFacts) facts =
        lodge_message_parse(fd, lseek(fd, 0, SEEK_END), leaves, &error);
    glong grown_kb = peak_kb() - before_kb;
    assert_non_null(facts);
    const LodgePart *part = g_ptr_array_index(facts->parts, 1);
    assert_int_equal(part->size_bytes, lines * 45);
    assert_int_equal(lseek(leaves, 0, SEEK_END), lines * 45);
    assert_null(part->trouble);
    assert_string_equal(facts->body_text, "Dear all\n");
    assert_true(grown_kb < 16 * 1024); /* the sanitizers' quarantine included */
    close(leaves);
    close(fd);
}

static void too_many_files_are_told_and_fit_into_a_report(void **state)
{
    (void)state;
    GString *message = g_string_new(HEAD);
    for (guint i = 0; i < LODGE_LIMIT_PARTS + 10; i++)
        g_string_append(message, BEGIN DATA END);
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(message->str, message->len, -1);
    assert_int_equal(facts->parts->len, LODGE_LIMIT_PARTS);
    assert_true(g_strv_contains((const char *const *)facts->limits_hit, "parts"));
    g_string_free(message, TRUE);
}

/* The longest name there may be, of bytes that are three in UTF-8, gets through the report. */
static void long_names_fit_into_a_report(void **state)
{
    (void)state;
    for (guint size = 200; size < 300; size++) {
        g_autofree char *name = g_strnfill(size, '\x80');
        g_autofree char *message = g_strdup_printf(HEAD "begin 644 %s\r\n" DATA END, name);
        g_autoptr(LodgeMessageFacts) facts =
            corpus_read_bytes(message, strlen(message), -1);
        g_autoptr(GBytes) report = lodge_report_format_message(facts);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeMessageFacts) back = lodge_report_parse_message(report, &error);
        assert_non_null(back);
        assert_int_equal(back->parts->len, facts->parts->len);
        assert_int_equal(back->parts->len, 2);
    }
}

static const LodgePart *find_file(const LodgeMessageFacts *facts, guint nth)
{
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        if (part->container != NULL && nth-- == 0)
            return part;
    }
    return NULL;
}

static void it_is_found_behind_a_transfer_encoding(void **state)
{
    (void)state;
    static const char text[] = BEGIN DATA END;
    g_autofree char *base64 = g_base64_encode((const guchar *)text, strlen(text));
    g_autofree char *mail = g_strconcat(
        "From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n", base64, NULL);
    g_autofree char *told = tell(mail, strlen(mail));
    assert_string_equal(told, "1/1 application/pdf plan.pdf - " PDF "|-");
}

static void what_is_in_yenc_is_named(void **state)
{
    (void)state;
    static const char mail[] = HEAD
        "Dear all\r\n=ybegin line=128 size=9 name=plan.pdf\r\n\x4f\x7a\r\n=yend size=9\r\n";
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail, strlen(mail), -1);
    const LodgePart *part = find_file(facts, 0);
    assert_string_equal(part->name, "plan.pdf");
    assert_int_equal(part->kind, LODGE_PART_OTHER);
    assert_string_equal(part->trouble, "unsupported");
}

/* A line of two letters may stand for 45 bytes, but a text never for more than twice itself. */
static void lines_that_lost_their_blanks_do_not_swell(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(HEAD BEGIN DATA);
    for (guint i = 0; i < 10000; i++)
        g_string_append(text, "M!\n");
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(text->str, text->len, -1);
    const LodgePart *part = find_file(facts, 0);
    assert_true(part->size_bytes <= 2 * (gint64)text->len);
    assert_string_equal(part->trouble, "damaged");
}

static void resource_forks_are_no_documents(void **state)
{
    (void)state;
    static const char mail[] =
        "Content-Type: multipart/appledouble; boundary=b\n\n"
        "--b\nContent-Type: application/applefile; name=plan.pdf\n\n\0\5\x16\7 fork\n"
        "--b\nContent-Type: application/pdf; name=plan.pdf\n\n%PDF-1.4\n"
        "--b\nContent-Type: application/applefile; name=lie.pdf\n\n%PDF-1.4\n"
        "--b\nContent-Type: application/octet-stream; name=plan.pdf\n\n\0\5\x16\7 fork\n--b--\n";
    static const LodgePartKind kinds[] = {LODGE_PART_MULTIPART, LODGE_PART_OTHER,
                                          LODGE_PART_DOCUMENT, LODGE_PART_DOCUMENT,
                                          LODGE_PART_OTHER};
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_byte_array_append(whole, (const guint8 *)"From: a@b.example\n", 18);
    g_byte_array_append(whole, (const guint8 *)mail, sizeof mail - 1);
    g_autoptr(LodgeMessageFacts) facts =
        corpus_read_bytes((const char *)whole->data, whole->len, -1);
    assert_int_equal(facts->parts->len, G_N_ELEMENTS(kinds));
    for (guint i = 0; i < facts->parts->len; i++)
        assert_int_equal(((const LodgePart *)g_ptr_array_index(facts->parts, i))->kind,
                         kinds[i]);
}

/* The same two pictures, once in the text and once as MIME would have them. */
static void collected_files_are_those_of_their_twin_in_mime(void **state)
{
    (void)state;
    g_autofree char *old = corpus_path("mime/mime-tools/uu-junk.eml");
    g_autofree char *twin = corpus_path("mime/mime-tools/uu-junk-target.eml");
    if (old == NULL) {
        print_message("LODGE_TEST_DATA is unset: 2 mails are not read\n");
        skip();
    }
    g_autoptr(LodgeMessageFacts) facts = corpus_read(old), expected = corpus_read(twin);
    for (guint i = 0; i < 2; i++) {
        const LodgePart *part = find_file(facts, i);
        const LodgePart *same =
            g_ptr_array_index(expected->parts, expected->parts->len - 2 + i);
        assert_non_null(part);
        assert_string_equal(part->name, same->name);
        assert_string_equal(part->sha256, same->sha256);
    }
    assert_null(find_file(facts, 2));
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first, while the peak is low */
        cmocka_unit_test(a_long_file_passes_in_small_memory),
        cmocka_unit_test(files_in_the_text_become_parts),
        cmocka_unit_test(every_cut_is_told),
        cmocka_unit_test(too_many_files_are_told_and_fit_into_a_report),
        cmocka_unit_test(long_names_fit_into_a_report),
        cmocka_unit_test(it_is_found_behind_a_transfer_encoding),
        cmocka_unit_test(what_is_in_yenc_is_named),
        cmocka_unit_test(lines_that_lost_their_blanks_do_not_swell),
        cmocka_unit_test(resource_forks_are_no_documents),
        cmocka_unit_test(collected_files_are_those_of_their_twin_in_mime),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
