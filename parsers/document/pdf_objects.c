#include "parsers/document/pdf_objects.h"

#include "parsers/text/limits.h"

#include <string.h>

#define DEPTH_MAX 32
#define TREE_DEPTH_MAX 64

/* ---- the page tree ---- */

typedef struct {
    gint64 leaves;
    gint64 visited;
    gboolean is_broken;
} Walk;

static void walk_node(fz_context *context, pdf_obj *node, Walk *walk, guint depth);

static void walk_kids(fz_context *context, pdf_obj *kids, Walk *walk, guint depth)
{
    int n_kids = pdf_array_len(context, kids);
    for (int i = 0; i < n_kids && !walk->is_broken; i++)
        walk_node(context, pdf_array_get(context, kids, i), walk, depth + 1);
}

static void walk_node(fz_context *context, pdf_obj *node, Walk *walk, guint depth)
{
    if (depth > TREE_DEPTH_MAX || ++walk->visited > LODGE_LIMIT_PDF_OBJECTS ||
        !pdf_is_dict(context, node) || pdf_mark_obj(context, node)) {
        walk->is_broken = TRUE;
        return;
    }
    fz_try(context)
    {
        pdf_obj *kids = pdf_dict_get(context, node, PDF_NAME(Kids));
        if (pdf_is_array(context, kids))
            walk_kids(context, kids, walk, depth);
        else
            walk->leaves++;
    }
    fz_always(context)
    {
        pdf_unmark_obj(context, node);
    }
    fz_catch(context)
    {
        fz_rethrow(context);
    }
}

gint64 lodge_pdf_objects_count_pages(fz_context *context, pdf_document *document)
{
    Walk walk = {0};
    pdf_obj *root = pdf_dict_get(context, pdf_trailer(context, document), PDF_NAME(Root));
    walk_node(context, pdf_dict_get(context, root, PDF_NAME(Pages)), &walk, 0);
    return walk.is_broken ? -1 : walk.leaves;
}

/* ---- every object ---- */

static void look_at_action(fz_context *context, pdf_obj *object, LodgeDocumentFacts *facts)
{
    static const struct {
        const char *action;
        const char *code;
    } actions[] = {
        {"JavaScript", "javascript"},  {"Launch", "launch"},
        {"SubmitForm", "submit-form"}, {"ImportData", "import-data"},
        {"Rendition", "multimedia"},   {"Movie", "multimedia"},
        {"Sound", "multimedia"},       {"RichMediaExecute", "multimedia"},
    };
    pdf_obj *action = pdf_dict_get(context, object, PDF_NAME(S));
    if (!pdf_is_name(context, action))
        return;
    const char *name = pdf_to_name(context, action);
    if (strcmp(name, "URI") == 0 || strcmp(name, "GoToR") == 0)
        lodge_examiner_count(&facts->details->links, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (strcmp(name, actions[i].action) == 0)
            lodge_examiner_note_active(facts, actions[i].code);
    }
}

/* Remarks of readers: what a reviewer left in. */
static gboolean is_remark(const char *subtype)
{
    static const char *const remarks[] = {"Text",      "Highlight", "Underline", "Squiggly",
                                          "StrikeOut", "Caret",     NULL};
    return g_strv_contains(remarks, subtype);
}

static void look_at_subtype(fz_context *context, pdf_obj *object, LodgeDocumentFacts *facts)
{
    pdf_obj *subtype = pdf_dict_get(context, object, PDF_NAME(Subtype));
    if (!pdf_is_name(context, subtype))
        return;
    const char *name = pdf_to_name(context, subtype);
    if (strcmp(name, "Image") == 0)
        lodge_examiner_count(&facts->details->images, 1);
    else if (strcmp(name, "RichMedia") == 0 || strcmp(name, "3D") == 0)
        lodge_examiner_note_active(facts, "multimedia");
    else if (is_remark(name) && pdf_dict_get(context, object, PDF_NAME(Rect)))
        lodge_examiner_count(&facts->details->comments, 1);
}

static void
look_at_dictionary(fz_context *context, pdf_obj *object, LodgeDocumentFacts *facts)
{
    look_at_action(context, object, facts);
    look_at_subtype(context, object, facts);
    if (pdf_dict_get(context, object, PDF_NAME(JS)))
        lodge_examiner_note_active(facts, "javascript");
    if (pdf_dict_get(context, object, PDF_NAME(EF))) {
        lodge_examiner_note_active(facts, "embedded-files");
        lodge_examiner_count(&facts->details->embedded, 1);
    }
    if (pdf_dict_get(context, object, PDF_NAME(XFA)))
        lodge_examiner_note_active(facts, "xfa-form");
    if (pdf_dict_get(context, object, PDF_NAME(ByteRange)) &&
        pdf_dict_get(context, object, PDF_NAME(Contents)))
        facts->is_signed = TRUE;
}

/* Into what stands in the object itself; objects it points to have their own turn. */
static void
look_at_object(fz_context *context, pdf_obj *object, LodgeDocumentFacts *facts, guint depth)
{
    if (!object || depth > DEPTH_MAX)
        return;
    if (depth > 0 && pdf_is_indirect(context, object))
        return;
    if (pdf_is_dict(context, object)) {
        look_at_dictionary(context, object, facts);
        int length = pdf_dict_len(context, object);
        for (int i = 0; i < length; i++)
            look_at_object(context, pdf_dict_get_val(context, object, i), facts, depth + 1);
    } else if (pdf_is_array(context, object)) {
        int length = pdf_array_len(context, object);
        for (int i = 0; i < length; i++)
            look_at_object(context, pdf_array_get(context, object, i), facts, depth + 1);
    }
}

static gboolean is_in_use(fz_context *context, pdf_document *document, int number)
{
    const pdf_xref_entry *entry = pdf_get_xref_entry_no_null(context, document, number);
    return entry && (entry->type == 'n' || entry->type == 'o');
}

/* An object that cannot be read is not there: viewers think so too. */
static void look_at_number(fz_context *context,
                           pdf_document *document,
                           int number,
                           LodgeDocumentFacts *facts)
{
    pdf_obj *object = NULL;
    fz_var(object);
    fz_try(context)
    {
        if (is_in_use(context, document, number)) {
            object = pdf_load_object(context, document, number);
            look_at_object(context, object, facts, 0);
        }
    }
    fz_always(context)
    {
        pdf_drop_obj(context, object);
    }
    fz_catch(context)
    {
    }
}

void lodge_pdf_objects_survey(fz_context *context,
                              pdf_document *document,
                              LodgeDocumentFacts *facts)
{
    int length = pdf_xref_len(context, document);
    LodgeDocumentDetails *details = facts->details;
    details->images = details->embedded = details->links = details->comments = 0;
    if (length > LODGE_LIMIT_PDF_OBJECTS) {
        lodge_examiner_note_limit(facts, "pdf-objects");
        length = LODGE_LIMIT_PDF_OBJECTS;
    }
    for (int i = 1; i < length; i++)
        look_at_number(context, document, i, facts);
}
