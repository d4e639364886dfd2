/* retention.h - after how many days a purge of what is due takes a message. From the group [retention] of lodge.conf;
 * what the classes are, and from when the days count, is intake/operate/purging.h's. */
#pragma once

#include "config/key_file.h"
#include <glib.h>

/* 0: kept for ever. */
typedef struct {
    guint plans_days;            /* filed */
    guint correspondence_days;   /* held, rejected */
    guint not_a_submission_days; /* questions, bounces, absences, strangers' mail */
} LodgeRetention;

/* Out of [retention]; failures are the group's. */
LodgeRetention lodge_retention_read(LodgeKeyGroup *group);
