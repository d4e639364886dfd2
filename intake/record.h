/* record.h - steps five and six of the walk: decide inside the commit, and record all of it at once.
 *
 * One segment holds the four inputs, the decision, the documents, and the receipts that are owed. A
 * message that could not be read for reasons of ours is deferred instead (and its sender told, where the sender
 * at least is known: once, so that nobody waits in the dark for a fault of ours), and after so many attempts decided
 * (held) with a finding that says whose fault it was. */
#pragma once

#include "config/settings.h"
#include "intake/committer.h"
#include "intake/decide/decision.h"
#include <glib.h>

/* In the committer's thread. `outcome`: the decision's word, "deferred", or NULL when nothing was recorded (error set, or decided already).
 * `changed` FALSE: the journal is as it was, and the same work done again at once would end the same. */
typedef void (*LodgeRecorded)(const char *reference,
                              const char *outcome,
                              gboolean changed,
                              const GError *error,
                              gpointer data);

/* What a worker found out about one message. With `fault_code` the reading is what is known all the same: the message
 * without its documents, or nothing at all. */
typedef struct {
    char *reference;
    GBytes *reading_bytes;
    LodgeReading *reading;
    GPtrArray *stages;   /* LodgeStage: the documents of the reading */
    LodgeProofs *proofs; /* of its signatures; NULL: not checked */
    GPtrArray *dns;      /* LodgeDnsAnswer: what they rest on, or NULL */
    GPtrArray *scans;    /* LodgeScan, or NULL: not scanned */
    char *fault_code;    /* ours: "reader-unavailable" */
    char *fault_words;
} LodgeFound;

/* No next try is set further ahead. */
#define LODGE_DEFER_MOST_US (3600 * LODGE_SECOND_US)

/* The faults that are no attempt: our own disk failed, or we are to end. */
#define LODGE_FAULT_SPOOL "spool-failed"
#define LODGE_FAULT_STOPPED "stopped"

void lodge_found_free(LodgeFound *found);

typedef struct LodgeRecorder LodgeRecorder;

/* Borrows settings and committer; the settings must not change. */
LodgeRecorder *lodge_recorder_new(const LodgeSettings *settings,
                                  LodgeCommitter *committer,
                                  LodgeRecorded recorded,
                                  gpointer data);
void lodge_recorder_free(LodgeRecorder *recorder);
/* Takes `found`. */
void lodge_recorder_submit(LodgeRecorder *recorder, LodgeFound *found);
