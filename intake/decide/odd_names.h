/* odd_names.h - names of files in archives that lead somewhere, mislead, or mean a device.
 *
 * Pure. No name is ever used as a path; that one tries to be is worth knowing. One finding an archive, with what is
 * odd in words. Source: what unpackers were attacked with: paths upwards and absolute, names of devices (Windows),
 * characters that turn the direction of a text (UAX 9), two files of one name. */
#pragma once

#include "parsers/mail/message_facts.h"
#include <glib.h>

void lodge_odd_names_judge(const LodgeMessageFacts *message, GPtrArray *findings);
