/* rules.h - the fourth input of the decision: call, register, trust and who we are, as one object.
 *
 * The object holds the texts of the files themselves and the zone's table; parsing it uses
 * the same parsers as loading, so a rules object is readable by people and a replay needs no
 * file of today. format(parse(x)) equals x. */
#pragma once

#include "config/call.h"
#include "config/caps.h"
#include "config/register.h"
#include "config/tell_contact.h"
#include "config/trust.h"
#include "config/wording.h"
#include <glib.h>

typedef struct {
    LodgeCall *call;
    LodgeRegister *reg;
    LodgeTrust *trust;
    char *service_name;            /* display name of the service in receipts */
    char *help_address;            /* whom a council asks */
    char *instance_domain;         /* right side of Message-IDs we make */
    LodgeWording *wording;         /* NULL: the built-in words */
    GPtrArray *granted;            /* LodgeExtension: those of them that no file holds */
    LodgeCaps caps;                /* zero in fresh rules, until they are set */
    LodgeTellContact tell_contact; /* likewise: never */
    /* the texts they came from */
    char *call_text;
    char *register_text;
    char *wording_text; /* NULL: the built-in words */
} LodgeRules;

/* Takes copies of the texts; parses them. The names are for messages. */
LodgeRules *lodge_rules_new(const char *call_text,
                            const char *call_name,
                            const char *register_text,
                            const char *register_name,
                            const LodgeTrust *trust,
                            const char *service_name,
                            const char *help_address,
                            const char *instance_domain,
                            GError **error);
/* Other words than the built-in ones; `text` NULL: those. FALSE: refused, and nothing has changed. */
gboolean lodge_rules_set_wording(LodgeRules *rules,
                                 const char *text,
                                 const char *name,
                                 GError **error);
/* An extension that a person granted while the call runs: it joins the call's own, and is stored with the rules. */
void lodge_rules_grant(LodgeRules *rules, const LodgeExtension *extension);
/* NULL with error set when the rules are not what they should be. */
LodgeRules *lodge_rules_copy(const LodgeRules *rules, GError **error);
void lodge_rules_free(LodgeRules *rules);
GBytes *lodge_rules_format(const LodgeRules *rules);
LodgeRules *lodge_rules_parse(GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeRules, lodge_rules_free)
