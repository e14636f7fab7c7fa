/* panel_entries.h: the tags of all runs in the order of the page, for panel_build.c: in which panel
 * each one belongs, and what it is called there. */
#ifndef DNN_VIZ_PANEL_ENTRIES_H
#define DNN_VIZ_PANEL_ENTRIES_H

#include "viz/plot/panel.h"

/* Places on the page. */
enum {
    RANK_GRAD = 2,
    RANK_RATE = 5,
    RANK_OTHER = 7,
    RANK_EPOCH,
    RANK_WEIGHTS,
    RANK_HISTOGRAM,
    RANK_PR,
    RANK_MATRIX,
    RANK_GRAPH,
    RANK_PICTURE,
    RANK_TEXT
};

/* A tag on its way into a panel. */
typedef struct entry {
    panel_kind kind;
    int rank; /* of the panel on the page */
    char group[96], label[96];
    size_t run_index;
    const run *run;
    const run_tag *tag;
} entry;

/* All tags but captions, sorted: those of a panel are neighbours. An array to be freed, NULL when
 * out of memory. */
entry *list_entries(const runs *all, size_t *count);

/* The order of labels: shares of the data first, numbers by value. */
int compare_labels(const char *a, const char *b);

/* Whether the quantity of a group may go over decades. */
bool may_span_decades(const char *group);

#endif
