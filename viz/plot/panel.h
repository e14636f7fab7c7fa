/* panel.h: one rectangle of the page: what it shows and how, and its drawing as a display list.
 *
 * A panel points at runs and tags and owns neither; fonts must be open where one is drawn. */
#ifndef DNN_VIZ_PANEL_H
#define DNN_VIZ_PANEL_H

#include "viz/draw/display_list.h"
#include "viz/draw/theme.h"
#include "viz/plot/axis.h"
#include "viz/plot/figure.h"
#include "viz/plot/smooth.h"
#include "viz/runs/runs.h"

typedef enum panel_kind {
    PANEL_CURVES = 0, /* scalars of one group of tags over x */
    PANEL_HEAT,       /* a group's scalars as rows (layers) over x, colour for the value */
    PANEL_HISTOGRAM,  /* a histogram tag over time, as ridges */
    PANEL_IMAGES,     /* of a figure, or the last ones of a group of tags, with their steps */
    PANEL_PR,         /* precision over recall, of a group of tags and all runs */
    PANEL_GRAPH,      /* the layers of a network, with the norms of their gradients */
    PANEL_TEXT,       /* settings (a column for each run) and other text */
    PANEL_PLOT,       /* of a figure: curves of any x */
    PANEL_BARS,       /* a histogram of values */
    PANEL_MATRIX,     /* a matrix as colours, of a figure or the last one that a run has logged */
    PANEL_KIND_COUNT
} panel_kind;

typedef enum x_axis {
    X_STEP = 0,
    X_EPOCH,    /* run_epoch; runs that log none are left out */
    X_RELATIVE, /* seconds since the run's first event */
    X_WALL,
    X_AXIS_COUNT
} x_axis;

/* "step", "epoch", "relative", "wall". */
extern const char *const x_names[X_AXIS_COUNT];

#define MOST_SMOOTHING 0.9999 /* that can be asked for */

/* What all panels of a page share. Its x_range is of the kind and scale of x below. */
typedef struct page_options {
    x_axis x;
    axis_scale x_scale;
    double smoothing;    /* 0: none .. MOST_SMOOTHING: weight of the past in an exponential average,
                            bias-corrected */
    size_t *smooth_left; /* points that this drawing may still average; NULL: all */
    float scale; /* pixels per point: dense curves are summed up in columns of one pixel; 0: 1 */
    float grain; /* points per pixel of a picture, when pictures stand in character cells; 0: they
                    do not, and text can be turned */
    const theme *theme;
    bool runs_listed;            /* beside the panels: legends leave the runs out */
    bool grouped;                /* runs of a group are drawn as their mean, with a band */
    const run *highlight;        /* the others are faint; NULL: none */
    const struct panel *focused; /* has a frame of its own; NULL: none */
    bool keeps;                  /* panels that stay as they are are sheets, drawn once */
    bool whole_range;            /* axes hold runs too that are far off the others */
    bool x_shared;               /* all panels but those that are let go show x_range */
    bool x_held;                 /* the user has chosen it: y is fitted to what is seen of it */
    axis x_range;
    const struct panel *under; /* the mouse: it has the box of values, the others have them in their
                                  legends; NULL: the cursor is where it is drawn */
    double x_at;               /* the value of x under the mouse; read where under is not NULL */
} page_options;

/* One tag of one run in a panel: a curve, a row of the heat map, a picture, a text; or one item of
 * a figure, in its order, without run and tag. */
typedef struct curve {
    const run *run;
    const run_tag *tag;
    uint64_t key;   /* of the run's and the tag's name: the same after panels_build */
    char label[96]; /* short: what tells it from the others in the panel */
    size_t color;   /* number for theme_series */
    int dash;       /* with several runs the colour is the run's and this the tag's; -1: as the
                       theme says */
    double layer;   /* of a panel of many layers: its place from the first, 0, to the last, 1, as a
                       colour; NaN: the colour is `color` */
    char part[48];  /* with several runs what is left of the label without the run: the tag's */
    size_t tag_index; /* of the panel's different labels */
    bool dots;        /* the points are not joined */
    bool steps;       /* a value holds until the next one */
    bool hidden;      /* by itself; its run may be hidden too: curve_hidden */
    rect legend;      /* its entry on the page, w == 0: not shown (set by drawing) */
    smooth smoothed;
} curve;

typedef struct panel {
    panel_kind kind;
    char title[96]; /* "cost", "grad_norm": with `kind` it names the panel on the page */
    curve *curves;
    size_t curve_count;
    const figure *figure; /* what is shown instead of runs; NULL: none */
    axis_scale x_scale;   /* of a figure; that of runs is the page's */
    axis_scale y_scale;
    bool over_decades; /* y_scale is log when the values span more than two decades, else linear,
                          until someone sets it */
    bool held;         /* zoomed or panned: the ranges below stay while data arrive */
    bool let_go;       /* has an x range of its own, not the one that all panels share */
    size_t beyond;     /* runs that are far off the others and left out of y */
    const run *far;    /* the first of them */
    x_axis shown_x;    /* what `x` below is of */
    axis x, y;         /* what was last shown; in a heat map y is the scale of colours */
    rect area, plot;   /* on the page: whole panel, and the inside of its axes (set by drawing) */
    uint64_t fitted;   /* the panel_key that the ranges were last brought up to date with */
    sheet *still;      /* what was last drawn of it that does not follow the mouse; NULL: nothing */
    struct shared_cut *cut; /* while curves are drawn: of all that have the same steps */
} panel;

/* Groups all tags of all runs into panels: tags "a/b" with the same "a" share one; train and test
 * of one quantity too, however they are written; a group of numbered layers also gets a heat map.
 * Keeps the states (hidden, scales, zoom) of panels that exist already. Needed when
 * all->generation has grown. False, and the panels as they were, when out of memory. */
bool panels_build(panel **panels, size_t *count, const runs *all);
void panels_free(panel *panels, size_t count);

bool curve_hidden(const curve *c);
size_t visible_curves(const panel *p); /* how many are not */

/* The colour of a run beside others: its own, or its group's. */
color run_color(const run *r, const page_options *o);

/* The point of a curve nearest to x; SIZE_MAX in an empty one. */
size_t curve_nearest(const curve *c, const page_options *o, double x);

/* The panel of each figure of a grid, as panels_build gives those of runs. */
bool panels_of_figure(panel **panels, size_t *count, const figure *f);

/* How high a panel of images has to be for what it shows in p->area. */
float panel_height(const panel *p, const page_options *options);

/* Draws the panel in p->area; cursor (NULL: none) is a place on the page at which the values of all
 * series are read off. A held view of another kind of x (step, then time) is fitted. */
void panel_draw(panel *p, const page_options *options, const point *cursor, display_list *list);

/* The user's scale of y, whatever the values are. */
void panel_set_scale(panel *p, axis_scale scale);

/* Fits the ranges to the data and lets them follow again. */
void panel_fit(panel *p, const page_options *options);

/* Panels whose axes or texts are those of all runs, and stay when one is hidden. */
bool panel_is_shared(const panel *p);

/* Panels whose y, at least, has a scale to choose. */
bool panel_has_scales(const panel *p);

/* Panels that are as high as images. */
bool panel_is_tall(const panel *p);

/* Panels whose x is steps or times, all of one page, so that they can share its range. */
bool panel_has_time(const panel *p);

/* The x range that holds the visible curves of all these panels (which: indices) that are not let
 * go, unless it is held. */
void panels_share_x(const panel *panels, const size_t *which, size_t count, page_options *options);

/* Zoom in by a factor around a place on the page, pan by points (the plot follows the hand), zoom
 * to a box on the page; all hold. They do what the last drawing's axes say, and nothing where there
 * are none; histograms and heat maps have x only. */
void panel_zoom(panel *p, point around, float factor_x, float factor_y);
void panel_pan(panel *p, float dx, float dy);
void panel_zoom_box(panel *p, rect box);

/* The curve whose legend entry was last drawn at a place, or -1. */
int panel_legend_at(const panel *p, point place);

/* Writes what the panels show as CSV: run, tag, step, wall_time, value with 9 digits (one line for
 * each point inside the panel's range of x; hidden curves are left out). Where there are histograms
 * two columns follow, from and to: a line for each of their buckets, whose value is how many are
 * above `from` and up to `to`. Where there are matrices their elements have row and column. Figures
 * have columns of their kind; those of a grid follow each other, with an empty line between. */
dnn_status panels_write_csv(const panel *panels, size_t count, const page_options *options,
                            const char *path, dnn_error *err);

#endif
