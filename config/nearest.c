#include "config/nearest.h"

#include <string.h>

#define WORD_BYTES 64

/* Optimal string alignment: three rows are enough, because a swap looks back two. */
static guint distance(const char *a, const char *b)
{
    guint rows[3][WORD_BYTES + 1];
    gsize a_length = strlen(a);
    gsize b_length = strlen(b);
    for (gsize j = 0; j <= b_length; j++)
        rows[0][j] = (guint)j;
    for (gsize i = 1; i <= a_length; i++) {
        guint *row = rows[i % 3];
        const guint *above = rows[(i - 1) % 3];
        row[0] = (guint)i;
        for (gsize j = 1; j <= b_length; j++) {
            guint changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = MIN(changed, MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *lodge_nearest_find(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    guint best_edits = G_MAXUINT;
    if (strlen(word) > WORD_BYTES)
        return NULL;
    for (gsize i = 0; candidates[i] != NULL; i++) {
        if (strlen(candidates[i]) > WORD_BYTES)
            continue;
        guint edits = distance(word, candidates[i]);
        if (edits < best_edits) {
            best_edits = edits;
            best = candidates[i];
        }
    }
    /* A third of the word may be wrong; of the shortest words, one letter. */
    if (best == NULL || best_edits > MAX(1, strlen(best) / 3))
        return NULL;
    return best;
}
