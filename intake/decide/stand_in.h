/* stand_in.h - is a part something that came where a document should be, and what?
 *
 *   placeholder  Exchange is still checking the file and will put it here (Dynamic Delivery, Safe Attachments); the
 *                mail that takes its place bears the same Message-ID
 *   removed      a mail system took the file away as dangerous and left a note
 *   protected    message.rpmsg: the mail's text and files, locked by rights management
 *   encrypted    S/MIME enveloped-data, PGP
 *   empty        a name without a byte
 *   shortcut     a link saved as a file
 *   picture      large enough to be a page that somebody photographed
 *
 * Names and types alone decide, for nothing else is to be seen of it; whatever a call accepts is none.
 * Pictures too small to be a page are logos, whatever they say of themselves; those shown inside the text must
 * be larger still to be told as more than decoration. A picture of unknown size (HEIC, TIFF) is no logo. */
#pragma once

#include "parsers/mail/message_facts.h"

/* A page at 75 dpi is 620 pixels wide; banners under a name are wide, and low. */
#define LODGE_STAND_IN_PAGE_PIXELS 600
#define LODGE_STAND_IN_INLINE_PIXELS 1000

typedef enum {
    LODGE_STAND_IN_NONE,
    LODGE_STAND_IN_PLACEHOLDER,
    LODGE_STAND_IN_REMOVED,
    LODGE_STAND_IN_PROTECTED,
    LODGE_STAND_IN_ENCRYPTED,
    LODGE_STAND_IN_EMPTY,
    LODGE_STAND_IN_SHORTCUT,
    LODGE_STAND_IN_PICTURE,
} LodgeStandIn;

/* Of any part of `message`. */
LodgeStandIn lodge_stand_in_judge(const LodgeMessageFacts *message, const LodgePart *part);
/* A picture too small to be a page. */
gboolean lodge_stand_in_is_logo(const LodgePart *part);
/* Left a mail system something in the place of a file? */
gboolean lodge_stand_in_has_left(const LodgeMessageFacts *message);
/* The first part of that kind, or NULL. */
const LodgePart *lodge_stand_in_find(const LodgeMessageFacts *message, LodgeStandIn kind);
