/* protocol.h - what lodge and its zygote say to each other, and nothing else.
 *
 * One SOCK_SEQPACKET pair, the control socket, joins lodge and the zygote. lodge sends a
 * request with its descriptors; every request brings a job socket of its own, over which
 * the zygote sends exactly one fate and hangs up. lodge writes nothing there: when it shuts its
 * side, the reader is killed, and its fate told to whoever still listens. A job socket that ends
 * without a fate says that the zygote died; a control socket that ends says that lodge did. Right after
 * its start the zygote sends one hello.
 *
 * Packets are fixed structures in the byte order of the machine: both ends are built
 * together, and the hello carries the version so that a mixed installation is refused by
 * name. A packet of another size, without its tag or with the wrong number of descriptors is
 * an error; the descriptors that came with it are closed.
 *
 * The report itself never passes here: it is written to the report descriptor, a pipe that lodge
 * reads up to its limit. */
#pragma once

#include "parsers/text/limits.h"
#include <glib.h>

/* The zygote's end of the control socket. */
#define LODGE_PROTOCOL_CONTROL_FD 3
/* An anonymous file with the operator's trust anchors for S/MIME; not open where there are none. */
#define LODGE_PROTOCOL_ANCHORS_FD 4
#define LODGE_PROTOCOL_TYPE_BYTES 256

#define LODGE_PROTOCOL_ERROR lodge_protocol_error_quark()
GQuark lodge_protocol_error_quark(void);
typedef enum {
    LODGE_PROTOCOL_ERROR_CLOSED,  /* the other end is gone */
    LODGE_PROTOCOL_ERROR_INVALID, /* not a packet of ours */
    LODGE_PROTOCOL_ERROR_IO,
} LodgeProtocolError;

typedef enum {
    LODGE_READ_MESSAGE = 1,
    LODGE_READ_DOCUMENT = 2,
    LODGE_READ_CONTAINER = 3,
} LodgeReadKind;

/* How a reader ends that was not killed. */
typedef enum {
    LODGE_READER_DONE = 0, /* the report is complete */
    LODGE_READER_FAILED =
        10, /* could not read for reasons of ours; the report says why in words */
    LODGE_READER_REFUSED = 11, /* could not close its cell; likewise */
    LODGE_READER_MEMORY = 12,  /* an allocation failed */
} LodgeReaderExit;

typedef struct {
    guint32 tag; /* set by send, checked by receive */
    guint32 kind;
    guint32 wall_ms;
    gint64 size_bytes;                 /* of the input */
    gint64 leaves_max_bytes;           /* of what a container may hand back; else 0 */
    char name[LODGE_LIMIT_NAME_BYTES]; /* "" if there is none */
    char declared_type[LODGE_PROTOCOL_TYPE_BYTES];
} LodgeRequest;

/* leaves is -1 for a document. */
typedef struct {
    int input, report, job, leaves;
} LodgeRequestDescriptors;

typedef enum {
    LODGE_FATE_ENDED,       /* by itself or by a signal: wait_status says */
    LODGE_FATE_TIMED_OUT,   /* killed by the zygote at wall_ms */
    LODGE_FATE_MEMORY,      /* killed by the zygote at its memory limit */
    LODGE_FATE_NOT_STARTED, /* fork failed: error_number says why */
} LodgeFateKind;

typedef struct {
    guint32 tag;
    guint32 kind;
    gint32 wait_status;
    gint32 error_number;
    guint32 cpu_ms;
    guint64 max_rss_bytes;
} LodgeFate;

typedef struct {
    guint32 tag;
    guint32 is_usable;    /* a cell could be closed on this machine */
    guint32 landlock_abi; /* 0: not offered by this kernel */
    guint32 is_sanitized; /* memory is watched rather than limited */
    char version[32];     /* LODGE_VERSION of the reader */
    char why[256];        /* when it is not usable */
} LodgeHello;

/* Copies; a name that is too long is cut between characters. NULLs are "". */
void lodge_protocol_fill_request(LodgeRequest *request,
                                 LodgeReadKind kind,
                                 const char *name,
                                 const char *declared_type);

/* The sender keeps its own descriptors. */
gboolean lodge_protocol_send_request(int socket_fd,
                                     const LodgeRequest *request,
                                     const LodgeRequestDescriptors *descriptors,
                                     GError **error);
/* The caller closes the descriptors (lodge_protocol_close_descriptors). */
gboolean lodge_protocol_receive_request(int socket_fd,
                                        LodgeRequest *request_out,
                                        LodgeRequestDescriptors *descriptors_out,
                                        GError **error);
void lodge_protocol_close_descriptors(LodgeRequestDescriptors *descriptors);

gboolean lodge_protocol_send_fate(int socket_fd, const LodgeFate *fate, GError **error);
gboolean lodge_protocol_receive_fate(int socket_fd, LodgeFate *fate_out, GError **error);
gboolean lodge_protocol_send_hello(int socket_fd, const LodgeHello *hello, GError **error);
gboolean lodge_protocol_receive_hello(int socket_fd, LodgeHello *hello_out, GError **error);
