/* zone_file.h - DNS records in a file, for tests, for mail from another time, for machines without DNS.
 *
 *   name TTL IN TXT "..." "..."     strings of one record, joined without a space; \" \\ \DDD inside
 *   name TTL IN CNAME target
 *   name TTL IN FAIL servfail|timeout
 *   name TTL IN A ...               A, AAAA, MX, NS and SOA say that the name exists, and no more
 *   ; comment
 *
 * Names are written in full, with a final dot or without; whatever is below a name makes it exist (RFC 8020); a
 * name that is not there does not. Nothing is guessed: $ORIGIN and other directives, brackets over several lines,
 * a line that begins with a blank, a CNAME beside other records (RFC 1034 section 3.6.2) are refused
 * with file and line. Immutable after loading. */
#pragma once

#include "intake/decide/dns_answers.h"
#include <glib.h>

typedef struct LodgeZoneFile LodgeZoneFile;

/* One name's records. */
typedef struct {
    LodgeDnsStatus failure; /* SERVFAIL or TIMEOUT; FOUND: none */
    char *cname;            /* or NULL */
    GPtrArray *texts;       /* GString *: bytes */
    guint32 ttl_s;          /* the least of them */
} LodgeZoneName;

/* Errors: LODGE_RESOLVER_ERROR_ZONE ("FILE:LINE: words"). `name` is for messages. */
LodgeZoneFile *
lodge_zone_file_parse(const char *text, gsize size_bytes, const char *name, GError **error);
LodgeZoneFile *lodge_zone_file_load(const char *path, GError **error);
void lodge_zone_file_free(LodgeZoneFile *zone);
/* `name` normalised; NULL: no records. */
const LodgeZoneName *lodge_zone_file_find(const LodgeZoneFile *zone, const char *name);
/* Are there records below it? */
gboolean lodge_zone_file_has_below(const LodgeZoneFile *zone, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeZoneFile, lodge_zone_file_free)
