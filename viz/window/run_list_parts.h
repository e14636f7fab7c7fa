/* run_list_parts.h: the columns of values in the list of runs; for its files alone. */
#ifndef DNN_VIZ_RUN_LIST_PARTS_H
#define DNN_VIZ_RUN_LIST_PARTS_H

#include "viz/window/run_list.h"

/* The tag whose last value is in a column: of the first panels of curves, each its last label (that
 * of the test set, if there is one). */
typedef struct run_column {
    const char *title, *label, *tag;
    bool small_is_good;
} run_column;

/* The columns, at most RUN_LIST_COLUMNS; returns how many. */
size_t run_columns(const view *v, run_column *out);

/* A run's last value, or, with options, the one under the mouse; NaN where there is none. */
double run_column_value(const run *r, const char *tag, const page_options *o);

#endif
