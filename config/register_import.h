/* register_import.h - a register out of GOV.UK's list of local authorities (CSV).
 *
 * Columns used, by header name: gss, tier_id (1 county, 2 district, 3 unitary), slug,
 * country_name, homepage_url, name. The website's domain is proposed as `unconfirmed`: where
 * a website is, is not where mail comes from. Doubled GSS codes and rows without one are refused by line.
 * Councils that had ended, or not begun, on the given day are left out; a row that the list keeps under
 * the code of an ended council (North Yorkshire, Somerset: unitary since 1 April 2023) is taken under the code and name
 * of its successor, or for an earlier day as the county council it was. council_changes.h holds those
 * facts. The list shows the councils of its own day: for an earlier day it lacks those that have ended since. */
#pragma once

#include "parsers/text/instant.h"
#include <glib.h>

typedef struct {
    char *nation; /* "England" or NULL for all */
    gint64
        at_us; /* day on which a body must exist, or LODGE_INSTANT_UNKNOWN: the list's own */
} LodgeRegisterImport;

/* The register file's text; `summary_out` (may be NULL) gets one line of what was taken and left out. */
char *lodge_register_import(const char *csv,
                            const char *name,
                            const LodgeRegisterImport *options,
                            char **summary_out,
                            GError **error);
