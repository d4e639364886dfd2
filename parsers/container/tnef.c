/* winmail.dat: a signature, then attributes one after the other; those of an attachment follow the one that
 * begins it. Names stand twice, short ones in the sender's code page and long ones among the properties; so may the bytes.
 * libytnef, which would do the same, gives all of it up at one wrong sum or one property it does not know, reads
 * uninitialised memory in what is cut, and breaks names beyond the basic plane: see the README. */
#include "parsers/container/cursor.h"
#include "parsers/container/members.h"
#include "parsers/container/tnef_properties.h"

#include "parsers/mail/charset.h"
#include <string.h>

#define SIGNATURE 0x223e9f78
#define OF_ATTACHMENT 2 /* level */
/* attributes: the lower half of their tag */
#define CODE_PAGE 0x9007
#define ATTACHMENT_BEGINS 0x9002
#define ATTACHMENT_TITLE 0x8010
#define ATTACHMENT_DATA 0x800f
#define ATTACHMENT_PROPERTIES 0x9005
/* properties of an attachment (MS-OXPROPS) */
#define DISPLAY_NAME 0x3001
#define DATA 0x3701
#define FILE_NAME 0x3704
#define METHOD 0x3705
#define LONG_FILE_NAME 0x3707
#define CONTENT_ID 0x3712
/* PidTagAttachMethod */
#define BY_REFERENCE_FIRST 2
#define BY_REFERENCE_LAST 4
#define BY_WEB_REFERENCE 7
#define INTERFACE_BYTES 16 /* before an object's bytes: which interface wrote them */

typedef struct {
    const guint8 *bytes;
    gsize size;
} Range;

typedef struct {
    gboolean is_open;
    char *name;
    guint name_rank; /* of the property that it is from; the highest wins */
    Range data, object;
    guint32 method;
    gboolean has_content_id;
} Attachment;

typedef struct {
    LodgeMembers *members;
    Attachment attachment;
    char code_page[24];
} Tnef;

/* ---- one attachment ---- */

static void set_name(Attachment *attachment, guint rank, const char *charset, Range written)
{
    gsize unit = charset != NULL && strcmp(charset, "utf-16le") == 0 ? 2 : 1;
    gsize size = 0; /* up to the NUL that ends it */
    while (size + unit <= written.size &&
           (written.bytes[size] != 0 || (unit == 2 && written.bytes[size + 1] != 0)))
        size += unit;
    if (size == 0 || rank < attachment->name_rank)
        return;
    g_free(attachment->name);
    attachment->name = lodge_charset_to_utf8(charset, written.bytes, size);
    attachment->name_rank = rank;
}

static const char *code_page_of(const Tnef *tnef)
{
    return lodge_charset_is_known(tnef->code_page) ? tnef->code_page : NULL;
}

static void
visit_name(Tnef *tnef, guint16 type, guint rank, const guint8 *bytes, gsize size)
{
    if (type == LODGE_TNEF_UNICODE)
        set_name(&tnef->attachment, rank + 1, "utf-16le", (Range){bytes, size});
    else if (type == LODGE_TNEF_STRING8)
        set_name(&tnef->attachment, rank, code_page_of(tnef), (Range){bytes, size});
}

static void visit(gpointer data, guint16 type, guint16 id, const guint8 *bytes, gsize size)
{
    Tnef *tnef = data;
    Attachment *attachment = &tnef->attachment;
    if (id == LONG_FILE_NAME)
        visit_name(tnef, type, 6, bytes, size);
    else if (id == FILE_NAME)
        visit_name(tnef, type, 4, bytes, size);
    else if (id == DISPLAY_NAME)
        visit_name(tnef, type, 2, bytes, size);
    else if (id == DATA && type == LODGE_TNEF_BINARY)
        attachment->data = (Range){bytes, size};
    else if (id == DATA && type == LODGE_TNEF_OBJECT && size >= INTERFACE_BYTES)
        attachment->object = (Range){bytes + INTERFACE_BYTES, size - INTERFACE_BYTES};
    else if (id == METHOD && size == 4)
        attachment->method = bytes[0];
    else if (id == CONTENT_ID)
        attachment->has_content_id = size > 1;
}

/* An object whose bytes are a file all the same: an attached message is a winmail.dat itself, an embedded
 * document of Office a compound file. */
static gboolean is_file(Range object)
{
    static const char *const signs[] = {"\x78\x9f\x3e\x22", "\xd0\xcf\x11\xe0"};
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++)
        if (object.size >= 4 && memcmp(object.bytes, signs[i], 4) == 0)
            return TRUE;
    return FALSE;
}

static const char *why_closed(const Attachment *attachment)
{
    if (attachment->data.bytes != NULL || is_file(attachment->object))
        return NULL;
    if (attachment->method == BY_WEB_REFERENCE ||
        (attachment->method >= BY_REFERENCE_FIRST &&
         attachment->method <= BY_REFERENCE_LAST))
        return "link";
    return attachment->object.bytes != NULL ? "unsupported" : "damaged";
}

static void hand_over(LodgeMembers *members, const Attachment *attachment)
{
    const char *closed = why_closed(attachment);
    Range file = attachment->data.bytes != NULL ? attachment->data : attachment->object;
    if (!lodge_members_begin(members, attachment->name != NULL ? attachment->name : ""))
        return;
    if (closed != NULL)
        lodge_members_spoil(members, closed);
    else if (lodge_members_take(members, file.bytes, file.size))
        lodge_members_end(members);
    if (closed == NULL && attachment->has_content_id)
        lodge_members_decorate(members);
}

static void end_attachment(Tnef *tnef)
{
    if (tnef->attachment.is_open)
        hand_over(tnef->members, &tnef->attachment);
    g_free(tnef->attachment.name);
    tnef->attachment = (Attachment){0};
}

/* ---- attributes ---- */

static void take_of_attachment(Tnef *tnef, guint16 id, Range content)
{
    if (id == ATTACHMENT_BEGINS)
        end_attachment(tnef);
    tnef->attachment.is_open = TRUE;
    if (id == ATTACHMENT_TITLE)
        set_name(&tnef->attachment, 1, code_page_of(tnef), content);
    else if (id == ATTACHMENT_DATA)
        tnef->attachment.data = content;
    else if (id == ATTACHMENT_PROPERTIES &&
             !lodge_tnef_properties_read(content.bytes, content.size, visit, tnef))
        lodge_members_set_trouble(tnef->members, "damaged");
}

static void take_code_page(Tnef *tnef, Range content)
{
    LodgeCursor cursor = {content.bytes, content.size};
    guint32 number = 0;
    if (lodge_cursor_take_u32(&cursor, &number))
        g_snprintf(tnef->code_page, sizeof tnef->code_page, "cp%u", number);
}

static gboolean is_sum_of(guint16 sum, Range content)
{
    guint16 found = 0;
    for (gsize i = 0; i < content.size; i++)
        found = (guint16)(found + content.bytes[i]);
    return sum == found;
}

static void take_content(Tnef *tnef, guint8 level, guint16 id, Range content)
{
    if (level == OF_ATTACHMENT)
        take_of_attachment(tnef, id, content);
    else if (id == CODE_PAGE)
        take_code_page(tnef, content);
}

/* FALSE: the file ends in it. What has all of its bytes is taken, whatever its sum says. */
static gboolean take_attribute(Tnef *tnef, LodgeCursor *cursor)
{
    const guint8 *level = lodge_cursor_take(cursor, 1);
    guint32 tag = 0, size = 0;
    guint16 sum = 0;
    if (level == NULL || !lodge_cursor_take_u32(cursor, &tag) ||
        !lodge_cursor_take_u32(cursor, &size))
        return FALSE;
    Range content = {lodge_cursor_take(cursor, size), size};
    if (content.bytes == NULL)
        return FALSE;
    take_content(tnef, *level, (guint16)tag, content);
    if (!lodge_cursor_take_u16(cursor, &sum))
        return FALSE;
    if (!is_sum_of(sum, content))
        lodge_members_set_trouble(tnef->members, "damaged");
    return TRUE;
}

gboolean lodge_members_read_tnef(LodgeMembers *members, const void *bytes, gsize size)
{
    LodgeCursor cursor = {bytes, size};
    guint32 signature = 0;
    guint16 key = 0;
    if (!lodge_cursor_take_u32(&cursor, &signature) || signature != SIGNATURE ||
        !lodge_cursor_take_u16(&cursor, &key))
        return FALSE;
    members->facts->form = LODGE_CONTAINER_TNEF;
    Tnef tnef = {.members = members};
    while (cursor.left > 0 && !members->is_over) {
        if (!take_attribute(&tnef, &cursor)) {
            lodge_members_set_trouble(members, "damaged");
            break;
        }
    }
    end_attachment(&tnef);
    return TRUE;
}
