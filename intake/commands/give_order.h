/* give_order.h - an order on its way: to the running service, or carried out here when there is none. */
#pragma once

#include "intake/commands/command.h"
#include "intake/order.h"

/* Words for a receipt: one paragraph, whatever lines they were typed in. NULL for NULL; g_free it. */
char *lodge_give_order_fold(const char *words);
/* Loads lodge.conf, has the order carried out, prints what came of it. */
LodgeExit
lodge_give_order(const LodgeContext *context, const LodgeOrder *order, GError **error);
