/* context.h - what main reads from the world once and passes down: clock, environment, terminal.
 *
 * A plain value, borrowed by everything below for the length of the program. Nobody else asks
 * for the time of day, an environment variable or whether somebody is watching. */
#pragma once

#include <glib.h>

typedef struct {
    gint64 (*now_us)(void); /* wall clock, for stamps only; waits use the monotonic one */
    gboolean (*stopping)(
        void);               /* what is under way is to end: we were asked to, or reload */
    gboolean (*ended)(void); /* somebody asked us to end */
    /* serve alone: */
    gboolean (*take_reload)(
        void); /* TRUE once for each time that somebody asked us to reload */
    void (*wind_down)(gboolean wind); /* makes `stopping` say so */
    int signal_fd;                    /* an eventfd that signals write to, or -1 */
    const char *notify_socket;        /* of the service manager, or NULL */
    gint64 watchdog_us; /* it wants to hear of us at least this often; 0: never */
    const char *config_path;
    const char *credentials_directory; /* systemd's, or NULL */
    gboolean watched;                  /* standard error is a terminal: show progress */
    gboolean colours;                  /* standard output is a terminal that wants them */
    gboolean verbose;                  /* log every event, not warnings only */
    gboolean json;                     /* machine output on standard output */
    gboolean
        wait; /* for another gateway on the same spool to end, instead of being refused */
} LodgeContext;

/* Exit codes, as in lodge(1). */
typedef enum {
    LODGE_EXIT_DONE = 0,
    LODGE_EXIT_DIFFERENT = 1, /* damage or differences were found */
    LODGE_EXIT_USAGE = 2,     /* usage or configuration: a person must change something */
    LODGE_EXIT_TEMPORARY = 3, /* try again later */
} LodgeExit;
