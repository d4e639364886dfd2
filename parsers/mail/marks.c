#include "parsers/mail/marks.h"

#include <string.h>

struct LodgeMarks {
    GPtrArray *defects, *limits; /* of literals */
};

LodgeMarks *lodge_marks_new(void)
{
    LodgeMarks *marks = g_new0(LodgeMarks, 1);
    marks->defects = g_ptr_array_new();
    marks->limits = g_ptr_array_new();
    return marks;
}

void lodge_marks_free(LodgeMarks *marks)
{
    if (marks == NULL)
        return;
    g_ptr_array_unref(marks->defects);
    g_ptr_array_unref(marks->limits);
    g_free(marks);
}

static void add(GPtrArray *codes, const char *code)
{
    for (guint i = 0; i < codes->len; i++) {
        if (strcmp(g_ptr_array_index(codes, i), code) == 0)
            return;
    }
    g_ptr_array_add(codes, (gpointer)code);
}

void lodge_marks_add_defect(LodgeMarks *marks, const char *code)
{
    add(marks->defects, code);
}

void lodge_marks_add_limit(LodgeMarks *marks, const char *code)
{
    add(marks->limits, code);
}

static GStrv copy(const GPtrArray *codes)
{
    GStrv copies = g_new0(char *, codes->len + 1);
    for (guint i = 0; i < codes->len; i++)
        copies[i] = g_strdup(g_ptr_array_index(codes, i));
    return copies;
}

GStrv lodge_marks_defects(const LodgeMarks *marks)
{
    return copy(marks->defects);
}

GStrv lodge_marks_limits(const LodgeMarks *marks)
{
    return copy(marks->limits);
}
