/* package.h - the one door to libarchive: the entries of a ZIP container, under limits.
 *
 * Entries come in the order of the central directory, as office programs read them. Names are
 * only compared, never used as paths. Sizes announced are not believed: what is really
 * unpacked is counted against LODGE_LIMIT_ARCHIVE_ENTRIES, _ENTRY_BYTES and _RATIO (of the whole unpacked
 * to the whole container), and where one is hit reading ends and the limit is noted. A damaged
 * entry is noted (facts->damaged) and what came before it stands. */
#pragma once

#include "parsers/document/examiner.h"

typedef struct LodgePackage LodgePackage;

/* Call next until it is FALSE. */
LodgePackage *lodge_package_open(const LodgeDocumentBytes *input,
                                 LodgeDocumentFacts *facts);
void lodge_package_free(LodgePackage *package);

/* FALSE: no more, or not to be read any further. `name_out` is valid until the next call. */
gboolean lodge_package_next(LodgePackage *package, const char **name_out);
/* Some more of the current entry; FALSE at its end, whichever that is. `bytes_out` is valid until the
 * next call; a size of 0 is not the end. */
gboolean lodge_package_read(LodgePackage *package, const char **bytes_out, gsize *size_out);
/* The current entry as text of at most `max_bytes`, cut there; g_free it. */
char *lodge_package_read_small(LodgePackage *package, gsize max_bytes);
/* Is the current entry itself encrypted, as ZIP understands it? */
gboolean lodge_package_is_encrypted(const LodgePackage *package);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgePackage, lodge_package_free)
