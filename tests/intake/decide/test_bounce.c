#include "intake/decide/bounce.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define RECEIPT "PP24-000001-M.2"
#define OURS "receipt." RECEIPT "@intake.dept.gov.uk"

typedef struct {
    const char *name;
    const char *id;                            /* of the mail inside, or NULL */
    const char *to;                            /* or NULL */
    const char *action, *recipient, *original; /* NULL action: no fields */
    const char *receipt;                       /* expected, or NULL */
    const char *expected_recipient;            /* or NULL */
} Case;

static const Case cases[] = {
    {"by the Message-ID that we made", OURS, NULL, "failed", "f@b", NULL, RECEIPT, "f@b"},
    {"the address that we wrote to, where it is told", OURS, NULL, "failed", "f@b", "o@b",
     RECEIPT, "o@b"},
    {"without fields, as qmail writes it", OURS, NULL, NULL, NULL, NULL, RECEIPT, NULL},
    {"by the envelope", NULL, "receipts+" RECEIPT "@dept.gov.uk", "failed", "f@b", NULL,
     RECEIPT, "f@b"},
    {"by the envelope in small letters", NULL, "receipts+pp24-000001-m.2@dept.gov.uk",
     "failed", "f@b", NULL, RECEIPT, "f@b"},
    {"delayed is no end", OURS, NULL, "delayed", "f@b", NULL, NULL, NULL},
    {"nor is relayed", OURS, NULL, "relayed", "f@b", NULL, NULL, NULL},
    {"another gateway's", "receipt." RECEIPT "@elsewhere.example", NULL, "failed", "f@b",
     NULL, NULL, NULL},
    {"no reference", "receipt.PP24-000001-X.2@intake.dept.gov.uk", NULL, "failed", "f@b",
     NULL, NULL, NULL},
    {"no number", "receipt.PP24-000001-M.@intake.dept.gov.uk", NULL, "failed", "f@b", NULL,
     NULL, NULL},
    {"an id of nobody's", "x@y", "plans@dept.gov.uk", "failed", "f@b", NULL, NULL, NULL},
    {"a plus that is no receipt", NULL, "receipts+news@dept.gov.uk", "failed", "f@b", NULL,
     NULL, NULL},
    {"a plus behind the @", NULL, "receipts@dept+" RECEIPT, "failed", "f@b", NULL, NULL,
     NULL},
};

static void write_case(World *world, const Case *at)
{
    LodgeMessageFacts *message = world->message;
    if (at->id != NULL) {
        g_strfreev(message->returned_ids);
        message->returned_ids = g_strsplit(at->id, " ", -1);
    }
    if (at->to != NULL)
        g_ptr_array_add(message->to, lodge_address_new(at->to, NULL));
    if (at->action == NULL)
        return;
    LodgeDeliveryStatus *status = g_new0(LodgeDeliveryStatus, 1);
    status->action = g_strdup(at->action);
    status->recipient = g_strdup(at->recipient);
    status->original = g_strdup(at->original);
    g_ptr_array_add(message->delivery, status);
}

static void every_case(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        write_case(world, &cases[i]);
        LodgeBounce *bounce =
            lodge_bounce_find(world->message, LODGE_KIND_BOUNCE, world->rules);
        const char *receipt = bounce != NULL ? bounce->receipt : NULL;
        const char *recipient = bounce != NULL ? bounce->recipient : NULL;
        if (g_strcmp0(receipt, cases[i].receipt) != 0 ||
            g_strcmp0(recipient, cases[i].expected_recipient) != 0)
            fail_msg("%s: %s to %s", cases[i].name, receipt, recipient);
        lodge_bounce_free(bounce);
    }
}

static void only_a_bounce_is_one(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    write_case(world, &cases[0]);
    assert_null(lodge_bounce_find(world->message, LODGE_KIND_SUBMISSION, world->rules));
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_null(decision->bounce);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(only_a_bounce_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
