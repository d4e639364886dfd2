/* examination.h - documents of LODGE_TEST_DATA through the real airlock, and how far what we found agrees with what
 * the table of the collection says. */
#pragma once

#include "intake/learn/airlock.h"
#include "tests/intake/learn/tsv.h"

/* A group's set-up and end: the state is the airlock. */
int test_start_airlock(void **state);
int test_stop_airlock(void **state);

/* A row of a table and what we found. */
typedef struct {
    const TestTable *table;
    guint row;
    const char *file;
    const LodgeDocumentFacts *facts;
} TestCase;

const char *test_case_said(const TestCase *one, const char *column);

typedef struct {
    const char *fact;
    guint least; /* of a hundred that must agree */
    guint agree, differ, open;
    GString *names; /* of those that differ */
} TestTally;

void test_count(TestTally *tally,
                const TestCase *one,
                gboolean is_open,
                gboolean agrees,
                const char *found);
/* The column's word must be `found`; `open` is how it says that it does not know, or NULL. */
void test_count_word(TestTally *tally,
                     const TestCase *one,
                     const char *column,
                     const char *open,
                     const char *found);
/* `no` is how the column says no. */
void test_count_flag(TestTally *tally,
                     const TestCase *one,
                     const char *column,
                     const char *open,
                     const char *no,
                     gboolean found);
void test_count_number(TestTally *tally,
                       const TestCase *one,
                       const char *column,
                       const char *open,
                       gint64 found);

/* Examines every file of the folder. Skips where there is no data. */
void test_examine_folder(LodgeAirlock *airlock,
                         const char *set,
                         void (*look)(const TestCase *one, gpointer data),
                         gpointer data);
/* Prints each tally, those that differ where there are too many, and fails then; frees the names. */
void test_finish(TestTally *tallies, gsize count);

/* Letters that are no blanks. */
gint64 test_count_characters(const LodgeDocumentFacts *facts);
