/* The reader itself, but for reasons of ours it can examine no document; built for the whole runs, never installed. */
#include "parsers/cell/protocol.h"
#include "parsers/cell/zygote.h"
#include "parsers/mail/message.h"
#include "parsers/report/report.h"

#ifdef LODGE_SANITIZED
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

static GBytes *read_message(const LodgeReaderJob *job, GError **error)
{
    g_autoptr(LodgeMessageFacts) facts =
        lodge_message_parse(job->input_fd, job->size_bytes, job->leaves_fd, error);
    return facts != NULL ? lodge_report_format_message(facts) : NULL;
}

static GBytes *read_document(const LodgeReaderJob *job, GError **error)
{
    (void)job;
    g_set_error_literal(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_IO,
                        "the disk is gone");
    return NULL;
}

int main(void)
{
    const LodgeZygotePlan plan = {lodge_message_prepare, lodge_message_trust, read_message,
                                  read_document, read_document};
    return lodge_zygote_run(LODGE_PROTOCOL_CONTROL_FD, &plan);
}
