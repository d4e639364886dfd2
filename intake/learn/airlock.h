/* airlock.h - the parent's side of the airlock: bytes in, facts out.
 *
 * lodge never parses a stranger's message itself. It runs `lodge-reader --zygote` (exec'ed
 * once, single-threaded, no foreign byte ever), which forks a one-shot child per message, container and
 * document; the child tightens its sandbox, reads from the descriptor it is given, writes its report
 * and, for a message or container, the documents in it as one stream, and ends. Protocol: parsers/cell/protocol.h.
 *
 * Thread-safe: any worker may call; a zygote that died is started again. A crash, a kill at
 * the time limit and a lying report are facts; only "could not find out, through no
 * fault of the message" is a GError (the caller defers).
 *
 * A reader that fails is tried LODGE_LIMIT_READER_ATTEMPTS times. If every try ended in
 * a crash, its time limit or its memory limit, facts say so (LODGE_NOT_EXAMINED_*; for a message:
 * parseable FALSE, defect "reader-crashed" or "reader-limit"). A child killed from outside (SIGKILL that nobody here
 * sent) proves nothing about the document: it is tried again, and if it keeps happening LODGE_AIRLOCK_ERROR_KILLED. */
#pragma once

#include "parsers/report/report.h"
#include <glib.h>

#define LODGE_AIRLOCK_ERROR lodge_airlock_error_quark()
GQuark lodge_airlock_error_quark(void);
typedef enum {
    LODGE_AIRLOCK_ERROR_UNAVAILABLE, /* cannot start, or the sandbox is refused by this kernel */
    LODGE_AIRLOCK_ERROR_KILLED,      /* readers are being killed from outside */
    LODGE_AIRLOCK_ERROR_IO,
} LodgeAirlockError;

typedef struct LodgeAirlock LodgeAirlock;

typedef struct {
    const char *reader_path; /* NULL: beside the running program, then LODGE_LIBEXECDIR */
    guint wall_ms;           /* 0: LODGE_LIMIT_READER_WALL_MS */
    GBytes *
        anchors_pem; /* where the chain of an S/MIME signer may end; NULL: none is trusted */
} LodgeAirlockOptions;

LodgeAirlock *lodge_airlock_new(const LodgeAirlockOptions *options, GError **error);
void lodge_airlock_free(LodgeAirlock *airlock);

/* `input_fd`: the raw message, read from its start (pread; the offset is not used). `leaves_fd`: an empty
 * read-write file that gets the decoded documents; parts[].stream_offset say where. Both stay the caller's. */
LodgeMessageFacts *lodge_airlock_read_message(LodgeAirlock *airlock,
                                              int input_fd,
                                              int leaves_fd,
                                              GError **error);
/* `input_fd`: one document alone. */
LodgeDocumentFacts *lodge_airlock_read_document(LodgeAirlock *airlock,
                                                int input_fd,
                                                const char *name,
                                                const char *declared_type,
                                                GError **error);
/* `input_fd`: one ZIP or winmail.dat alone, or what might be one; `leaves_fd` as above, of at most `leaves_max_bytes`. A
 * reader that failed each time gives form NONE with trouble "reader-crashed" or "reader-limit". */
LodgeContainerFacts *lodge_airlock_read_container(LodgeAirlock *airlock,
                                                  int input_fd,
                                                  int leaves_fd,
                                                  gint64 leaves_max_bytes,
                                                  GError **error);
/* What the sandbox offers on this machine, in words, one line a point (for check-config); g_free it. */
char *lodge_airlock_describe(LodgeAirlock *airlock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeAirlock, lodge_airlock_free)
