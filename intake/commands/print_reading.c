#include "intake/commands/print_reading.h"

#include "intake/commands/command.h"
#include "parsers/text/display.h"
#include <string.h>

static void print_part(const LodgePart *part)
{
    g_autofree char *name = lodge_display_line(part->name, 60);
    g_autofree char *declared = lodge_display_line(part->declared_type, 80);
    g_autofree char *sniffed = lodge_display_line(part->sniffed_type, 80);
    g_autofree char *size = lodge_print_size(part->size_bytes);
    lodge_print("  %-6s %-11s %s", part->path[0] != '\0' ? part->path : "-",
                lodge_part_kind_format(part->kind), declared);
    if (part->sniffed_type != NULL && strcmp(part->sniffed_type, part->declared_type) != 0)
        lodge_print(", really %s", sniffed);
    lodge_print(name[0] != '\0' ? ", %s" : "%s", name);
    lodge_print(part->trouble != NULL ? ", but: %s\n" : "%s\n",
                part->trouble != NULL ? part->trouble : "");
    if (part->kind == LODGE_PART_DOCUMENT)
        lodge_print("         %s, sha256 %s\n", size, part->sha256);
}

static void print_strings(const char *label, GStrv strings)
{
    if (strings == NULL || strings[0] == NULL)
        return;
    g_autofree char *joined = g_strjoinv(", ", strings);
    g_autofree char *shown = lodge_display_line(joined, 0);
    lodge_print("%s: %s\n", label, shown);
}

static const char *yes(gboolean it_is, const char *words)
{
    return it_is ? words : "";
}

static void print_value(const char *label, const char *value)
{
    g_autofree char *shown = lodge_display_line(value, 200);
    if (*shown != '\0')
        lodge_print("  %s: %s\n", label, shown);
}

static void print_count(const char *label, gint64 count)
{
    if (count > 0)
        lodge_print("  %s: %" G_GINT64_FORMAT "\n", label, count);
}

static void print_sizes(const GPtrArray *sizes)
{
    for (guint i = 0; i < sizes->len; i++) {
        const LodgePageSize *size = g_ptr_array_index(sizes, i);
        lodge_print("  %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                    " points: %" G_GINT64_FORMAT "\n",
                    size->width_pt, size->height_pt, size->pages);
    }
}

static void print_details(const LodgeDocumentDetails *details)
{
    print_value("version", details->format_version);
    print_value("encryption", details->encryption);
    print_value("author", details->author);
    print_value("last author", details->last_author);
    print_value("created", details->created);
    print_value("modified", details->modified);
    print_value("language", details->language);
    if (details->tagged)
        lodge_print("  tagged\n");
    print_strings("  claims to keep", details->conformance);
    print_sizes(details->page_sizes);
    print_count("pictures", details->images);
    print_count("embedded files and objects", details->embedded);
    print_count("links", details->links);
    print_count("fetched from outside", details->external);
    print_count("DDE fields", details->dde_fields);
    print_count("tracked changes", details->tracked_changes);
    print_count("comments", details->comments);
}

void lodge_print_document_words(const LodgeDocumentFacts *facts, GStrv themes)
{
    g_autofree char *size = lodge_print_size(facts->size_bytes);
    g_autofree char *type = lodge_display_line(facts->media_type, 80);
    lodge_print("  %s, %s", type, size);
    if (facts->pages >= 0)
        lodge_print(", %" G_GINT64_FORMAT " pages", facts->pages);
    lodge_print(", encrypted: %s, text: %" G_GINT64_FORMAT " bytes, examination: %s\n",
                lodge_encryption_format(facts->encrypted), facts->text_bytes,
                lodge_examination_format(facts->examination));
    if (facts->scanned || facts->damaged || facts->is_signed || facts->macros)
        lodge_print(" %s%s%s%s\n", yes(facts->scanned, " scanned"),
                    yes(facts->damaged, " damaged"), yes(facts->is_signed, " signed"),
                    yes(facts->macros, " macros"));
    print_value("why", facts->why);
    print_value("title", facts->title);
    if (facts->details != NULL)
        print_details(facts->details);
    print_strings("  active content", facts->active_content);
    print_strings("  limits hit", facts->limits_hit);
    print_strings("  themes", themes);
}

static void print_signer(const LodgeSmimeSigner *signer)
{
    g_autofree char *subject = lodge_display_line(signer->subject, 200);
    g_autofree char *joined = g_strjoinv(", ", signer->emails);
    g_autofree char *emails = lodge_display_line(joined, 400);
    g_autofree char *digest = lodge_display_line(signer->digest, 80);
    lodge_print("         %s, %s%s%s", lodge_smime_result_format(signer->result), digest,
                subject[0] != '\0' ? ", " : "", subject);
    lodge_print(emails[0] != '\0' ? ", %s\n" : "%s\n", emails);
}

/* No anchor is known here: at best a signature is untrusted. */
static void print_smime(const GPtrArray *layers)
{
    if (layers->len > 0)
        lodge_print("S/MIME, without anchors:\n");
    for (guint i = 0; i < layers->len; i++) {
        const LodgeSmimeLayer *layer = g_ptr_array_index(layers, i);
        g_autofree char *path = lodge_display_line(layer->path, 80);
        lodge_print("  %-6s %s, %s\n", path[0] != '\0' ? path : "-",
                    lodge_smime_form_format(layer->form),
                    lodge_smime_result_format(layer->result));
        for (guint j = 0; j < layer->signers->len; j++)
            print_signer(g_ptr_array_index(layer->signers, j));
    }
}

static void print_parts(const GPtrArray *parts)
{
    lodge_print("parts:\n");
    for (guint i = 0; i < parts->len; i++)
        print_part(g_ptr_array_index(parts, i));
}

static void print_documents(const GPtrArray *documents)
{
    if (documents->len > 0)
        lodge_print("documents:\n");
    for (guint i = 0; i < documents->len; i++)
        lodge_print_document_words(g_ptr_array_index(documents, i), NULL);
}

void lodge_print_archive_words(const LodgeReading *reading)
{
    print_parts(reading->message->parts);
    print_documents(reading->documents);
}

void lodge_print_reading_words(const LodgeReading *reading)
{
    const LodgeMessageFacts *message = reading->message;
    g_autofree char *subject = lodge_display_line(message->subject, 200);
    if (!message->parseable)
        lodge_print("not a message that can be read\n");
    for (guint i = 0; i < message->from->len; i++) {
        const LodgeAddress *from = g_ptr_array_index(message->from, i);
        g_autofree char *shown = lodge_display_line(from->address, 200);
        lodge_print("from: %s\n", shown);
    }
    lodge_print("subject: %s\n", subject);
    print_parts(message->parts);
    print_smime(message->smime);
    print_documents(reading->documents);
    print_strings("defects", message->defects);
    print_strings("limits hit", message->limits_hit);
}
