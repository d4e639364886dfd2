/* message_facts.h - what the airlock found in one message: plain values, no bodies of documents.
 *
 * Made by parsers/mail in the reader, carried by parsers/report, read by intake/decide. All
 * strings are valid UTF-8 owned by the structure; lists are GPtrArrays with free functions
 * and never NULL; a string is NULL when the message does not say. Instants are microseconds UTC,
 * LODGE_INSTANT_UNKNOWN when absent or not understood. Positions count header fields from
 * the top, 0 first, so that "above" is "smaller". */
#pragma once

#include "parsers/mail/dkim_facts.h"
#include "parsers/mail/smime_facts.h"
#include "parsers/text/digest.h"
#include "parsers/text/instant.h"
#include <glib.h>

typedef struct {
    char *name;  /* as written */
    char *raw;   /* body as received, folds kept; bytes that are not UTF-8 shown as \xNN */
    char *value; /* unfolded, RFC 2047 words decoded; cut at LODGE_LIMIT_VALUE_BYTES */
} LodgeHeaderField;

typedef struct {
    char *address;      /* addr-spec, domain in lower case; "" if there was none */
    char *domain;       /* lower case, NULL if none */
    char *display_name; /* decoded, or NULL */
    char *look; /* of From only: what the domain looks like to a person (look.h); or NULL */
} LodgeAddress;

typedef struct {
    guint position;
    char *by;        /* host after "by", lower case, or NULL */
    char *helo;      /* what the peer called itself, or NULL */
    char *peer_name; /* what our server found for it, or NULL */
    char *
        peer_address; /* IPv4 or IPv6 literal as the server wrote it, without brackets, or NULL */
    char *with;       /* protocol word, upper case, or NULL */
    gint64 instant_us; /* after the last ";" */
    char *text;        /* unfolded */
} LodgeReceived;

typedef struct {
    char *ptype; /* lower case; "" for a bare key=value as Exchange writes (action=none) */
    char *property;
    char *value;
} LodgeAuthenticationProperty;

typedef struct {
    char *method; /* lower case */
    guint version;
    char *result; /* lower case */
    char *reason; /* or NULL */
    GPtrArray *properties;
} LodgeAuthenticationMethod;

typedef struct {
    guint position;
    gboolean well_formed;   /* RFC 8601, or Exchange's form */
    gboolean exchange_form; /* no authserv-id */
    char *authserv_id;      /* lower case, NULL in Exchange's form */
    guint version;
    GPtrArray *methods;
    char *text; /* unfolded */
} LodgeAuthenticationResults;

typedef struct {
    guint instance; /* 1..50; 0: the field does not say, or not rightly */
    LodgeAuthenticationResults *results;
} LodgeArcResults;

typedef enum {
    LODGE_PART_MULTIPART, /* or a signed wrapper (application/pkcs7-mime) that was opened */
    LODGE_PART_MESSAGE,   /* message/rfc822 that was entered */
    LODGE_PART_BODY,      /* text of the mail itself */
    LODGE_PART_DOCUMENT,  /* to be examined */
    LODGE_PART_DECORATION, /* image that is inline or has a Content-ID, a logo */
    LODGE_PART_SIGNATURE,  /* detached S/MIME or PGP signature */
    LODGE_PART_REPORT, /* delivery-status, disposition-notification, text/rfc822-headers */
    LODGE_PART_OTHER,  /* named but not examined: calendar, external-body, partial */
    LODGE_PART_CONTAINER, /* a ZIP or winmail.dat that was opened; what lay in it follows */
} LodgePartKind;

typedef struct {
    /* "1.2.1": IMAP part numbers; "" is the root; "2/3" is the third file in container 2 */
    char *path;
    LodgePartKind kind;
    char *declared_type; /* lower case, "text/plain" when absent */
    char *sniffed_type;  /* from the bytes; NULL for containers and empty parts */
    char *charset;       /* or NULL */
    char *disposition;   /* lower case, or NULL */
    char *content_id;    /* or NULL */
    char *
        name; /* decoded (RFC 2231, RFC 2047), NFC; a mail's without one is its subject; or NULL */
    char
        *raw_name; /* the parameter as written; of a file in an archive its path; or NULL */
    gint64 size_bytes;              /* decoded; 0 for containers */
    char sha256[LODGE_DIGEST_SIZE]; /* of the decoded bytes; "" for containers */
    gint64
        stream_offset; /* where the decoded bytes stand in the leaf stream; -1: not handed back */
    gint64 width, height; /* of a picture, in pixels; -1: not known */
    char *container; /* path of the container or text that it was taken out of, or NULL */
    /* Why it was not opened, or not in full: "password", "unsupported", "damaged", "link", "empty",
     * "contradictory" (it is opened, and says different things of its files), "reader-crashed", "reader-limit" or a limit of limits.h (lower case with dashes); NULL: nothing is amiss. */
    char *trouble;
} LodgePart;

/* What a bounce says of one recipient (RFC 3464 section 2.3); display text. */
typedef struct {
    char *recipient, *original; /* final, and as it was written to; or NULL */
    char *action;               /* "failed", "delayed" …, lower case; or NULL */
    char *status;               /* "5.1.1", or NULL */
    char *diagnostic;           /* or NULL */
} LodgeDeliveryStatus;

typedef struct {
    gboolean parseable; /* FALSE: not a message at all; everything else may be empty */
    gint64 size_bytes;
    GPtrArray *header; /* LodgeHeaderField, top first */
    GPtrArray *from;   /* LodgeAddress, of all From fields */
    guint from_fields;
    GPtrArray *to, *cc;  /* LodgeAddress */
    GPtrArray *reply_to; /* LodgeAddress */
    char *return_path;   /* "" for <>; NULL if absent */
    char *subject;
    char *message_id;              /* without angle brackets */
    GStrv in_reply_to, references; /* message ids without brackets */
    gint64 date_us;
    GPtrArray *received;               /* LodgeReceived, top first */
    GPtrArray *authentication_results; /* LodgeAuthenticationResults, top first */
    GPtrArray *signatures;             /* LodgeDkimSignature: DKIM's and ARC's, top first */
    GPtrArray *arc_results; /* LodgeArcResults: ARC-Authentication-Results, top first */
    GPtrArray *smime;       /* LodgeSmimeLayer, in order of the bytes */
    GPtrArray *delivery;    /* LodgeDeliveryStatus, in order of the bytes */
    GStrv returned_ids;     /* Message-IDs of mails that hang in it, without brackets */
    GPtrArray *parts; /* LodgePart, in order of the bytes, containers before content */
    char *body_text;  /* first text of the mail, UTF-8, cut; or NULL */
    GStrv link_hosts; /* where its texts lead to, lower case (links.h) */
    GStrv defects; /* stable codes: "bare-lf", "missing-boundary", "unknown-charset" … */
    GStrv limits_hit; /* names of limits.h without prefix, lower case with dashes */
} LodgeMessageFacts;

LodgeMessageFacts *lodge_message_facts_new(void);
void lodge_message_facts_free(LodgeMessageFacts *facts);
/* The one From address, whole; NULL when the message does not name exactly one. */
const LodgeAddress *lodge_message_facts_find_from(const LodgeMessageFacts *message);

/* The n-th (0 first, from the top) field of that name (ASCII case-insensitive), or NULL. */
const LodgeHeaderField *lodge_message_facts_find_header(const LodgeMessageFacts *facts,
                                                        const char *name,
                                                        guint nth);

LodgeHeaderField *
lodge_header_field_new(const char *name, const char *raw, const char *value);
void lodge_header_field_free(LodgeHeaderField *field);
LodgeAddress *lodge_address_new(const char *address, const char *display_name);
void lodge_address_free(LodgeAddress *address);
LodgeReceived *lodge_received_new(void);
void lodge_received_free(LodgeReceived *received);
LodgeAuthenticationResults *lodge_authentication_results_new(void);
void lodge_authentication_results_free(LodgeAuthenticationResults *results);
LodgeAuthenticationMethod *lodge_authentication_method_new(void);
/* The value of that property if it stands there exactly once: with two one could not say which of them the result is
 * about. NULL: it does not. */
const char *lodge_authentication_method_find(const LodgeAuthenticationMethod *method,
                                             const char *ptype,
                                             const char *property);
void lodge_authentication_method_free(LodgeAuthenticationMethod *method);
LodgeAuthenticationProperty *lodge_authentication_property_new(const char *ptype,
                                                               const char *property,
                                                               const char *value);
void lodge_authentication_property_free(LodgeAuthenticationProperty *property);
/* Takes `results`. */
LodgeArcResults *lodge_arc_results_new(guint instance, LodgeAuthenticationResults *results);
void lodge_arc_results_free(LodgeArcResults *results);
void lodge_delivery_status_free(LodgeDeliveryStatus *status);
LodgePart *lodge_part_new(void);
void lodge_part_free(LodgePart *part);
/* "multipart", "message", "body", "document", "decoration", "signature", "report", "other",
 * "container" */
const char *lodge_part_kind_format(LodgePartKind kind);
gboolean lodge_part_kind_parse(const char *word, LodgePartKind *kind_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeMessageFacts, lodge_message_facts_free)
