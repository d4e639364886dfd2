/* give_order.h - an order on its way: to the running service, or carried out here when there is none. */
#pragma once

#include "intake/commands/command.h"
#include "intake/order.h"

/* Loads lodge.conf, has the order carried out, prints what came of it. */
LodgeExit
lodge_give_order(const LodgeContext *context, const LodgeOrder *order, GError **error);
