/* smime_certificate.h - what a certificate says of itself, as facts.
 *
 * Addresses are taken as they stand in the certificate, without NULs and controls: first the
 * rfc822Name and SmtpUTF8Mailbox of the subjectAltName, then emailAddress of the subject (RFC 8550
 * section 3). Names are cut at LODGE_LIMIT_SMIME_TEXT_BYTES.
 * Source: RFC 5280 sections 4.1 and 4.2, RFC 9598. */
#pragma once

#include "parsers/mail/smime_facts.h"
#include <glib.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>

LodgeSmimeCertificate *lodge_smime_certificate_read(X509 *certificate);
/* Subject, issuer, serial, addresses and usages of the signer's certificate. */
void lodge_smime_certificate_describe(X509 *certificate, LodgeSmimeSigner *signer);
/* Is its key of a kind and size that we compute with? */
gboolean lodge_smime_certificate_is_usable(X509 *certificate);
/* Short name or dotted number, or "". g_free it. */
char *lodge_smime_certificate_format_object(const ASN1_OBJECT *object);
/* LODGE_INSTANT_UNKNOWN for NULL and for what is no time. */
gint64 lodge_smime_certificate_parse_time(const ASN1_TIME *time);
