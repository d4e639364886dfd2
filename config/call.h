/* call.h - one call for submissions: an immutable value out of a key file.
 *
 * The window is kept as instants: `opens_us` is the first instant in, `deadline_us` the first instant that is late
 * (deadline_includes has been applied: "none" adds nothing, "second" one second, "minute" sixty
 * seconds). A call is parsed from bytes and a zone; nothing here touches the disk but
 * lodge_call_load. */
#pragma once

#include "config/zone.h"
#include <glib.h>

typedef enum {
    LODGE_LATE_FILE,   /* filed, marked late */
    LODGE_LATE_HOLD,   /* held for a person */
    LODGE_LATE_REJECT, /* not filed, the council is told */
} LodgeLatePolicy;

typedef enum {
    LODGE_MEND_OWN,      /* a message that mends another counts with its own time */
    LODGE_MEND_ORIGINAL, /* with the time of the message that it mends, if that is better */
} LodgeMendCounts;

typedef struct {
    char *id;      /* "transformation" */
    char *title;   /* in words */
    GStrv phrases; /* any of them shows the theme; compared as folded words */
} LodgeTheme;

/* What the call asks for besides, as endorsement or publication; found and shown the same way, but in any
 * document or in the mail itself. */
typedef LodgeTheme LodgeSign;

typedef struct {
    char *council;    /* GSS code, or "*" for all */
    gint64 until_us;  /* first instant that is late */
    char *until_text; /* civil, as given */
    char *reason;
} LodgeExtension;

typedef struct {
    char *id;               /* "productivity-plans-2024": [a-z0-9-]+ */
    char *title;            /* "Productivity Plans 2024" */
    char *noun;             /* what is submitted: "Productivity Plan" */
    char *reference_prefix; /* "PP24": [A-Z]{2,4}[0-9]{0,4} */
    GStrv names;            /* how people name the call in subjects */
    char *department;       /* who calls, in words */
    LodgeZone *zone;
    gint64 opens_us;  /* LODGE_INSTANT_UNKNOWN: always open */
    char *opens_text; /* or NULL */
    gint64 deadline_us;
    char *deadline_text;     /* as configured */
    char *deadline_includes; /* "none", "second", "minute" */
    LodgeLatePolicy late_policy;
    gint64 mend_days; /* 0: nothing is mended */
    LodgeMendCounts mend_counts;
    gint64 pages_min, pages_max;
    GStrv accepted_types;  /* media types */
    GPtrArray *themes;     /* LodgeTheme, in order */
    GPtrArray *signs;      /* LodgeSign, in order; perhaps none */
    GPtrArray *extensions; /* LodgeExtension, in order */
} LodgeCall;

/* `name` is for messages (the file's path). `zone` NULL: the zone named in the file is
 * loaded from the system; otherwise it must bear that name. */
LodgeCall *
lodge_call_parse(const char *text, const char *name, LodgeZone *zone, GError **error);
LodgeCall *lodge_call_load(const char *path, char **text_out, GError **error);
void lodge_call_free(LodgeCall *call);

/* One more extension, as if it stood in the file; copied. */
void lodge_call_add_extension(LodgeCall *call, const LodgeExtension *extension);
LodgeExtension *lodge_extension_copy(const LodgeExtension *extension);
void lodge_extension_free(LodgeExtension *extension);

/* An extension of this call that ends at the civil time `until`, read as the deadline is (deadline_includes
 * holds). NULL with the error of config/zone, or LODGE_CONFIG_ERROR_INVALID where seconds do not fit. */
LodgeExtension *lodge_call_make_extension(const LodgeCall *call,
                                          const char *council,
                                          const char *until,
                                          const char *reason,
                                          GError **error);

/* The first late instant for this council (NULL: nobody in particular): the latest of the deadline and its extensions. `extension_out` may be
 * NULL; set to the extension that gave it (borrowed) or NULL. */
gint64 lodge_call_deadline_for(const LodgeCall *call,
                               const char *council,
                               const LodgeExtension **extension_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeCall, lodge_call_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeExtension, lodge_extension_free)
