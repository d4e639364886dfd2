#include "intake/decide/dns_answers.h"

#include "intake/decide/dns_name.h"
#include "parsers/text/display.h"
#include "parsers/text/instant.h"
#include "parsers/text/limits.h"

#include <string.h>

#define REFUSED_NAME_BYTES 1024

static const char *const STATUS_WORDS[] = {
    [LODGE_DNS_FOUND] = "found",           [LODGE_DNS_NXDOMAIN] = "nxdomain",
    [LODGE_DNS_NODATA] = "nodata",         [LODGE_DNS_SERVFAIL] = "servfail",
    [LODGE_DNS_TIMEOUT] = "timeout",       [LODGE_DNS_BOGUS] = "bogus",
    [LODGE_DNS_LIMIT] = "limit",           [LODGE_DNS_REFUSED] = "refused",
    [LODGE_DNS_NOT_STORED] = "not-stored",
};

static const char *const DNSSEC_WORDS[] = {
    [LODGE_DNSSEC_UNKNOWN] = "unknown",
    [LODGE_DNSSEC_INSECURE] = "insecure",
    [LODGE_DNSSEC_SECURE] = "secure",
    [LODGE_DNSSEC_BOGUS] = "bogus",
};

/* ---- one answer ---- */

/* What a name is kept under: normalised, or the beginning of what is no name. */
static char *key_of(const char *name, gboolean *is_name_out)
{
    char *key = lodge_dns_name_normalise(name);
    *is_name_out = key != NULL;
    return key != NULL ? key
                       : lodge_display_utf8(name, MIN(strlen(name), REFUSED_NAME_BYTES));
}

LodgeDnsAnswer *lodge_dns_answer_new(const char *name, LodgeDnsStatus status)
{
    gboolean is_name;
    LodgeDnsAnswer *answer = g_new0(LodgeDnsAnswer, 1);
    answer->name = key_of(name, &is_name);
    answer->status = is_name ? status : LODGE_DNS_REFUSED;
    answer->texts = g_ptr_array_new_with_free_func(g_free);
    answer->asked_us = LODGE_INSTANT_UNKNOWN;
    return answer;
}

void lodge_dns_answer_free(LodgeDnsAnswer *answer)
{
    if (answer == NULL)
        return;
    g_free(answer->name);
    g_free(answer->canonical);
    g_ptr_array_unref(answer->texts);
    g_free(answer);
}

void lodge_dns_answer_add_text(LodgeDnsAnswer *answer, const char *bytes, gsize size_bytes)
{
    g_ptr_array_add(answer->texts, lodge_display_utf8(bytes, size_bytes));
}

gsize lodge_dns_answer_count_bytes(const LodgeDnsAnswer *answer)
{
    gsize bytes = 0;
    for (guint i = 0; i < answer->texts->len; i++)
        bytes += strlen(g_ptr_array_index(answer->texts, i));
    return bytes;
}

void lodge_dns_answer_withdraw(LodgeDnsAnswer *answer, LodgeDnsStatus status)
{
    g_ptr_array_set_size(answer->texts, 0);
    answer->status = status;
}

static int compare_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void lodge_dns_answer_settle(LodgeDnsAnswer *answer)
{
    GPtrArray *texts = answer->texts;
    if (texts->len > LODGE_LIMIT_DNS_RECORDS ||
        lodge_dns_answer_count_bytes(answer) > LODGE_LIMIT_DNS_ANSWER_BYTES) {
        lodge_dns_answer_withdraw(answer, LODGE_DNS_LIMIT);
        return;
    }
    g_ptr_array_sort(texts, compare_text);
    for (guint i = texts->len; i > 1; i--) {
        const char *text = g_ptr_array_index(texts, i - 1);
        if (strcmp(text, g_ptr_array_index(texts, i - 2)) == 0)
            g_ptr_array_remove_index(texts, i - 1);
    }
}

gboolean lodge_dns_answer_is_temporary(const LodgeDnsAnswer *answer)
{
    switch (answer->status) {
    case LODGE_DNS_SERVFAIL:
    case LODGE_DNS_TIMEOUT:
    case LODGE_DNS_BOGUS:
    case LODGE_DNS_NOT_STORED:
        return TRUE;
    case LODGE_DNS_FOUND:
    case LODGE_DNS_NXDOMAIN:
    case LODGE_DNS_NODATA:
    case LODGE_DNS_LIMIT:
    case LODGE_DNS_REFUSED:
        return FALSE;
    }
    g_return_val_if_reached(TRUE);
}

gboolean lodge_dns_answer_is_absent(const LodgeDnsAnswer *answer)
{
    return answer->status == LODGE_DNS_NXDOMAIN || answer->status == LODGE_DNS_NODATA;
}

const char *lodge_dns_status_format(LodgeDnsStatus status)
{
    return STATUS_WORDS[status];
}

const char *lodge_dnssec_format(LodgeDnssec dnssec)
{
    return DNSSEC_WORDS[dnssec];
}

/* ---- all of a message ---- */

GPtrArray *lodge_dns_answers_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)lodge_dns_answer_free);
}

const LodgeDnsAnswer *lodge_dns_answers_find(const GPtrArray *answers, const char *name)
{
    gboolean is_name;
    g_autofree char *wanted = key_of(name, &is_name);
    for (guint i = 0; i < answers->len; i++) {
        const LodgeDnsAnswer *answer = g_ptr_array_index(answers, i);
        if (strcmp(answer->name, wanted) == 0)
            return answer;
    }
    return NULL;
}

static void write_answer(const LodgeDnsAnswer *answer, LodgeJsonWriter *json)
{
    lodge_json_begin_object(json, NULL);
    lodge_json_add_string(json, "name", answer->name);
    lodge_json_add_string(json, "status", lodge_dns_status_format(answer->status));
    if (answer->canonical != NULL)
        lodge_json_add_string(json, "canonical", answer->canonical);
    lodge_json_begin_array(json, "texts");
    for (guint i = 0; i < answer->texts->len; i++)
        lodge_json_add_string(json, NULL, g_ptr_array_index(answer->texts, i));
    lodge_json_end_array(json);
    lodge_json_add_int(json, "ttl_s", answer->ttl_s);
    lodge_json_add_string(json, "dnssec", lodge_dnssec_format(answer->dnssec));
    lodge_json_add_instant(json, "asked", answer->asked_us);
    lodge_json_end_object(json);
}

void lodge_dns_answers_write(const GPtrArray *answers,
                             LodgeJsonWriter *json,
                             const char *name)
{
    lodge_json_begin_array(json, name);
    for (guint i = 0; i < answers->len; i++)
        write_answer(g_ptr_array_index(answers, i), json);
    lodge_json_end_array(json);
}

/* The word's place; 0 and a failure when it is none of them. */
static guint read_word(LodgeJsonDocument *json,
                       const LodgeJsonNode *object,
                       const char *name,
                       const char *const *words,
                       guint count)
{
    const char *word = lodge_json_get_string(json, object, name);
    for (guint i = 0; word != NULL && i < count; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    lodge_json_fail(json, "member '%s' is no word that is known here", name);
    return 0;
}

static LodgeDnsAnswer *read_answer(LodgeJsonDocument *json, const LodgeJsonNode *object)
{
    const char *name = lodge_json_get_string(json, object, "name");
    LodgeDnsAnswer *answer =
        lodge_dns_answer_new(name != NULL ? name : "", LODGE_DNS_NOT_STORED);
    answer->status = (LodgeDnsStatus)read_word(json, object, "status", STATUS_WORDS,
                                               G_N_ELEMENTS(STATUS_WORDS));
    answer->canonical = g_strdup(lodge_json_get_optional_string(json, object, "canonical"));
    g_auto(GStrv) texts = lodge_json_get_strings(json, object, "texts");
    for (gsize i = 0; texts[i] != NULL; i++)
        lodge_dns_answer_add_text(answer, texts[i], strlen(texts[i]));
    gint64 ttl_s = lodge_json_get_int(json, object, "ttl_s");
    answer->ttl_s = (guint32)ttl_s;
    answer->dnssec = (LodgeDnssec)read_word(json, object, "dnssec", DNSSEC_WORDS,
                                            G_N_ELEMENTS(DNSSEC_WORDS));
    answer->asked_us = lodge_json_get_instant(json, object, "asked");
    if (ttl_s < 0 || ttl_s > (gint64)G_MAXUINT32)
        lodge_json_fail(json, "member 'ttl_s' is no time to live");
    if ((answer->status == LODGE_DNS_FOUND) != (answer->texts->len > 0))
        lodge_json_fail(json, "a DNS answer has texts when it is found, and only then");
    return answer;
}

GPtrArray *lodge_dns_answers_read(LodgeJsonDocument *json,
                                  const LodgeJsonNode *object,
                                  const char *name)
{
    const LodgeJsonNode *array = lodge_json_get_optional_array(json, object, name);
    if (array == NULL)
        return NULL;
    GPtrArray *answers = lodge_dns_answers_new();
    for (guint i = 0; i < lodge_json_array_length(array); i++)
        g_ptr_array_add(answers,
                        read_answer(json, lodge_json_array_object(json, array, i)));
    return answers;
}
