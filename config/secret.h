/* secret.h - where a secret comes from, and getting it at the moment of use.
 *
 * file: a path, refused when others than the owner may read it (0600/0400). credential: a name under
 * $CREDENTIALS_DIRECTORY (systemd). command: run without a shell, its first line of standard output is the secret;
 * ten seconds; its standard error is ours. The value is wiped when freed and never appears
 * in messages. One trailing line end is removed. */
#pragma once

#include <glib.h>

typedef enum {
    LODGE_SECRET_NONE,
    LODGE_SECRET_FILE,
    LODGE_SECRET_CREDENTIAL,
    LODGE_SECRET_COMMAND,
} LodgeSecretKind;

typedef struct {
    LodgeSecretKind kind;
    char *value; /* path, credential name or command line */
} LodgeSecret;

/* The secret itself; lodge_secret_wipe it. `credentials_directory` may be NULL. */
char *lodge_secret_load(const LodgeSecret *secret,
                        const char *credentials_directory,
                        GError **error);
void lodge_secret_wipe(char *value);
