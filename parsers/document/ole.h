/* ole.h - an OLE container (Compound File Binary) is named, never read.
 *
 * Old Office files and password-protected new ones come in it. What it holds is told by the names in
 * its directory, whose entries are 128 bytes, aligned to 128, wherever their sectors lie; so
 * a scan finds them without following the sector chains that hostile files tie into knots.
 * Source: [MS-CFB] 2.6, [MS-OFFCRYPTO] 2.3. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_ole_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
