#include "intake/commands/online.h"

#include "intake/answer/courier.h"
#include "intake/learn/resolver_unbound.h"
#include "intake/learn/scanner.h"
#include "intake/source.h"

static void answer_free(LodgeOnlineAnswer *answer)
{
    g_free(answer->name);
    g_free(answer->words);
    g_clear_error(&answer->error);
    g_free(answer);
}

static char *
describe_mailbox(const LodgeContext *context, const LodgeMailbox *mailbox, GError **error)
{
    g_autoptr(LodgeMailboxSession) session =
        lodge_source_open_mailbox(context, mailbox, error);
    return session != NULL ? lodge_mailbox_describe(session, context->now_us(), error)
                           : NULL;
}

static char *
describe_smtp(const LodgeContext *context, const LodgeSmtp *smtp, GError **error)
{
    char *secret = NULL;
    if (smtp->endpoint.auth != LODGE_AUTH_NONE) {
        secret = lodge_secret_load(&smtp->endpoint.secret, context->credentials_directory,
                                   error);
        if (secret == NULL)
            return NULL;
    }
    char *words = lodge_courier_describe(smtp, secret, error);
    lodge_secret_wipe(secret);
    return words;
}

/* The domain that the answers come from: ours, so that nobody else is bothered. */
static char *
describe_dns(const LodgeContext *context, const LodgeSettings *settings, GError **error)
{
    const LodgeCallSettings *call = g_ptr_array_index(settings->calls, 0);
    g_autofree char *name = g_strconcat("_dmarc.", call->rules->instance_domain, NULL);
    g_autoptr(LodgeResolver) resolver =
        lodge_resolver_unbound_new(&settings->dns, NULL, context->now_us, error);
    return resolver != NULL ? lodge_resolver_describe(resolver, name, error) : NULL;
}

static char *
describe_scanner(const LodgeContext *context, const LodgeSettings *settings, GError **error)
{
    g_autoptr(LodgeScanner) scanner =
        lodge_scanner_new(&settings->scanner, context->now_us, context->stopping);
    return lodge_scanner_describe(scanner, error);
}

static LodgeOnlineAnswer *add_answer(GPtrArray *answers, char *name)
{
    LodgeOnlineAnswer *answer = g_new0(LodgeOnlineAnswer, 1);
    answer->name = name;
    g_ptr_array_add(answers, answer);
    return answer;
}

GPtrArray *lodge_online_ask(const LodgeContext *context, const LodgeSettings *settings)
{
    GPtrArray *answers = g_ptr_array_new_with_free_func((GDestroyNotify)answer_free);
    for (guint i = 0; i < settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, i);
        LodgeOnlineAnswer *answer =
            add_answer(answers, g_strdup_printf("mailbox %s", mailbox->name));
        answer->words = describe_mailbox(context, mailbox, &answer->error);
    }
    if (settings->smtp != NULL) {
        LodgeOnlineAnswer *answer = add_answer(answers, g_strdup("smtp"));
        answer->words = describe_smtp(context, settings->smtp, &answer->error);
    }
    if (settings->dns.mode != LODGE_DNS_MODE_OFF) {
        LodgeOnlineAnswer *answer = add_answer(answers, g_strdup("dns"));
        answer->words = describe_dns(context, settings, &answer->error);
    }
    if (settings->scanner.is_on) {
        LodgeOnlineAnswer *answer = add_answer(answers, g_strdup("scanner"));
        answer->words = describe_scanner(context, settings, &answer->error);
    }
    return answers;
}
