#include "parsers/cell/protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG_REQUEST 0x4c445231u /* "LDR1" */
#define TAG_FATE 0x4c444631u
#define TAG_HELLO 0x4c444831u
#define DESCRIPTORS_MAX 4

G_DEFINE_QUARK(lodge_protocol_error_quark, lodge_protocol_error)

typedef union {
    char bytes[CMSG_SPACE(sizeof(int) * DESCRIPTORS_MAX)];
    struct cmsghdr align;
} ControlBuffer;

static void attach_descriptors(struct msghdr *message,
                               ControlBuffer *control,
                               const int *fds,
                               gsize n_fds)
{
    memset(control, 0, sizeof *control);
    message->msg_control = control->bytes;
    message->msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * n_fds);
}

static gboolean send_packet(int socket_fd,
                            const void *packet,
                            gsize size_bytes,
                            const int *fds,
                            gsize n_fds,
                            GError **error)
{
    struct iovec part = {.iov_base = (void *)packet, .iov_len = size_bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ControlBuffer control;
    if (n_fds > 0)
        attach_descriptors(&message, &control, fds, n_fds);
    ssize_t sent;
    do
        sent = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent == (ssize_t)size_bytes)
        return TRUE;
    gboolean is_gone = sent < 0 && (errno == EPIPE || errno == ECONNRESET);
    g_set_error(error, LODGE_PROTOCOL_ERROR,
                is_gone ? LODGE_PROTOCOL_ERROR_CLOSED : LODGE_PROTOCOL_ERROR_IO,
                "cannot send to the other end of the airlock: %s",
                sent < 0 ? g_strerror(errno) : "packet was cut");
    return FALSE;
}

/* Takes every descriptor out of the message, also those that nobody expected. */
static gsize take_descriptors(struct msghdr *message, int fds[DESCRIPTORS_MAX])
{
    gsize n_fds = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        gsize count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (gsize i = 0; i < count && n_fds < DESCRIPTORS_MAX; i++)
            memcpy(&fds[n_fds++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
    }
    return n_fds;
}

static gboolean refuse_packet(int *fds, gsize n_fds, GError **error)
{
    for (gsize i = 0; i < n_fds; i++)
        close(fds[i]);
    g_set_error_literal(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_INVALID,
                        "a packet in the airlock is not one of ours");
    return FALSE;
}

/* Every packet begins with its tag. */
static gboolean receive_packet(int socket_fd,
                               guint32 tag,
                               void *packet_out,
                               gsize size_bytes,
                               int fds_out[DESCRIPTORS_MAX],
                               gsize *n_fds_out,
                               GError **error)
{
    struct iovec part = {.iov_base = packet_out, .iov_len = size_bytes};
    ControlBuffer control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno != ECONNRESET) {
        g_set_error(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_IO,
                    "cannot receive from the other end of the airlock: %s",
                    g_strerror(errno));
        return FALSE;
    }
    if (got <= 0) {
        g_set_error_literal(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_CLOSED,
                            "the other end of the airlock is gone");
        return FALSE;
    }
    *n_fds_out = take_descriptors(&message, fds_out);
    guint32 got_tag = 0;
    memcpy(&got_tag, packet_out, sizeof got_tag);
    if (got != (ssize_t)size_bytes || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
        got_tag != tag)
        return refuse_packet(fds_out, *n_fds_out, error);
    return TRUE;
}

static gboolean receive_plain(
    int socket_fd, guint32 tag, void *packet_out, gsize size_bytes, GError **error)
{
    int fds[DESCRIPTORS_MAX];
    gsize n_fds = 0;
    if (!receive_packet(socket_fd, tag, packet_out, size_bytes, fds, &n_fds, error))
        return FALSE;
    return n_fds == 0 || refuse_packet(fds, n_fds, error);
}

static void copy_text(char *place, gsize size_bytes, const char *text)
{
    memset(place, 0, size_bytes);
    if (!text)
        return;
    gsize length = strlen(text);
    if (length >= size_bytes) {
        length = size_bytes - 1;
        while (length > 0 && ((guchar)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(place, text, length);
}

void lodge_protocol_fill_request(LodgeRequest *request,
                                 LodgeReadKind kind,
                                 const char *name,
                                 const char *declared_type)
{
    memset(request, 0, sizeof *request); /* padding too: it crosses a border */
    request->kind = kind;
    copy_text(request->name, sizeof request->name, name);
    copy_text(request->declared_type, sizeof request->declared_type, declared_type);
}

gboolean lodge_protocol_send_request(int socket_fd,
                                     const LodgeRequest *request,
                                     const LodgeRequestDescriptors *descriptors,
                                     GError **error)
{
    LodgeRequest packet = *request;
    packet.tag = TAG_REQUEST;
    int fds[DESCRIPTORS_MAX] = {descriptors->input, descriptors->report, descriptors->job,
                                descriptors->leaves};
    gsize n_fds = descriptors->leaves >= 0 ? 4 : 3;
    return send_packet(socket_fd, &packet, sizeof packet, fds, n_fds, error);
}

gboolean lodge_protocol_receive_request(int socket_fd,
                                        LodgeRequest *request_out,
                                        LodgeRequestDescriptors *descriptors_out,
                                        GError **error)
{
    LodgeRequest packet;
    int fds[DESCRIPTORS_MAX] = {-1, -1, -1, -1};
    gsize n_fds = 0;
    if (!receive_packet(socket_fd, TAG_REQUEST, &packet, sizeof packet, fds, &n_fds, error))
        return FALSE;
    gsize wanted = packet.kind == LODGE_READ_DOCUMENT ? 3 : 4;
    if (packet.kind < LODGE_READ_MESSAGE || packet.kind > LODGE_READ_CONTAINER ||
        n_fds != wanted)
        return refuse_packet(fds, n_fds, error);
    packet.name[sizeof packet.name - 1] = '\0';
    packet.declared_type[sizeof packet.declared_type - 1] = '\0';
    *request_out = packet;
    *descriptors_out = (LodgeRequestDescriptors){
        .input = fds[0], .report = fds[1], .job = fds[2], .leaves = fds[3]};
    return TRUE;
}

void lodge_protocol_close_descriptors(LodgeRequestDescriptors *descriptors)
{
    int *all[] = {&descriptors->input, &descriptors->report, &descriptors->job,
                  &descriptors->leaves};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
}

gboolean lodge_protocol_send_fate(int socket_fd, const LodgeFate *fate, GError **error)
{
    LodgeFate packet = *fate;
    packet.tag = TAG_FATE;
    return send_packet(socket_fd, &packet, sizeof packet, NULL, 0, error);
}

gboolean lodge_protocol_receive_fate(int socket_fd, LodgeFate *fate_out, GError **error)
{
    LodgeFate packet;
    if (!receive_plain(socket_fd, TAG_FATE, &packet, sizeof packet, error))
        return FALSE;
    *fate_out = packet;
    return TRUE;
}

gboolean lodge_protocol_send_hello(int socket_fd, const LodgeHello *hello, GError **error)
{
    LodgeHello packet = *hello;
    packet.tag = TAG_HELLO;
    return send_packet(socket_fd, &packet, sizeof packet, NULL, 0, error);
}

gboolean lodge_protocol_receive_hello(int socket_fd, LodgeHello *hello_out, GError **error)
{
    LodgeHello packet;
    if (!receive_plain(socket_fd, TAG_HELLO, &packet, sizeof packet, error))
        return FALSE;
    packet.version[sizeof packet.version - 1] = '\0';
    packet.why[sizeof packet.why - 1] = '\0';
    *hello_out = packet;
    return TRUE;
}
