/* replay.c - main of a fuzz target where libFuzzer is not linked: runs each file named. */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *content = NULL;
        gsize size = 0;
        g_autoptr(GError) error = NULL;
        if (!g_file_get_contents(argv[i], &content, &size, &error)) {
            g_printerr("%s\n", error->message);
            return 2;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)content, size);
    }
    return 0;
}
