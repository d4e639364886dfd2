#include "intake/known_document.h"

#include "intake/log.h"
#include "parsers/report/report.h"
#include "parsers/text/limits.h"
#include <string.h>

static LodgeReading *find_reading(LodgeSpool *spool, const char *sha256, GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(spool, error);
    g_autofree char *object =
        ledger != NULL ? lodge_ledger_find_reading(ledger, sha256, error) : NULL;
    if (object == NULL)
        return NULL;
    g_autoptr(GBytes) bytes =
        lodge_spool_read_object(spool, object, LODGE_LIMIT_READING_BYTES, error);
    return bytes != NULL ? lodge_report_parse_reading(bytes, error) : NULL;
}

static gboolean is_settled(const LodgeDocumentFacts *facts)
{
    return facts->examination == LODGE_EXAMINED && facts->limits_hit[0] == NULL;
}

/* Out of the reading, which is thrown away. */
static LodgeDocumentFacts *take_facts(LodgeReading *reading, const char *sha256)
{
    for (guint i = 0; i < reading->documents->len; i++) {
        const LodgeDocumentFacts *facts = g_ptr_array_index(reading->documents, i);
        if (strcmp(facts->sha256, sha256) == 0 && is_settled(facts))
            return g_ptr_array_steal_index(reading->documents, i);
    }
    return NULL;
}

LodgeDocumentFacts *lodge_known_document_find(LodgeSpool *spool, const char *sha256)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeReading) reading = find_reading(spool, sha256, &error);
    if (error != NULL)
        lodge_log_warning("document-not-recalled", "document", sha256, "reason",
                          error->message, NULL);
    if (reading == NULL || strcmp(reading->reader_version, LODGE_VERSION) != 0)
        return NULL;
    return take_facts(reading, sha256);
}
