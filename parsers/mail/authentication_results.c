#include "parsers/mail/authentication_results.h"

#include "parsers/mail/lexer.h"
#include "parsers/text/limits.h"
#include <string.h>

/* Each take_ function stands for one production; FALSE or NULL: the field does not follow the grammar. */

/* Keyword = *( ALPHA / DIGIT / "-" ) Let-dig, with "_" allowed inside. */
static char *take_keyword(const char **at)
{
    const char *p = *at;

    while (g_ascii_isalnum(*p) || *p == '-' || *p == '_')
        p++;
    if (p == *at || !g_ascii_isalnum((*at)[0]) || !g_ascii_isalnum(p[-1]))
        return NULL;
    char *keyword = g_ascii_strdown(*at, p - *at);
    *at = p;
    return keyword;
}

/* token of RFC 2045, with the few characters more that senders leave unquoted. */
static gboolean is_value_char(char c, gboolean lenient)
{
    if ((guchar)c >= 0x80)
        return TRUE;
    if (c <= ' ' || c == 0x7f)
        return FALSE;
    if (lenient && strchr("/=?", c) != NULL)
        return TRUE;
    return strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static char *take_token(const char **at, gboolean lenient)
{
    const char *p = *at;

    while (*p != '\0' && is_value_char(*p, lenient))
        p++;
    if (p == *at)
        return NULL;
    char *token = g_strndup(*at, (gsize)(p - *at));
    *at = p;
    return token;
}

/* value = token / quoted-string */
static char *take_value(const char **at)
{
    return **at == '"' ? lodge_lexer_take_quoted(at) : take_token(at, TRUE);
}

/* pvalue = value / [ [ local-part ] "@" ] domain-name; a quoted local part keeps its quotes. */
static char *take_pvalue(const char **at)
{
    const char *start = *at;
    g_autofree char *first = **at == '@' ? g_strdup("") : take_value(at);
    if (first == NULL)
        return NULL;
    if (**at != '@')
        return g_steal_pointer(&first);

    g_autofree char *local = g_strndup(start, (gsize)(*at - start));
    (*at)++;
    g_autofree char *domain = take_token(at, FALSE);
    return domain != NULL ? g_strdup_printf("%s@%s", local, domain) : NULL;
}

static gboolean take_number(const char **at, guint *number_out)
{
    guint64 number = 0;
    const char *p = *at;

    for (; g_ascii_isdigit(*p) && p - *at < 9; p++)
        number = number * 10 + (guint64)(*p - '0');
    if (p == *at || g_ascii_isdigit(*p))
        return FALSE;
    *number_out = (guint)number;
    *at = p;
    return TRUE;
}

/* [CFWS] c [CFWS] */
static gboolean take_sign(const char **at, char c)
{
    if (!lodge_lexer_skip_cfws(at) || **at != c)
        return FALSE;
    (*at)++;
    return lodge_lexer_skip_cfws(at);
}

/* methodspec = method [ "/" version ] "=" result */
static gboolean take_methodspec(const char **at, LodgeAuthenticationMethod *method)
{
    method->method = take_keyword(at);
    if (method->method == NULL || !lodge_lexer_skip_cfws(at))
        return FALSE;
    if (**at == '/' && (!take_sign(at, '/') || !take_number(at, &method->version)))
        return FALSE;
    if (!take_sign(at, '='))
        return FALSE;
    method->result = take_keyword(at);
    return method->result != NULL;
}

static gboolean add_property(LodgeAuthenticationMethod *method,
                             const char *ptype,
                             const char *name,
                             const char *value)
{
    if (method->properties->len >= LODGE_LIMIT_AUTHENTICATION_PROPERTIES)
        return FALSE;
    g_ptr_array_add(method->properties,
                    lodge_authentication_property_new(ptype, name, value));
    return TRUE;
}

/* reasonspec / propspec: word "=" value, or ptype "." property "=" pvalue */
static gboolean take_spec(const char **at, LodgeAuthenticationMethod *method)
{
    g_autofree char *word = take_keyword(at);
    g_autofree char *property = NULL;

    if (word == NULL || !lodge_lexer_skip_cfws(at))
        return FALSE;
    if (**at == '.') {
        if (!take_sign(at, '.'))
            return FALSE;
        property = take_keyword(at);
        if (property == NULL)
            return FALSE;
    }
    if (!take_sign(at, '='))
        return FALSE;
    g_autofree char *value = take_pvalue(at);
    if (value == NULL)
        return FALSE;
    if (property != NULL)
        return add_property(method, word, property, value);
    if (strcmp(word, "reason") != 0)
        return add_property(method, "", word, value);
    if (method->reason != NULL)
        return FALSE;
    method->reason = g_steal_pointer(&value);
    return TRUE;
}

/* A spec is set off by white space or a comment from what stands before it. */
static gboolean take_resinfo(const char **at, LodgeAuthenticationResults *results)
{
    if (results->methods->len >= LODGE_LIMIT_AUTHENTICATION_METHODS)
        return FALSE;
    LodgeAuthenticationMethod *method = lodge_authentication_method_new();
    g_ptr_array_add(results->methods, method);

    if (!take_methodspec(at, method))
        return FALSE;
    for (;;) {
        const char *before = *at;
        if (!lodge_lexer_skip_cfws(at))
            return FALSE;
        if (**at == '\0' || **at == ';')
            return TRUE;
        if (*at == before || !take_spec(at, method))
            return FALSE;
    }
}

/* ";domain;": one token alone between two semicolons, as Exchange strays it. */
static gboolean take_stray(const char **at)
{
    const char *p = *at;
    g_autofree char *token = take_token(&p, FALSE);

    if (token == NULL || !lodge_lexer_skip_cfws(&p) || (*p != ';' && *p != '\0'))
        return FALSE;
    *at = p;
    return TRUE;
}

/* 1*resinfo, the cursor at the first; a final ";" is forgiven, an empty one between is not. */
static gboolean take_resinfos(const char **at, LodgeAuthenticationResults *results)
{
    for (;;) {
        gboolean is_stray = results->exchange_form && take_stray(at);
        if (!is_stray && !take_resinfo(at, results))
            return FALSE;
        if (**at == '\0')
            return results->methods->len > 0;
        if (!take_sign(at, ';'))
            return FALSE;
        if (**at == '\0')
            return results->methods->len > 0;
    }
}

/* no-result = "none" and nothing behind it */
static gboolean take_none(const char **at)
{
    const char *p = *at;
    g_autofree char *word = take_keyword(&p);

    if (word == NULL || strcmp(word, "none") != 0 || !lodge_lexer_skip_cfws(&p))
        return FALSE;
    if (*p == ';' && !take_sign(&p, ';'))
        return FALSE;
    if (*p != '\0')
        return FALSE;
    *at = p;
    return TRUE;
}

/* [CFWS] authserv-id [ CFWS version ] ";" ( none / resinfos ) */
static gboolean take_payload(const char **at, LodgeAuthenticationResults *results)
{
    g_autofree char *id = **at == '"' ? lodge_lexer_take_quoted(at) : take_token(at, FALSE);

    if (id == NULL || id[0] == '\0' || !lodge_lexer_skip_cfws(at))
        return FALSE;
    results->authserv_id = g_ascii_strdown(id, -1);
    if (g_ascii_isdigit(**at) && !take_number(at, &results->version))
        return FALSE;
    if (!take_sign(at, ';'))
        return FALSE;
    return take_none(at) || take_resinfos(at, results);
}

/* Without an authserv-id the field begins with method "=". "i=" is ARC's own field, not this one. */
static gboolean begins_with_method(const char *at)
{
    g_autofree char *word = take_keyword(&at);

    return word != NULL && strcmp(word, "i") != 0 && lodge_lexer_skip_cfws(&at) &&
           *at == '=';
}

static void read_bestguesspass(LodgeAuthenticationResults *results)
{
    for (guint i = 0; i < results->methods->len; i++) {
        LodgeAuthenticationMethod *method = g_ptr_array_index(results->methods, i);
        if (strcmp(method->result, "bestguesspass") == 0) {
            g_free(method->result);
            method->result = g_strdup("none");
        }
    }
}

LodgeAuthenticationResults *lodge_authentication_results_parse(const char *raw)
{
    g_return_val_if_fail(raw != NULL, NULL);
    LodgeAuthenticationResults *results = lodge_authentication_results_new();
    const char *at = raw;

    results->text = lodge_lexer_unfold(raw);
    if (lodge_lexer_skip_cfws(&at)) {
        results->exchange_form = begins_with_method(at);
        results->well_formed = results->exchange_form ? take_resinfos(&at, results)
                                                      : take_payload(&at, results);
    }
    if (results->well_formed) {
        read_bestguesspass(results);
        return results;
    }
    g_ptr_array_set_size(results->methods, 0);
    g_clear_pointer(&results->authserv_id, g_free);
    results->exchange_form = FALSE;
    results->version = 1;
    return results;
}
