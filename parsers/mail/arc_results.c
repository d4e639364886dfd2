#include "parsers/mail/arc_results.h"

#include "parsers/mail/authentication_results.h"
#include "parsers/mail/lexer.h"
#include "parsers/text/limits.h"

/* [CFWS] "i" [CFWS] "=" [CFWS] 1*2DIGIT [CFWS] ";"; 0: it is not there. */
static guint take_instance(const char **at)
{
    const char *p = *at;
    guint instance = 0;

    if (!lodge_lexer_skip_cfws(&p) || *p++ != 'i' || !lodge_lexer_skip_cfws(&p) ||
        *p++ != '=' || !lodge_lexer_skip_cfws(&p))
        return 0;
    for (guint digits = 0; g_ascii_isdigit(*p) && digits < 2; digits++)
        instance = instance * 10 + (guint)(*p++ - '0');
    if (!lodge_lexer_skip_cfws(&p) || *p++ != ';' || instance > LODGE_LIMIT_ARC_INSTANCES)
        return 0;
    *at = p;
    return instance;
}

LodgeArcResults *lodge_arc_results_parse(const char *raw)
{
    g_return_val_if_fail(raw != NULL, NULL);
    const char *at = raw;
    guint instance = take_instance(&at);

    return lodge_arc_results_new(instance, lodge_authentication_results_parse(at));
}
