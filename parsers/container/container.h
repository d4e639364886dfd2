/* container.h - what lies in a ZIP or a winmail.dat, handed back file by file.
 *
 * Runs in the airlock, one container in a process of its own. A plain ZIP alone is opened: what is a document by itself
 * (OOXML, ODF, JAR, EPUB) has form NONE. Directories and what a Mac adds are left out; an encrypted or linked entry is
 * named with its trouble. Names are shown, never used as paths; announced sizes are not believed: what is really
 * unpacked is counted against LODGE_LIMIT_ARCHIVE_ENTRIES, _ENTRY_BYTES, _RATIO, _CONTAINER_MEMBERS and the bytes that
 * the caller allows, and where one is hit reading ends and the trouble says so. A GError means that our
 * own descriptors failed.
 * Sources: APPNOTE.TXT 6.3.9 (ZIP), MS-OXTNEF (winmail.dat). */
#pragma once

#include "parsers/container/container_facts.h"

/* `leaves_fd`: an empty file that gets the members' bytes, `leaves_max_bytes` at most. */
LodgeContainerFacts *lodge_container_open(int input_fd,
                                          gint64 size_bytes,
                                          int leaves_fd,
                                          gint64 leaves_max_bytes,
                                          GError **error);
