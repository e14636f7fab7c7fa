/* matrix_view.h: the matrix that a panel shows, of a figure or of a run, for panel_matrix.c. */
#ifndef DNN_VIZ_MATRIX_VIEW_H
#define DNN_VIZ_MATRIX_VIEW_H

#include "viz/plot/panel.h"

typedef struct matrix_view {
    const double *values; /* column after column */
    size_t rows, columns; /* 0: there is none yet */
    const char *names;    /* of the rows, a line each; "": they have numbers */
    bool grey;
    double low, high; /* of the colours; NaN: the values' */
    const char *x_label;
} matrix_view;

matrix_view matrix_of(const panel *p);
size_t matrix_count(const matrix_view *m); /* of elements */

/* The axis of colours. */
axis matrix_colors(const matrix_view *m);

/* Of the finite elements. */
double matrix_mean(const matrix_view *m);

typedef struct matrix_part {
    size_t row, column, rows, columns; /* from 0 */
} matrix_part;

/* The one of a part's elements that is to be seen, as it is farthest from the mean; NaN when one is
 * not finite. */
double matrix_chosen(const matrix_view *m, matrix_part block, double mean);

/* Line i of the names. */
const char *matrix_name(const matrix_view *m, size_t i, char *out, size_t size);

/* What share of its row an element is, where all of the row are counts. */
double matrix_share(const matrix_view *m, size_t row, double value);

#endif
