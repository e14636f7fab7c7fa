/* figure.h: a plot of numbers that a program hands over, such as dnn.plot, instead of a run; or a
 * grid of them.
 *
 * Its file is lines of text up to an empty one, then the numbers, in the order of the lines that
 * announce them, little-endian:
 *
 *   dnnview figure 1
 *   title Cost             text above; also x_label and y_label
 *   x_scale log            linear (as without the line), log or symlog; also y_scale
 *   lines 1000 train       a curve and its name: 1000 x, then 1000 y, float64
 *   points 50 test         the same, not joined
 *   band 1000              1000 more for the curve before: a band so far above and below it
 *   bars 50                the same as an error bar at each point
 *   shades 50              50 more for the points before: their colours
 *   note 3.5 0.2 here      a text at x = 3.5, y = 0.2
 *   values 1000 weights    1000 float64, whose histogram is drawn
 *   bins 30                into so many bins; without the line as many as suit the values
 *   matrix 20 30           20 rows and 30 columns of float64, column after column, as colours
 *   map grey               from black to white; without the line the heat map's colours
 *   low 0                  the value of the first colour; also high; without them the data's
 *   picture 64 48 3 cat    width, height, channels (1 or 3): bytes, pixel by pixel from the top
 *
 * A figure holds things of one kind: curves, histograms, pictures or one matrix. A grid of figures
 * begins with its rows, columns and a text above all:
 *
 *   grid 2 3 Seed 7
 *   next                   what follows is about the next figure, row by row */
#ifndef DNN_VIZ_FIGURE_H
#define DNN_VIZ_FIGURE_H

#include "core/error.h"
#include "viz/draw/picture.h"
#include "viz/plot/axis.h"

#define FIGURE_TEXT ((size_t)96)

typedef enum figure_kind {
    FIGURE_CURVES,
    FIGURE_HISTOGRAM,
    FIGURE_MATRIX,
    FIGURE_PICTURES,
} figure_kind;

/* The finite ones of some numbers; low > high: there are none. */
typedef struct figure_span {
    double low, high;
    double positive; /* the smallest above 0; infinite without one */
    size_t missing;  /* how many are not finite */
    size_t negative; /* how many are 0 or less */
} figure_span;

typedef struct figure_item {
    char name[FIGURE_TEXT];
    size_t count;  /* of points or values */
    double *x, *y; /* values of histograms and matrices are in y */
    figure_span x_span, y_span;
    bool spreads, shaded; /* what follows is there */
    double *spread;       /* of a curve: how far from y its band or bars reach */
    bool bars;            /* else a band */
    double *shades;       /* of points: their colours */
    figure_span shade_span;
    bool dots;      /* points that are not joined */
    bool ascending; /* x never falls and is finite */
    double *counts; /* of a histogram: `bins` */
    size_t rows, columns;
    picture picture;
} figure_item;

/* A text at a place of a plot. */
typedef struct figure_note {
    double x, y;
    char text[FIGURE_TEXT];
} figure_note;

#define FIGURE_NOTES ((size_t)100)

typedef struct figure {
    figure_kind kind;
    char title[FIGURE_TEXT], x_label[FIGURE_TEXT], y_label[FIGURE_TEXT];
    axis_scale x_scale, y_scale;
    bool grey;
    double low, high; /* NaN: the data's */
    size_t bins;
    double first_edge, bin_width;
    figure_item *items;
    size_t count;
    figure_note *notes;
    size_t note_count;
    struct figure *next;            /* of a grid; NULL: the last one */
    size_t grid_rows, grid_columns; /* of the first of a grid; 0: it stands alone */
    char heading[FIGURE_TEXT];      /* above the grid */
} figure;

/* Reads a figure; `name` is what messages call it. DNN_ERROR_FORMAT says what is wrong where. */
dnn_status figure_parse(figure *out, const uint8_t *bytes, size_t size, const char *name,
                        dnn_error *err);

/* The same from a file, or from standard input when the path is "-". */
dnn_status figure_read(figure *out, const char *path, dnn_error *err);
void figure_free(figure *f);

/* --- figure_bins.c, for figure.c --- */

/* Counts the values of all histograms into common bins. False when out of memory. */
bool figure_count(figure *f);

#endif
