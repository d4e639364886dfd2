/* event_member.h - one table of what an event carries: which types, and row or record.
 *
 * Formatting, parsing, copying and freeing all walk this table, so a member that is added
 * here is carried everywhere, and what may stand in the chain for ever is read in one place. */
#pragma once

#include "spool/event.h"
#include <glib.h>

typedef enum {
    LODGE_MEMBER_STRING,
    LODGE_MEMBER_DIGEST, /* a string that names an object */
    LODGE_MEMBER_INSTANT,
    LODGE_MEMBER_INT64,
    LODGE_MEMBER_UINT,
    LODGE_MEMBER_INT,
    LODGE_MEMBER_BOOL,
    LODGE_MEMBER_LOCATION,
    LODGE_MEMBER_FINDINGS, /* codes and severities in the row, words in the record */
    LODGE_MEMBER_DOCUMENTS,
    LODGE_MEMBER_FOLDERS,
} LodgeMemberKind;

typedef enum {
    LODGE_IN_ROW = 1,
    LODGE_IN_RECORD = 2,
    LODGE_IN_BOTH = 3,
} LodgeMemberHalf;

typedef struct {
    const char *name; /* in the JSON */
    gsize offset;     /* in LodgeEvent */
    LodgeMemberKind kind;
    LodgeMemberHalf half;
    guint types;    /* bit per LodgeEventType that has it */
    guint required; /* bit per type that cannot be without it */
} LodgeMember;

extern const LodgeMember lodge_members[];
extern const guint lodge_members_count;

/* Where a member lives in an event. */
#define LODGE_MEMBER_AT(type, event, member)                                               \
    ((type *)(void *)((char *)(event) + (member)->offset))
#define LODGE_MEMBER_IN(type, event, member)                                               \
    ((const type *)(const void *)((const char *)(event) + (member)->offset))

gboolean lodge_member_is_of(const LodgeMember *member, LodgeEventType type);
/* Has this type a record at all? */
gboolean lodge_event_type_has_record(LodgeEventType type);
