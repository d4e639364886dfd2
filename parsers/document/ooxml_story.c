#include "parsers/document/ooxml_story.h"

#include "parsers/document/fields.h"
#include "parsers/document/xml_text.h"

#include <string.h>

static const char *const holders[] = {"t", NULL};
static const char *const skipped[] = {"Fallback", "moveFrom", NULL};
static const char *const paragraphs[] = {"p", NULL};
static const char *const lines[] = {"br", "cr", NULL};
static const char *const tabs[] = {"tab", NULL};
static const char *const spaces[] = {NULL};
static const LodgeXmlTextRules word_rules = {
    .holders = holders,
    .skipped = skipped,
    .paragraphs = paragraphs,
    .lines = lines,
    .tabs = tabs,
    .spaces = spaces,
};
static const char *const changes[] = {"ins", "del", "moveFrom", "moveTo", NULL};

typedef struct {
    LodgeDocumentFacts *facts;
    LodgeXmlText *text;
    LodgeFields *fields;
    gboolean in_instruction; /* inside instrText */
} Story;

static void mark_field(Story *story, const LodgeXmlElement *element)
{
    g_autofree char *type = lodge_xml_element_dup_attribute(element, "fldCharType");
    if (g_strcmp0(type, "begin") == 0)
        lodge_fields_begin(story->fields);
    else if (g_strcmp0(type, "separate") == 0)
        lodge_fields_separate(story->fields);
    else if (g_strcmp0(type, "end") == 0)
        lodge_fields_end(story->fields);
}

static void on_open(const LodgeXmlElement *element, gpointer user)
{
    Story *story = user;
    const char *name = lodge_xml_element_get_name(element);
    lodge_xml_text_open(story->text, name);
    if (g_strv_contains(changes, name)) {
        lodge_examiner_count(&story->facts->details->tracked_changes, 1);
    } else if (strcmp(name, "fldChar") == 0) {
        mark_field(story, element);
    } else if (strcmp(name, "fldSimple") == 0) {
        g_autofree char *instruction = lodge_xml_element_dup_attribute(element, "instr");
        if (instruction)
            lodge_examiner_judge_field(story->facts, instruction);
    }
    story->in_instruction = strcmp(name, "instrText") == 0;
}

static void on_close(const char *name, gpointer user)
{
    Story *story = user;
    story->in_instruction = FALSE;
    lodge_xml_text_close(story->text, name);
}

static void on_text(const char *bytes, gsize size_bytes, gpointer user)
{
    Story *story = user;
    if (story->in_instruction)
        lodge_fields_add(story->fields, bytes, size_bytes);
    else
        lodge_xml_text_add(story->text, bytes, size_bytes);
}

char *lodge_ooxml_story_read(LodgePackage *package, LodgeDocumentFacts *facts)
{
    static const LodgeXmlEvents events = {on_open, on_close, on_text};
    g_autoptr(LodgeXmlText) text = lodge_xml_text_new(&word_rules);
    g_autoptr(LodgeFields) fields = lodge_fields_new(facts);
    Story story = {.facts = facts, .text = text, .fields = fields};
    lodge_xml_run(package, facts, &events, &story);
    return g_strdup(lodge_xml_text_get(text));
}
