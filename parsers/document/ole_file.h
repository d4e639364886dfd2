/* ole_file.h - the streams of an OLE container (Compound File Binary).
 *
 * Chains of sectors are followed with a count, so that knots end; the tree of names likewise. What
 * leads out of the file is cut there. Nothing is allocated from a size that the file announces but the
 * stream itself, up to LODGE_LIMIT_OLE_STREAM_BYTES and never beyond the file's own length.
 * Source: [MS-CFB] 2. */
#pragma once

#include "parsers/document/examiner.h"

#define LODGE_OLE_ROOT 0
#define LODGE_OLE_NONE (-1)

typedef struct LodgeOleFile LodgeOleFile;

/* NULL: its header or directory cannot be read. `input` must outlive it. */
LodgeOleFile *lodge_ole_file_open(const LodgeDocumentBytes *input);
void lodge_ole_file_free(LodgeOleFile *file);

/* The entry of that name right inside a storage, or LODGE_OLE_NONE. Names are compared without
 * regard to the case of ASCII letters. */
int lodge_ole_file_find(const LodgeOleFile *file, int storage, const char *name);
guint lodge_ole_file_count_children(const LodgeOleFile *file, int storage);
/* A stream's bytes, at most `max_bytes` of them, less where its chain breaks off. */
GBytes *lodge_ole_file_read(const LodgeOleFile *file, int stream, gsize max_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeOleFile, lodge_ole_file_free)
