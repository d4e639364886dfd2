/* automatic.h - the signs by which a message shows that a machine sent it.
 *
 * RFC 3834, RFC 6522 (multipart/report), and what vendors write beside them. They decide whether to
 * answer, and together with having no document whether it is a submission at all; a machine
 * that sends a plan (a scanner, a workflow) is filed like anybody else. */
#pragma once

#include "parsers/mail/message_facts.h"

/* Auto-Submitted with another keyword than "no"; parameters and comments are tolerated. */
gboolean lodge_automatic_is_auto_submitted(const LodgeMessageFacts *message);
/* Return-Path: <> */
gboolean lodge_automatic_has_null_return_path(const LodgeMessageFacts *message);
/* The message as a whole is a delivery or disposition report. */
gboolean lodge_automatic_is_report(const LodgeMessageFacts *message);
/* Our own loop header: a receipt that came back, from whichever instance. */
gboolean lodge_automatic_has_loop_header(const LodgeMessageFacts *message);
/* The same with our own domain: a receipt of this instance. */
gboolean lodge_automatic_is_in_our_loop(const LodgeMessageFacts *message,
                                        const char *instance_domain);
/* What answering programs write beside Auto-Submitted, or instead: X-Autoreply,
 * Precedence: auto_reply … */
gboolean lodge_automatic_has_reply_field(const LodgeMessageFacts *message);
/* Precedence: list, bulk or junk. */
gboolean lodge_automatic_has_bulk_precedence(const LodgeMessageFacts *message);
/* Any List- field of RFC 2369 and 2919, or what older lists write. */
gboolean lodge_automatic_is_from_list(const LodgeMessageFacts *message);
/* X-Auto-Response-Suppress asks that nothing be answered automatically. */
gboolean lodge_automatic_asks_for_silence(const LodgeMessageFacts *message);
/* mailer-daemon, postmaster, no-reply, owner-, -request …: nobody reads there. */
gboolean lodge_automatic_is_system_address(const char *address);
/* owner-, -request, -bounces …, as RFC 3834 section 2 names them: of Sender and return path. A person's mail
 * may well have no-reply or postmaster there, because a gateway of his council sent it for him. */
gboolean lodge_automatic_is_list_address(const char *address);
