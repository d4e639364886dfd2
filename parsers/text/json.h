/* json.h - the one door to JSON: a writer with stable bytes and a checked reader.
 *
 * The writer emits compact JSON, members in the order of the calls, strings as valid UTF-8
 * (a byte that is not is written as U+FFFD), so the same value always gives the same bytes
 * and may be named by its SHA-256. The reader checks size and nesting by a scan of the bytes
 * before json-glib sees them (json-glib 1.6 overflows the stack on deep nesting), and
 * refuses NULs and trailing bytes.
 *
 * Reading is by cursor with a sticky error: a getter that fails returns its neutral value
 * and records the first failure, which lodge_json_finish reports; so a codec reads straight
 * down without a branch per member. Strings and nodes belong to the document.
 *
 * Source: RFC 8259. Limits: given by the caller. */
#pragma once

#include <glib.h>

#define LODGE_JSON_ERROR lodge_json_error_quark()
GQuark lodge_json_error_quark(void);
typedef enum {
    LODGE_JSON_ERROR_LIMIT,  /* too long or too deep */
    LODGE_JSON_ERROR_SYNTAX, /* not JSON */
    LODGE_JSON_ERROR_SHAPE,  /* a member is missing or of another type */
} LodgeJsonError;

/* ---- writing ---- */
typedef struct LodgeJsonWriter LodgeJsonWriter;

LodgeJsonWriter *lodge_json_writer_new(void);
void lodge_json_writer_free(LodgeJsonWriter *writer);

/* `name` is the member's name inside an object and NULL inside an array or at the root. */
void lodge_json_begin_object(LodgeJsonWriter *writer, const char *name);
void lodge_json_end_object(LodgeJsonWriter *writer);
void lodge_json_begin_array(LodgeJsonWriter *writer, const char *name);
void lodge_json_end_array(LodgeJsonWriter *writer);
void lodge_json_add_string(LodgeJsonWriter *writer,
                           const char *name,
                           const char *value); /* NULL: null */
void lodge_json_add_int(LodgeJsonWriter *writer, const char *name, gint64 value);
/* A count that may be unknown; negative: null. */
void lodge_json_add_count(LodgeJsonWriter *writer, const char *name, gint64 count);
void lodge_json_add_bool(LodgeJsonWriter *writer, const char *name, gboolean value);
void lodge_json_add_null(LodgeJsonWriter *writer, const char *name);
/* An instant as RFC 3339 UTC with microseconds; G_MININT64 (unknown) as null. */
void lodge_json_add_instant(LodgeJsonWriter *writer, const char *name, gint64 instant_us);
/* A string array; NULL gives an empty one. */
void lodge_json_add_strings(LodgeJsonWriter *writer,
                            const char *name,
                            const char *const *values);
/* A value that this writer made before, put in as it stands. */
void lodge_json_add_raw(LodgeJsonWriter *writer, const char *name, const char *json);

/* The text so far (owned by the writer). All brackets must be closed. */
const char *lodge_json_text(const LodgeJsonWriter *writer);
/* Frees the writer and hands the text over; g_free it. */
char *lodge_json_finish_text(LodgeJsonWriter *writer);
/* The same as bytes. */
GBytes *lodge_json_finish_bytes(LodgeJsonWriter *writer);

/* ---- reading ---- */
typedef struct LodgeJsonDocument LodgeJsonDocument;
typedef struct LodgeJsonNode LodgeJsonNode; /* borrowed from the document */

/* Parses one object or array. `max_bytes`, `max_depth`: limits, checked first. */
LodgeJsonDocument *lodge_json_parse(
    const char *bytes, gsize size_bytes, gsize max_bytes, guint max_depth, GError **error);
void lodge_json_document_free(LodgeJsonDocument *document);
const LodgeJsonNode *lodge_json_root(LodgeJsonDocument *document);
/* FALSE and the first failure if any getter failed. May be asked more than once. */
gboolean lodge_json_finish(LodgeJsonDocument *document, GError **error);

/* Members of an object. A missing member or one of another type is a failure, except where
 * the name says `optional`: there missing or null gives NULL / the fallback. `document`
 * carries the sticky error. A NULL node gives neutral values without another failure. */
const LodgeJsonNode *lodge_json_get_object(LodgeJsonDocument *document,
                                           const LodgeJsonNode *object,
                                           const char *name);
const LodgeJsonNode *lodge_json_get_array(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object,
                                          const char *name);
const LodgeJsonNode *lodge_json_get_optional_object(LodgeJsonDocument *document,
                                                    const LodgeJsonNode *object,
                                                    const char *name);
const LodgeJsonNode *lodge_json_get_optional_array(LodgeJsonDocument *document,
                                                   const LodgeJsonNode *object,
                                                   const char *name);
const char *lodge_json_get_string(LodgeJsonDocument *document,
                                  const LodgeJsonNode *object,
                                  const char *name);
const char *lodge_json_get_optional_string(LodgeJsonDocument *document,
                                           const LodgeJsonNode *object,
                                           const char *name);
gint64 lodge_json_get_int(LodgeJsonDocument *document,
                          const LodgeJsonNode *object,
                          const char *name);
gint64 lodge_json_get_optional_int(LodgeJsonDocument *document,
                                   const LodgeJsonNode *object,
                                   const char *name,
                                   gint64 fallback);
gboolean lodge_json_get_bool(LodgeJsonDocument *document,
                             const LodgeJsonNode *object,
                             const char *name);
/* null or missing gives G_MININT64. */
gint64 lodge_json_get_instant(LodgeJsonDocument *document,
                              const LodgeJsonNode *object,
                              const char *name);
/* A fresh NULL-terminated array; g_strfreev it. Never NULL. */
GStrv lodge_json_get_strings(LodgeJsonDocument *document,
                             const LodgeJsonNode *object,
                             const char *name);

guint lodge_json_array_length(const LodgeJsonNode *array);
/* An element that must be an object / a string. */
const LodgeJsonNode *lodge_json_array_object(LodgeJsonDocument *document,
                                             const LodgeJsonNode *array,
                                             guint index);
const char *lodge_json_array_string(LodgeJsonDocument *document,
                                    const LodgeJsonNode *array,
                                    guint index);
/* The node's own JSON text again (a nested value kept as it is); g_free it. */
char *lodge_json_node_text(const LodgeJsonNode *node);
/* Records a failure of the caller's own checks ("unknown outcome ..."). */
void lodge_json_fail(LodgeJsonDocument *document, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeJsonWriter, lodge_json_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeJsonDocument, lodge_json_document_free)
