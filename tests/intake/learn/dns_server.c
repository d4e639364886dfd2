#include "tests/intake/learn/dns_server.h"

#include "tests/support/dns_peer.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct DnsServer {
    char *directory;
    char *address;
    GPid pid;
    FILE *says; /* what it writes on standard error */
    GPtrArray *files;
};

static char *put_file(DnsServer *server, const char *name, const char *text)
{
    char *path = g_build_filename(server->directory, name, NULL);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    g_ptr_array_add(server->files, g_strdup(path));
    return path;
}

static char *configure(DnsServer *server, const char *const *zones)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text,
                           "server:\n  ip-address: %s\n  username: \"\"\n  chroot: \"\"\n"
                           "  server-count: 1\n  database: \"\"\n  zonesdir: \"%s\"\n"
                           "  pidfile: \"%s/pid\"\n  xfrdfile: \"%s/xfrd\"\n"
                           "  zonelistfile: \"%s/list\"\n  xfrdir: \"%s\"\n  verbosity: 1\n"
                           "remote-control:\n  control-enable: no\n",
                           server->address, server->directory, server->directory,
                           server->directory, server->directory, server->directory);
    for (gsize i = 0; zones[i] != NULL; i += 2) {
        g_free(put_file(server, zones[i], zones[i + 1]));
        g_string_append_printf(text, "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n",
                               zones[i], zones[i]);
    }
    return put_file(server, "nsd.conf", text->str);
}

/* Its sockets are bound before it says that it has started. */
static void wait_until_started(DnsServer *server)
{
    char line[1024];
    while (fgets(line, sizeof line, server->says) != NULL) {
        if (strstr(line, "nsd started") != NULL)
            return;
        fprintf(stderr, "%s", line);
    }
    g_error("nsd ended before it had started");
}

DnsServer *dns_server_start(const char *const *zones)
{
    g_autofree char *program = g_find_program_in_path("nsd");
    if (program == NULL && g_file_test("/usr/sbin/nsd", G_FILE_TEST_IS_EXECUTABLE))
        program = g_strdup("/usr/sbin/nsd");
    if (program == NULL)
        return NULL;
    DnsServer *server = g_new0(DnsServer, 1);
    g_autoptr(GError) error = NULL;
    int says;
    server->files = g_ptr_array_new_with_free_func(g_free);
    server->directory = g_dir_make_tmp("lodge-dns-XXXXXX", NULL);
    server->address = g_strdup_printf("127.0.0.1@%u", dns_peer_free_port());
    g_autofree char *conf = configure(server, zones);
    char *argv[] = {program, "-d", "-c", conf, NULL};
    g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                             &server->pid, NULL, NULL, &says, &error);
    g_assert_no_error(error);
    server->says = fdopen(says, "r");
    wait_until_started(server);
    return server;
}

const char *dns_server_address(const DnsServer *server)
{
    return server->address;
}

void dns_server_stop(DnsServer *server)
{
    static const char *const made[] = {"pid", "xfrd", "list"};
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
    fclose(server->says);
    for (gsize i = 0; i < G_N_ELEMENTS(made); i++)
        g_ptr_array_add(server->files, g_build_filename(server->directory, made[i], NULL));
    for (guint i = 0; i < server->files->len; i++)
        g_unlink(g_ptr_array_index(server->files, i));
    g_rmdir(server->directory);
    g_ptr_array_unref(server->files);
    g_free(server->directory);
    g_free(server->address);
    g_free(server);
}
