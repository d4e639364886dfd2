#include "config/dns.h"

#include "config/key_value.h"

#include <arpa/inet.h>
#include <string.h>

/* An address, with @PORT behind it if it is not 53: as libunbound takes it. */
static gboolean is_server(const char *text)
{
    guint8 bytes[16];
    gint64 port;
    g_auto(GStrv) parts = g_strsplit(text, "@", 2);
    if (parts[0] == NULL || (inet_pton(AF_INET, parts[0], bytes) != 1 &&
                             inet_pton(AF_INET6, parts[0], bytes) != 1))
        return FALSE;
    if (parts[1] == NULL)
        return TRUE;
    g_autofree char *problem = lodge_key_value_parse_count(parts[1], 1, 65535, &port);
    return problem == NULL;
}

static void read_servers(LodgeDnsSettings *settings, LodgeKeyGroup *group)
{
    g_strfreev(settings->servers);
    settings->servers = lodge_key_group_get_list(group, "servers");
    for (gsize i = 0; settings->servers[i] != NULL; i++) {
        if (!is_server(settings->servers[i]))
            lodge_key_group_fail(group, "servers",
                                 "'%s' is no address of a server; write 192.0.2.53 or "
                                 "2001:db8::53, with @PORT behind it if it is not 53",
                                 settings->servers[i]);
    }
    if (!lodge_key_group_has(group, "servers"))
        lodge_key_group_note_default(group, "servers", "those of /etc/resolv.conf");
}

static void check_senseless(const LodgeDnsSettings *settings, LodgeKeyGroup *group)
{
    static const char *const keys[] = {"servers", "timeout", "dnssec"};
    for (gsize i = 0; settings->mode == LODGE_DNS_MODE_OFF && i < G_N_ELEMENTS(keys); i++) {
        if (lodge_key_group_has(group, keys[i]))
            lodge_key_group_fail(group, keys[i],
                                 "it has no use without mode = system; set that or delete "
                                 "this");
    }
}

void lodge_dns_settings_read(LodgeDnsSettings *settings, LodgeKeyGroup *group)
{
    settings->mode = (LodgeDnsMode)lodge_key_group_get_choice(group, "mode");
    read_servers(settings, group);
    settings->timeout_ms = (guint)lodge_key_group_get_number(group, "timeout", 0);
    settings->dnssec = lodge_key_group_get_switch(group, "dnssec");
    check_senseless(settings, group);
}

void lodge_dns_settings_clear(LodgeDnsSettings *settings)
{
    g_clear_pointer(&settings->servers, g_strfreev);
}
