#include "intake/learn/resolver_unbound.h"

#include "intake/learn/unbound_result.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#define ROOT_KEY "/usr/share/dns/root.key"
#define RESOLV_CONF "/etc/resolv.conf"

typedef struct {
    struct ub_ctx *context;
    guint timeout_ms;
    gboolean validates;
    GThread *pump;
    int stop_fd;
    GMutex lock;
    GCond answered;
    gboolean is_broken; /* under lock: no answer will come any more */
} Unbound;

/* Shared by whoever waits and by the answer on its way; under the lock. */
typedef struct {
    Unbound *unbound;
    guint holders;
    gboolean is_answered;
    int failure;
    struct ub_result *result;
} Question;

/* ---- questions ---- */

static void release(Question *question)
{
    if (--question->holders > 0)
        return;
    ub_resolve_free(question->result);
    g_free(question);
}

/* In the pump's thread. */
static void take_answer(void *data, int failure, struct ub_result *result)
{
    Question *question = data;
    Unbound *unbound = question->unbound;
    g_mutex_lock(&unbound->lock);
    question->failure = failure;
    question->result = result;
    question->is_answered = TRUE;
    g_cond_broadcast(&unbound->answered);
    release(question);
    g_mutex_unlock(&unbound->lock);
}

/* Lets libunbound's thread wake us until we are stopped. */
static gpointer pump(gpointer data)
{
    Unbound *unbound = data;
    struct pollfd fds[] = {{ub_fd(unbound->context), POLLIN, 0},
                           {unbound->stop_fd, POLLIN, 0}};
    while (fds[1].revents == 0) {
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents != 0 && ub_process(unbound->context) != 0)
            break;
    }
    g_mutex_lock(&unbound->lock);
    unbound->is_broken = TRUE;
    g_cond_broadcast(&unbound->answered);
    g_mutex_unlock(&unbound->lock);
    return NULL;
}

static Question *put(Unbound *unbound, const char *name, int *id_out)
{
    Question *question = g_new0(Question, 1);
    question->unbound = unbound;
    question->holders = 2;
    int failure = ub_resolve_async(unbound->context, name, ns_t_txt, ns_c_in, question,
                                   take_answer, id_out);
    if (failure == 0)
        return question;
    g_free(question);
    return NULL;
}

/* The lock is held. FALSE: the time is over. */
static gboolean wait_for(Unbound *unbound, const Question *question, gint64 end_us)
{
    while (!question->is_answered && !unbound->is_broken) {
        if (!g_cond_wait_until(&unbound->answered, &unbound->lock, end_us))
            break;
    }
    return question->is_answered || unbound->is_broken;
}

/* ---- looking up ---- */

static void lookup_txt(gpointer self, LodgeDnsAnswer *answer, gint64 deadline_us)
{
    Unbound *unbound = self;
    int id = 0;
    gint64 end_us = g_get_monotonic_time() + (gint64)unbound->timeout_ms * 1000;
    if (deadline_us != 0)
        end_us = MIN(end_us, deadline_us);
    /* libunbound takes a name without its final dot for one as well, but then as it likes. */
    g_autofree char *name = g_strconcat(answer->name, ".", NULL);
    Question *question = put(unbound, name, &id);
    if (question == NULL)
        return;
    g_mutex_lock(&unbound->lock);
    gboolean in_time = wait_for(unbound, question, end_us);
    gboolean is_answered = question->is_answered;
    g_mutex_unlock(&unbound->lock);
    /* Cancelled, nobody else will come for it; else the answer is on its way after all. */
    gboolean is_cancelled = !is_answered && ub_cancel(unbound->context, id) == 0;
    g_mutex_lock(&unbound->lock);
    if (is_answered && question->failure == 0 && question->result != NULL)
        lodge_unbound_result_read(question->result, unbound->validates, answer);
    else if (!in_time)
        answer->status = LODGE_DNS_TIMEOUT;
    if (is_cancelled)
        question->holders--;
    release(question);
    g_mutex_unlock(&unbound->lock);
}

/* ---- setting up ---- */

static void unbound_free(gpointer self)
{
    Unbound *unbound = self;
    if (unbound->pump != NULL) {
        guint64 one = 1;
        gssize written = write(unbound->stop_fd, &one, sizeof one);
        g_assert(written == sizeof one);
        g_thread_join(unbound->pump);
    }
    if (unbound->context != NULL)
        ub_ctx_delete(unbound->context);
    if (unbound->stop_fd >= 0)
        close(unbound->stop_fd);
    g_mutex_clear(&unbound->lock);
    g_cond_clear(&unbound->answered);
    g_free(unbound);
}

static gboolean check(int failure, const char *what, GError **error)
{
    if (failure == 0)
        return TRUE;
    g_set_error(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE,
                "DNS: libunbound refuses %s: %s", what, ub_strerror(failure));
    return FALSE;
}

static gboolean set_options(Unbound *unbound, GError **error)
{
    static const struct {
        const char *name, *value;
    } options[] = {
        {"cache-max-ttl:", "3600"},
        {"cache-max-negative-ttl:", "300"},
        /* A server that was down is asked again as soon as it may be back. */
        {"infra-keep-probing:", "yes"},
        {"infra-host-ttl:", "30"},
        /* The servers that we were told may well be on this machine. */
        {"do-not-query-localhost:", "no"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        int failure =
            ub_ctx_set_option(unbound->context, options[i].name, options[i].value);
        if (!check(failure, options[i].name, error))
            return FALSE;
    }
    return unbound->validates ||
           check(ub_ctx_set_option(unbound->context, "module-config:", "iterator"),
                 "module-config", error);
}

static gboolean set_servers(Unbound *unbound,
                            const LodgeDnsSettings *settings,
                            const char *resolv_conf,
                            GError **error)
{
    if (settings->servers == NULL || settings->servers[0] == NULL) {
        int failure = ub_ctx_resolvconf(unbound->context, resolv_conf);
        if (failure == 0)
            return TRUE;
        g_set_error(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE,
                    "%s: cannot be used (%s); name servers in [dns]", resolv_conf,
                    ub_strerror(failure));
        return FALSE;
    }
    for (gsize i = 0; settings->servers[i] != NULL; i++) {
        if (!check(ub_ctx_set_fwd(unbound->context, settings->servers[i]),
                   settings->servers[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean configure(Unbound *unbound,
                          const LodgeDnsSettings *settings,
                          const LodgeResolverFiles *files,
                          GError **error)
{
    const char *anchor = files != NULL ? files->trust_anchor : NULL;
    const char *resolv_conf = files != NULL ? files->resolv_conf : NULL;
    if (anchor == NULL)
        anchor = ROOT_KEY;
    unbound->validates = settings->dnssec && g_file_test(anchor, G_FILE_TEST_IS_REGULAR);
    unbound->timeout_ms = settings->timeout_ms;
    ub_ctx_debugout(unbound->context, NULL);
    ub_ctx_debuglevel(unbound->context, 0);
    return check(ub_ctx_async(unbound->context, 1), "threads", error) &&
           set_options(unbound, error) &&
           set_servers(unbound, settings, resolv_conf != NULL ? resolv_conf : RESOLV_CONF,
                       error) &&
           (!unbound->validates ||
            check(ub_ctx_add_ta_file(unbound->context, anchor), anchor, error));
}

static const LodgeResolverMaker MAKER = {lookup_txt, unbound_free};

LodgeResolver *lodge_resolver_unbound_new(const LodgeDnsSettings *settings,
                                          const LodgeResolverFiles *files,
                                          gint64 (*now_us)(void),
                                          GError **error)
{
    g_return_val_if_fail(settings != NULL && settings->timeout_ms > 0, NULL);
    Unbound *unbound = g_new0(Unbound, 1);
    g_mutex_init(&unbound->lock);
    g_cond_init(&unbound->answered);
    unbound->stop_fd = eventfd(0, EFD_CLOEXEC);
    unbound->context = ub_ctx_create();
    if (unbound->stop_fd < 0 || unbound->context == NULL) {
        g_set_error_literal(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE,
                            "DNS: libunbound cannot be started: no memory or descriptors");
    } else if (configure(unbound, settings, files, error)) {
        unbound->pump = g_thread_new("dns", pump, unbound);
        return lodge_resolver_new(&MAKER, unbound, now_us);
    }
    unbound_free(unbound);
    return NULL;
}

/* ---- words ---- */

static const char *dnssec_words(LodgeDnssec dnssec)
{
    switch (dnssec) {
    case LODGE_DNSSEC_SECURE:
        return "the answer is signed and was verified";
    case LODGE_DNSSEC_INSECURE:
        return "checked; this name is not signed";
    case LODGE_DNSSEC_BOGUS:
        return "the signature is wrong";
    case LODGE_DNSSEC_UNKNOWN:
        return "not checked (dnssec = no, or the package dns-root-data is missing)";
    }
    g_return_val_if_reached("");
}

char *lodge_resolver_describe(LodgeResolver *resolver, const char *name, GError **error)
{
    g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(resolver, name, 0);
    const char *status = lodge_dns_status_format(answer->status);
    if (lodge_dns_answer_is_temporary(answer)) {
        g_set_error(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE,
                    "TXT %s: %s; look at [dns] servers and timeout%s", answer->name, status,
                    answer->status == LODGE_DNS_TIMEOUT
                        ? ", and whether a firewall is in between"
                        : ", and whether the servers hand on DNSSEC records (else dnssec = "
                          "no)");
        return NULL;
    }
    return g_strdup_printf("TXT %s: %s, to be kept for %u s\nDNSSEC: %s\n", answer->name,
                           status, answer->ttl_s, dnssec_words(answer->dnssec));
}
