/* lodge-reader: the program on the far side of the airlock. lodge starts it; people need not. */
#include "parsers/cell/protocol.h"
#include "parsers/cell/zygote.h"
#include "parsers/container/container.h"
#include "parsers/document/document.h"
#include "parsers/mail/message.h"
#include "parsers/report/report.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#ifdef LODGE_SANITIZED
const char *__asan_default_options(void);

/* Leak detection traces its own process, which a reader may not; one-shot readers leave
 * their memory to the kernel anyway. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

static gboolean prepare(GError **error)
{
    /* names in archives are UTF-8; messages and numbers stay in C */
    setlocale(LC_CTYPE, "C.UTF-8");
    return lodge_message_prepare(error) && lodge_document_prepare(error);
}

static GBytes *read_message(const LodgeReaderJob *job, GError **error)
{
    g_autoptr(LodgeMessageFacts) facts =
        lodge_message_parse(job->input_fd, job->size_bytes, job->leaves_fd, error);
    return facts ? lodge_report_format_message(facts) : NULL;
}

static GBytes *read_document(const LodgeReaderJob *job, GError **error)
{
    g_autoptr(LodgeDocumentFacts) facts = lodge_document_examine(
        job->input_fd, job->size_bytes, job->name, job->declared_type, error);
    return facts ? lodge_report_format_document(facts) : NULL;
}

static GBytes *read_container(const LodgeReaderJob *job, GError **error)
{
    g_autoptr(LodgeContainerFacts) facts = lodge_container_open(
        job->input_fd, job->size_bytes, job->leaves_fd, job->leaves_max_bytes, error);
    return facts ? lodge_report_format_container(facts) : NULL;
}

int main(int argc, char **argv)
{
    const LodgeZygotePlan plan = {
        .prepare = prepare,
        .trust = lodge_message_trust,
        .read_message = read_message,
        .read_document = read_document,
        .read_container = read_container,
    };
    if (argc == 2 && strcmp(argv[1], "--zygote") == 0)
        return lodge_zygote_run(LODGE_PROTOCOL_CONTROL_FD, &plan);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("lodge-reader %s\n", LODGE_VERSION) < 0;
    fprintf(stderr, "usage: lodge-reader --version\n"
                    "lodge starts it as lodge-reader --zygote\n");
    return 2;
}
