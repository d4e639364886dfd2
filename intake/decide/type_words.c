#include "intake/decide/type_words.h"

static const struct {
    const char *media_type;
    const char *words;
} table[] = {
    {"application/pdf", "PDF document"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     "Word document"},
    {"application/vnd.ms-word.document.macroenabled.12", "Word document with macros"},
    {"application/msword", "old Word document"},
    {"application/rtf", "rich text document"},
    {"text/rtf", "rich text document"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.template",
     "Word template"},
    {"application/vnd.oasis.opendocument.text", "OpenDocument text"},
    {"application/vnd.oasis.opendocument.text-template", "OpenDocument template"},
    {"application/vnd.oasis.opendocument.text-flat-xml", "OpenDocument text in one file"},
    {"application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet"},
    {"application/vnd.oasis.opendocument.presentation", "OpenDocument presentation"},
    {"application/vnd.ms-excel", "old Excel spreadsheet"},
    {"application/vnd.ms-powerpoint", "old PowerPoint presentation"},
    {"text/csv", "table as text"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "Excel spreadsheet"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation",
     "PowerPoint presentation"},
    {"application/vnd.ms-excel.sheet.macroenabled.12", "Excel spreadsheet with macros"},
    {"application/vnd.ms-excel.sheet.binary.macroenabled.12", "Excel spreadsheet"},
    {"application/vnd.openxmlformats-officedocument.presentationml.slideshow",
     "PowerPoint presentation"},
    {"application/vnd.ms-powerpoint.presentation.macroenabled.12",
     "PowerPoint presentation with macros"},
    {"application/x-ole-storage", "file of an old Office program"},
    {"application/vnd.ms-outlook", "saved Outlook message"},
    {"application/vnd.ms-publisher", "Publisher document"},
    {"application/vnd.visio", "Visio drawing"},
    {"application/vnd.apple.pages", "Pages document"},
    {"application/epub+zip", "e-book"},
    {"text/calendar", "calendar entry"},
    {"application/ics", "calendar entry"},
    {"message/rfc822", "e-mail"},
    {"application/zip", "ZIP archive"},
    {"application/vnd.rar", "RAR archive"},
    {"application/x-rar", "RAR archive"},
    {"application/x-7z-compressed", "7-Zip archive"},
    {"application/x-tar", "tar archive"},
    {"application/gzip", "gzip archive"},
    {"application/octet-stream", "file of an unknown type"},
    {"text/plain", "plain text"},
    {"text/html", "web page"},
    {"image/jpeg", "JPEG picture"},
    {"image/png", "PNG picture"},
    {"image/heic", "HEIC picture"},
    {"image/heif", "HEIF picture"},
    {"image/tiff", "TIFF picture"},
    {"image/gif", "GIF picture"},
    {"image/webp", "WebP picture"},
    {"video/mp4", "video"},
    {"audio/mpeg", "sound recording"},
};

const char *lodge_type_words(const char *media_type)
{
    if (media_type == NULL)
        return "file of an unknown type";
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_ascii_strcasecmp(table[i].media_type, media_type) == 0)
            return table[i].words;
    return media_type;
}

char *lodge_type_words_list(char **types)
{
    GString *list = g_string_new(NULL);
    for (gsize i = 0; types != NULL && types[i] != NULL; i++)
        g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ",
                               lodge_type_words(types[i]));
    return g_string_free(list, FALSE);
}
