/* ole.h - an OLE container (Compound File Binary): Word documents are read (doc.h), the rest is named.
 *
 * Old Office files and password-protected new ones come in it. What it holds is told by the names in
 * its directory, whose entries are 128 bytes, aligned to 128, wherever their sectors lie; so
 * a scan finds them even in what is destroyed. What is read goes through ole_file.h.
 * Source: [MS-CFB] 2.6, [MS-OFFCRYPTO] 2.3. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_ole_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
