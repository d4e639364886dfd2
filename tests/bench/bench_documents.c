/* bench_documents [ROUNDS]: the CPU time of reading a plan, next to what the PDF library alone needs for it.
 *
 * "library": MuPDF opens the file, counts its pages and takes their text, in a loop in one process.
 * "examined": lodge_document_examine and the report, likewise in a loop. "all in": through the
 * airlock, with fork, cell, pipe and both sides of the report; the start of the zygote, paid once for all
 * documents, is taken off. Rounds alternate, so that a busy machine slows all of them; medians.
 * Plans come from LODGE_TEST_DATA. */
#include "intake/learn/airlock.h"
#include "parsers/document/document.h"

#include <fcntl.h>
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define READER LODGE_BINARY_DIR "/parsers/lodge-reader"
#define USUAL_ROUNDS 60
#define RATIO_MAX 1.5
#define ALL_IN_MAX_MS 25.0
#define SKIPPED 77

static const char *const plans[] = {"tower-hamlets-plan-dashboard-page.pdf",
                                    "test-valley-plan-4-pages-pdfa.pdf"};

static double timeval_ms(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static double cpu_ms(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime);
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double median(double *times, guint count)
{
    qsort(times, count, sizeof *times, compare);
    return times[count / 2];
}

static void take_page(fz_context *context, pdf_document *document, int number)
{
    fz_stext_options options = {0};
    pdf_page *page = pdf_load_page(context, document, number);
    fz_stext_page *text = fz_new_stext_page(context, pdf_bound_page(context, page));
    fz_device *device = fz_new_stext_device(context, text, &options);
    pdf_run_page(context, page, device, fz_identity, NULL);
    fz_close_device(context, device);
    fz_drop_device(context, device);
    fz_drop_buffer(context, fz_new_buffer_from_stext_page(context, text));
    fz_drop_stext_page(context, text);
    fz_drop_page(context, (fz_page *)page);
}

static double library_ms(const char *bytes, gsize size_bytes)
{
    double start = cpu_ms(RUSAGE_SELF);
    fz_context *context = fz_new_context(NULL, NULL, FZ_STORE_DEFAULT);
    fz_stream *stream = fz_open_memory(context, (const unsigned char *)bytes, size_bytes);
    pdf_document *document = pdf_open_document_with_stream(context, stream);
    int pages = pdf_count_pages(context, document);
    for (int i = 0; i < pages; i++)
        take_page(context, document, i);
    pdf_drop_document(context, document);
    fz_drop_stream(context, stream);
    fz_drop_context(context);
    return cpu_ms(RUSAGE_SELF) - start;
}

static double examined_ms(int fd, gsize size_bytes)
{
    double start = cpu_ms(RUSAGE_SELF);
    g_autoptr(LodgeDocumentFacts) facts =
        lodge_document_examine(fd, (gint64)size_bytes, "plan.pdf", NULL, NULL);
    GBytes *report = lodge_report_format_document(facts);
    double took = cpu_ms(RUSAGE_SELF) - start;
    g_bytes_unref(report);
    return took;
}

/* `readings` of the file through an airlock of its own; its start and end are in it. -1: it failed. */
static double airlock_ms(int fd, guint readings)
{
    const LodgeAirlockOptions options = {.reader_path = READER};
    double start = cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN);
    gboolean is_good = TRUE;
    LodgeAirlock *airlock = lodge_airlock_new(&options, NULL);
    for (guint i = 0; airlock && i < readings; i++) {
        g_autoptr(LodgeDocumentFacts) facts =
            lodge_airlock_read_document(airlock, fd, "plan.pdf", NULL, NULL);
        is_good = is_good && facts && facts->pages > 0;
    }
    is_good = is_good && airlock;
    lodge_airlock_free(airlock);
    return is_good ? cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN) - start : -1;
}

static gboolean measure(const char *name, int fd, GMappedFile *file, guint rounds)
{
    g_autofree double *alone = g_new(double, rounds), *ours = g_new(double, rounds);
    gsize size_bytes = g_mapped_file_get_length(file);
    double empty = airlock_ms(fd, 1);
    double full = airlock_ms(fd, rounds + 1);
    for (guint i = 0; i < rounds; i++) {
        alone[i] = library_ms(g_mapped_file_get_contents(file), size_bytes);
        ours[i] = examined_ms(fd, size_bytes);
    }
    if (empty < 0 || full < 0)
        return FALSE;
    double library = median(alone, rounds), examined = median(ours, rounds);
    double all_in = (full - empty) / rounds;
    g_print("# %s: library %.1f ms, examined %.1f ms (ratio %.2f), all in %.1f ms (%.2f)\n",
            name, library, examined, examined / library, all_in, all_in / library);
    return examined <= library * RATIO_MAX && all_in <= ALL_IN_MAX_MS;
}

static gboolean measure_file(const char *folder, const char *name, guint rounds)
{
    g_autofree char *path = g_build_filename(folder, "plans", name, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autoptr(GMappedFile) file =
        fd >= 0 ? g_mapped_file_new_from_fd(fd, FALSE, NULL) : NULL;
    gboolean is_good = file && measure(name, fd, file, rounds);
    if (!file)
        g_printerr("%s cannot be read\n", path);
    if (fd >= 0)
        close(fd);
    return is_good;
}

int main(int argc, char **argv)
{
    guint rounds = argc > 1 ? (guint)MAX(strtoul(argv[1], NULL, 10), 1) : USUAL_ROUNDS;
    const char *folder = g_getenv("LODGE_TEST_DATA");
    g_autoptr(GError) error = NULL;
    gboolean is_good = TRUE;
    if (!folder) {
        g_print("%zu plans skipped: LODGE_TEST_DATA is not set\n", G_N_ELEMENTS(plans));
        return SKIPPED;
    }
    if (!lodge_document_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++)
        is_good = measure_file(folder, plans[i], rounds) && is_good;
    g_print("# %s\n", is_good ? "within the bounds" : "OUT OF BOUNDS");
    return is_good ? 0 : 1;
}
