/* What lies in a container, in a report. */
#include "parsers/report/report_codec.h"

void report_write_container(LodgeJsonWriter *writer, const LodgeContainerFacts *facts)
{
    lodge_json_add_string(writer, "kind", "container");
    lodge_json_add_string(writer, "sha256", facts->sha256);
    lodge_json_add_int(writer, "size_bytes", facts->size_bytes);
    lodge_json_add_string(writer, "form", lodge_container_form_format(facts->form));
    lodge_json_add_string(writer, "trouble", facts->trouble);
    report_write_parts(writer, facts->members);
}

/* Whoever opens it gives members their places; a reader cannot make one look like a part of the mail. */
static void check_members(LodgeJsonDocument *document, const GPtrArray *members)
{
    for (guint i = 0; i < members->len; i++) {
        const LodgePart *member = g_ptr_array_index(members, i);
        if (member->kind != LODGE_PART_DOCUMENT && member->kind != LODGE_PART_DECORATION &&
            member->kind != LODGE_PART_OTHER)
            lodge_json_fail(document, "member %u is of a kind that none can be", i);
        if (member->container != NULL)
            lodge_json_fail(document, "member %u claims another container", i);
    }
}

LodgeContainerFacts *report_read_container(LodgeJsonDocument *document,
                                           const LodgeJsonNode *object)
{
    LodgeContainerFacts *facts = lodge_container_facts_new();

    report_check_kind(document, object, "container");
    report_read_digest(document, object, "sha256", FALSE, facts->sha256);
    facts->size_bytes = report_read_int(document, object, "size_bytes", 0, G_MAXINT64);
    const char *form = lodge_json_get_string(document, object, "form");
    if (!lodge_container_form_parse(form, &facts->form))
        lodge_json_fail(document, "the form of the container is not one of its words");
    facts->trouble = report_read_optional_code(document, object, "trouble");
    report_read_parts(document, object, facts->members);
    check_members(document, facts->members);
    return facts;
}
