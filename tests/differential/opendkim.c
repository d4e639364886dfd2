#include "tests/differential/opendkim.h"

#include <dkim.h>
#include <string.h>
#include <sys/types.h>

struct Opendkim {
    DKIM_LIB *library;
    TestZone *zone;
};

/* The look-up gets no data of ours but through the handle. */
static DKIM_CBSTAT look_up(DKIM *dkim, DKIM_SIGINFO *signature, u_char *buffer, size_t size)
{
    Opendkim *opendkim = dkim_get_user_context(dkim);
    g_autofree char *name =
        g_strdup_printf("%s._domainkey.%s", (const char *)dkim_sig_getselector(signature),
                        (const char *)dkim_sig_getdomain(signature));
    const LodgeDnsAsk *ask = test_zone_ask(opendkim->zone);
    g_autofree char *lower = g_ascii_strdown(name, -1);
    const LodgeDnsAnswer *answer = ask->txt(ask->data, lower);

    if (answer->status != LODGE_DNS_FOUND)
        return DKIM_CBSTAT_NOTFOUND;
    g_strlcpy((char *)buffer, g_ptr_array_index(answer->texts, 0), size);
    return DKIM_CBSTAT_CONTINUE;
}

Opendkim *opendkim_new(TestZone *zone, gint64 now_s)
{
    Opendkim *opendkim = g_new0(Opendkim, 1);
    guint64 now = (guint64)now_s;

    opendkim->zone = zone;
    opendkim->library = dkim_init(NULL, NULL);
    g_assert(opendkim->library != NULL);
    g_assert(dkim_options(opendkim->library, DKIM_OP_SETOPT, DKIM_OPTS_FIXEDTIME, &now,
                          sizeof now) == DKIM_STAT_OK);
    dkim_set_key_lookup(opendkim->library, look_up);
    return opendkim;
}

void opendkim_free(Opendkim *opendkim)
{
    if (opendkim == NULL)
        return;
    dkim_close(opendkim->library);
    g_free(opendkim);
}

/* Fields end at an LF that no white space follows, as the reader cuts them. */
static DKIM_STAT feed(DKIM *dkim, const GString *mail)
{
    char *at = mail->str, *end = mail->str + mail->len;
    DKIM_STAT status = DKIM_STAT_OK;

    while (at < end && status == DKIM_STAT_OK && *at != '\n' &&
           !(at[0] == '\r' && at[1] == '\n')) {
        char *next = at;
        do {
            char *lf = memchr(next, '\n', (size_t)(end - next));
            next = lf != NULL ? lf + 1 : end;
        } while (next < end && (*next == ' ' || *next == '\t'));
        size_t size = (size_t)(next - at);
        size -= size > 1 && at[size - 1] == '\n' ? 1 : 0;
        size -= size > 1 && at[size - 1] == '\r' ? 1 : 0;
        status = dkim_header(dkim, (u_char *)at, size);
        at = next;
    }
    if (status != DKIM_STAT_OK)
        return status;
    status = dkim_eoh(dkim);
    if (status != DKIM_STAT_OK)
        return status;
    at += at < end && *at == '\r' ? 1 : 0;
    at += at < end && *at == '\n' ? 1 : 0;
    return at < end ? dkim_body(dkim, (u_char *)at, (size_t)(end - at)) : DKIM_STAT_OK;
}

gboolean opendkim_passes(Opendkim *opendkim, const GString *mail, char **why_out)
{
    DKIM_STAT status = DKIM_STAT_OK;
    DKIM *dkim = dkim_verify(opendkim->library, (const u_char *)"mail", NULL, &status);
    DKIM_SIGINFO **signatures = NULL;
    int count = 0;
    _Bool is_testing = FALSE;
    gboolean passes = FALSE;

    g_assert(dkim != NULL);
    dkim_set_user_context(dkim, opendkim);
    status = feed(dkim, mail);
    if (status == DKIM_STAT_OK)
        status = dkim_eom(dkim, &is_testing);
    const char *error = dkim_geterror(dkim);
    const char *why = error != NULL ? error : dkim_getresultstr(status);
    if (dkim_getsiglist(dkim, &signatures, &count) == DKIM_STAT_OK && count > 0) {
        passes = status == DKIM_STAT_OK && DKIM_SIG_CHECK(signatures[0]);
        if (error == NULL && dkim_sig_geterror(signatures[0]) != DKIM_SIGERROR_OK)
            why = dkim_sig_geterrorstr(dkim_sig_geterror(signatures[0]));
    }
    *why_out = g_strdup(passes ? "pass" : why);
    dkim_free(dkim);
    return passes;
}

GString *opendkim_sign(Opendkim *opendkim,
                       const GString *mail,
                       const char *private_key,
                       const char *selector,
                       gboolean relaxed_header,
                       gboolean relaxed_body,
                       gint64 length)
{
    DKIM_STAT status = DKIM_STAT_OK;
    DKIM *dkim = dkim_sign(opendkim->library, (const u_char *)"mail", NULL,
                           (dkim_sigkey_t)private_key, (const u_char *)selector,
                           (const u_char *)"council.example",
                           relaxed_header ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE,
                           relaxed_body ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE,
                           DKIM_SIGN_RSASHA256, (ssize_t)length, &status);
    u_char *field = NULL;
    size_t size = 0;
    GString *signed_mail = NULL;

    g_assert(dkim != NULL);
    status = feed(dkim, mail);
    if (status == DKIM_STAT_OK)
        status = dkim_eom(dkim, NULL);
    if (status == DKIM_STAT_OK &&
        dkim_getsighdr_d(dkim, strlen("DKIM-Signature: "), &field, &size) == DKIM_STAT_OK) {
        signed_mail = g_string_new("DKIM-Signature: ");
        /* It folds with what its milter's MTA wants: LF there becomes CRLF on the wire. */
        for (size_t i = 0; i < size; i++) {
            if (field[i] == '\n' && (i == 0 || field[i - 1] != '\r'))
                g_string_append_c(signed_mail, '\r');
            g_string_append_c(signed_mail, (char)field[i]);
        }
        g_string_append(signed_mail, "\r\n");
        g_string_append_len(signed_mail, mail->str, (gssize)mail->len);
    }
    dkim_free(dkim);
    return signed_mail;
}
