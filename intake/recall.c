#include "intake/recall.h"

#include "intake/decide/authority.h"

#define HOUR_US (3600 * LODGE_SECOND_US)
#define DAY_US (24 * HOUR_US)

static gboolean count_answers(LodgeLedger *ledger,
                              LodgeLedgerAnswered whom,
                              const char *name,
                              gint64 now_us,
                              LodgeAnsweredCount *count_out,
                              GError **error)
{
    return lodge_ledger_count_answers(ledger, whom, name, now_us - HOUR_US,
                                      &count_out->hour, error) &&
           lodge_ledger_count_answers(ledger, whom, name, now_us - DAY_US, &count_out->day,
                                      error);
}

static gboolean count_for_councils(LodgeAnswered *answered,
                                   LodgeLedger *ledger,
                                   const char *const *councils,
                                   gint64 now_us,
                                   GError **error)
{
    for (gsize i = 0; councils[i] != NULL; i++) {
        LodgeAnsweredCount count;
        if (!count_answers(ledger, LODGE_LEDGER_FOR_COUNCIL, councils[i], now_us, &count,
                           error))
            return FALSE;
        lodge_answered_add_council(answered, councils[i], count);
    }
    return TRUE;
}

gboolean lodge_recall_answers(LodgeHistory *history,
                              LodgeLedger *ledger,
                              const LodgeMessageFacts *facts,
                              const char *const *councils,
                              gint64 now_us,
                              GError **error)
{
    const LodgeAddress *from = lodge_message_facts_find_from(facts);
    if (from == NULL)
        return TRUE;
    LodgeAnswered *answered = history->answered = lodge_answered_new();
    return count_answers(ledger, LODGE_LEDGER_TO_ADDRESS, from->address, now_us,
                         &answered->address, error) &&
           count_answers(ledger, LODGE_LEDGER_TO_DOMAIN, from->domain, now_us,
                         &answered->domain, error) &&
           count_for_councils(answered, ledger, councils, now_us, error);
}

gboolean lodge_recall_notices(LodgeHistory *history,
                              LodgeLedger *ledger,
                              const char *call,
                              const char *const *councils,
                              gint64 now_us,
                              GError **error)
{
    if (councils[0] == NULL || councils[1] != NULL)
        return TRUE;
    return lodge_ledger_count_notices(ledger, call, councils[0], 0, &history->notices,
                                      error) &&
           lodge_ledger_count_notices(ledger, call, councils[0], now_us - DAY_US,
                                      &history->notices_of_day, error);
}
