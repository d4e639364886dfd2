#include "config/settings.h"

#include "parsers/text/digest.h"
#include "tests/support/cmocka.h"
#include <glib/gstdio.h>
#include <string.h>

#define EXAMPLES LODGE_SOURCE_DIR "/config/examples/"

#define CALL_A "[call a]\nfile = a.call\nregister = the.register\n"
#define BOX                                                                                \
    "[mailbox plans]\ncall = a\nhost = imap.example.org\nuser = plans\n"                   \
    "secret_file = imap.secret\n"
#define SMTP                                                                               \
    "[smtp]\nhost = smtp.example.org\nauth = none\nfrom_address = plans@dept.example.org\n"
#define SPOOL "[spool]\ndirectory = spool\n"
/* The armour is read here, the certificate by the reader. */
#define ANCHORS "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
#define WHOLE SPOOL CALL_A BOX SMTP

typedef struct {
    char *directory;
    char *conf;
} World;

static void write_file(const World *world, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(world->directory, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_call(const World *world, const char *name, const char *id, const char *prefix)
{
    g_autofree char *text =
        g_strdup_printf("[call]\nid = %s\ntitle = T\nreference_prefix = %s\n"
                        "department = D\nzone = Europe/London\n"
                        "deadline = 2024-07-20T00:00\n",
                        id, prefix);
    write_file(world, name, text);
}

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->directory = g_dir_make_tmp("lodge-settings-XXXXXX", NULL);
    assert_non_null(world->directory);
    world->conf = g_build_filename(world->directory, "lodge.conf", NULL);
    write_call(world, "a.call", "a", "AA");
    write_call(world, "b.call", "b", "BB");
    write_call(world, "b-like-a.call", "b", "AA");
    write_file(world, "broken.call", "[call]\nid = b\n");
    write_file(world, "anchors.pem", ANCHORS);
    write_file(world, "the.register", "[E10000016]\nname = Kent County Council\n");
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"a.call",      "b.call",       "b-like-a.call",
                                        "broken.call", "the.register", "lodge.conf",
                                        "anchors.pem"};
    World *world = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(world->directory, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(world->directory);
    g_free(world->conf);
    g_free(world->directory);
    g_free(world);
    return 0;
}

static LodgeSettings *load(const World *world, const char *text, GError **error)
{
    write_file(world, "lodge.conf", text);
    return lodge_settings_load(world->conf, error);
}

typedef struct {
    const char *name, *text;
    const char *words; /* NULL: taken */
} Case;

static const Case CASES[] = {
    {"a whole configuration", WHOLE, NULL},
    {"no mailbox: files only", SPOOL CALL_A SMTP, NULL},
    {"no SMTP, but a domain", SPOOL CALL_A BOX "[service]\ndomain = dept.example.org\n",
     NULL},
    {"no SMTP and no domain", SPOOL CALL_A BOX "[service]\nname = Plans\n",
     ":11: [service]: 'domain' is missing; without [smtp] it has no default"},
    {"nothing at all", "",
     "lodge.conf: [spool]: the group is not there: 'directory' (path) is missing"},
    {"no call", SPOOL SMTP, "no call is configured; add a group [call ID]"},
    {"a call whose file is missing",
     SPOOL SMTP "[call a]\nfile = none.call\nregister = the.register\n",
     "cannot be read: No such file"},
    {"a call whose register is missing",
     SPOOL SMTP "[call a]\nfile = a.call\nregister = none\n", "cannot be read: "},
    {"a call whose file is broken",
     SPOOL SMTP "[call b]\nfile = broken.call\nregister = the.register\n",
     "broken.call:1: [call]: 'title' (text) is missing"},
    {"a call under another id",
     SPOOL SMTP "[call a]\nfile = b.call\nregister = the.register\n",
     "b.call, whose id is 'b'; make them equal"},
    {"two calls with one prefix",
     WHOLE "[call b]\nfile = b-like-a.call\nregister = the.register\n",
     "[call a] and [call b] have the same reference_prefix 'AA'"},
    {"two calls side by side", WHOLE "[call b]\nfile = b.call\nregister = the.register\n",
     NULL},
    {"a mailbox for a call that is not there",
     SPOOL CALL_A SMTP
     "[mailbox plans]\ncall = c\nhost = h.example\nuser = u\nsecret_file = s\n",
     "lodge.conf:11: [mailbox plans] call: there is no group [call c]"},
    {"a mailbox called file", SPOOL CALL_A SMTP "[mailbox file]\ncall = a\n",
     "'file' is no name for a mailbox"},
    {"a mailbox with a slash", SPOOL CALL_A SMTP "[mailbox a/b]\ncall = a\n",
     "'a/b' is no name for a mailbox"},
    {"no secret", SPOOL CALL_A "[mailbox p]\ncall = a\nhost = h.example\nuser = u\n",
     "[mailbox p]: auth = password needs one of secret_file, secret_credential and secret_command"},
    {"two secrets",
     WHOLE "[mailbox p]\ncall = a\nhost = h.example\nuser = u\nsecret_file = s\n"
           "secret_command = token\n",
     "secret_command: there is another secret_ key; keep one of them"},
    {"a password in the file",
     SPOOL CALL_A "[mailbox p]\ncall = a\nhost = h.example\nuser = u\npassword = hunter2\n",
     "name that file with secret_file"},
    {"an open quote in a command",
     SPOOL CALL_A
     "[mailbox p]\ncall = a\nhost = h.example\nuser = u\nsecret_command = t 'hunter2\n",
     "secret_command: the command cannot be read as words"},
    {"plain text across the network",
     SPOOL CALL_A
     "[mailbox p]\ncall = a\nhost = h.example\ntls = none\nuser = u\nsecret_file = s\n",
     "tls: none is allowed on this machine only (127.0.0.1, ::1, localhost), not for h.example"},
    {"plain text on this machine",
     WHOLE
     "[mailbox p]\ncall = a\nhost = 127.0.0.1\ntls = none\nuser = u\nsecret_file = s\n",
     NULL},
    {"plain text on this machine, IPv6",
     WHOLE "[mailbox p]\ncall = a\nhost = [::1]\ntls = none\nuser = u\nsecret_file = s\n",
     NULL},
    {"a CA file without TLS",
     WHOLE
     "[mailbox p]\ncall = a\nhost = ::1\ntls = none\nca_file = c\nuser = u\nsecret_file = s\n",
     "ca_file: it has no use with tls = none"},
    {"a keyword is to be set, but which",
     WHOLE "[mailbox p]\ncall = a\nhost = h.example\nuser = u\n"
           "secret_file = s\nafter = keyword\n",
     "after: keyword needs the key 'keyword'"},
    {"a keyword that is none",
     WHOLE "[mailbox p]\ncall = a\nhost = h.example\nuser = u\n"
           "secret_file = s\nafter = keyword\nkeyword = \\\\Seen\n",
     "keyword: '\\Seen' is no IMAP keyword"},
    {"a keyword nobody sets",
     WHOLE "[mailbox p]\ncall = a\nhost = h.example\nuser = u\n"
           "secret_file = s\nkeyword = Filed\n",
     "keyword: it has no use without after = keyword"},
    {"a move to nowhere",
     WHOLE "[mailbox p]\ncall = a\nhost = h.example\nuser = u\n"
           "secret_file = s\nafter = move-to\n",
     "after: move-to needs the key 'move_to'"},
    {"a move in a circle",
     WHOLE "[mailbox p]\ncall = a\nhost = h.example\nuser = u\nsecret_file = s\n"
           "folders = INBOX; Filed\nafter = move-to\nmove_to = Filed\n",
     "move_to: 'Filed' is one of the folders to be read"},
    {"one inbox twice",
     WHOLE "[mailbox p]\ncall = a\nhost = imap.example.org\nuser = plans\n"
           "secret_file = s\n",
     "it reads the inbox of [mailbox plans] again"},
    {"one account, other folders",
     SPOOL CALL_A SMTP
     "[mailbox p]\ncall = a\nhost = h.example\nuser = u\nsecret_file = s\n"
     "folders = INBOX\n[mailbox q]\ncall = a\nhost = h.example\nuser = u\n"
     "secret_file = s\nfolders = Junk\n",
     NULL},
    {"a login without user",
     SPOOL CALL_A "[smtp]\nhost = h.example\nfrom_address = a@b.example\n"
                  "secret_file = s\n",
     "[smtp]: 'user' is missing; auth = password needs it"},
    {"a user without login", SPOOL CALL_A SMTP "user = u\n",
     "user: it has no use with auth = none; delete one"},
    {"a secret without login", SPOOL CALL_A SMTP "secret_file = s\n",
     "a secret has no use with auth = none"},
    {"a sender that is no address",
     SPOOL CALL_A "[smtp]\nhost = h.example\nauth = none\nfrom_address = x\n",
     "from_address: 'x' is not an e-mail address"},
    {"waits the wrong way round", WHOLE "retry_first = 2h\nretry_max = 1h\n",
     "retry_max: it is shorter than retry_first"},
    {"a pace without a unit", WHOLE "pace = 20\n",
     "pace: '20' is not a rate; write it like 20/min"},
    {"a cap without a unit", WHOLE "[answers]\nper_address = 20\n",
     "per_address: '20' is not a rate; write it like 10/hour"},
    {"a cap for the hour in a key for the day",
     WHOLE "[answers]\nper_address_day = 20/hour\n",
     "per_address_day: '20/hour' is not a rate; write it like 40/day"},
    {"a day that allows less than an hour", WHOLE "[answers]\nper_council = 121/hour\n",
     "per_council_day: it allows less than per_council; raise it as well"},
    {"no caps at all",
     WHOLE "[answers]\nper_address = 0\nper_address_day = unlimited\ntotal = 0\n", NULL},
    {"contacts who are told now and then", WHOLE "[answers]\ntell_contact = sometimes\n",
     "tell_contact: 'sometimes' is none of never, once, daily"},
    {"a network with bits after its prefix", WHOLE "[border]\nnetworks = 192.0.2.1/24\n",
     "networks: '192.0.2.1/24' is no network"},
    {"a server that is a pattern in the middle", WHOLE "[border]\nservers = mx.*.example\n",
     "servers: 'mx.*.example' is no server name"},
    {"DNS by the system's servers", WHOLE "[dns]\nmode = system\n", NULL},
    {"DNS by servers of our own",
     WHOLE "[dns]\nmode = system\nservers = 192.0.2.53; 2001:db8::53@5353\n"
           "timeout = 100ms\ndnssec = no\n",
     NULL},
    {"a name server by name", WHOLE "[dns]\nmode = system\nservers = ns.example.org\n",
     "servers: 'ns.example.org' is no address of a server; write 192.0.2.53"},
    {"a name server with an odd port", WHOLE "[dns]\nmode = system\nservers = ::1@65536\n",
     "servers: '::1@65536' is no address of a server"},
    {"a name server with a port as elsewhere",
     WHOLE "[dns]\nmode = system\nservers = 192.0.2.53:53\n",
     "servers: '192.0.2.53:53' is no address of a server"},
    {"servers that nobody would ask", WHOLE "[dns]\nservers = 192.0.2.53\n",
     "servers: it has no use without mode = system"},
    {"a time-out of nothing", WHOLE "[dns]\nmode = off\ntimeout = 5s\n",
     "timeout: it has no use without mode = system"},
    {"a time-out that is too long", WHOLE "[dns]\nmode = system\ntimeout = 2min\n",
     "timeout: '2min' is outside 100ms to 1min"},
    {"a scanner on a socket", WHOLE "[scanner]\nsocket = /run/clamav/clamd.ctl\n", NULL},
    {"a scanner on another machine",
     WHOLE "[scanner]\nhost = 2001:db8::33\nport = 3311\ntimeout = 5min\nmax_size = 4G\n",
     NULL},
    {"a scanner nowhere", WHOLE "[scanner]\ntimeout = 5s\n",
     "[scanner]: it names no scanner; write socket = /run/clamav/clamd.ctl"},
    {"a scanner in two places", WHOLE "[scanner]\nsocket = s\nhost = 127.0.0.1\n",
     "host: there is a socket as well; delete one of them"},
    {"a port of a socket", WHOLE "[scanner]\nsocket = s\nport = 3310\n",
     "port: it has no use without host"},
    {"a scanner that is never waited for", WHOLE "[scanner]\nsocket = s\ntimeout = 0s\n",
     "timeout: '0s' is outside 100ms to 10min"},
    {"a socket with too long a name",
     WHOLE "[scanner]\nsocket = /0123456789/0123456789/0123456789/0123456789/0123456789/"
           "0123456789/0123456789/0123456789/0123456789/0123456789\n",
     "is longer than the 107 bytes that a socket's path may have"},
    {"anchors in a file", WHOLE "[authentication]\nsmime_anchors = anchors.pem\n", NULL},
    {"anchors in a file that is not there",
     WHOLE "[authentication]\nsmime_anchors = none.pem\n", "smime_anchors: '"},
    {"anchors that are none", WHOLE "[authentication]\nsmime_anchors = the.register\n",
     "the.register' cannot be used: it holds no certificate in PEM"},
    {"keys of 2048 bits at least", WHOLE "[authentication]\nmin_rsa_bits = 2048\n", NULL},
    {"keys that RFC 8301 forbids", WHOLE "[authentication]\nmin_rsa_bits = 1023\n",
     "min_rsa_bits: '1023' is outside 1024 to 4096"},
    {"keys that nobody must take", WHOLE "[authentication]\nmin_rsa_bits = 4097\n",
     "min_rsa_bits: '4097' is outside 1024 to 4096"},
    {"keys without a number", WHOLE "[authentication]\nmin_rsa_bits = none\n",
     "min_rsa_bits: 'none'"},
    {"a size without a unit", WHOLE "[limits]\nmax_message = 25\n",
     "max_message: '25' has no unit"},
    {"a misspelt key", WHOLE "[limits]\nmax_mesage = 25M\n", "did you mean 'max_message'?"},
    {"a doubled group", WHOLE SPOOL, "group [spool] is there twice, first in line 1"},
};

static void a_configuration_is_taken_or_refused_with_its_mend(void **state)
{
    const World *world = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeSettings) settings = load(world, CASES[i].text, &error);
        gboolean good =
            CASES[i].words == NULL
                ? settings != NULL
                : error != NULL && strstr(error->message, CASES[i].words) != NULL;
        if (!good || (settings == NULL) != (error != NULL))
            fail_msg("%s: '%s'", CASES[i].name, error ? error->message : "taken");
        if (error != NULL &&
            (strchr(error->message, '\n') || strstr(error->message, "hunter2")))
            fail_msg("%s: '%s'", CASES[i].name, error->message);
    }
}

static void defaults_follow_from_the_rest(void **state)
{
    const World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeSettings) settings = load(world, WHOLE, &error);
    if (settings == NULL)
        fail_msg("%s", error->message);
    const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, 0);
    g_autofree char *spool = g_build_filename(world->directory, "spool", NULL);
    g_autofree char *secret = g_build_filename(world->directory, "imap.secret", NULL);
    assert_string_equal(settings->spool_dir, spool);
    assert_string_equal(mailbox->name, "plans");
    assert_int_equal(mailbox->endpoint.port, 993);
    assert_int_equal(mailbox->endpoint.tls, LODGE_TLS_IMPLICIT);
    assert_int_equal(mailbox->endpoint.auth, LODGE_AUTH_PASSWORD);
    assert_int_equal(mailbox->endpoint.secret.kind, LODGE_SECRET_FILE);
    assert_string_equal(mailbox->endpoint.secret.value, secret);
    assert_int_equal(mailbox->endpoint.connect_timeout_ms, 30000);
    assert_int_equal(mailbox->endpoint.reply_timeout_ms, 120000);
    assert_int_equal(mailbox->after, LODGE_AFTER_LEAVE);
    assert_null(mailbox->folders);
    const LodgeSmtp *smtp = settings->smtp;
    assert_int_equal(smtp->endpoint.port, 587);
    assert_int_equal(smtp->endpoint.tls, LODGE_TLS_STARTTLS);
    assert_string_equal(smtp->from_name, "Submissions");
    assert_string_equal(smtp->help_address, "plans@dept.example.org");
    assert_string_equal(smtp->envelope_address, "plans@dept.example.org");
    assert_int_equal(smtp->pace_per_minute, 20);
    assert_int_equal(smtp->pace_per_day, 10000);
    assert_int_equal(smtp->retry_first_s, 60);
    assert_int_equal(smtp->retry_max_s, 4 * 3600);
    assert_int_equal(settings->answers.total_per_hour, 600);
    assert_int_equal(settings->limits.max_message_bytes, 256 * 1024 * 1024);
    assert_int_equal(settings->limits.reader_wall_ms, 30000);
    assert_int_equal(settings->dns.mode, LODGE_DNS_MODE_OFF);
    assert_int_equal(settings->dns.timeout_ms, 5000);
    assert_true(settings->dns.dnssec);
    assert_null(settings->dns.servers[0]);
    assert_false(settings->scanner.is_on);
    assert_int_equal(settings->trust->min_rsa_bits, 1024);
    const LodgeCallSettings *call = lodge_settings_find_call(settings, "a");
    assert_string_equal(call->rules->instance_domain, "dept.example.org");
    assert_string_equal(call->rules->help_address, "plans@dept.example.org");
    assert_string_equal(call->rules->service_name, "Submissions");
    const LodgeCaps caps = {{10, 40}, {60, 240}, {30, 120}};
    assert_memory_equal(&call->rules->caps, &caps, sizeof caps);
    assert_int_equal(call->rules->tell_contact, LODGE_TELL_ONCE);
    assert_null(lodge_settings_find_call(settings, "b"));
}

/* The certificates go to the airlock, their digests into the rules. */
static void anchors_are_handed_on_and_named_in_the_rules(void **state)
{
    g_autoptr(LodgeSettings) settings =
        load(*state, WHOLE "[authentication]\nsmime_anchors = anchors.pem\n", NULL);
    assert_non_null(settings);
    gsize size = 0;
    const char *pem = g_bytes_get_data(settings->smime_anchors, &size);
    assert_int_equal(size, strlen(ANCHORS));
    assert_memory_equal(pem, ANCHORS, size);
    const LodgeCallSettings *call = lodge_settings_find_call(settings, "a");
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute("0\0", 2, sha256);
    assert_string_equal(call->rules->trust->smime_anchors[0], sha256);
    assert_null(call->rules->trust->smime_anchors[1]);

    g_autoptr(LodgeSettings) without = load(*state, WHOLE, NULL);
    assert_null(without->smime_anchors);
    assert_null(without->trust->smime_anchors[0]);
}

static void the_least_key_is_a_part_of_the_rules(void **state)
{
    g_autoptr(LodgeSettings) settings =
        load(*state, WHOLE "[authentication]\nmin_rsa_bits = 2048\n", NULL);
    assert_non_null(settings);
    assert_int_equal(settings->trust->min_rsa_bits, 2048);
    const LodgeCallSettings *call = lodge_settings_find_call(settings, "a");
    assert_int_equal(call->rules->trust->min_rsa_bits, 2048);
}

static void ports_follow_tls(void **state)
{
    const World *world = *state;
    static const struct {
        const char *tls;
        guint imap, smtp;
    } cases[] = {{"implicit", 993, 465}, {"starttls", 143, 587}, {"none", 143, 25}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            SPOOL CALL_A
            "[mailbox p]\ncall = a\nhost = localhost\ntls = %s\nuser = u\n"
            "secret_file = s\n[smtp]\nhost = localhost\ntls = %s\nauth = none\n"
            "from_address = a@b.example\n",
            cases[i].tls, cases[i].tls);
        g_autoptr(LodgeSettings) settings = load(world, text, NULL);
        assert_non_null(settings);
        const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, 0);
        assert_int_equal(mailbox->endpoint.port, cases[i].imap);
        assert_int_equal(settings->smtp->endpoint.port, cases[i].smtp);
        assert_string_equal(lodge_tls_format(mailbox->endpoint.tls), cases[i].tls);
    }
}

static const LodgeSettingOrigin *
find_origin(const LodgeSettings *settings, const char *group, const char *key)
{
    for (guint i = 0; i < settings->origins->len; i++) {
        const LodgeSettingOrigin *origin = g_ptr_array_index(settings->origins, i);
        if (strcmp(origin->group, group) == 0 && strcmp(origin->key, key) == 0)
            return origin;
    }
    fail_msg("[%s] %s has no origin", group, key);
    return NULL;
}

static void every_value_says_where_it_comes_from(void **state)
{
    const World *world = *state;
    g_autoptr(LodgeSettings) settings = load(
        world,
        SPOOL CALL_A "[mailbox p]\ncall = a\nhost = h.example\nuser = u\nauth = bearer\n"
                     "secret_command = token --key hunter2\n" SMTP,
        NULL);
    assert_non_null(settings);
    static const struct {
        const char *group, *key, *value, *origin;
    } cases[] = {
        {"spool", "directory", "spool", "lodge.conf:2"},
        {"call a", "file", "a.call", "lodge.conf:4"},
        {"mailbox p", "host", "h.example", "lodge.conf:8"},
        {"mailbox p", "port", "993", "default"},
        {"mailbox p", "secret_command", "(not shown)", "lodge.conf:11"},
        {"mailbox p", "folders", "all but Sent, Drafts and Outbox", "default"},
        {"smtp", "help_address", "plans@dept.example.org", "default"},
        {"service", "domain", "dept.example.org", "default"},
        {"limits", "reserve", "256M", "default"},
        {"limits", "low_space", "2G", "default"},
        {"answers", "per_domain_day", "240/day", "default"},
        {"authentication", "spf", "hold", "default"},
        {"dns", "mode", "off", "default"},
        {"dns", "servers", "those of /etc/resolv.conf", "default"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const LodgeSettingOrigin *origin =
            find_origin(settings, cases[i].group, cases[i].key);
        assert_string_equal(origin->value, cases[i].value);
        assert_string_equal(origin->origin, cases[i].origin);
    }
    for (guint i = 0; i < settings->origins->len; i++) {
        const LodgeSettingOrigin *origin = g_ptr_array_index(settings->origins, i);
        assert_null(strstr(origin->value, "hunter2"));
    }
}

static void the_example_loads(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(EXAMPLES "lodge.conf", &error);
    if (settings == NULL)
        fail_msg("%s", error->message);
    const LodgeCallSettings *call =
        lodge_settings_find_call(settings, "productivity-plans-2024");
    assert_int_equal(lodge_register_count(call->rules->reg), 317);
    assert_true(lodge_trust_is_our_server(settings->trust, "mx1.mail.dept.example.gov.uk"));
    assert_int_equal(settings->smtp->endpoint.auth, LODGE_AUTH_PASSWORD);
}

/* Lines commented out as "# key = value" and "# [group]", made to count, other groups of that name left out. */
static void the_commented_variant_for_exchange_online_loads(void **state)
{
    const World *world = *state;
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(g_file_get_contents(EXAMPLES "lodge.conf", &text, NULL, NULL));
    char *start = strstr(text, "# [mailbox plans]");
    char *end = strstr(text, "# ---- Variant 2");
    assert_true(start != NULL && end > start);
    *end = '\0';
    g_auto(GStrv) lines = g_strsplit(start, "\n", -1);
    g_autoptr(GString) variant = g_string_new(SPOOL CALL_A);
    for (gsize i = 0; lines[i] != NULL; i++)
        g_string_append_printf(variant, "%s\n",
                               g_str_has_prefix(lines[i], "# ") ? lines[i] + 2 : "");
    g_string_replace(variant, "call = productivity-plans-2024", "call = a", 0);
    g_autoptr(LodgeSettings) settings = load(world, variant->str, &error);
    if (settings == NULL)
        fail_msg("%s", error->message);
    const LodgeMailbox *mailbox = g_ptr_array_index(settings->mailboxes, 0);
    assert_int_equal(mailbox->endpoint.auth, LODGE_AUTH_BEARER);
    assert_int_equal(mailbox->after, LODGE_AFTER_MOVE);
    assert_int_equal(settings->smtp->envelope, LODGE_ENVELOPE_PLAIN);
    assert_int_equal(settings->trust->kind, LODGE_BORDER_EXCHANGE_ONLINE);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(lodge_settings_load("/nonexistent/lodge.conf", &error));
    assert_true(g_error_matches(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_FILE));
    assert_non_null(strstr(error->message, "/nonexistent/lodge.conf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_configuration_is_taken_or_refused_with_its_mend),
        cmocka_unit_test(defaults_follow_from_the_rest),
        cmocka_unit_test(anchors_are_handed_on_and_named_in_the_rules),
        cmocka_unit_test(the_least_key_is_a_part_of_the_rules),
        cmocka_unit_test(ports_follow_tls),
        cmocka_unit_test(every_value_says_where_it_comes_from),
        cmocka_unit_test(the_example_loads),
        cmocka_unit_test(the_commented_variant_for_exchange_online_loads),
        cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
