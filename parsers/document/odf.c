#include "parsers/document/odf.h"

#include "parsers/document/odf_story.h"
#include "parsers/document/xml.h"

#include <string.h>

#define ODF "application/vnd.oasis.opendocument."
#define MEDIA_TYPE_BYTES 100

typedef struct {
    LodgeDocumentFacts *facts;
    char *media_type;    /* as the package says, or NULL */
    GHashTable *objects; /* names of what is embedded */
} Survey;

/* ---- META-INF/manifest.xml ---- */

static void note_algorithm(const LodgeXmlElement *element, LodgeDocumentDetails *details)
{
    static const struct {
        const char *part;
        const char *code;
    } algorithms[] = {{"aes256", "aes-256"},
                      {"aes128", "aes-128"},
                      {"aes192", "aes-192"},
                      {"blowfish", "blowfish"}};
    g_autofree char *name = lodge_xml_element_dup_attribute(element, "algorithm-name");
    g_autofree char *lower = g_ascii_strdown(name ? name : "", -1);
    for (gsize i = 0; i < G_N_ELEMENTS(algorithms) && !details->encryption; i++) {
        if (strstr(lower, algorithms[i].part))
            details->encryption = g_strdup(algorithms[i].code);
    }
}

static void on_manifest(const LodgeXmlElement *element, gpointer user)
{
    Survey *survey = user;
    LodgeDocumentDetails *details = survey->facts->details;
    const char *name = lodge_xml_element_get_name(element);
    if (strcmp(name, "encryption-data") == 0)
        survey->facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
    if (strcmp(name, "algorithm") == 0)
        note_algorithm(element, details);
    if (strcmp(name, "manifest") == 0) {
        g_autofree char *version = lodge_xml_element_dup_attribute(element, "version");
        lodge_examiner_set_text(&details->format_version, version);
    }
    if (strcmp(name, "file-entry") != 0 || survey->media_type)
        return;
    g_autofree char *path = lodge_xml_element_dup_attribute(element, "full-path");
    if (g_strcmp0(path, "/") == 0)
        survey->media_type = lodge_xml_element_dup_attribute(element, "media-type");
}

/* ---- the survey: everything but the text ---- */

static void take_mimetype(LodgePackage *package, Survey *survey)
{
    g_free(survey->media_type);
    survey->media_type = lodge_package_read_small(package, MEDIA_TYPE_BYTES);
    g_strstrip(survey->media_type);
}

/* "Object 1" may be a file or a folder of many. */
static void note_object(const char *name, Survey *survey)
{
    const char *slash = strchr(name, '/');
    lodge_examiner_note_active(survey->facts, "embedded-files");
    if (g_hash_table_add(survey->objects,
                         slash ? g_strndup(name, (gsize)(slash - name)) : g_strdup(name)))
        lodge_examiner_count(&survey->facts->details->embedded, 1);
}

static void look_at_entry(LodgePackage *package, const char *name, Survey *survey)
{
    LodgeDocumentFacts *facts = survey->facts;
    gboolean is_locked = facts->encrypted == LODGE_ENCRYPTED_PASSWORD;
    lodge_examiner_count(&facts->details->entries, 1);
    if (strcmp(name, "mimetype") == 0)
        take_mimetype(package, survey);
    else if (strcmp(name, "META-INF/documentsignatures.xml") == 0)
        facts->is_signed = TRUE;
    else if (g_str_has_prefix(name, "Basic/") || g_str_has_prefix(name, "Scripts/"))
        facts->macros = TRUE;
    else if (strcmp(name, "meta.xml") == 0 && !is_locked)
        lodge_odf_meta_read(package, facts);
    else if (strcmp(name, "styles.xml") == 0 && !is_locked)
        g_free(lodge_odf_story_read(package, facts));
    else if (g_str_has_prefix(name, "Object "))
        note_object(name, survey);
}

/* The manifest, which tells what is encrypted, is usually the last entry: it is looked at first. */
static void read_manifest(const LodgeDocumentBytes *input, Survey *survey)
{
    static const LodgeXmlEvents manifest = {.open = on_manifest};
    g_autoptr(LodgePackage) package = lodge_package_open(input, survey->facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name)) {
        if (strcmp(name, "META-INF/manifest.xml") == 0)
            lodge_xml_run(package, survey->facts, &manifest, survey);
    }
}

static void survey_package(const LodgeDocumentBytes *input, Survey *survey)
{
    g_autoptr(LodgePackage) package = lodge_package_open(input, survey->facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name))
        look_at_entry(package, name, survey);
}

static gboolean read_content(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    g_autoptr(LodgePackage) package = lodge_package_open(input, facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name)) {
        if (strcmp(name, "content.xml") != 0)
            continue;
        g_autofree char *text = lodge_odf_story_read(package, facts);
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
    g_autoptr(GHashTable) objects =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Survey survey = {.facts = facts, .objects = objects};
    facts->encrypted = LODGE_ENCRYPTED_NO;
    lodge_examiner_begin_counts(facts->details);
    read_manifest(input, &survey);
    survey_package(input, &survey);
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
