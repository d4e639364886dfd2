#include "tests/support/dns_peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_BYTES 65535
#define UDP_BYTES 1232
#define HEADER_BYTES 12
#define TYPE_CNAME 5
#define TYPE_TXT 16
#define RCODE_SERVFAIL 2
#define RCODE_NXDOMAIN 3
#define RCODE_REFUSED 5

/* A reply that waits for dns_peer_release(). */
typedef struct {
    struct sockaddr_in to;
    GByteArray *message;
} Held;

struct DnsPeer {
    const DnsPeerName *names;
    int udp, tcp, stop_fd, release_fd;
    guint port;
    char *address;
    GThread *thread;
    GPtrArray *held; /* the thread's own */
    GMutex lock;
    GHashTable *counts; /* under lock: char * -> guint */
};

typedef struct {
    char *name;
    guint16 type;
    gsize end; /* of the question in the message */
} Question;

/* ---- messages ---- */

/* No compression: questions have none. FALSE: not a question. */
static gboolean parse_question(const guint8 *bytes, gsize size, Question *question_out)
{
    g_autoptr(GString) name = g_string_new(NULL);
    gsize at = HEADER_BYTES;
    while (at < size && bytes[at] != 0) {
        gsize length = bytes[at];
        if (length > 63 || at + 1 + length >= size)
            return FALSE;
        if (name->len > 0)
            g_string_append_c(name, '.');
        g_string_append_len(name, (const char *)bytes + at + 1, (gssize)length);
        at += 1 + length;
    }
    if (at + 5 > size)
        return FALSE;
    question_out->type = (guint16)(bytes[at + 1] << 8 | bytes[at + 2]);
    question_out->end = at + 5;
    question_out->name = g_ascii_strdown(name->str, -1);
    return TRUE;
}

static void append_u16(GByteArray *message, guint value)
{
    const guint8 bytes[2] = {(guint8)(value >> 8), (guint8)value};
    g_byte_array_append(message, bytes, 2);
}

static void append_name(GByteArray *message, const char *name)
{
    g_auto(GStrv) labels = g_strsplit(name, ".", -1);
    for (gsize i = 0; labels[i] != NULL; i++) {
        guint8 length = (guint8)strlen(labels[i]);
        g_byte_array_append(message, &length, 1);
        g_byte_array_append(message, (const guint8 *)labels[i], length);
    }
    g_byte_array_append(message, (const guint8 *)"", 1);
}

static void append_strings(GByteArray *data, const char *bytes, gsize size)
{
    for (gsize at = 0; at < size || size == 0; at += 255) {
        guint8 length = (guint8)MIN(size - at, 255);
        g_byte_array_append(data, &length, 1);
        g_byte_array_append(data, (const guint8 *)bytes + at, length);
        if (size == 0)
            return;
    }
}

static void append_record(GByteArray *message, const DnsPeerName *name)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    g_autofree char *fill = g_strnfill(name->fill, 'x');
    if (name->cname != NULL)
        append_name(data, name->cname);
    else
        append_strings(data, name->text, strlen(name->text));
    if (name->fill > 0)
        append_strings(data, fill, name->fill);
    if (name->manner == DNS_PEER_OTHER_NAME)
        append_name(message, "other.example");
    else
        append_u16(message, 0xc000 | HEADER_BYTES);
    append_u16(message, name->cname != NULL ? TYPE_CNAME : TYPE_TXT);
    append_u16(message, 1);
    append_u16(message, 0);
    append_u16(message, 300);
    append_u16(message, data->len);
    g_byte_array_append(message, data->data, data->len);
}

static guint rcode_of(const DnsPeerName *name)
{
    if (name == NULL)
        return RCODE_NXDOMAIN;
    if (name->manner == DNS_PEER_SERVFAIL)
        return RCODE_SERVFAIL;
    return name->manner == DNS_PEER_REFUSE ? RCODE_REFUSED : 0;
}

/* QR, RD, RA, AA; one question, and the record if there is one. */
static GByteArray *
compose(const guint8 *query, const Question *question, const DnsPeerName *name)
{
    GByteArray *message = g_byte_array_new();
    gboolean has_record =
        name != NULL && rcode_of(name) == 0 &&
        (name->cname != NULL || (question->type == TYPE_TXT && name->text != NULL));
    g_byte_array_append(message, query, 2);
    append_u16(message, 0x8580 | rcode_of(name));
    append_u16(message, 1);
    append_u16(message, has_record ? 1 : 0);
    append_u16(message, 0);
    append_u16(message, 0);
    if (name != NULL && name->manner == DNS_PEER_OTHER_QUESTION) {
        append_name(message, "other.example");
        append_u16(message, TYPE_TXT);
        append_u16(message, 1);
    } else {
        g_byte_array_append(message, query + HEADER_BYTES,
                            (guint)(question->end - HEADER_BYTES));
    }
    if (has_record)
        append_record(message, name);
    return message;
}

/* The header alone with the truncation bit, the question behind it. */
static void truncate_message(GByteArray *message, const Question *question)
{
    g_byte_array_set_size(message, (guint)question->end);
    message->data[2] |= 0x02;
    memset(message->data + 6, 0, 6);
}

/* ---- conversations ---- */

static const DnsPeerName *find(const DnsPeer *peer, const char *wanted)
{
    for (const DnsPeerName *name = peer->names; name->name != NULL; name++) {
        if (g_ascii_strcasecmp(name->name, wanted) == 0)
            return name;
    }
    return NULL;
}

static void count(DnsPeer *peer, const char *name)
{
    g_mutex_lock(&peer->lock);
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(peer->counts, name));
    g_hash_table_insert(peer->counts, g_strdup(name), GUINT_TO_POINTER(before + 1));
    g_mutex_unlock(&peer->lock);
}

static void
send_to(const DnsPeer *peer, const struct sockaddr_in *to, const GByteArray *message)
{
    (void)!sendto(peer->udp, message->data, message->len, 0, (const struct sockaddr *)to,
                  sizeof *to);
}

static void hold(DnsPeer *peer, const struct sockaddr_in *to, GByteArray *message)
{
    Held *held = g_new0(Held, 1);
    held->to = *to;
    held->message = g_byte_array_ref(message);
    g_ptr_array_add(peer->held, held);
}

static void free_held(gpointer data)
{
    Held *held = data;
    g_byte_array_unref(held->message);
    g_free(held);
}

static void reply_udp(DnsPeer *peer,
                      const struct sockaddr_in *to,
                      const Question *question,
                      const DnsPeerName *name,
                      GByteArray *message)
{
    DnsPeerManner manner = name != NULL ? name->manner : DNS_PEER_ANSWER;
    if (manner == DNS_PEER_TRUNCATE || message->len > UDP_BYTES)
        truncate_message(message, question);
    if (manner == DNS_PEER_WRONG_ID || manner == DNS_PEER_WRONG_ID_FIRST) {
        message->data[0] ^= 0xff;
        send_to(peer, to, message);
        message->data[0] ^= 0xff;
    }
    if (manner == DNS_PEER_HOLD)
        hold(peer, to, message);
    else if (manner != DNS_PEER_SILENT && manner != DNS_PEER_WRONG_ID)
        send_to(peer, to, message);
}

static void serve_udp(DnsPeer *peer)
{
    guint8 query[MESSAGE_BYTES];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    Question question;
    gssize size =
        recvfrom(peer->udp, query, sizeof query, 0, (struct sockaddr *)&from, &length);
    if (size < HEADER_BYTES || !parse_question(query, (gsize)size, &question))
        return;
    g_autofree char *owned = question.name;
    const DnsPeerName *name = find(peer, owned);
    count(peer, owned);
    g_autoptr(GByteArray) message = compose(query, &question, name);
    reply_udp(peer, &from, &question, name, message);
}

static gboolean read_whole(int fd, guint8 *bytes, gsize size)
{
    return recv(fd, bytes, size, MSG_WAITALL) == (gssize)size;
}

/* One question on a connection, then it is closed. */
static void serve_tcp(DnsPeer *peer)
{
    guint8 length[2], query[MESSAGE_BYTES];
    Question question;
    int fd = accept4(peer->tcp, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    gsize size = read_whole(fd, length, 2) ? (gsize)(length[0] << 8 | length[1]) : 0;
    if (size >= HEADER_BYTES && read_whole(fd, query, size) &&
        parse_question(query, size, &question)) {
        g_autofree char *owned = question.name;
        count(peer, owned);
        g_autoptr(GByteArray) message =
            compose(query, &question, find(peer, question.name));
        g_autoptr(GByteArray) whole = g_byte_array_new();
        append_u16(whole, message->len);
        g_byte_array_append(whole, message->data, message->len);
        (void)!send(fd, whole->data, whole->len, MSG_NOSIGNAL);
    }
    close(fd);
}

static void release_held(DnsPeer *peer)
{
    eventfd_t value;
    eventfd_read(peer->release_fd, &value);
    for (guint i = 0; i < peer->held->len; i++) {
        const Held *held = g_ptr_array_index(peer->held, i);
        send_to(peer, &held->to, held->message);
    }
    g_ptr_array_set_size(peer->held, 0);
}

static gpointer run(gpointer data)
{
    DnsPeer *peer = data;
    struct pollfd fds[] = {{peer->stop_fd, POLLIN, 0},
                           {peer->release_fd, POLLIN, 0},
                           {peer->udp, POLLIN, 0},
                           {peer->tcp, POLLIN, 0}};
    while (poll(fds, G_N_ELEMENTS(fds), -1) > 0 && fds[0].revents == 0) {
        if (fds[1].revents != 0)
            release_held(peer);
        if (fds[2].revents != 0)
            serve_udp(peer);
        if (fds[3].revents != 0)
            serve_tcp(peer);
    }
    return NULL;
}

/* ---- life ---- */

static int open_socket(int type, guint port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((guint16)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (type == SOCK_STREAM) /* two of UDP would share the port */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static guint port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
    return ntohs(address.sin_port);
}

/* Both kinds on one port: the kernel picks one for TCP, and UDP must be free there too. */
static guint open_both(guint port, int *udp_out, int *tcp_out)
{
    for (guint attempt = 0; attempt < 100; attempt++) {
        int tcp = open_socket(SOCK_STREAM, port);
        g_assert_cmpint(tcp, >=, 0);
        int udp = open_socket(SOCK_DGRAM, port_of(tcp));
        if (udp >= 0) {
            *udp_out = udp;
            *tcp_out = tcp;
            return port_of(tcp);
        }
        close(tcp);
    }
    g_assert_not_reached();
}

guint dns_peer_free_port(void)
{
    int udp, tcp;
    guint port = open_both(0, &udp, &tcp);
    close(udp);
    close(tcp);
    return port;
}

DnsPeer *dns_peer_start(const DnsPeerName *names, guint port)
{
    DnsPeer *peer = g_new0(DnsPeer, 1);
    peer->names = names;
    peer->port = open_both(port, &peer->udp, &peer->tcp);
    peer->address = g_strdup_printf("127.0.0.1@%u", peer->port);
    g_assert_cmpint(listen(peer->tcp, 16), ==, 0);
    peer->stop_fd = eventfd(0, EFD_CLOEXEC);
    peer->release_fd = eventfd(0, EFD_CLOEXEC);
    peer->held = g_ptr_array_new_with_free_func(free_held);
    peer->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&peer->lock);
    peer->thread = g_thread_new("dns-peer", run, peer);
    return peer;
}

guint dns_peer_port(const DnsPeer *peer)
{
    return peer->port;
}

const char *dns_peer_address(const DnsPeer *peer)
{
    return peer->address;
}

guint dns_peer_count(DnsPeer *peer, const char *name)
{
    g_mutex_lock(&peer->lock);
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(peer->counts, name));
    g_mutex_unlock(&peer->lock);
    return found;
}

void dns_peer_release(DnsPeer *peer)
{
    eventfd_write(peer->release_fd, 1);
}

void dns_peer_stop(DnsPeer *peer)
{
    eventfd_write(peer->stop_fd, 1);
    g_thread_join(peer->thread);
    close(peer->udp);
    close(peer->tcp);
    close(peer->stop_fd);
    close(peer->release_fd);
    g_ptr_array_unref(peer->held);
    g_hash_table_unref(peer->counts);
    g_mutex_clear(&peer->lock);
    g_free(peer->address);
    g_free(peer);
}
