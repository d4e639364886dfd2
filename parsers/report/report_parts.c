/* The MIME parts in a report. */
#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"

#define TEXT_MAX_BYTES LODGE_LIMIT_HEADER_FIELD_BYTES

static void write_part(LodgeJsonWriter *writer, const LodgePart *part)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "path", part->path);
    lodge_json_add_string(writer, "kind", lodge_part_kind_format(part->kind));
    lodge_json_add_string(writer, "declared_type", part->declared_type);
    lodge_json_add_string(writer, "sniffed_type", part->sniffed_type);
    lodge_json_add_string(writer, "charset", part->charset);
    lodge_json_add_string(writer, "disposition", part->disposition);
    lodge_json_add_string(writer, "content_id", part->content_id);
    lodge_json_add_string(writer, "name", part->name);
    lodge_json_add_string(writer, "raw_name", part->raw_name);
    lodge_json_add_int(writer, "size_bytes", part->size_bytes);
    lodge_json_add_string(writer, "sha256", part->sha256);
    lodge_json_add_int(writer, "stream_offset", part->stream_offset);
    if (part->width >= 0) {
        lodge_json_add_int(writer, "width", part->width);
        lodge_json_add_int(writer, "height", part->height);
    }
    if (part->container != NULL)
        lodge_json_add_string(writer, "container", part->container);
    if (part->trouble != NULL)
        lodge_json_add_string(writer, "trouble", part->trouble);
    lodge_json_end_object(writer);
}

void report_write_parts(LodgeJsonWriter *writer, const GPtrArray *parts)
{
    lodge_json_begin_array(writer, "parts");
    for (guint i = 0; i < parts->len; i++)
        write_part(writer, g_ptr_array_index(parts, i));
    lodge_json_end_array(writer);
}

static void
read_strings(LodgeJsonDocument *document, const LodgeJsonNode *object, LodgePart *part)
{
    g_free(part->path);
    part->path = report_read_text(document, object, "path", TEXT_MAX_BYTES);
    g_free(part->declared_type);
    part->declared_type =
        report_read_text(document, object, "declared_type", TEXT_MAX_BYTES);
    part->sniffed_type =
        report_read_optional_text(document, object, "sniffed_type", TEXT_MAX_BYTES);
    part->charset = report_read_optional_text(document, object, "charset", TEXT_MAX_BYTES);
    part->disposition =
        report_read_optional_text(document, object, "disposition", TEXT_MAX_BYTES);
    part->content_id =
        report_read_optional_text(document, object, "content_id", TEXT_MAX_BYTES);
    part->name =
        report_read_optional_text(document, object, "name", LODGE_LIMIT_NAME_BYTES);
    part->raw_name =
        report_read_optional_text(document, object, "raw_name", TEXT_MAX_BYTES);
    part->container =
        report_read_optional_text(document, object, "container", TEXT_MAX_BYTES);
    part->trouble = report_read_optional_code(document, object, "trouble");
}

static gint64
read_pixels(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    gint64 pixels = lodge_json_get_optional_int(document, object, name, -1);
    if (pixels < -1 || pixels > G_MAXUINT32)
        lodge_json_fail(document, "\"%s\" is no count of pixels", name);
    return pixels;
}

static void
read_picture(LodgeJsonDocument *document, const LodgeJsonNode *object, LodgePart *part)
{
    part->width = read_pixels(document, object, "width");
    part->height = read_pixels(document, object, "height");
}

static LodgePart *read_part(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    LodgePart *part = lodge_part_new();
    const char *kind = lodge_json_get_string(document, object, "kind");

    if (!lodge_part_kind_parse(kind, &part->kind))
        lodge_json_fail(document, "the kind of a part is not one of its words");
    gboolean is_container =
        part->kind == LODGE_PART_MULTIPART || part->kind == LODGE_PART_MESSAGE;
    read_strings(document, object, part);
    part->size_bytes =
        report_read_int(document, object, "size_bytes", 0, is_container ? 0 : G_MAXINT64);
    report_read_digest(document, object, "sha256", is_container || part->trouble != NULL,
                       part->sha256);
    part->stream_offset =
        report_read_int(document, object, "stream_offset", -1,
                        part->kind == LODGE_PART_DOCUMENT ? G_MAXINT64 : -1);
    read_picture(document, object, part);
    return part;
}

/* The parent reads the leaf stream at these places: they must follow one another. */
static void check_stream(LodgeJsonDocument *document,
                         guint index,
                         const LodgePart *part,
                         gint64 *stream_end)
{
    if (part->stream_offset < 0)
        return;
    if (part->stream_offset < *stream_end ||
        part->size_bytes > G_MAXINT64 - part->stream_offset) {
        lodge_json_fail(document, "the stream offset of part %u overlaps the part before",
                        index);
        return;
    }
    *stream_end = part->stream_offset + part->size_bytes;
}

void report_read_parts(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       GPtrArray *parts)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "parts", LODGE_LIMIT_PARTS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    gint64 stream_end = 0;

    for (guint i = 0; i < count; i++) {
        LodgePart *part = read_part(document, lodge_json_array_object(document, array, i));
        g_ptr_array_add(parts, part);
        check_stream(document, i, part, &stream_end);
    }
}
