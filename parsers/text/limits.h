/* limits.h - every bound on what a stranger may make us hold, in one readable table.
 *
 * A limit that is hit is never silent: the reader names it in `limits_hit`, the IMAP parser
 * returns an error that names it, and the decision turns it into a finding in plain words.
 * Units are in the names. */
#pragma once

/* mail */
#define LODGE_LIMIT_HEADER_FIELD_BYTES                                                     \
    (100 * 1024) /* GMime's address parser is quadratic */
#define LODGE_LIMIT_HEADER_BLOCK_BYTES (1024 * 1024)
#define LODGE_LIMIT_HEADER_FIELDS 2000
#define LODGE_LIMIT_PARTS 1000
#define LODGE_LIMIT_NESTING 32 /* levels of multipart and message/rfc822 */
#define LODGE_LIMIT_ADDRESSES 1000
#define LODGE_LIMIT_RECEIVED 100
#define LODGE_LIMIT_AUTHENTICATION_RESULTS 50
#define LODGE_LIMIT_AUTHENTICATION_METHODS 100    /* of one Authentication-Results */
#define LODGE_LIMIT_AUTHENTICATION_PROPERTIES 100 /* of one method */
#define LODGE_LIMIT_MESSAGE_IDS 1000              /* of one References or In-Reply-To */
#define LODGE_LIMIT_BODY_TEXT_BYTES (64 * 1024)   /* of the text shown in the reading */
#define LODGE_LIMIT_NAME_BYTES 1024               /* a decoded file name */
#define LODGE_LIMIT_LINK_HOSTS 50                 /* that one mail leads to */
#define LODGE_LIMIT_HOST_BYTES 253                /* RFC 1035 section 2.3.4 */
#define LODGE_LIMIT_VALUE_BYTES (16 * 1024)       /* a header value as handed back */

/* what a bounce says of other mails */
#define LODGE_LIMIT_RETURNED_IDS 20             /* mails inside, and recipients */
#define LODGE_LIMIT_RETURNED_ID_BYTES 998       /* RFC 5322 section 2.1.1: a line */
#define LODGE_LIMIT_DELIVERY_BYTES (256 * 1024) /* of one part that is read for it */
#define LODGE_LIMIT_DELIVERY_VALUE_BYTES 300

/* signatures of a message: DKIM, ARC */
#define LODGE_LIMIT_TAGS 64            /* of one signature, seal or key record */
#define LODGE_LIMIT_DKIM_SIGNATURES 10 /* looked at, from the top */
#define LODGE_LIMIT_DKIM_NAMES 500     /* header fields that one signature names */
#define LODGE_LIMIT_ARC_INSTANCES 50   /* RFC 8617 section 4.2.1 */
#define LODGE_LIMIT_DKIM_KEY_RECORDS 4 /* TXT records tried for one signature */
#define LODGE_LIMIT_DKIM_KEY_BITS 8192 /* of an RSA key */
#define LODGE_LIMIT_DKIM_RECORD_BYTES (8 * 1024) /* of one TXT record */

/* S/MIME; the share of the report that its facts may take is in parsers/mail/fit.c. */
#define LODGE_LIMIT_SMIME_LAYERS                                                           \
    8 /* verified in one message; what they wrap is read all the same */
#define LODGE_LIMIT_SMIME_NESTING                                                          \
    6 /* wrappers inside wrappers that are opened; each is held in memory */
#define LODGE_LIMIT_SMIME_ANCHORS_BYTES (1024 * 1024) /* the operator's file */
#define LODGE_LIMIT_SMIME_WRAPPER_BYTES (64 * 1024 * 1024)
#define LODGE_LIMIT_SMIME_SIGNATURE_BYTES                                                  \
    (1024 * 1024) /* all of a CMS object but its content */
#define LODGE_LIMIT_SMIME_SIGNERS 4
#define LODGE_LIMIT_SMIME_CERTIFICATES 20 /* that came along and may be part of a chain */
#define LODGE_LIMIT_SMIME_KEY_BITS 8192
#define LODGE_LIMIT_SMIME_EMAILS 20      /* of one certificate */
#define LODGE_LIMIT_SMIME_TEXT_BYTES 512 /* a name in a certificate as handed back */

/* containers: ZIP, winmail.dat, messages in them; ARCHIVE_ limits below hold for a ZIP of either kind */
#define LODGE_LIMIT_CONTAINERS 20 /* opened in one message, each by a reader of its own */
#define LODGE_LIMIT_CONTAINER_NESTING 4   /* containers and messages around one another */
#define LODGE_LIMIT_CONTAINER_MEMBERS 100 /* files out of all containers of one message */
#define LODGE_LIMIT_CONTAINER_BYTES                                                        \
    (256 * 1024 * 1024) /* unpacked, out of all containers of one message */

/* documents */
#define LODGE_LIMIT_PAGES 2000
#define LODGE_LIMIT_DOCUMENT_TEXT_BYTES (256 * 1024)
#define LODGE_LIMIT_ARCHIVE_ENTRIES 10000
#define LODGE_LIMIT_ARCHIVE_ENTRY_BYTES (64 * 1024 * 1024)
#define LODGE_LIMIT_ARCHIVE_RATIO 200
#define LODGE_LIMIT_XML_DEPTH 256
#define LODGE_LIMIT_PDF_OBJECTS 100000
#define LODGE_LIMIT_XMP_BYTES (1024 * 1024) /* of a PDF's metadata, unpacked */
#define LODGE_LIMIT_PAGE_SIZES 100          /* different ones that are told */
#define LODGE_LIMIT_EXTERNAL_TARGETS 32     /* that are told; all are counted */
#define LODGE_LIMIT_FIELD_BYTES 1024        /* of a field's instruction that is looked at */
#define LODGE_LIMIT_RTF_DEPTH 500           /* of groups */
#define LODGE_LIMIT_OLE_ENTRIES 10000
#define LODGE_LIMIT_OLE_STREAM_BYTES (64 * 1024 * 1024)

/* the report that a reader hands back */
#define LODGE_LIMIT_REPORT_BYTES (4 * 1024 * 1024)
#define LODGE_LIMIT_REPORT_DEPTH 64
#define LODGE_LIMIT_REPORT_CODES 64 /* defects, limits hit, active content */
#define LODGE_LIMIT_READING_BYTES (64 * 1024 * 1024) /* a message with all its documents */

/* a reader process */
#define LODGE_LIMIT_READER_CPU_S 20
#define LODGE_LIMIT_READER_WALL_MS (30 * 1000)
#define LODGE_LIMIT_READER_MEMORY_BYTES (1024LL * 1024 * 1024)
#define LODGE_LIMIT_READER_DESCRIPTORS 16
#define LODGE_LIMIT_READER_ATTEMPTS 3

/* DNS */
#define LODGE_LIMIT_DNS_LOOKUPS 20 /* names asked for one message */
#define LODGE_LIMIT_DNS_RECORDS 64 /* of one answer */
#define LODGE_LIMIT_DNS_CNAMES 8   /* one after the other */
#define LODGE_LIMIT_DNS_ANSWER_BYTES (8 * 1024)
#define LODGE_LIMIT_DNS_MESSAGE_BYTES (64 * 1024) /* all answers for one message */
#define LODGE_LIMIT_DNS_ZONE_FILE_BYTES (16 * 1024 * 1024)

/* the malware scanner */
#define LODGE_LIMIT_SCANNER_REPLY_BYTES 1024
#define LODGE_LIMIT_SCANNER_NAME_BYTES 200 /* of malware, engine or trouble, as kept */

/* IMAP */
#define LODGE_LIMIT_IMAP_LINE_BYTES (64 * 1024)
#define LODGE_LIMIT_IMAP_RESPONSE_BYTES (16 * 1024 * 1024) /* all but streamed literals */
#define LODGE_LIMIT_IMAP_DEPTH 32
#define LODGE_LIMIT_IMAP_LITERAL_BYTES                                                     \
    (64 * 1024)                             /* a literal that is held, not streamed */
#define LODGE_LIMIT_IMAP_VALUES (64 * 1024) /* atoms, strings and lists in one response */
#define LODGE_LIMIT_IMAP_UIDS (1024 * 1024) /* in one set that the server names */
