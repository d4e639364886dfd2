#include "parsers/mail/received.h"

#include "parsers/mail/lexer.h"
#include <arpa/inet.h>
#include <string.h>

/* What follows "from": its word and the comments behind it, in order. */
typedef struct {
    char *word;
    GPtrArray *comments;
} FromClause;

/* A word is ended by blanks, comments and the ";" before the date. */
static char *take_word(const char **at)
{
    gsize size = strcspn(*at, " \t(;");
    char *word = g_strndup(*at, size);
    *at += size;
    return word;
}

/* "[IPv6:2001:db8::1]:25" or "192.0.2.1" -> the address, or NULL. */
static char *read_address(const char *text)
{
    const char *start = text[0] == '[' ? text + 1 : text;
    gsize size = strcspn(start, text[0] == '[' ? "]" : " \t)");
    g_autofree char *literal = g_strndup(start, size);
    const char *bare =
        g_ascii_strncasecmp(literal, "IPv6:", 5) == 0 ? literal + 5 : literal;
    guchar bytes[16];

    if (inet_pton(AF_INET, bare, bytes) == 1 || inet_pton(AF_INET6, bare, bytes) == 1)
        return g_strdup(bare);
    return NULL;
}

/* A host name as the fact has it: lower case, no final dot. NULL for none and for "unknown". */
static char *read_host(const char *word)
{
    g_autofree char *host = g_ascii_strdown(word, -1);
    gsize size = strlen(host);

    if (size > 1 && host[size - 1] == '.')
        host[size - 1] = '\0';
    if (host[0] == '\0' || strcmp(host, "unknown") == 0 || strcmp(host, "helo") == 0)
        return NULL;
    return g_steal_pointer(&host);
}

/* The value after "helo=" or behind a leading "HELO " / "EHLO " in a comment, or NULL. */
static char *find_greeting(const char *comment)
{
    const char *at = NULL;

    if (g_ascii_strncasecmp(comment, "HELO ", 5) == 0 ||
        g_ascii_strncasecmp(comment, "EHLO ", 5) == 0)
        at = comment + 5;
    else if (g_str_has_prefix(comment, "helo="))
        at = comment + 5;
    else if ((at = strstr(comment, " helo=")) != NULL)
        at += 6;
    return at != NULL ? g_strndup(at, strcspn(at, " \t)")) : NULL;
}

/* Fills address and name out of "name [address] (may be forged)", "[address]:port helo=x",
 * "address", "user@address". The greeting inside a comment is the peer's own word: not looked at. */
static gboolean read_peer(LodgeReceived *received, const char *comment)
{
    g_auto(GStrv) tokens = g_strsplit_set(comment, " \t", -1);
    const char *previous = NULL;

    if (g_ascii_strncasecmp(comment, "HELO ", 5) == 0 ||
        g_ascii_strncasecmp(comment, "EHLO ", 5) == 0)
        return FALSE;
    for (guint i = 0; tokens[i] != NULL; i++) {
        const char *ident = strrchr(tokens[i], '@');
        const char *token = ident != NULL ? ident + 1 : tokens[i];
        if (strchr(token, '=') == NULL)
            received->peer_address = read_address(token);
        if (received->peer_address != NULL) {
            received->peer_name = previous != NULL ? read_host(previous) : NULL;
            return TRUE;
        }
        previous = token;
    }
    return FALSE;
}

static void read_from(LodgeReceived *received, const FromClause *from, gboolean is_exim)
{
    g_autofree char *greeting = NULL;
    gboolean is_qmail = FALSE;

    for (guint i = 0; i < from->comments->len; i++) {
        const char *comment = g_ptr_array_index(from->comments, i);
        if (received->peer_address == NULL)
            read_peer(received, comment);
        if (greeting == NULL) {
            greeting = find_greeting(comment);
            is_qmail = greeting != NULL && comment[4] == ' ';
        }
    }
    g_autofree char *literal = from->word[0] == '[' ? read_address(from->word) : NULL;
    if (greeting == NULL && !(is_exim && received->peer_name == NULL)) {
        received->helo = from->word[0] != '\0' ? g_strdup(from->word) : NULL;
        return;
    }
    /* Exim and qmail: the word is what they looked up, or the address itself. */
    received->helo = g_steal_pointer(&greeting);
    if (literal != NULL && received->peer_address == NULL)
        received->peer_address = g_steal_pointer(&literal);
    if (received->peer_name == NULL && from->word[0] != '[' &&
        (is_qmail || is_exim || received->helo))
        received->peer_name = read_host(from->word);
}

static gboolean is_keyword(const char *at)
{
    static const char *const keywords[] = {"from", "by", "via", "with", "id", "for"};

    for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
        gsize size = strlen(keywords[i]);
        if (g_ascii_strncasecmp(at, keywords[i], size) == 0 &&
            strchr(" \t(;", at[size]) != NULL)
            return TRUE;
    }
    return FALSE;
}

/* "Microsoft SMTP Server", "ESMTPS": words up to the next clause, comment or the date. */
static char *take_protocol(const char **at)
{
    g_autoptr(GString) protocol = g_string_new(NULL);

    while (**at != '\0' && **at != '(' && **at != ';' && !is_keyword(*at)) {
        g_autofree char *word = take_word(at);
        g_autofree char *upper = g_ascii_strup(word, -1);
        g_string_append_printf(protocol, "%s%s", protocol->len > 0 ? " " : "", upper);
        *at += strspn(*at, " \t");
    }
    return protocol->len > 0 ? g_strdup(protocol->str) : NULL;
}

static void take_from(FromClause *from, const char **at)
{
    from->word = take_word(at);
    for (*at += strspn(*at, " \t"); **at == '('; *at += strspn(*at, " \t")) {
        char *comment = NULL;
        if (!lodge_lexer_take_comment(at, &comment))
            return;
        g_ptr_array_add(from->comments, comment);
    }
}

/* The first of each clause counts: a "for" or "id" value may hold any word. */
static void read_clauses(LodgeReceived *received, FromClause *from, const char *at)
{
    for (at += strspn(at, " \t"); *at != '\0' && *at != ';'; at += strspn(at, " \t")) {
        if (*at == '(') {
            if (!lodge_lexer_take_comment(&at, NULL))
                return;
            continue;
        }
        g_autofree char *word = take_word(&at);
        if (word[0] == '\0')
            return;
        at += strspn(at, " \t");
        if (g_ascii_strcasecmp(word, "from") == 0 && from->word == NULL &&
            received->by == NULL) {
            take_from(from, &at);
        } else if (g_ascii_strcasecmp(word, "by") == 0 && received->by == NULL) {
            g_autofree char *host = take_word(&at);
            received->by = read_host(host);
        } else if (g_ascii_strcasecmp(word, "with") == 0 && received->with == NULL) {
            received->with = take_protocol(&at);
        }
    }
}

/* The last ";" outside comments and quotes; one of these that does not end is looked for once. */
static const char *find_date(const char *text)
{
    const char *date = NULL;
    gboolean comments_end = TRUE;
    gboolean quotes_end = TRUE;

    for (const char *p = text; *p != '\0';) {
        if (*p == '(' && comments_end) {
            comments_end = lodge_lexer_take_comment(&p, NULL);
        } else if (*p == '"' && quotes_end) {
            g_autofree char *quoted = lodge_lexer_take_quoted(&p);
            quotes_end = quoted != NULL;
        } else {
            if (*p == ';')
                date = p + 1;
            p++;
        }
    }
    return date;
}

LodgeReceived *lodge_received_parse(const char *raw)
{
    g_return_val_if_fail(raw != NULL, NULL);
    LodgeReceived *received = lodge_received_new();
    g_autoptr(GPtrArray) comments = g_ptr_array_new_with_free_func(g_free);
    FromClause from = {NULL, comments};

    received->text = lodge_lexer_unfold(raw);
    read_clauses(received, &from, received->text);
    if (from.word != NULL)
        read_from(received, &from, strstr(received->text, "(Exim ") != NULL);
    g_free(from.word);

    const char *date = find_date(received->text);
    gint64 instant_us;
    if (date != NULL && lodge_instant_parse_mail_date(date, &instant_us))
        received->instant_us = instant_us;
    return received;
}
