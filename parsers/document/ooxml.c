#include "parsers/document/ooxml.h"

#include "parsers/document/xml_text.h"
#include "parsers/text/limits.h"

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
    {"application/vnd.ms-excel.sheet.macroenabled.main+xml",
     "application/vnd.ms-excel.sheet.macroenabled.12", FALSE},
    {SLIDES "presentation.main+xml", SLIDES "presentation", FALSE},
    {SLIDES "slideshow.main+xml", SLIDES "slideshow", FALSE},
};

static const char *const holders[] = {"t", NULL};
static const char *const skipped[] = {"Fallback", NULL};
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

typedef struct {
    LodgeDocumentFacts *facts;
    int kind; /* index into kinds, -1 while unknown */
    char *main_part;
    GString *value;          /* of the property being read, or NULL */
    const char *wanted_name; /* of the property */
    char *found_value;
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

static void on_relationship(const LodgeXmlElement *element, gpointer user)
{
    Survey *survey = user;
    g_autofree char *mode = lodge_xml_element_dup_attribute(element, "TargetMode");
    g_autofree char *type = lodge_xml_element_dup_attribute(element, "Type");
    if (g_strcmp0(mode, "External") == 0 && !(type && g_str_has_suffix(type, "/hyperlink")))
        lodge_examiner_note_active(survey->facts, "external-relationship");
}

/* ---- docProps ---- */

static void on_property_open(const LodgeXmlElement *element, gpointer user)
{
    Survey *survey = user;
    if (!survey->value && !survey->found_value &&
        strcmp(lodge_xml_element_get_name(element), survey->wanted_name) == 0)
        survey->value = g_string_new(NULL);
}

static void on_property_text(const char *text, gsize size_bytes, gpointer user)
{
    Survey *survey = user;
    if (survey->value && survey->value->len < LODGE_LIMIT_VALUE_BYTES)
        g_string_append_len(survey->value, text, (gssize)size_bytes);
}

static void on_property_close(const char *name, gpointer user)
{
    Survey *survey = user;
    if (survey->value && strcmp(name, survey->wanted_name) == 0) {
        survey->found_value = g_string_free(survey->value, FALSE);
        survey->value = NULL;
    }
}

static char *read_property(LodgePackage *package, Survey *survey, const char *name)
{
    static const LodgeXmlEvents events = {on_property_open, on_property_close,
                                          on_property_text};
    survey->wanted_name = name;
    lodge_xml_run(package, survey->facts, &events, survey);
    if (survey->value)
        g_string_free(survey->value, TRUE);
    survey->value = NULL;
    return g_steal_pointer(&survey->found_value);
}

static void read_pages(LodgePackage *package, Survey *survey)
{
    g_autofree char *pages = read_property(package, survey, "Pages");
    guint64 number = 0;
    if (pages &&
        g_ascii_string_to_unsigned(g_strstrip(pages), 10, 1, G_MAXINT32, &number, NULL))
        survey->facts->pages = (gint64)number;
}

static void read_title(LodgePackage *package, Survey *survey)
{
    g_autofree char *title = read_property(package, survey, "title");
    lodge_examiner_set_title(survey->facts, title);
}

/* ---- the survey: everything but the text ---- */

static void look_at_entry(LodgePackage *package, const char *name, Survey *survey)
{
    static const LodgeXmlEvents types = {.open = on_content_type};
    static const LodgeXmlEvents relationships = {.open = on_relationship};
    LodgeDocumentFacts *facts = survey->facts;
    if (lodge_package_is_encrypted(package))
        facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
    else if (strcmp(name, "[Content_Types].xml") == 0)
        lodge_xml_run(package, facts, &types, survey);
    else if (g_str_has_suffix(name, ".rels"))
        lodge_xml_run(package, facts, &relationships, survey);
    else if (strcmp(name, "docProps/app.xml") == 0)
        read_pages(package, survey);
    else if (strcmp(name, "docProps/core.xml") == 0)
        read_title(package, survey);
    else if (g_str_has_suffix(name, "vbaProject.bin"))
        facts->macros = TRUE;
    else if (strstr(name, "/embeddings/"))
        lodge_examiner_note_active(facts, "embedded-files");
    else if (g_str_has_prefix(name, "_xmlsignatures/"))
        facts->is_signed = TRUE;
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
        g_autofree char *text = lodge_xml_text_run(package, facts, &word_rules);
        lodge_examiner_add_page(facts, text, strlen(text));
        return TRUE;
    }
    return FALSE;
}

void lodge_ooxml_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    Survey survey = {.facts = facts, .kind = -1};
    facts->encrypted = LODGE_ENCRYPTED_NO;
    survey_package(input, &survey);
    g_autofree char *main_part = survey.main_part;
    if (survey.kind < 0) {
        lodge_examiner_note_why(facts, "it is an Office file of unknown kind");
        return;
    }
    g_free(facts->media_type);
    facts->media_type = g_strdup(kinds[survey.kind].media_type);
    if (!kinds[survey.kind].is_read) {
        lodge_examiner_note_why(facts, "it is a spreadsheet or a presentation");
        return;
    }
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD)
        lodge_examiner_note_why(facts, "it is locked with a password");
    else if (!read_main_part(input, facts, main_part))
        lodge_examiner_note_why(facts, "its text is missing from the file");
    lodge_examiner_conclude(facts);
}
