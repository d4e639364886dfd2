/* online.h - what the configured servers say when we log in, and the malware scanner: the online half of check-config. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"
#include <glib.h>

typedef struct {
    char *name;    /* "mailbox plans", "smtp", "dns", "scanner" */
    char *words;   /* lines, LF; NULL when it failed */
    GError *error; /* why it failed, or NULL */
} LodgeOnlineAnswer;

/* Asks every mailbox, the SMTP server, DNS and the scanner in turn: LodgeOnlineAnswer. Fetches and sends no mail. */
GPtrArray *lodge_online_ask(const LodgeContext *context, const LodgeSettings *settings);
