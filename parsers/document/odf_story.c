#include "parsers/document/odf_story.h"

#include "parsers/document/stamp.h"
#include "parsers/document/xml_text.h"
#include "parsers/document/xml_values.h"

#include <string.h>

#define OFFICE "urn:oasis:names:tc:opendocument:xmlns:office:1.0"

static const char *const holders[] = {"p", "h", NULL};
static const char *const skipped[] = {
    "tracked-changes", "annotation", "script",     "event-listeners", "master-styles",
    "styles",          "object",     "object-ole", "binary-data",     NULL};
static const char *const lines[] = {"line-break", NULL};
static const char *const tabs[] = {"tab", NULL};
static const char *const spaces[] = {"s", NULL};
static const LodgeXmlTextRules text_rules = {
    .holders = holders,
    .skipped = skipped,
    .paragraphs = holders,
    .lines = lines,
    .tabs = tabs,
    .spaces = spaces,
};
static const char *const meta_names[] = {
    "title", "initial-creator", "creator", "creation-date", "date", "language", NULL};

typedef struct {
    LodgeDocumentFacts *facts;
    LodgeXmlText *text;
    LodgeXmlValues values;
    LodgeXmlValue wanted[G_N_ELEMENTS(meta_names)]; /* the last has no name */
    gboolean is_flat;
    guint in_meta; /* open elements inside the meta data, its own included */
} Story;

static Story make_story(LodgeDocumentFacts *facts, LodgeXmlText *text)
{
    Story story = {.facts = facts, .text = text};
    for (gsize i = 0; i < G_N_ELEMENTS(meta_names); i++)
        story.wanted[i].name = meta_names[i];
    return story;
}

/* ---- what was left in ---- */

/* References inside the package are "Pictures/…", "./Object 1" or "#place". */
static gboolean is_outside(const char *href)
{
    return lodge_examiner_is_remote(href) || g_str_has_prefix(href, "file:") ||
           g_str_has_prefix(href, "../") || g_str_has_prefix(href, "/");
}

static void look_at_reference(const LodgeXmlElement *element,
                              const char *name,
                              LodgeDocumentFacts *facts)
{
    g_autofree char *href = lodge_xml_element_dup_attribute(element, "href");
    if (!href)
        return;
    if (strcmp(name, "a") == 0)
        lodge_examiner_count(&facts->details->links, 1);
    else if (strcmp(name, "template") == 0 ? lodge_examiner_is_remote(href)
                                           : is_outside(href))
        lodge_examiner_note_external(facts, name, href);
}

static void
look_at_element(const LodgeXmlElement *element, const char *name, LodgeDocumentFacts *facts)
{
    LodgeDocumentDetails *details = facts->details;
    if (strcmp(name, "changed-region") == 0) {
        lodge_examiner_count(&details->tracked_changes, 1);
    } else if (strcmp(name, "annotation") == 0) {
        lodge_examiner_count(&details->comments, 1);
    } else if (strcmp(name, "dde-source") == 0 ||
               strcmp(name, "dde-connection-decl") == 0) {
        lodge_examiner_count(&details->dde_fields, 1);
        lodge_examiner_note_active(facts, "dde");
    } else if (strcmp(name, "event-listener") == 0) {
        g_autofree char *language = lodge_xml_element_dup_attribute(element, "language");
        if (language) /* a presentation's has none */
            lodge_examiner_note_active(facts, "script-event");
    } else if (strcmp(name, "source-code") == 0) { /* of a flat document's library */
        facts->macros = TRUE;
    } else {
        look_at_reference(element, name, facts);
    }
}

/* In a package these are files of their own. */
static void look_at_flat(const char *name, LodgeDocumentFacts *facts)
{
    if (strcmp(name, "object") != 0 && strcmp(name, "object-ole") != 0)
        return;
    lodge_examiner_count(&facts->details->embedded, 1);
    lodge_examiner_note_active(facts, "embedded-files");
}

/* ---- meta data ---- */

static void look_at_meta(const LodgeXmlElement *element, const char *name, Story *story)
{
    lodge_xml_values_open(&story->values, name);
    if (strcmp(name, "document-statistic") != 0)
        return;
    g_autofree char *pages = lodge_xml_element_dup_attribute(element, "page-count");
    guint64 number = 0;
    if (pages && g_ascii_string_to_unsigned(pages, 10, 1, G_MAXINT32, &number, NULL))
        story->facts->pages = (gint64)number;
}

static void take_meta(Story *story)
{
    LodgeDocumentDetails *details = story->facts->details;
    LodgeXmlValues *values = &story->values;
    lodge_xml_values_finish(values);
    const char *created = lodge_xml_values_get(values, "creation-date");
    const char *modified = lodge_xml_values_get(values, "date");
    lodge_examiner_set_text(&story->facts->title, lodge_xml_values_get(values, "title"));
    lodge_examiner_set_text(&details->author,
                            lodge_xml_values_get(values, "initial-creator"));
    lodge_examiner_set_text(&details->last_author, lodge_xml_values_get(values, "creator"));
    lodge_examiner_set_text(&details->language, lodge_xml_values_get(values, "language"));
    lodge_examiner_set_stamp(&details->created,
                             created ? lodge_stamp_format_iso(created) : NULL);
    lodge_examiner_set_stamp(&details->modified,
                             modified ? lodge_stamp_format_iso(modified) : NULL);
    lodge_xml_values_clear(values);
}

/* ---- events ---- */

/* There is a text:meta in the text, too. */
static gboolean is_meta_data(const LodgeXmlElement *element, const char *name)
{
    return strcmp(name, "meta") == 0 &&
           strcmp(lodge_xml_element_get_namespace(element), OFFICE) == 0;
}

static void on_open(const LodgeXmlElement *element, gpointer user)
{
    Story *story = user;
    const char *name = lodge_xml_element_get_name(element);
    lodge_xml_text_open(story->text, name);
    if (story->in_meta > 0 || is_meta_data(element, name))
        story->in_meta++;
    if (story->in_meta > 0)
        look_at_meta(element, name, story);
    look_at_element(element, name, story->facts);
    if (story->is_flat)
        look_at_flat(name, story->facts);
}

static void on_close(const char *name, gpointer user)
{
    Story *story = user;
    if (story->in_meta > 0) {
        lodge_xml_values_close(&story->values, name);
        story->in_meta--;
    }
    lodge_xml_text_close(story->text, name);
}

static void on_text(const char *bytes, gsize size_bytes, gpointer user)
{
    Story *story = user;
    if (story->in_meta > 0)
        lodge_xml_values_add(&story->values, bytes, size_bytes);
    else
        lodge_xml_text_add(story->text, bytes, size_bytes);
}

static const LodgeXmlEvents events = {on_open, on_close, on_text};

char *lodge_odf_story_read(LodgePackage *package, LodgeDocumentFacts *facts)
{
    g_autoptr(LodgeXmlText) text = lodge_xml_text_new(&text_rules);
    Story story = make_story(facts, text);
    story.values.values = story.wanted;
    lodge_xml_run(package, facts, &events, &story);
    lodge_xml_values_clear(&story.values);
    return g_strdup(lodge_xml_text_get(text));
}

void lodge_odf_meta_read(LodgePackage *package, LodgeDocumentFacts *facts)
{
    g_autoptr(LodgeXmlText) text = lodge_xml_text_new(&text_rules);
    Story story = make_story(facts, text);
    story.values.values = story.wanted;
    story.in_meta = 1; /* whatever its root is called */
    lodge_xml_run(package, facts, &events, &story);
    take_meta(&story);
}

void lodge_odf_flat_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    g_autoptr(LodgeXmlText) text = lodge_xml_text_new(&text_rules);
    Story story = make_story(facts, text);
    story.values.values = story.wanted;
    story.is_flat = TRUE;
    facts->encrypted = LODGE_ENCRYPTED_NO;
    lodge_examiner_begin_counts(facts->details);
    LodgeXmlEnd how = lodge_xml_run_bytes(input->bytes, input->size_bytes, &events, &story);
    lodge_xml_note_end(facts, how);
    take_meta(&story);
    const char *found = lodge_xml_text_get(text);
    lodge_examiner_add_page(facts, found, strlen(found));
    lodge_examiner_conclude(facts);
}
