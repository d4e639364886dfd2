/* export_table.h - an export as a table for spreadsheets and as JSON for programs. Pure.
 *
 * The table has a row for each council, those without a plan as well, and with all versions one for each plan; cells
 * as config/csv.h writes them. The columns and the members of the JSON are documented in lodge(1). */
#pragma once

#include "intake/operate/export.h"

char *lodge_export_format_csv(const LodgeExport *export);
/* One object and a line end. */
char *lodge_export_format_json(const LodgeExport *export);
