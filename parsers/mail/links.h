/* links.h - to which hosts the text of a mail leads.
 *
 * Every "http://" and "https://" in plain text and in HTML, in attributes too, gives a host. Filters of mail wrap a
 * link into one of their own and keep the old one in it, whole or encoded (Safe Links, Proofpoint, Google); then
 * both count. Hosts only: what is told of a mail need not hold the key to somebody's file. */
#pragma once

#include "parsers/mail/marks.h"
#include <glib.h>

/* Adds those of `text` (UTF-8) that `hosts` (of char *, freed with it) lacks: lower case, in order. More than
 * LODGE_LIMIT_LINK_HOSTS are marked. */
void lodge_links_find(const char *text, GPtrArray *hosts, LodgeMarks *marks);
