#include "parsers/document/odf.h"

#include "parsers/document/xml_text.h"
#include "parsers/text/limits.h"

#include <string.h>

#define ODF "application/vnd.oasis.opendocument."
#define MEDIA_TYPE_BYTES 100

static const char *const holders[] = {"p", "h", NULL};
static const char *const skipped[] = {"tracked-changes", "annotation", "script",
                                      "event-listeners", NULL};
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

typedef struct {
    LodgeDocumentFacts *facts;
    char *media_type; /* as the package says, or NULL */
    GString *title;   /* while its element is open */
} Survey;

/* ---- META-INF/manifest.xml ---- */

static void on_manifest(const LodgeXmlElement *element, gpointer user)
{
    Survey *survey = user;
    const char *name = lodge_xml_element_get_name(element);
    if (strcmp(name, "encryption-data") == 0)
        survey->facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
    if (strcmp(name, "file-entry") != 0 || survey->media_type)
        return;
    g_autofree char *path = lodge_xml_element_dup_attribute(element, "full-path");
    if (g_strcmp0(path, "/") == 0)
        survey->media_type = lodge_xml_element_dup_attribute(element, "media-type");
}

/* ---- meta.xml ---- */

static void on_meta_open(const LodgeXmlElement *element, gpointer user)
{
    Survey *survey = user;
    const char *name = lodge_xml_element_get_name(element);
    if (strcmp(name, "title") == 0 && !survey->title)
        survey->title = g_string_new(NULL);
    if (strcmp(name, "document-statistic") != 0)
        return;
    g_autofree char *pages = lodge_xml_element_dup_attribute(element, "page-count");
    guint64 number = 0;
    if (pages && g_ascii_string_to_unsigned(pages, 10, 1, G_MAXINT32, &number, NULL))
        survey->facts->pages = (gint64)number;
}

static void on_meta_text(const char *text, gsize size_bytes, gpointer user)
{
    Survey *survey = user;
    if (survey->title && survey->title->len < LODGE_LIMIT_VALUE_BYTES)
        g_string_append_len(survey->title, text, (gssize)size_bytes);
}

static void close_title(Survey *survey)
{
    if (!survey->title)
        return;
    lodge_examiner_set_title(survey->facts, survey->title->str);
    g_string_free(survey->title, TRUE);
    survey->title = NULL;
}

static void on_meta_close(const char *name, gpointer user)
{
    if (strcmp(name, "title") == 0)
        close_title(user);
}

/* ---- the survey: everything but the text ---- */

static void take_mimetype(LodgePackage *package, Survey *survey)
{
    g_free(survey->media_type);
    survey->media_type = lodge_package_read_small(package, MEDIA_TYPE_BYTES);
    g_strstrip(survey->media_type);
}

static void look_at_entry(LodgePackage *package, const char *name, Survey *survey)
{
    static const LodgeXmlEvents manifest = {.open = on_manifest};
    static const LodgeXmlEvents meta = {on_meta_open, on_meta_close, on_meta_text};
    LodgeDocumentFacts *facts = survey->facts;
    if (strcmp(name, "mimetype") == 0)
        take_mimetype(package, survey);
    else if (strcmp(name, "META-INF/manifest.xml") == 0)
        lodge_xml_run(package, facts, &manifest, survey);
    else if (strcmp(name, "META-INF/documentsignatures.xml") == 0)
        facts->is_signed = TRUE;
    else if (g_str_has_prefix(name, "Basic/") || g_str_has_prefix(name, "Scripts/"))
        facts->macros = TRUE;
    else if (strcmp(name, "meta.xml") == 0 &&
             facts->encrypted != LODGE_ENCRYPTED_PASSWORD) {
        lodge_xml_run(package, facts, &meta, survey);
        close_title(survey); /* where the text broke off inside it */
    } else if (g_str_has_prefix(name, "Object "))
        lodge_examiner_note_active(facts, "embedded-files");
}

/* The manifest, which tells what is encrypted, is usually the last entry: it is looked at first. */
static void
survey_package(const LodgeDocumentBytes *input, Survey *survey, gboolean is_manifest)
{
    g_autoptr(LodgePackage) package = lodge_package_open(input, survey->facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name)) {
        if (is_manifest == (strcmp(name, "META-INF/manifest.xml") == 0))
            look_at_entry(package, name, survey);
    }
}

static gboolean read_content(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    g_autoptr(LodgePackage) package = lodge_package_open(input, facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name)) {
        if (strcmp(name, "content.xml") != 0)
            continue;
        g_autofree char *text = lodge_xml_text_run(package, facts, &text_rules);
        lodge_examiner_add_page(facts, text, strlen(text));
        return TRUE;
    }
    return FALSE;
}

/* Only types of this family are believed: the entry may hold anything. */
static gboolean take_media_type(LodgeDocumentFacts *facts, const char *said)
{
    if (!said || !g_str_has_prefix(said, ODF) || strlen(said) >= MEDIA_TYPE_BYTES ||
        !g_str_is_ascii(said))
        return FALSE;
    g_free(facts->media_type);
    facts->media_type = g_ascii_strdown(said, -1);
    return g_str_has_prefix(said, ODF "text");
}

void lodge_odf_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    Survey survey = {.facts = facts};
    facts->encrypted = LODGE_ENCRYPTED_NO;
    survey_package(input, &survey, TRUE);
    survey_package(input, &survey, FALSE);
    g_autofree char *said = survey.media_type;
    if (!take_media_type(facts, said)) {
        lodge_examiner_note_why(facts, "it is an OpenDocument file, but not a text");
        return;
    }
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD)
        lodge_examiner_note_why(facts, "it is locked with a password");
    else if (!read_content(input, facts))
        lodge_examiner_note_why(facts, "its text is missing from the file");
    lodge_examiner_conclude(facts);
}
