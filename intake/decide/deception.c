#include "intake/decide/deception.h"

#include "intake/decide/findings.h"
#include "intake/decide/lookalike.h"
#include <string.h>

typedef struct {
    const LodgeMessageFacts *message;
    const LodgeAddress *from;
    const GPtrArray *bodies;
    const LodgeRegister *reg;
    gint64 at_us;
    GPtrArray *findings;
} Case;

/* ---- domains in a text ---- */

static gboolean is_of_sender(const Case *at, const GPtrArray *bodies)
{
    for (guint i = 0; i < bodies->len; i++)
        if (g_ptr_array_find((GPtrArray *)at->bodies, g_ptr_array_index(bodies, i), NULL))
            return TRUE;
    return FALSE;
}

static gboolean is_other_council(const Case *at, const char *domain)
{
    if (at->from != NULL && g_strcmp0(domain, at->from->domain) == 0)
        return FALSE;
    g_autoptr(GPtrArray) bodies =
        lodge_register_find_domain(at->reg, domain, at->at_us, FALSE);
    return bodies->len > 0 && !is_of_sender(at, bodies);
}

static gboolean is_domain_byte(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '.';
}

/* The first domain of a council in the text that is none of the sender's; g_free it. Signs that
 * look like the plain ones, as the wide "@", are those. */
static char *find_council_domain(const Case *at, const char *text)
{
    g_autofree char *plain = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *lower = plain != NULL ? g_ascii_strdown(plain, -1) : g_strdup("");
    const char *word = lower;
    while (*word != '\0') {
        const char *end = word;
        while (is_domain_byte(*end))
            end++;
        gsize size = (gsize)(end - word);
        while (size > 0 && word[size - 1] == '.')
            size--;
        g_autofree char *domain = g_strndup(word, size);
        if (strchr(domain, '.') != NULL && is_other_council(at, domain))
            return g_steal_pointer(&domain);
        word = *end == '\0' ? end : end + 1;
    }
    return NULL;
}

/* ---- From ---- */

static gboolean judge_domain(const Case *at)
{
    const LodgeBody *body;
    const char *like;
    if (at->from == NULL || at->bodies->len > 0)
        return FALSE;
    const char *kind =
        lodge_lookalike_find(at->reg, at->from->domain, at->from->look, &body, &like);
    if (kind == NULL)
        return FALSE;
    g_autofree char *whose = g_strdup_printf("%s (%s)", like, body->name);
    lodge_findings_add(at->findings, LODGE_FINDING_SENDER_LOOKALIKE, kind, at->from->domain,
                       whose);
    return TRUE;
}

static gboolean judge_from_text(const Case *at)
{
    const LodgeHeaderField *field = lodge_message_facts_find_header(at->message, "From", 0);
    g_autofree char *named = field != NULL && field->value != NULL && at->from != NULL
                                 ? find_council_domain(at, field->value)
                                 : NULL;
    if (named == NULL)
        return FALSE;
    lodge_findings_add(at->findings, LODGE_FINDING_FROM_NAMES_COUNCIL, field->value, named,
                       at->from->address);
    return TRUE;
}

/* ---- other fields ---- */

static gboolean judge_other_field(const Case *at, const char *name)
{
    const LodgeHeaderField *field = lodge_message_facts_find_header(at->message, name, 0);
    g_autofree char *named = field != NULL && field->value != NULL
                                 ? find_council_domain(at, field->value)
                                 : NULL;
    if (named == NULL || at->bodies->len > 0)
        return FALSE;
    lodge_findings_add(at->findings, LODGE_FINDING_COUNCIL_IN_OTHER_FIELD, field->value,
                       name, named);
    return TRUE;
}

/* A council's officer may ask for answers elsewhere; we do not send them there, and say so. */
static void note_reply_to(const Case *at)
{
    for (guint i = 0; at->bodies->len > 0 && i < at->message->reply_to->len; i++) {
        const LodgeAddress *reply = g_ptr_array_index(at->message->reply_to, i);
        if (g_strcmp0(reply->domain, at->from->domain) == 0)
            continue;
        g_autoptr(GPtrArray) bodies =
            lodge_register_find_domain(at->reg, reply->domain, at->at_us, FALSE);
        if (is_of_sender(at, bodies))
            continue;
        lodge_findings_add(at->findings, LODGE_FINDING_REPLY_TO_ELSEWHERE, reply->address,
                           at->from->address, NULL);
        return;
    }
}

/* ---- what the reader saw ---- */

static gboolean judge_defects(const Case *at)
{
    static const struct {
        const char *defect;
        LodgeFindingKind finding;
    } rows[] = {
        {"from-group", LODGE_FINDING_FROM_GROUP},
        {"from-unclear", LODGE_FINDING_FROM_UNCLEAR},
        {"header-torn", LODGE_FINDING_HEADER_UNCLEAR},
        {"header-mixed-line-ends", LODGE_FINDING_HEADER_UNCLEAR},
    };
    guint found = at->findings->len;
    LodgeFindingKind last = LODGE_FINDING_COUNT;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].finding == last ||
            !g_strv_contains((const char *const *)at->message->defects, rows[i].defect))
            continue;
        last = rows[i].finding;
        lodge_findings_add(at->findings, last, rows[i].defect, NULL, NULL);
    }
    return at->findings->len > found;
}

gboolean lodge_deception_judge(const LodgeMessageFacts *message,
                               const LodgeAddress *from,
                               const GPtrArray *bodies,
                               const LodgeRegister *reg,
                               gint64 at_us,
                               GPtrArray *findings)
{
    const Case at = {message, from, bodies, reg, at_us, findings};
    gboolean found = judge_domain(&at);
    found |= judge_from_text(&at);
    found |= judge_other_field(&at, "Sender");
    found |= judge_other_field(&at, "Reply-To");
    found |= judge_defects(&at);
    note_reply_to(&at);
    return found;
}
