#include "intake/learn/reader_path.h"

#include <unistd.h>

#define PROGRAM "lodge-reader"

static GStrv list_places(const char *given)
{
    g_autoptr(GStrvBuilder) places = g_strv_builder_new();
    if (given) {
        g_strv_builder_add(places, given);
        return g_strv_builder_end(places);
    }
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    if (self) {
        g_autofree char *folder = g_path_get_dirname(self);
        g_autofree char *beside = g_build_filename(folder, PROGRAM, NULL);
        g_autofree char *in_tree = g_build_filename(folder, "..", "parsers", PROGRAM, NULL);
        g_strv_builder_add_many(places, beside, in_tree, NULL);
    }
    g_strv_builder_add(places, LODGE_LIBEXECDIR "/" PROGRAM);
    return g_strv_builder_end(places);
}

char *lodge_reader_path_find(const char *given, char **looked_out)
{
    g_auto(GStrv) places = list_places(given);
    for (gsize i = 0; places[i]; i++) {
        if (access(places[i], X_OK) == 0 && !g_file_test(places[i], G_FILE_TEST_IS_DIR))
            return g_strdup(places[i]);
    }
    *looked_out = g_strjoinv(", ", places);
    return NULL;
}
