/* panel.h: one rectangle of the page: what it shows and how, and its drawing as a display list. */
#ifndef DNN_VIZ_PANEL_H
#define DNN_VIZ_PANEL_H

#include "viz/axis.h"
#include "viz/display_list.h"
#include "viz/runs.h"
#include "viz/theme.h"

typedef enum panel_kind {
    PANEL_CURVES = 0, /* scalars of one group of tags over x */
    PANEL_HEAT,       /* a group's scalars as rows (layers) over x, colour on a log scale */
    PANEL_HISTOGRAM,  /* a histogram tag over time (ridges) */
    PANEL_PICTURE,    /* the last picture of a tag, with its step */
    PANEL_TEXT,       /* settings and other text */
    PANEL_KIND_COUNT
} panel_kind;

typedef enum x_axis {
    X_STEP = 0,
    X_EPOCH,
    X_RELATIVE, /* seconds since the run's first event */
    X_WALL,
    X_AXIS_COUNT
} x_axis;

/* What all panels of a page share. */
typedef struct page_options {
    x_axis x;
    axis_scale x_scale;
    double smoothing; /* 0: none .. 0.999: weight of the past in an exponential average,
                         bias-corrected */
    const theme *theme;
} page_options;

/* One curve of a panel. */
typedef struct curve {
    const run *run;
    const run_tag *tag;
    char label[96];
    size_t style; /* number for theme_series */
    bool hidden;
} curve;

typedef struct panel {
    panel_kind kind;
    char title[96]; /* "cost", "grad_norm" */
    curve *curves;
    size_t curve_count;
    axis_scale y_scale;
    bool held;       /* zoomed or panned: the ranges below stay while data arrive */
    axis x, y;       /* what was last shown */
    rect area, plot; /* on the page: whole panel, and the inside of its axes (set by drawing) */
} panel;

/* Groups all tags of all runs into panels: tags "a/b" with the same "a" share one; train and test
 * of one quantity too; a group with several layers also gets a heat map. Keeps the states (hidden,
 * scales, zoom) of panels that exist already. False when out of memory. */
bool panels_build(panel **panels, size_t *count, const runs *all);
void panels_free(panel *panels, size_t count);

/* Draws the panel in p->area; cursor (NULL: none) is a place on the page at which the values of all
 * series are read off. */
void panel_draw(panel *p, const page_options *options, const point *cursor, display_list *list);

/* Fits the ranges to the data and lets them follow again. */
void panel_fit(panel *p, const page_options *options);

/* Zoom by a factor around a place on the page, pan by points, zoom to a box on the page; they hold.
 */
void panel_zoom(panel *p, point around, float factor_x, float factor_y);
void panel_pan(panel *p, float dx, float dy);
void panel_zoom_box(panel *p, rect box);

/* The curve whose legend entry is at a place, or -1. */
int panel_legend_at(const panel *p, const page_options *options, point place);

/* Writes what the panels show as CSV: run, tag, step, wall_time, value with 9 digits (or the step
 * of each point). */
dnn_status panels_write_csv(const panel *panels, size_t count, const char *path, dnn_error *err);

#endif
