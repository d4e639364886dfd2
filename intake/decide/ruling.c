#include "intake/decide/ruling.h"

#include "intake/decide/findings.h"
#include "intake/decide/rung.h"
#include <string.h>

static const char *const action_words[] = {
    [LODGE_RULING_ASSIGN] = "assign",
    [LODGE_RULING_ACCEPT] = "accept",
    [LODGE_RULING_REJECT] = "reject",
};

LodgeRuling *lodge_ruling_new(LodgeRulingAction action)
{
    LodgeRuling *ruling = g_new0(LodgeRuling, 1);
    ruling->action = action;
    ruling->at_us = LODGE_INSTANT_UNKNOWN;
    return ruling;
}

void lodge_ruling_free(LodgeRuling *ruling)
{
    if (ruling == NULL)
        return;
    g_free(ruling->council);
    g_free(ruling->timeliness);
    g_free(ruling->document);
    g_free(ruling->told);
    g_free(ruling->actor);
    g_free(ruling->reason);
    g_free(ruling);
}

const char *lodge_ruling_action_format(LodgeRulingAction action)
{
    g_return_val_if_fail((gsize)action < G_N_ELEMENTS(action_words), NULL);
    return action_words[action];
}

gboolean lodge_ruling_action_parse(const char *word, LodgeRulingAction *action_out)
{
    for (gsize i = 0; i < G_N_ELEMENTS(action_words); i++) {
        if (g_strcmp0(word, action_words[i]) != 0)
            continue;
        *action_out = (LodgeRulingAction)i;
        return TRUE;
    }
    return FALSE;
}

/* ---- stored form ---- */

void lodge_ruling_write(const LodgeRuling *ruling, LodgeJsonWriter *json, const char *name)
{
    lodge_json_begin_object(json, name);
    lodge_json_add_string(json, "action", lodge_ruling_action_format(ruling->action));
    lodge_json_add_string(json, "council", ruling->council);
    lodge_json_add_string(json, "timeliness", ruling->timeliness);
    lodge_json_add_string(json, "document", ruling->document);
    lodge_json_add_bool(json, "answer", ruling->answer);
    lodge_json_add_string(json, "told", ruling->told);
    lodge_json_add_string(json, "actor", ruling->actor);
    lodge_json_add_string(json, "reason", ruling->reason);
    lodge_json_add_instant(json, "at", ruling->at_us);
    lodge_json_end_object(json);
}

LodgeRuling *
lodge_ruling_read(LodgeJsonDocument *json, const LodgeJsonNode *root, const char *name)
{
    const LodgeJsonNode *node = lodge_json_get_optional_object(json, root, name);
    if (node == NULL)
        return NULL;
    LodgeRuling *ruling = lodge_ruling_new(LODGE_RULING_ASSIGN);
    if (!lodge_ruling_action_parse(lodge_json_get_string(json, node, "action"),
                                   &ruling->action))
        lodge_json_fail(json, "%s: this action is not one this version of lodge knows",
                        name);
    ruling->council = g_strdup(lodge_json_get_optional_string(json, node, "council"));
    ruling->timeliness = g_strdup(lodge_json_get_optional_string(json, node, "timeliness"));
    ruling->document = g_strdup(lodge_json_get_optional_string(json, node, "document"));
    ruling->answer = lodge_json_get_bool(json, node, "answer");
    ruling->told = g_strdup(lodge_json_get_optional_string(json, node, "told"));
    ruling->actor = g_strdup(lodge_json_get_optional_string(json, node, "actor"));
    ruling->reason = g_strdup(lodge_json_get_optional_string(json, node, "reason"));
    ruling->at_us = lodge_json_get_instant(json, node, "at");
    return ruling;
}

/* ---- who ---- */

static void add_candidate(LodgeAuthority *authority, const char *council)
{
    if (g_strv_contains((const char *const *)authority->candidates, council))
        return;
    g_autoptr(GStrvBuilder) codes = g_strv_builder_new();
    g_strv_builder_addv(codes, (const char **)authority->candidates);
    g_strv_builder_add(codes, council);
    g_strfreev(authority->candidates);
    authority->candidates = g_strv_builder_end(codes);
}

/* A person has settled who sent it: what only doubted that is found no more. */
static void remove_holds(GPtrArray *findings)
{
    for (guint i = findings->len; i > 0; i--) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i - 1);
        if (finding->severity >= LODGE_HOLD)
            g_ptr_array_remove_index(findings, i - 1);
    }
}

static void assign(const LodgeRuling *ruling,
                   const LodgeRegister *reg,
                   LodgeAuthority *authority,
                   GPtrArray *findings)
{
    const LodgeBody *body = lodge_register_find(reg, ruling->council);
    const char *name = body != NULL ? body->name : ruling->council;
    gboolean known = authority->result == LODGE_AUTHORISED &&
                     g_strcmp0(authority->council, ruling->council) == 0;
    if (known)
        return;
    g_free(authority->council);
    authority->council = g_strdup(ruling->council);
    authority->result = LODGE_AUTHORISED;
    add_candidate(authority, ruling->council);
    lodge_rung_add(authority->ladder, "ruling", "assigned", name);
    remove_holds(findings);
    lodge_findings_add(findings, LODGE_FINDING_RULED_COUNCIL, ruling->council, name, NULL);
}

void lodge_ruling_judge_authority(const LodgeRuling *ruling,
                                  const LodgeRegister *reg,
                                  LodgeAuthority *authority,
                                  GPtrArray *findings)
{
    if (ruling->council != NULL)
        assign(ruling, reg, authority, findings);
    if (!ruling->answer || authority->address == NULL || authority->address_proven)
        return;
    authority->address_proven = TRUE;
    lodge_rung_add(authority->ladder, "ruling", "answerable",
                   "a person established whose address this is");
}

/* ---- when ---- */

gboolean lodge_ruling_judge_timeliness(const LodgeRuling *ruling, LodgeDecision *decision)
{
    if (ruling->timeliness == NULL)
        return FALSE;
    gboolean late = strcmp(ruling->timeliness, "late") == 0;
    decision->timeliness = late ? LODGE_LATE : LODGE_ON_TIME;
    lodge_rung_add(decision->received->clocks, "ruling", ruling->timeliness,
                   "a person decided by which time it counts");
    return TRUE;
}

/* ---- what ---- */

static void settle(GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        LodgeFinding *finding = g_ptr_array_index(findings, i);
        if (finding->severity < LODGE_HOLD)
            continue;
        finding->severity = LODGE_NOTE;
        finding->settled = TRUE;
        g_clear_pointer(&finding->mend, g_free);
    }
}

void lodge_ruling_judge_outcome(const LodgeRuling *ruling, GPtrArray *findings)
{
    if (ruling->action != LODGE_RULING_ASSIGN)
        settle(findings);
    if (ruling->action == LODGE_RULING_ACCEPT)
        lodge_findings_add(findings, LODGE_FINDING_RULED_ACCEPT, NULL, NULL, NULL);
    if (ruling->action == LODGE_RULING_REJECT)
        lodge_findings_add(findings, LODGE_FINDING_RULED_REJECT, NULL, NULL, NULL);
    if (ruling->told != NULL)
        lodge_findings_add(findings, LODGE_FINDING_RULED_TOLD, NULL, ruling->told, NULL);
}
