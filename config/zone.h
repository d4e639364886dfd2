/* zone.h - civil time in an IANA zone, as a table that can be stored.
 *
 * Loading reads the system's zone data once and keeps the offsets in force between two
 * instants as plain values, so that everything after it is pure: the table is stored
 * with the rules and a replay years later answers alike, whatever tzdata has become.
 * Civil times that the zone skips (spring) or has twice (autumn) are refused by name;
 * GLib's own conversion would silently pick one; the refusal says which clocks change and names
 * the nearest times that are good. */
#pragma once

#include "parsers/text/instant.h"
#include <glib.h>

#define LODGE_ZONE_ERROR lodge_zone_error_quark()
GQuark lodge_zone_error_quark(void);
typedef enum {
    LODGE_ZONE_ERROR_UNKNOWN,     /* no such zone on this machine */
    LODGE_ZONE_ERROR_SYNTAX,      /* not YYYY-MM-DDTHH:MM[:SS] */
    LODGE_ZONE_ERROR_NONEXISTENT, /* the clocks go forward over it */
    LODGE_ZONE_ERROR_AMBIGUOUS,   /* the clocks go back over it */
    LODGE_ZONE_ERROR_RANGE,       /* outside the table */
} LodgeZoneError;

typedef struct LodgeZone LodgeZone; /* immutable, reference counted */

/* `name` like "Europe/London". The table covers [1990, 2100). */
LodgeZone *lodge_zone_load(const char *name, GError **error);
LodgeZone *lodge_zone_ref(LodgeZone *zone);
void lodge_zone_unref(LodgeZone *zone);
const char *lodge_zone_name(const LodgeZone *zone);

/* The table as JSON text that cuts to [from_us, to_us), and back. g_free the text. */
char *lodge_zone_format(const LodgeZone *zone, gint64 from_us, gint64 to_us);
LodgeZone *lodge_zone_parse(const char *json, GError **error);

/* "2024-07-20T00:00" or with seconds → its one instant. */
gboolean lodge_zone_resolve(const LodgeZone *zone,
                            const char *civil,
                            gint64 *instant_us_out,
                            GError **error);
/* Fields of an instant in the zone; offset in seconds east of UTC; abbreviation borrowed. Both outs may
 * be NULL. Outside the table the fields are UTC, and the abbreviation says so. */
void lodge_zone_split(const LodgeZone *zone,
                      gint64 instant_us,
                      LodgeCivil *civil_out,
                      int *offset_s_out,
                      const char **abbreviation_out);
/* "Friday 19 July 2024 at 23:41:05 BST"; g_free it. With `seconds` FALSE "at 23:41 BST". */
char *lodge_zone_format_words(const LodgeZone *zone, gint64 instant_us, gboolean seconds);

/* RFC 3339 in whole seconds with the zone's offset, "2024-07-19T23:41:05+01:00"; g_free it. */
char *lodge_zone_format_offset(const LodgeZone *zone, gint64 instant_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeZone, lodge_zone_unref)
