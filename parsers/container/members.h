/* members.h - the files out of one container on their way into the leaf stream: counted, hashed, sniffed.
 *
 * Used inside this folder by the readers of the two forms. After a limit or a failure `is_over` is set, and nothing
 * more is taken. */
#pragma once

#include "parsers/container/container_facts.h"

typedef struct {
    LodgeContainerFacts *facts;
    int leaves_fd;
    gint64 leaves_max_bytes, written_bytes;
    gboolean is_over;
    LodgePart *current; /* of the facts */
    LodgeDigest *digest;
    GByteArray *window; /* its first bytes, for the sniffer */
    GError *failure;    /* of our own descriptor; the caller's to take */
} LodgeMembers;

void lodge_members_init(LodgeMembers *members,
                        LodgeContainerFacts *facts,
                        int leaves_fd,
                        gint64 leaves_max_bytes);
/* Begins a file of that name (any bytes; a path in it is told, and never gone). FALSE: there are too many. */
gboolean lodge_members_begin(LodgeMembers *members, const char *name);
/* Some of its bytes. FALSE: over. */
gboolean lodge_members_take(LodgeMembers *members, const void *bytes, gsize size);
/* It is complete. */
void lodge_members_end(LodgeMembers *members);
/* It is not, for this reason, a code: named, and not handed back. */
void lodge_members_spoil(LodgeMembers *members, const char *trouble);
/* It belongs to a text: a picture in a signature, say. Others stay what they are; only after its end. */
void lodge_members_decorate(LodgeMembers *members);
/* The container as a whole; the first reason stays. */
void lodge_members_set_trouble(LodgeMembers *members, const char *trouble);
void lodge_members_clear(LodgeMembers *members);

/* The forms, each in a file of its own. TRUE: it is one. */
gboolean lodge_members_read_zip(LodgeMembers *members, const void *bytes, gsize size);
gboolean lodge_members_read_tnef(LodgeMembers *members, const void *bytes, gsize size);
