/* exchange_online.h - the Received lines that Exchange Online writes, as a typed anchor.
 *
 * From the top, as recorded from mailboxes of several regions:
 *
 *   from A.<region>.prod.outlook.com (2603:10a6:…) by B.<region>.prod.outlook.com with HTTPS or
 *       Microsoft SMTP Server                                             internal
 *   from F.<region>.prod.outlook.com or F.eop-<region>.prod.protection.outlook.com (2603:…:cafe::…) by
 *       C.outlook.office365.com with Microsoft SMTP Server … via Frontend Transport   internal
 *   Authentication-Results: spf=… ; dkim=… ; dmarc=… ; compauth=…   without an authserv-id
 *   from the-sender (its address) by F.mail.protection.outlook.com with Microsoft SMTP Server   the border
 *
 * The front door alone takes mail from strangers, and it alone writes its name under
 * mail.protection.outlook.com. Between the others a line is internal only if both names are Microsoft's
 * and the peer's address is one that its servers use among themselves. A line "with mapi" is where a person of
 * the same organisation wrote the message: nothing below it is ours, so it is never internal.
 *
 * Known gap: the clouds of the United States' government and of China have other names. */
#pragma once

#include "intake/decide/border.h"

/* Is the name after "by" one of Exchange Online's? `host` may be NULL. */
gboolean lodge_exchange_online_is_server(const char *host);
/* Of a line by such a server. */
LodgeHopKind lodge_exchange_online_classify(const LodgeReceived *hop,
                                            const LodgeTrust *trust);
