/* After lodge_message_prepare no file is opened, whatever a mail asks for: a child in which any
 * open is deadly reads mails of many kinds. */
#include "tests/parsers/mail/corpus.h"

#include "tests/support/cmocka.h"
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void forbid_open(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    static const int calls[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2),
                                SCMP_SYS(socket), SCMP_SYS(execve)};
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        g_assert(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls[i], 0) == 0);
    g_assert(seccomp_load(filter) == 0);
    seccomp_release(filter);
}

/* Reads the messages in a child; how it ended, as waitpid tells. */
static int read_in_child(GPtrArray *descriptors, gboolean open_something)
{
    pid_t child = fork();
    if (child == 0) {
        forbid_open();
        if (open_something)
            _exit(open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? 2 : 3);
        for (guint i = 0; i < descriptors->len; i++) {
            int fd = GPOINTER_TO_INT(g_ptr_array_index(descriptors, i));
            LodgeMessageFacts *facts =
                lodge_message_parse(fd, lseek(fd, 0, SEEK_END), -1, NULL);
            if (facts == NULL)
                _exit(1);
            lodge_message_facts_free(facts);
        }
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* One mail that names the set wherever a set can be named. */
static int make_mail(const char *charset)
{
    static const char template[] =
        "From: =?CHARSET?Q?Na=A3me?= <a@b.example>\r\nTo: =?CHARSET?B?wqM=?= x@y.example\r\n"
        "Subject: =?CHARSET?Q?Pl=A3an?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=CHARSET\r\n\r\ntext \xc2\xa3\r\n"
        "--b\r\nContent-Type: text/html; charset=\"CHARSET\"\r\n\r\n<p>\xa3\r\n"
        "--b\r\nContent-Disposition: attachment; filename*=CHARSET''%C2%A3.pdf\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n";
    g_auto(GStrv) pieces = g_strsplit(template, "CHARSET", -1);
    g_autofree char *text = g_strjoinv(charset, pieces);
    return corpus_make_fd(text, strlen(text));
}

static void no_character_set_makes_the_reader_open_a_file(void **state)
{
    (void)state;
    static const char *const names[] = {
        "utf-8", "us-ascii", "iso-8859-1", "ISO_8859-2", "latin9", "iso-8859-16",
        "windows-1250", "windows-1252", "cp1258", "koi8-r", "koi8-u", "utf-16", "utf-16be",
        "utf-32", "utf-7", "big5", "big5-hkscs", "gb18030", "gbk", "gb2312", "hz-gb-2312",
        "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "ks_c_5601-1987", "macintosh",
        "cp437", "cp850", "cp866", "tis-620",
        /* on every disk, and not prepared */
        "ibm037", "ebcdic-us", "iso-2022-cn", "euc-tw", "johab", "armscii-8", "viscii",
        "cp1255//TRANSLIT",
        /* nowhere */
        "x-nonsense", "x-user-defined", "unknown-8bit", "..", "/etc/passwd",
        "utf-8//IGNORE"};
    g_autoptr(GPtrArray) descriptors = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_ptr_array_set_size(descriptors, 0);
        int fd = make_mail(names[i]);
        g_ptr_array_add(descriptors, GINT_TO_POINTER(fd));
        int status = read_in_child(descriptors, FALSE);
        close(fd);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("%s: the reader ended with status %d", names[i], status);
    }
}

static void no_collected_mail_makes_the_reader_open_a_file(void **state)
{
    (void)state;
    g_autofree char *folder = corpus_path("mime");
    if (folder == NULL) {
        print_message("LODGE_TEST_DATA is unset: 604 mails are not read\n");
        skip();
    }
    g_autofree char *index = g_build_filename(folder, "index.tsv", NULL);
    g_autoptr(GPtrArray) rows = corpus_load_table(index);
    g_autoptr(GPtrArray) descriptors = g_ptr_array_new();
    for (guint i = 0; i < rows->len; i++) {
        GStrv row = g_ptr_array_index(rows, i);
        g_autofree char *path = g_build_filename(folder, row[0], NULL);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        g_ptr_array_add(descriptors, GINT_TO_POINTER(fd));
    }
    int status = read_in_child(descriptors, FALSE);
    for (guint i = 0; i < descriptors->len; i++)
        close(GPOINTER_TO_INT(g_ptr_array_index(descriptors, i)));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The first SHA-1 of a process and the first SHA-256 for a signature are computed in the sandbox. */
static void no_signature_makes_the_reader_open_a_file(void **state)
{
    (void)state;
    static const char mail[] =
        "DKIM-Signature: v=1; a=rsa-sha1; d=a.b; s=s; h=from; bh=YQ; b=YQ\r\n"
        "DKIM-Signature: v=1; a=ed25519-sha256; d=a.b; s=s; h=from; bh=YQ; b=YQ\r\n"
        "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a.b; s=s; b=YQ\r\n"
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=a.b; s=s; h=from; bh=YQ; b=YQ\r\n"
        "ARC-Authentication-Results: i=1; a.b; none\r\n"
        "From: a@a.b\r\n\r\nbody\r\n";
    g_autoptr(GPtrArray) descriptors = g_ptr_array_new();
    int fd = corpus_make_fd(mail, strlen(mail));
    g_ptr_array_add(descriptors, GINT_TO_POINTER(fd));
    int status = read_in_child(descriptors, FALSE);
    close(fd);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void add_folder(GPtrArray *descriptors, const char *folder)
{
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    assert_non_null(listing);
    for (const char *name; (name = g_dir_read_name(listing)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        int fd = g_str_has_suffix(name, ".eml") ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        if (fd >= 0)
            g_ptr_array_add(descriptors, GINT_TO_POINTER(fd));
    }
}

/* OpenSSL would look for its configuration, for engines and for certificates. */
static void no_signed_mail_makes_the_reader_open_a_file(void **state)
{
    (void)state;
    g_autofree char *signed_by_nss = corpus_path("smime/thunderbird");
    g_autofree char *signed_by_lamps = corpus_path("smime/lamps");
    if (signed_by_nss == NULL) {
        print_message("LODGE_TEST_DATA is unset: 82 S/MIME mails are not read\n");
        skip();
    }
    g_autoptr(GPtrArray) descriptors = g_ptr_array_new();
    add_folder(descriptors, signed_by_nss);
    add_folder(descriptors, signed_by_lamps);
    assert_int_equal(descriptors->len, 82);
    int status = read_in_child(descriptors, FALSE);
    for (guint i = 0; i < descriptors->len; i++)
        close(GPOINTER_TO_INT(g_ptr_array_index(descriptors, i)));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void an_open_is_really_deadly_here(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    assert_true(WIFSIGNALED(read_in_child(none, TRUE)));
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_is_really_deadly_here),
        cmocka_unit_test(no_character_set_makes_the_reader_open_a_file),
        cmocka_unit_test(no_collected_mail_makes_the_reader_open_a_file),
        cmocka_unit_test(no_signature_makes_the_reader_open_a_file),
        cmocka_unit_test(no_signed_mail_makes_the_reader_open_a_file),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
