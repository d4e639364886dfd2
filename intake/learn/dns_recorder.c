#include "intake/learn/dns_recorder.h"

#include "parsers/text/limits.h"

struct LodgeDnsRecorder {
    LodgeResolver *resolver;
    GPtrArray *answers;
    gint64 end_us; /* monotonic; 0: none */
    guint asked;
    gsize bytes;
};

LodgeDnsRecorder *lodge_dns_recorder_new(LodgeResolver *resolver, guint budget_ms)
{
    g_return_val_if_fail(resolver != NULL, NULL);
    LodgeDnsRecorder *recorder = g_new0(LodgeDnsRecorder, 1);
    recorder->resolver = resolver;
    recorder->answers = lodge_dns_answers_new();
    if (budget_ms > 0)
        recorder->end_us = g_get_monotonic_time() + (gint64)budget_ms * 1000;
    return recorder;
}

void lodge_dns_recorder_free(LodgeDnsRecorder *recorder)
{
    if (recorder == NULL)
        return;
    g_ptr_array_unref(recorder->answers);
    g_free(recorder);
}

static LodgeDnsAnswer *lookup(LodgeDnsRecorder *recorder, const char *name)
{
    LodgeDnsAnswer *answer =
        lodge_resolver_lookup_txt(recorder->resolver, name, recorder->end_us);
    recorder->asked += answer->status != LODGE_DNS_REFUSED;
    gsize bytes = lodge_dns_answer_count_bytes(answer);
    if (recorder->bytes + bytes > LODGE_LIMIT_DNS_MESSAGE_BYTES)
        lodge_dns_answer_withdraw(answer, LODGE_DNS_LIMIT);
    else
        recorder->bytes += bytes;
    return answer;
}

static const LodgeDnsAnswer *ask_txt(gpointer data, const char *name)
{
    LodgeDnsRecorder *recorder = data;
    const LodgeDnsAnswer *known = lodge_dns_answers_find(recorder->answers, name);
    if (known != NULL)
        return known;
    LodgeDnsAnswer *answer = NULL;
    if (recorder->asked >= LODGE_LIMIT_DNS_LOOKUPS)
        answer = lodge_dns_answer_new(name, LODGE_DNS_LIMIT);
    else if (recorder->end_us != 0 && g_get_monotonic_time() >= recorder->end_us)
        answer = lodge_dns_answer_new(name, LODGE_DNS_TIMEOUT);
    else
        answer = lookup(recorder, name);
    g_ptr_array_add(recorder->answers, answer);
    return answer;
}

LodgeDnsAsk lodge_dns_recorder_ask(LodgeDnsRecorder *recorder)
{
    return (LodgeDnsAsk){ask_txt, recorder};
}

GPtrArray *lodge_dns_recorder_answers(const LodgeDnsRecorder *recorder)
{
    return recorder->answers;
}

const LodgeDnsAnswer *lodge_dns_recorder_find_trouble(const LodgeDnsRecorder *recorder)
{
    for (guint i = 0; i < recorder->answers->len; i++) {
        const LodgeDnsAnswer *answer = g_ptr_array_index(recorder->answers, i);
        if (lodge_dns_answer_is_temporary(answer))
            return answer;
    }
    return NULL;
}
