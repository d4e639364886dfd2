#include "intake/decide/scans.h"

#include "parsers/text/digest.h"
#include "parsers/text/instant.h"
#include <string.h>

static const char *const verdict_words[] = {"clean", "infected", "not-scanned"};

LodgeScan *lodge_scan_new(const char *sha256, LodgeScanVerdict verdict)
{
    LodgeScan *scan = g_new0(LodgeScan, 1);
    scan->sha256 = g_strdup(sha256);
    scan->verdict = verdict;
    scan->at_us = LODGE_INSTANT_UNKNOWN;
    return scan;
}

void lodge_scan_free(LodgeScan *scan)
{
    if (scan == NULL)
        return;
    g_free(scan->sha256);
    g_free(scan->name);
    g_free(scan->why);
    g_free(scan->engine);
    g_free(scan);
}

/* ClamAV's documentation of signature names: Heuristics.* is no signature. */
gboolean lodge_scan_is_suspicion(const LodgeScan *scan)
{
    return scan->name != NULL && g_str_has_prefix(scan->name, "Heuristics.");
}

GPtrArray *lodge_scans_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)lodge_scan_free);
}

const LodgeScan *lodge_scans_find(const GPtrArray *scans, const char *sha256)
{
    for (guint i = 0; i < scans->len; i++) {
        const LodgeScan *scan = g_ptr_array_index(scans, i);
        if (!scan->is_message && g_strcmp0(scan->sha256, sha256) == 0)
            return scan;
    }
    return NULL;
}

const LodgeScan *lodge_scans_find_message(const GPtrArray *scans)
{
    for (guint i = 0; i < scans->len; i++) {
        const LodgeScan *scan = g_ptr_array_index(scans, i);
        if (scan->is_message)
            return scan;
    }
    return NULL;
}

gboolean lodge_scans_have_infected(const GPtrArray *scans)
{
    for (guint i = 0; scans != NULL && i < scans->len; i++) {
        const LodgeScan *scan = g_ptr_array_index(scans, i);
        if (scan->verdict == LODGE_SCAN_INFECTED)
            return TRUE;
    }
    return FALSE;
}

const char *lodge_scan_verdict_format(LodgeScanVerdict verdict)
{
    g_return_val_if_fail((gsize)verdict < G_N_ELEMENTS(verdict_words), NULL);
    return verdict_words[verdict];
}

/* ---- stored form ---- */

static void write_scan(const LodgeScan *scan, LodgeJsonWriter *json)
{
    lodge_json_begin_object(json, NULL);
    lodge_json_add_string(json, "of", scan->is_message ? "message" : "document");
    lodge_json_add_string(json, "sha256", scan->sha256);
    lodge_json_add_string(json, "verdict", lodge_scan_verdict_format(scan->verdict));
    lodge_json_add_string(json, "name", scan->name);
    lodge_json_add_string(json, "why", scan->why);
    lodge_json_add_string(json, "engine", scan->engine);
    lodge_json_add_instant(json, "at", scan->at_us);
    lodge_json_end_object(json);
}

void lodge_scans_write(const GPtrArray *scans, LodgeJsonWriter *json, const char *name)
{
    lodge_json_begin_array(json, name);
    for (guint i = 0; i < scans->len; i++)
        write_scan(g_ptr_array_index(scans, i), json);
    lodge_json_end_array(json);
}

static LodgeScanVerdict read_verdict(LodgeJsonDocument *json, const LodgeJsonNode *object)
{
    const char *word = lodge_json_get_string(json, object, "verdict");
    for (gsize i = 0; i < G_N_ELEMENTS(verdict_words); i++)
        if (g_strcmp0(word, verdict_words[i]) == 0)
            return (LodgeScanVerdict)i;
    lodge_json_fail(json, "member 'verdict' is no word that is known here");
    return LODGE_SCAN_NOT_SCANNED;
}

static gboolean read_is_message(LodgeJsonDocument *json, const LodgeJsonNode *object)
{
    const char *of = lodge_json_get_string(json, object, "of");
    gboolean is_message = g_strcmp0(of, "message") == 0;
    if (!is_message && g_strcmp0(of, "document") != 0)
        lodge_json_fail(json, "member 'of' is no word that is known here");
    return is_message;
}

static LodgeScan *read_scan(LodgeJsonDocument *json, const LodgeJsonNode *object)
{
    const char *sha256 = lodge_json_get_string(json, object, "sha256");
    LodgeScan *scan = lodge_scan_new(sha256, read_verdict(json, object));
    scan->is_message = read_is_message(json, object);
    scan->name = g_strdup(lodge_json_get_optional_string(json, object, "name"));
    scan->why = g_strdup(lodge_json_get_optional_string(json, object, "why"));
    scan->engine = g_strdup(lodge_json_get_optional_string(json, object, "engine"));
    scan->at_us = lodge_json_get_instant(json, object, "at");
    if (sha256 != NULL && !lodge_digest_is_valid(sha256))
        lodge_json_fail(json, "member 'sha256' is not a SHA-256");
    if ((scan->verdict == LODGE_SCAN_INFECTED) != (scan->name != NULL))
        lodge_json_fail(json, "a scan has a name when it is infected, and only then");
    if ((scan->verdict == LODGE_SCAN_NOT_SCANNED) != (scan->why != NULL))
        lodge_json_fail(json, "a scan says why when there was none, and only then");
    return scan;
}

GPtrArray *
lodge_scans_read(LodgeJsonDocument *json, const LodgeJsonNode *object, const char *name)
{
    const LodgeJsonNode *array = lodge_json_get_optional_array(json, object, name);
    if (array == NULL)
        return NULL;
    GPtrArray *scans = lodge_scans_new();
    for (guint i = 0; i < lodge_json_array_length(array); i++)
        g_ptr_array_add(scans, read_scan(json, lodge_json_array_object(json, array, i)));
    return scans;
}
