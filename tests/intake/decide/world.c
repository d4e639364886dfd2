#include "tests/intake/decide/world.h"

#include <string.h>

static const char call_text[] =
    "[call]\n"
    "id = productivity-plans-2024\n"
    "title = Productivity Plans 2024\n"
    "noun = Productivity Plan\n"
    "reference_prefix = PP24\n"
    "names = council productivity plans\n"
    "department = Department for Examples\n"
    "zone = Europe/London\n"
    "opens = %s\n"
    "deadline = %s\n"
    "deadline_includes = %s\n"
    "late_policy = %s\n"
    "mend_days = %s\n"
    "mend_counts = %s\n"
    "pages = 3-4\n"
    "[theme transformation]\n"
    "title = How you transformed services\n"
    "phrases = transforming services; transformation of services\n"
    "[theme technology-and-data]\n"
    "title = Technology and data\n"
    "phrases = technology and data\n"
    "[theme wasteful-spend]\n"
    "title = Reducing wasteful spend\n"
    "phrases = wasteful spend\n"
    "[theme barriers]\n"
    "title = Barriers to progress\n"
    "phrases = barriers to progress\n";

static const char register_text[] = "[E07000115]\n"
                                    "name = Tonbridge and Malling Borough Council\n"
                                    "slug = tonbridge-and-malling\n"
                                    "domains = tmbc.gov.uk\n"
                                    "unconfirmed = tonbridge.example\n"
                                    "delegates = clerk@consultants.example\n"
                                    "[E07000223]\n"
                                    "name = Adur District Council\n"
                                    "slug = adur\n"
                                    "domains = adur-worthing.gov.uk\n"
                                    "[E07000229]\n"
                                    "name = Worthing Borough Council\n"
                                    "slug = worthing\n"
                                    "domains = adur-worthing.gov.uk\n"
                                    "[domain adur-worthing.gov.uk]\n"
                                    "shared = yes\n";

static const char *or_else(const char *value, const char *fallback)
{
    return value == NULL ? fallback : value;
}

static GStrv strings(const char *first, const char *second)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add(builder, first);
    if (second != NULL)
        g_strv_builder_add(builder, second);
    return g_strv_builder_end(builder);
}

static LodgeTrust *make_trust(const WorldRules *wanted)
{
    LodgeTrust *trust = lodge_trust_new();
    g_ptr_array_add(trust->networks, lodge_network_parse("10.0.0.0/8"));
    if (wanted->networks != NULL)
        g_ptr_array_add(trust->networks, lodge_network_parse(wanted->networks));
    g_strfreev(trust->servers);
    trust->servers = strings("*.dept.gov.uk", wanted->server);
    g_strfreev(trust->authserv_ids);
    trust->authserv_ids = strings("mx.dept.gov.uk", NULL);
    trust->spf = wanted->spf;
    return trust;
}

static char *make_call_text(const WorldRules *wanted)
{
    GString *text = g_string_new(NULL);
    /* the template is ours, and constant */
    g_string_printf(text, call_text, or_else(wanted->opens, "2024-04-16T00:00"),
                    or_else(wanted->deadline, "2024-07-20T00:00"),
                    or_else(wanted->includes, "none"), or_else(wanted->late_policy, "file"),
                    or_else(wanted->mend_days, "14"), or_else(wanted->mend_counts, "own"));
    if (wanted->extension_council != NULL)
        g_string_append_printf(text,
                               "[extension after-the-election]\ncouncil = %s\nuntil = %s\n"
                               "reason = the election\n",
                               wanted->extension_council, wanted->extension_until);
    return g_string_free(text, FALSE);
}

static LodgeRules *make_rules(const WorldRules *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeTrust) trust = make_trust(wanted);
    g_autofree char *call = make_call_text(wanted);
    g_autofree char *reg =
        g_strconcat(register_text, or_else(wanted->extra_register, ""), NULL);
    LodgeRules *rules =
        lodge_rules_new(call, "call", reg, "register", trust, "Productivity plans intake",
                        "plans-help@dept.gov.uk", "intake.dept.gov.uk", &error);
    if (rules == NULL)
        g_error("rules of the test world: %s", error->message);
    return rules;
}

gint64 world_instant(const char *text)
{
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    if (text != NULL && !lodge_instant_parse(text, &instant_us))
        g_error("'%s' is no instant", text);
    return instant_us;
}

void world_set(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

void world_add_from(World *world, const char *address)
{
    g_ptr_array_add(world->message->from, lodge_address_new(address, NULL));
}

void world_set_from(World *world, const char *address)
{
    g_ptr_array_set_size(world->message->from, 0);
    world->message->from_fields = 1;
    world_add_from(world, address);
}

void world_add_header(World *world, const char *name, const char *value)
{
    g_ptr_array_add(world->message->header, lodge_header_field_new(name, value, value));
}

void world_clear_hops(World *world)
{
    g_ptr_array_set_size(world->message->received, 0);
}

LodgeReceived *world_add_hop(World *world,
                             guint position,
                             const char *by,
                             const char *peer,
                             const char *with,
                             const char *at)
{
    LodgeReceived *hop = lodge_received_new();
    hop->position = position;
    world_set(&hop->by, by);
    world_set(&hop->peer_address, peer);
    world_set(&hop->with, with);
    world_set(&hop->text, "from … by …");
    hop->instant_us = world_instant(at);
    g_ptr_array_add(world->message->received, hop);
    return hop;
}

void world_clear_results(World *world)
{
    g_ptr_array_set_size(world->message->authentication_results, 0);
}

LodgeAuthenticationResults *world_add_results(World *world, guint position, const char *id)
{
    LodgeAuthenticationResults *results = lodge_authentication_results_new();
    results->position = position;
    results->well_formed = TRUE;
    results->exchange_form = id == NULL;
    results->version = 1;
    world_set(&results->authserv_id, id);
    world_set(&results->text, "mx; dmarc=pass");
    g_ptr_array_add(world->message->authentication_results, results);
    return results;
}

void world_add_method(LodgeAuthenticationResults *results,
                      const char *method,
                      const char *result,
                      const char *ptype,
                      const char *property,
                      const char *value)
{
    LodgeAuthenticationMethod *at = lodge_authentication_method_new();
    world_set(&at->method, method);
    world_set(&at->result, result);
    at->version = 1;
    g_ptr_array_add(at->properties,
                    lodge_authentication_property_new(ptype, property, value));
    g_ptr_array_add(results->methods, at);
}

void world_clear_documents(World *world)
{
    g_ptr_array_set_size(world->message->parts, 2); /* the container and the body */
    g_ptr_array_set_size(world->reading->documents, 0);
}

LodgePart *world_add_part(
    World *world, const char *path, LodgePartKind kind, const char *type, const char *name)
{
    LodgePart *part = lodge_part_new();
    part->kind = kind;
    world_set(&part->path, path);
    world_set(&part->declared_type, type);
    world_set(&part->name, name);
    if (kind != LODGE_PART_MULTIPART && kind != LODGE_PART_MESSAGE)
        lodge_digest_compute(path, strlen(path), part->sha256);
    g_ptr_array_add(world->message->parts, part);
    return part;
}

LodgeDocumentFacts *world_add_document(
    World *world, const char *name, const char *type, gint64 pages, const char *text)
{
    g_autofree char *path = g_strdup_printf("%u", world->message->parts->len);
    LodgePart *part = world_add_part(world, path, LODGE_PART_DOCUMENT, type, name);
    const char *bytes = name == NULL ? "nameless" : name;
    lodge_digest_compute(bytes, strlen(bytes), part->sha256);
    part->size_bytes = 123456;
    LodgeDocumentFacts *facts = lodge_document_facts_new();
    memcpy(facts->sha256, part->sha256, sizeof facts->sha256);
    facts->size_bytes = part->size_bytes;
    facts->examination = LODGE_EXAMINED;
    world_set(&facts->media_type, type);
    facts->pages = pages;
    if (text != NULL) {
        g_ptr_array_add(facts->pages_text, g_strdup(text));
        facts->text_bytes = (gint64)strlen(text);
    }
    g_ptr_array_add(world->reading->documents, facts);
    return facts;
}

LodgePast *world_add_past(GPtrArray *pasts,
                          const char *reference,
                          const char *council,
                          guint version,
                          const char *received)
{
    LodgePast *past = lodge_past_new();
    world_set(&past->reference, reference);
    world_set(&past->council, council);
    past->version = version;
    world_set(&past->outcome, version > 0 ? "accepted" : "held");
    world_set(&past->timeliness, "on-time");
    past->received_us = world_instant(received);
    g_ptr_array_add(pasts, past);
    return past;
}

static void write_message(World *world)
{
    LodgeMessageFacts *message = world->message;
    message->parseable = TRUE;
    world_set_from(world, "officer@tmbc.gov.uk");
    world_set(&message->return_path, "officer@tmbc.gov.uk");
    world_set(&message->subject, "Our Productivity Plan");
    world_set(&message->message_id, "one@tmbc.gov.uk");
    world_set(&message->body_text, "Dear all, please find it attached.");
    message->date_us = world_instant("2024-07-18T10:00:00Z");
    world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "pass",
                     "header", "from", "tmbc.gov.uk");
    world_add_hop(world, 1, BORDER, OUTSIDE, "ESMTPS", "2024-07-18T10:00:02Z");
    world_add_hop(world, 2, "smtp.tmbc.gov.uk", "198.51.100.7", "ESMTP",
                  "2024-07-18T10:00:01Z");
    world_add_part(world, "", LODGE_PART_MULTIPART, "multipart/mixed", NULL);
    world_add_part(world, "1", LODGE_PART_BODY, "text/plain", NULL);
    world_add_document(world, "Productivity Plan.pdf", PDF, 3, PLAN_TEXT);
}

World *world_new_with(const WorldRules *rules)
{
    World *world = g_new0(World, 1);
    world->reading = lodge_reading_new();
    if (world->reading->message == NULL)
        world->reading->message = lodge_message_facts_new();
    world->message = world->reading->message;
    world->evidence = lodge_evidence_new();
    world_set(&world->evidence->account, "plans");
    world_set(&world->evidence->folder, "INBOX");
    world->evidence->internaldate_us = world_instant("2024-07-18T10:00:03Z");
    world->evidence->kept_us = world_instant("2024-07-18T10:05:00Z");
    world->history = lodge_history_new("PP24-000123-K");
    world->rules = make_rules(rules);
    write_message(world);
    return world;
}

World *world_new(void)
{
    WorldRules rules = {0};
    return world_new_with(&rules);
}

void world_free(World *world)
{
    if (world == NULL)
        return;
    lodge_reading_free(world->reading);
    lodge_evidence_free(world->evidence);
    lodge_history_free(world->history);
    lodge_rules_free(world->rules);
    g_free(world);
}

LodgeDecision *world_decide(const World *world)
{
    return lodge_decide(world->reading, world->evidence, world->history, world->rules);
}

const LodgeFinding *world_find(const LodgeDecision *decision, const char *code)
{
    for (guint i = 0; i < decision->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(decision->findings, i);
        if (strcmp(finding->code, code) == 0)
            return finding;
    }
    return NULL;
}

char *world_list_findings(const LodgeDecision *decision)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < decision->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(decision->findings, i);
        g_string_append_printf(list, "%s%s %s", i == 0 ? "" : ", ", finding->code,
                               lodge_severity_format(finding->severity));
    }
    return g_string_free(list, FALSE);
}
