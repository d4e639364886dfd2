#include "parsers/document/ooxml.h"

#include "parsers/document/ooxml_story.h"
#include "parsers/document/stamp.h"
#include "parsers/document/xml_values.h"

#include <string.h>

#define WORD "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define SHEET "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define SLIDES "application/vnd.openxmlformats-officedocument.presentationml."

/* The main part's content type tells the document's media type. */
static const struct {
    const char *content_type;
    const char *media_type;
    gboolean is_read;
} kinds[] = {
    {WORD "document.main+xml", WORD "document", TRUE},
    {WORD "template.main+xml", WORD "template", TRUE},
    {"application/vnd.ms-word.document.macroenabled.main+xml",
     "application/vnd.ms-word.document.macroenabled.12", TRUE},
    {"application/vnd.ms-word.template.macroenabledtemplate.main+xml",
     "application/vnd.ms-word.template.macroenabled.12", TRUE},
    {SHEET "sheet.main+xml", SHEET "sheet", FALSE},
    {SHEET "template.main+xml", SHEET "template", FALSE},
    {"application/vnd.ms-excel.sheet.macroenabled.main+xml",
     "application/vnd.ms-excel.sheet.macroenabled.12", FALSE},
    {"application/vnd.ms-excel.template.macroenabled.main+xml",
     "application/vnd.ms-excel.template.macroenabled.12", FALSE},
    {"application/vnd.ms-excel.sheet.binary.macroenabled.main",
     "application/vnd.ms-excel.sheet.binary.macroenabled.12", FALSE},
    {SLIDES "presentation.main+xml", SLIDES "presentation", FALSE},
    {SLIDES "slideshow.main+xml", SLIDES "slideshow", FALSE},
    {SLIDES "template.main+xml", SLIDES "template", FALSE},
    {"application/vnd.ms-powerpoint.presentation.macroenabled.main+xml",
     "application/vnd.ms-powerpoint.presentation.macroenabled.12", FALSE},
    {"application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml",
     "application/vnd.ms-powerpoint.slideshow.macroenabled.12", FALSE},
};

typedef struct {
    LodgeDocumentFacts *facts;
    int kind; /* index into kinds, -1 while unknown */
    char *main_part;
} Survey;

/* ---- [Content_Types].xml ---- */

static void on_content_type(const LodgeXmlElement *element, gpointer user)
{
    Survey *survey = user;
    if (strcmp(lodge_xml_element_get_name(element), "Override") != 0 || survey->kind >= 0)
        return;
    g_autofree char *type = lodge_xml_element_dup_attribute(element, "ContentType");
    g_autofree char *part = lodge_xml_element_dup_attribute(element, "PartName");
    for (gsize i = 0; type && part && i < G_N_ELEMENTS(kinds); i++) {
        if (g_ascii_strcasecmp(type, kinds[i].content_type) != 0)
            continue;
        survey->kind = (int)i;
        survey->main_part = g_strdup(*part == '/' ? part + 1 : part);
        return;
    }
}

/* ---- *.rels ---- */

/* The last word of a type, whichever of the two sets of namespaces it is from. */
static const char *find_kind(const char *type)
{
    const char *slash = type ? strrchr(type, '/') : NULL;
    return slash ? slash + 1 : "unknown";
}

static void on_relationship(const LodgeXmlElement *element, gpointer user)
{
    LodgeDocumentFacts *facts = user;
    g_autofree char *mode = lodge_xml_element_dup_attribute(element, "TargetMode");
    g_autofree char *type = lodge_xml_element_dup_attribute(element, "Type");
    const char *kind = find_kind(type);
    if (strcmp(kind, "aFChunk") == 0) /* a document of another format, put in on opening */
        lodge_examiner_note_active(facts, "embedded-files");
    if (g_strcmp0(mode, "External") != 0)
        return;
    g_autofree char *target = lodge_xml_element_dup_attribute(element, "Target");
    if (strcmp(kind, "hyperlink") == 0)
        lodge_examiner_count(&facts->details->links, 1);
    else
        lodge_examiner_note_external(facts, kind, target ? target : "");
}

/* ---- docProps ---- */

static void read_statistics(LodgePackage *package, LodgeDocumentFacts *facts)
{
    LodgeXmlValue wanted[] = {{"Pages", NULL}, {NULL, NULL}};
    LodgeXmlValues values = {.values = wanted};
    lodge_xml_values_read(package, facts, &values);
    guint64 number = 0;
    char *pages = wanted[0].value;
    if (pages &&
        g_ascii_string_to_unsigned(g_strstrip(pages), 10, 1, G_MAXINT32, &number, NULL))
        facts->pages = (gint64)number;
    lodge_xml_values_clear(&values);
}

static void read_properties(LodgePackage *package, LodgeDocumentFacts *facts)
{
    LodgeXmlValue wanted[] = {
        {"title", NULL},    {"creator", NULL}, {"lastModifiedBy", NULL},
        {"language", NULL}, {"created", NULL}, {"modified", NULL},
        {NULL, NULL}};
    LodgeXmlValues values = {.values = wanted};
    LodgeDocumentDetails *details = facts->details;
    lodge_xml_values_read(package, facts, &values);
    const char *created = lodge_xml_values_get(&values, "created");
    const char *modified = lodge_xml_values_get(&values, "modified");
    lodge_examiner_set_text(&facts->title, lodge_xml_values_get(&values, "title"));
    lodge_examiner_set_text(&details->author, lodge_xml_values_get(&values, "creator"));
    lodge_examiner_set_text(&details->last_author,
                            lodge_xml_values_get(&values, "lastModifiedBy"));
    lodge_examiner_set_text(&details->language, lodge_xml_values_get(&values, "language"));
    lodge_examiner_set_stamp(&details->created,
                             created ? lodge_stamp_format_iso(created) : NULL);
    lodge_examiner_set_stamp(&details->modified,
                             modified ? lodge_stamp_format_iso(modified) : NULL);
    lodge_xml_values_clear(&values);
}

/* ---- the survey: everything but the text ---- */

static void on_comment(const LodgeXmlElement *element, gpointer user)
{
    LodgeDocumentFacts *facts = user;
    if (strcmp(lodge_xml_element_get_name(element), "comment") == 0)
        lodge_examiner_count(&facts->details->comments, 1);
}

/* word/header1.xml, word/comments.xml …: Word numbers them as it likes. */
static gboolean is_part(const char *name, const char *beginning)
{
    const char *slash = strrchr(name, '/');
    return g_str_has_prefix(slash ? slash + 1 : name, beginning) &&
           g_str_has_suffix(name, ".xml");
}

static gboolean is_side_story(const char *name)
{
    return g_str_has_prefix(name, "word/") &&
           (is_part(name, "header") || is_part(name, "footer") ||
            is_part(name, "footnotes") || is_part(name, "endnotes"));
}

/* What is told by an entry's name alone. */
static void look_at_name(const char *name, LodgeDocumentFacts *facts)
{
    if (g_str_has_suffix(name, "vbaProject.bin"))
        facts->macros = TRUE;
    if (strstr(name, "/activeX/") && g_str_has_suffix(name, ".xml") &&
        !strstr(name, "/_rels/"))
        lodge_examiner_note_active(facts, "activex");
    if (strstr(name, "/embeddings/") && !strstr(name, "/_rels/")) {
        lodge_examiner_note_active(facts, "embedded-files");
        lodge_examiner_count(&facts->details->embedded, 1);
    }
    if (g_str_has_prefix(name, "_xmlsignatures/"))
        facts->is_signed = TRUE;
}

static void look_at_entry(LodgePackage *package, const char *name, Survey *survey)
{
    static const LodgeXmlEvents types = {.open = on_content_type};
    static const LodgeXmlEvents relationships = {.open = on_relationship};
    static const LodgeXmlEvents comments = {.open = on_comment};
    LodgeDocumentFacts *facts = survey->facts;
    lodge_examiner_count(&facts->details->entries, 1);
    if (lodge_package_is_encrypted(package)) {
        facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
        return;
    }
    look_at_name(name, facts);
    if (strcmp(name, "[Content_Types].xml") == 0)
        lodge_xml_run(package, facts, &types, survey);
    else if (g_str_has_suffix(name, ".rels"))
        lodge_xml_run(package, facts, &relationships, facts);
    else if (strcmp(name, "docProps/app.xml") == 0)
        read_statistics(package, facts);
    else if (strcmp(name, "docProps/core.xml") == 0)
        read_properties(package, facts);
    else if (is_part(name, "comments"))
        lodge_xml_run(package, facts, &comments, facts);
    else if (is_side_story(name))
        g_free(lodge_ooxml_story_read(package, facts));
}

static void survey_package(const LodgeDocumentBytes *input, Survey *survey)
{
    g_autoptr(LodgePackage) package = lodge_package_open(input, survey->facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name))
        look_at_entry(package, name, survey);
}

static gboolean
read_main_part(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts, const char *part)
{
    g_autoptr(LodgePackage) package = lodge_package_open(input, facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name)) {
        if (g_ascii_strcasecmp(name, part) !=
            0) /* part names ignore case: part 2, 6.2.2.3 */
            continue;
        g_autofree char *text = lodge_ooxml_story_read(package, facts);
        lodge_examiner_add_page(facts, text, strlen(text));
        return TRUE;
    }
    return FALSE;
}

void lodge_ooxml_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    Survey survey = {.facts = facts, .kind = -1};
    facts->encrypted = LODGE_ENCRYPTED_NO;
    lodge_examiner_begin_counts(facts->details);
    survey_package(input, &survey);
    g_autofree char *main_part = survey.main_part;
    if (survey.kind < 0) {
        lodge_examiner_note_why(facts, "it is an Office file of unknown kind");
        return;
    }
    g_free(facts->media_type);
    facts->media_type = g_strdup(kinds[survey.kind].media_type);
    if (!kinds[survey.kind].is_read) {
        facts->details->tracked_changes = facts->details->dde_fields = -1;
        lodge_examiner_note_why(facts, "it is a spreadsheet or a presentation");
        return;
    }
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD)
        lodge_examiner_note_why(facts, "it is locked with a password");
    else if (!read_main_part(input, facts, main_part))
        lodge_examiner_note_why(facts, "its text is missing from the file");
    lodge_examiner_conclude(facts);
}
