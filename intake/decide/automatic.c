#include "intake/decide/automatic.h"

#include <string.h>

/* The first keyword of a field: "auto-replied; x=y (comment)" gives "auto-replied". */
static char *first_word(const char *value)
{
    const char *start = value + strspn(value, " \t\r\n");
    return g_ascii_strdown(start, (gssize)strcspn(start, " \t\r\n;,("));
}

static gboolean has_field(const LodgeMessageFacts *message, const char *name)
{
    return lodge_message_facts_find_header(message, name, 0) != NULL;
}

static gboolean
has_word(const LodgeMessageFacts *message, const char *name, const char *const *words)
{
    const LodgeHeaderField *field;
    for (guint n = 0; (field = lodge_message_facts_find_header(message, name, n)) != NULL;
         n++) {
        g_autofree char *word = first_word(field->value == NULL ? "" : field->value);
        if (g_strv_contains(words, word))
            return TRUE;
    }
    return FALSE;
}

gboolean lodge_automatic_is_auto_submitted(const LodgeMessageFacts *message)
{
    static const char *const person[] = {"no", "", NULL};
    const LodgeHeaderField *field;
    for (guint n = 0;
         (field = lodge_message_facts_find_header(message, "Auto-Submitted", n)) != NULL;
         n++) {
        g_autofree char *word = first_word(field->value == NULL ? "" : field->value);
        if (!g_strv_contains(person, word))
            return TRUE;
    }
    return FALSE;
}

gboolean lodge_automatic_has_null_return_path(const LodgeMessageFacts *message)
{
    return message->return_path != NULL && *message->return_path == '\0';
}

gboolean lodge_automatic_is_report(const LodgeMessageFacts *message)
{
    if (message->parts->len == 0)
        return FALSE;
    const LodgePart *root = g_ptr_array_index(message->parts, 0);
    return g_strcmp0(root->declared_type, "multipart/report") == 0;
}

gboolean lodge_automatic_has_loop_header(const LodgeMessageFacts *message)
{
    return has_field(message, "X-Intake-Loop");
}

gboolean lodge_automatic_is_in_our_loop(const LodgeMessageFacts *message,
                                        const char *instance_domain)
{
    const LodgeHeaderField *field;
    for (guint n = 0;
         instance_domain != NULL &&
         (field = lodge_message_facts_find_header(message, "X-Intake-Loop", n)) != NULL;
         n++) {
        g_autofree char *word = first_word(field->value == NULL ? "" : field->value);
        if (g_ascii_strcasecmp(word, instance_domain) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean lodge_automatic_has_reply_field(const LodgeMessageFacts *message)
{
    static const char *const names[] = {"X-Autoreply",      "X-Auto-Reply",
                                        "X-Autorespond",    "X-Autoresponder",
                                        "X-AutoReply-From", "X-Mail-Autoreply"};
    static const char *const machine[] = {"auto_reply", "auto-reply", "autoreply", NULL};
    static const char *const person[] = {"no", "false", "0", NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (has_field(message, names[i]) && !has_word(message, names[i], person))
            return TRUE;
    return has_word(message, "Precedence", machine);
}

gboolean lodge_automatic_has_bulk_precedence(const LodgeMessageFacts *message)
{
    static const char *const words[] = {"list", "bulk", "junk", NULL};
    return has_word(message, "Precedence", words);
}

gboolean lodge_automatic_is_from_list(const LodgeMessageFacts *message)
{
    static const char *const names[] = {
        "List-Id",
        "List-Owner",
        "List-Subscribe",
        "List-Unsubscribe",
        "List-Post",
        "List-Help",
        "List-Archive",
        /* before RFC 2369, or instead of it */ "X-Mailman-Version",
        "Mailing-List"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (has_field(message, names[i]))
            return TRUE;
    return FALSE;
}

gboolean lodge_automatic_asks_for_silence(const LodgeMessageFacts *message)
{
    /* DR, RN and NRN ask for no delivery or read receipts; a receipt of ours is neither. */
    static const char *const words[] = {"all", "oof", "autoreply"};
    const LodgeHeaderField *field;
    for (guint n = 0; (field = lodge_message_facts_find_header(
                           message, "X-Auto-Response-Suppress", n)) != NULL;
         n++) {
        g_auto(GStrv) asked =
            g_strsplit_set(field->value == NULL ? "" : field->value, ", \t;", -1);
        for (gsize i = 0; asked[i] != NULL; i++)
            for (gsize w = 0; w < G_N_ELEMENTS(words); w++)
                if (g_ascii_strcasecmp(asked[i], words[w]) == 0)
                    return TRUE;
    }
    return FALSE;
}

static gboolean has_affix(const char *local,
                          const char *const *whole,
                          const char *const *prefixes,
                          const char *const *suffixes)
{
    if (g_strv_contains(whole, local))
        return TRUE;
    for (gsize i = 0; prefixes[i] != NULL; i++)
        if (g_str_has_prefix(local, prefixes[i]))
            return TRUE;
    for (gsize i = 0; suffixes[i] != NULL; i++)
        if (g_str_has_suffix(local, suffixes[i]))
            return TRUE;
    return FALSE;
}

static char *local_part(const char *address)
{
    return g_ascii_strdown(address, (gssize)strcspn(address, "@"));
}

gboolean lodge_automatic_is_system_address(const char *address)
{
    static const char *const whole[] = {"mailer-daemon", "postmaster", "listserv",
                                        "majordomo",     "bounce",     "bounces",
                                        "daemon",        "root",       NULL};
    static const char *const prefixes[] = {"no-reply",
                                           "noreply",
                                           "no_reply",
                                           "no.reply",
                                           "donotreply",
                                           "do-not-reply",
                                           "do_not_reply",
                                           "do.not.reply",
                                           "owner-",
                                           "mailer-daemon",
                                           NULL};
    static const char *const suffixes[] = {"-request", "-owner",    "-bounces", "-bounce",
                                           "-noreply", "-no-reply", NULL};
    g_autofree char *local = local_part(address);
    return has_affix(local, whole, prefixes, suffixes);
}

gboolean lodge_automatic_is_list_address(const char *address)
{
    static const char *const whole[] = {"mailer-daemon", "listserv", "majordomo", NULL};
    static const char *const prefixes[] = {"owner-", NULL};
    static const char *const suffixes[] = {"-request", "-owner", "-bounces", NULL};
    g_autofree char *local = local_part(address);
    return has_affix(local, whole, prefixes, suffixes);
}
