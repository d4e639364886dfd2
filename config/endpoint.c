#include "config/endpoint.h"

#include "config/key_value.h"

#include <string.h>

static const LodgeAuth IMAP_AUTHS[] = {LODGE_AUTH_PASSWORD, LODGE_AUTH_BEARER};
static const LodgeAuth SMTP_AUTHS[] = {LODGE_AUTH_NONE, LODGE_AUTH_PASSWORD,
                                       LODGE_AUTH_BEARER};

const LodgeEndpointKind LODGE_ENDPOINT_IMAP = {993, 143, 143, IMAP_AUTHS};
const LodgeEndpointKind LODGE_ENDPOINT_SMTP = {465, 587, 25, SMTP_AUTHS};

const char *lodge_tls_format(LodgeTls tls)
{
    switch (tls) {
    case LODGE_TLS_IMPLICIT:
        return "implicit";
    case LODGE_TLS_STARTTLS:
        return "starttls";
    case LODGE_TLS_NONE:
        return "none";
    }
    g_return_val_if_reached("none");
}

const char *lodge_auth_format(LodgeAuth auth)
{
    switch (auth) {
    case LODGE_AUTH_NONE:
        return "none";
    case LODGE_AUTH_PASSWORD:
        return "password";
    case LODGE_AUTH_BEARER:
        return "bearer";
    }
    g_return_val_if_reached("none");
}

static guint default_port(const LodgeEndpointKind *kind, LodgeTls tls)
{
    if (tls == LODGE_TLS_IMPLICIT)
        return kind->port_implicit;
    return tls == LODGE_TLS_STARTTLS ? kind->port_starttls : kind->port_none;
}

static void
read_port(LodgeEndpoint *endpoint, LodgeKeyGroup *group, const LodgeEndpointKind *kind)
{
    guint fallback = default_port(kind, endpoint->tls);
    endpoint->port = (guint)lodge_key_group_get_number(group, "port", fallback);
    if (lodge_key_group_has(group, "port"))
        return;
    g_autofree char *shown = g_strdup_printf("%u", fallback);
    lodge_key_group_note_default(group, "port", shown);
}

/* On another machine everybody on the way would read the password and the plans. */
static void check_tls(const LodgeEndpoint *endpoint, LodgeKeyGroup *group)
{
    if (endpoint->tls != LODGE_TLS_NONE)
        return;
    if (endpoint->host != NULL && !lodge_key_value_is_loopback(endpoint->host))
        lodge_key_group_fail(
            group, "tls",
            "none is allowed on this machine only (127.0.0.1, ::1, localhost), "
            "not for %s; use implicit or starttls",
            endpoint->host);
    if (endpoint->ca_file != NULL)
        lodge_key_group_fail(group, "ca_file", "it has no use with tls = none; delete one");
}

static void take_secret(LodgeSecret *secret,
                        LodgeKeyGroup *group,
                        const char *key,
                        LodgeSecretKind kind,
                        char *value)
{
    if (value == NULL)
        return;
    if (secret->kind != LODGE_SECRET_NONE) {
        lodge_key_group_fail(group, key, "there is another secret_ key; keep one of them");
        g_free(value);
        return;
    }
    secret->kind = kind;
    secret->value = value;
}

static void check_secret_command(const LodgeSecret *secret, LodgeKeyGroup *group)
{
    if (secret->kind != LODGE_SECRET_COMMAND)
        return;
    lodge_key_group_mask(group, "secret_command");
    if (!g_shell_parse_argv(secret->value, NULL, NULL, NULL))
        lodge_key_group_fail(group, "secret_command",
                             "the command cannot be read as words: it has an open quote");
}

static void read_secret(LodgeEndpoint *endpoint, LodgeKeyGroup *group)
{
    LodgeSecret *secret = &endpoint->secret;
    take_secret(secret, group, "secret_file", LODGE_SECRET_FILE,
                lodge_key_group_get_path(group, "secret_file"));
    take_secret(secret, group, "secret_credential", LODGE_SECRET_CREDENTIAL,
                lodge_key_group_get_text(group, "secret_credential"));
    take_secret(secret, group, "secret_command", LODGE_SECRET_COMMAND,
                lodge_key_group_get_text(group, "secret_command"));
    check_secret_command(secret, group);
}

static void check_login(const LodgeEndpoint *endpoint, LodgeKeyGroup *group)
{
    const char *auth = lodge_auth_format(endpoint->auth);
    if (endpoint->auth == LODGE_AUTH_NONE) {
        if (endpoint->user != NULL)
            lodge_key_group_fail(group, "user",
                                 "it has no use with auth = none; delete one");
        if (endpoint->secret.kind != LODGE_SECRET_NONE)
            lodge_key_group_fail(group, NULL,
                                 "a secret has no use with auth = none; delete one");
        return;
    }
    if (endpoint->user == NULL)
        lodge_key_group_fail(group, NULL, "'user' is missing; auth = %s needs it", auth);
    if (endpoint->secret.kind == LODGE_SECRET_NONE)
        lodge_key_group_fail(group, NULL,
                             "auth = %s needs one of secret_file, secret_credential and "
                             "secret_command",
                             auth);
}

void lodge_endpoint_read(LodgeEndpoint *endpoint,
                         LodgeKeyGroup *group,
                         const LodgeEndpointKind *kind)
{
    endpoint->host = lodge_key_group_get_host(group, "host");
    endpoint->tls = (LodgeTls)lodge_key_group_get_choice(group, "tls");
    read_port(endpoint, group, kind);
    endpoint->ca_file = lodge_key_group_get_path(group, "ca_file");
    endpoint->auth = kind->auths[lodge_key_group_get_choice(group, "auth")];
    endpoint->user = lodge_key_group_get_text(group, "user");
    read_secret(endpoint, group);
    endpoint->connect_timeout_ms =
        (guint)lodge_key_group_get_number(group, "connect_timeout", 0);
    endpoint->reply_timeout_ms =
        (guint)lodge_key_group_get_number(group, "reply_timeout", 0);
    check_tls(endpoint, group);
    check_login(endpoint, group);
}

void lodge_endpoint_clear(LodgeEndpoint *endpoint)
{
    g_free(endpoint->host);
    g_free(endpoint->ca_file);
    g_free(endpoint->user);
    g_free(endpoint->secret.value);
}
