/* council_changes.h - English councils that began or ended from 2019 on, by GSS code.
 *
 * Reorganisations of 1 April 2019 (Dorset, Suffolk, Somerset West and Taunton), 2020
 * (Buckinghamshire), 2021 (Northamptonshire) and 2023 (Cumbria, North Yorkshire, Somerset). A council
 * that became unitary is a new body with a new code, not the county council renamed. Source: the
 * Local Government (Structural Changes) orders of those years, as in the public registers of authorities.
 * Later reorganisations are added here. Values only.
 *
 * Known gap: the Scottish codes that were replaced after boundary changes (Fife, Glasgow City, North
 * Lanarkshire, Perth and Kinross) are not mapped; the list's older codes stay. */
#pragma once

#include <glib.h>

typedef struct {
    const char *gss;
    const char *began;     /* first day, or NULL: before 2019 */
    const char *ended;     /* last day, or NULL: still */
    const char *successor; /* GSS code; NULL: none, or divided among several */
} LodgeCouncilChange;

typedef struct {
    const char *old_gss;
    const char *new_gss;
    const char *new_name;
} LodgeCouncilRecoding;

const LodgeCouncilChange *lodge_council_changes_find(const char *gss); /* NULL: no change */
/* A row that GOV.UK's list shows under an ended code although it means the successor; NULL: none. */
const LodgeCouncilRecoding *lodge_council_changes_find_recoding(const char *gss);
