/* register.h - the bodies entitled to submit: an immutable value out of a key file.
 *
 * A domain gives authority by exact equality only (all councils share gov.uk), and only when
 * confirmed. A domain of two bodies must be declared shared. Delegates are exact addresses.
 * Dates are whole days in UTC: valid_from is in, valid_to is the last day in. */
#pragma once

#include "parsers/text/instant.h"
#include <glib.h>

typedef struct {
    char *gss;             /* "E07000115" */
    char *name;            /* "Tonbridge and Malling Borough Council" */
    char *slug;            /* "tonbridge-and-malling" */
    char *kind;            /* "district", "county", … or NULL */
    char *nation;          /* or NULL */
    GStrv domains;         /* confirmed, lower case */
    GStrv unconfirmed;     /* proposed by an import: no authority */
    GStrv delegates;       /* addresses, lower case */
    char *contact;         /* address, or NULL */
    gint64 valid_from_us;  /* LODGE_INSTANT_UNKNOWN: always */
    gint64 valid_until_us; /* first instant after it; LODGE_INSTANT_UNKNOWN: still */
    char *successor;       /* GSS code, or NULL */
} LodgeBody;

typedef struct LodgeRegister LodgeRegister;

/* Nobody is registered; no file can say that. */
LodgeRegister *lodge_register_new(void);
LodgeRegister *lodge_register_parse(const char *text, const char *name, GError **error);
LodgeRegister *lodge_register_load(const char *path, char **text_out, GError **error);
void lodge_register_free(LodgeRegister *reg);

guint lodge_register_count(const LodgeRegister *reg);
const LodgeBody *lodge_register_at(const LodgeRegister *reg,
                                   guint index); /* in order of the file */
const LodgeBody *lodge_register_find(const LodgeRegister *reg, const char *gss);
/* Bodies that are valid at `at_us` and have this domain confirmed (or unconfirmed, when asked); LodgeBody*, borrowed. Free the array only. */
GPtrArray *lodge_register_find_domain(const LodgeRegister *reg,
                                      const char *domain,
                                      gint64 at_us,
                                      gboolean unconfirmed);
GPtrArray *
lodge_register_find_delegate(const LodgeRegister *reg, const char *address, gint64 at_us);
/* LODGE_INSTANT_UNKNOWN: TRUE. */
gboolean lodge_body_is_valid_at(const LodgeBody *body, gint64 at_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeRegister, lodge_register_free)
