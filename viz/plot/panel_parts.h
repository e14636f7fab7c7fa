/* panel_parts.h: what the files of panel.h share; not for others. */
#ifndef DNN_VIZ_PANEL_PARTS_H
#define DNN_VIZ_PANEL_PARTS_H

#include "viz/plot/panel.h"

#define TITLE_SIZE  13.0f
#define LABEL_SIZE  10.5f
#define LABEL_APART 9.5f /* a label below another, at least */
#define SMALL_SIZE  9.5f
#define PADDING     12.0f
#define LINE_HEIGHT 15.0f

/* --- panel_room.c --- */

/* What a panel of this size has room for besides the data. */
typedef struct surroundings {
    float padding; /* between the panel's edge and what is in it */
    bool title, legend;
    bool x_labels, y_labels; /* the numbers at the axes */
    bool x_name, y_name;
    bool color_bar;
} surroundings;

surroundings panel_surroundings(const panel *p, const page_options *o);

/* --- panel_key.c --- */

/* A number that is another one when what the panel shows, or how, is another. Where the mouse is
 * does not count, nor which run is highlighted. */
uint64_t panel_key(const panel *p, const page_options *o);

/* --- panel_x.c: places on the x axis --- */

/* x of a point; NaN where the run has none (no epochs). */
double curve_x(const curve *c, const page_options *o, size_t i);
/* First point from `from` on with an x that is not smaller; count when there is none. */
size_t curve_find_x(const curve *c, const page_options *o, double x, size_t from);
/* x up to which a value holds that is drawn as steps: where its run is now. */
double curve_end(const curve *c, const page_options *o);
/* x that holds all points of the visible curves. */
axis fit_x(const panel *p, const page_options *o);
/* The smallest and largest finite value of the visible curves (positive ones only, for a
 * logarithmic scale); false when there is none. */
bool value_range(const panel *p, const page_options *o, axis_scale scale, double *low,
                 double *high);
/* The same of one curve. */
bool curve_range(const panel *p, const page_options *o, const curve *c, axis_scale scale,
                 double *low, double *high);

/* --- panel_columns.c: the one way from a series to columns of pixels --- */

/* A column of the plot, and the points that fall into it. */
typedef struct pixel_column {
    float x;           /* of its middle, on the page */
    size_t index;      /* among all columns of the plot */
    size_t begin, end; /* points */
} pixel_column;

typedef struct pixel_columns {
    const pixel_column *items; /* those with points, from left to right */
    series_range *in;          /* the points of each in brief */
    pixel_column *own;         /* the same as items, NULL: they are shared */
    size_t count;
    size_t wide;       /* columns of the plot */
    size_t begin, end; /* points within the plot */
} pixel_columns;

/* Of the panel's plot, so many pixels wide. */
size_t columns_in(const panel *p, const page_options *o, float pixels);

/* Sums up s, the curve's series or its average, in columns of so many pixels. False, and nothing to
 * be freed, when out of memory. */
bool columns_of(pixel_columns *out, const panel *p, const curve *c, const series *s,
                const page_options *o, float pixels);
void columns_free(pixel_columns *c);

/* Until columns_unshare curves with the same steps are cut into columns of so many pixels once, as
 * the first one that is visible. Each is cut by itself where there is no memory for that. */
void columns_share(panel *p, const page_options *o, float pixels);
void columns_unshare(panel *p);

/* --- panel_trace.c --- */

/* A line, or dots, on their way to the list: broken where a value is missing. */
typedef struct trace {
    const panel *panel;
    display_list *list;
    stroke stroke;
    bool steps;       /* a value holds until the next */
    bool plain;       /* a dense curve is drawn as it is, without a mean line on a pale band */
    bool noise;       /* the curve goes up and down everywhere */
    float pixels;     /* of a dense curve's column */
    float width;      /* of that column, in points */
    float mean_width; /* from one point of the line through the means to the next, at least */
    bool crowded; /* very many curves share the plot: they have no bands, and are drawn quickly */
    display_list *behind; /* bands; NULL: the same list */
    point *points;
    size_t count, capacity;
} trace;

bool trace_open(trace *t, size_t capacity); /* room for points; false: none, which the list knows */
void trace_close(trace *t);                 /* with what is left of a line */
void trace_to(trace *t, double x, double y); /* NaN breaks it */
void trace_break(trace *t);
/* Points that are joined to no other, as wide as the stroke; the last ones come with the end. */
void trace_dot(trace *t, double x, double y);
void trace_dots_end(trace *t);
/* Places on the page; NaN of what is not finite and where a scale has none, but values that a
 * logarithmic y has no place for are below the plot. */
double x_of(const panel *p, double value);
double y_of(const panel *p, double value);

/* y_of for many values. */
typedef struct y_ruler {
    axis_ruler axis;
    double bottom, height;
} y_ruler;

y_ruler y_ruler_of(const panel *p);
double y_at(const y_ruler *r, double value);

/* A marker at the top edge for values that are not finite, at most one in 7 points' width. */
void mark_not_finite(const panel *p, const page_options *o, double x, double *marked,
                     display_list *list);

/* --- panel_dense.c --- */

/* The part of a series in sight, which has more points than the plot has columns of pixels; s is
 * the curve's series or its average. */
void trace_dense(trace *t, const curve *c, const series *s, const page_options *o);

/* --- panel_groups.c --- */

/* The visible curves of each tag and group as their mean, on a band from the lowest to the highest
 * of them. */
void draw_groups(const panel *p, const page_options *o, display_list *list);

/* --- panel_absent.c --- */

/* "3 values ≤ 0 not shown" where a scale is logarithmic, else "". */
void describe_absent(const panel *p, const page_options *o, char *text, size_t size);

/* --- panel_frame.c: title, axes, grid --- */

/* Pixels of the surface, or of an image made of character cells. */
float pixels_per_point(const page_options *o);

/* Title at the top left of the area, a note at the right, of which what follows " · " is left out
 * where there is little room; returns the y below it. */
float draw_title(const panel *p, const page_options *o, const char *note, display_list *list);
/* The two by themselves: a title that leaves room for a note of this width at least, and a note. */
float draw_title_beside(const panel *p, const page_options *o, const char *note, float least,
                        display_list *list);
void draw_note(const panel *p, const page_options *o, const char *note, display_list *list);
/* Sets p->plot below `top`, with room for labels, and draws axes and grid (y's only with `with_y`,
 * else `left` is kept free for the caller's row labels, and `right` on the other side). */
void draw_frame(panel *p, const page_options *o, float top, bool with_y, float left, float right,
                const char *x_name, display_list *list);
const char *x_axis_name(const page_options *o);
/* What is left of the area below `top`, within its margins. */
rect room_below(const panel *p, const page_options *o, float top);
void draw_empty(const panel *p, const page_options *o, const char *why, display_list *list);

/* A regular text of LABEL_SIZE. */
void draw_label(display_list *list, float x, float y, const char *text, color c, anchor side);
/* Writes text cut to a width, with an ellipsis. */
void draw_text_within(display_list *list, float x, float y, float width, const char *text,
                      text_style style);

/* --- panel_legend.c --- */

stroke curve_stroke(const curve *c, const page_options *o);
void draw_sample(display_list *list, float x, float y, float width, stroke s);
/* Rows of entries below y; returns the y below them. */
float draw_legend(panel *p, const page_options *o, float y, display_list *list);
/* Beside the entries the values where the mouse is in another panel. */
void draw_legend_values(const panel *p, const page_options *o, display_list *list);
/* Whether the entries have room for them. */
bool legend_has_values(const panel *p, const page_options *o);

/* --- panel_box.c, panel_readout.c --- */

typedef struct box_row {
    stroke sample; /* width 0: none; above 4: a square of the colour */
    char label[96], value[48], note[64];
    bool strong;
} box_row;

/* The line from the top of the plot to its bottom. */
void draw_cursor_line(const panel *p, const page_options *o, float x, display_list *list);

/* A box beside a place, kept inside the plot: a heading, and rows in three columns. */
void draw_box(const panel *p, const page_options *o, point place, const char *heading,
              const box_row *rows, size_t count, display_list *list);
/* How many rows such a box has room for. */
size_t box_room(const panel *p);

/* The line at the logged step that is nearest to the cursor, and the box of all values there;
 * row_at: the curve under the cursor of a heat map, -1: none. */
void draw_readout(const panel *p, const page_options *o, point cursor, int row_at,
                  display_list *list);
/* What a curve was where the mouse is in another panel; false: the mouse is in none, or the curve
 * has no value there. */
bool value_at_cursor(const panel *p, const page_options *o, const curve *c, double *value);
/* "step 1200 · epoch 3.1 · 0:02:33" */
void describe_point(const curve *c, const page_options *o, int64_t step, double wall_time,
                    char *text, size_t size);

/* --- panel_colors.c --- */

typedef color color_paint(const theme *t, double place);
color paint_grey(const theme *t, double place); /* from black to white */

/* The colour of a value on a scale of colours; what is not finite has the warning's. */
color color_at(const axis *colors, double value, color_paint *paint, const page_options *o);
color ruled_color(const axis_ruler *colors, double value, color_paint *paint,
                  const page_options *o); /* the same for many */
void put_pixel(uint8_t *rgba, color c);

/* An image over an area, made row by row on all threads; pixels that are left out are clear. False
 * when out of memory. */
typedef bool row_painter(const void *context, size_t row, uint8_t *rgba);
void draw_painted(display_list *list, rect area, size_t width, size_t height, row_painter *paint,
                  const void *context);

/* A bar of all colours of an axis beside the plot, with its ticks to the right. */
void draw_color_bar(const panel *p, const axis *colors, color_paint *paint, const page_options *o,
                    display_list *list);
#define COLOR_BAR_WIDTH 12.0f
#define BAR_ROOM        (COLOR_BAR_WIDTH + 54) /* with its labels */

/* --- panel_figure.c --- */

/* The axes that hold the figure, unless they are held. */
void fit_figure(panel *p, const page_options *o);
/* Where the first line of character cells begins: the area starts a line above it. */
float first_line(const panel *p, const page_options *o);
/* Title, what is missing, and the legend; returns the y below them. */
float draw_figure_head(panel *p, const page_options *o, display_list *list);
/* draw_frame with the figure's labels; `right` is kept free for a bar of colours. */
void draw_figure_frame(panel *p, const page_options *o, float top, float right, display_list *list);
/* Room for a label of the y axis to the left, and drawing it. */
float y_label_room(const panel *p, const page_options *o);
float draw_y_label(const panel *p, const page_options *o, rect whole, float top,
                   display_list *list);
/* Some of the visible items' numbers are not finite, or have no place on a logarithmic scale. */
void describe_missing(const panel *p, char *text, size_t size);

/* --- panel_spread.c --- */

/* The band or the error bars of a figure's curve, if it has them, and the notes of a figure. */
void draw_spread(const panel *p, size_t i, const page_options *o, display_list *list);
void draw_notes(const panel *p, const page_options *o, display_list *list);

/* --- kinds of figures: panel_plot.c, panel_bars.c, panel_matrix.c --- */

/* How high the panel has to be for what it shows at this width and at most this height. */
float matrix_place(panel *p, const page_options *o, float top);
float images_place(const panel *p, const page_options *o, float top);

void draw_plot(panel *p, const page_options *o, display_list *list);
void read_plot(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_counts(panel *p, const page_options *o, display_list *list);
void read_counts(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_matrix(panel *p, const page_options *o, display_list *list);
void read_matrix(panel *p, const page_options *o, const point *cursor, display_list *list);

/* --- panel_settings.c --- */

/* The texts as a table; false, and nothing drawn, where one is not "key = value" in each line. */
bool draw_settings(const panel *p, const page_options *o, rect r, display_list *list);

/* --- kinds of panels --- */

void fit_scalars(panel *p, const page_options *o);
void draw_curves(panel *p, const page_options *o, display_list *list);
void read_curves(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_heat(panel *p, const page_options *o, display_list *list);
void read_heat(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_histograms(panel *p, const page_options *o, display_list *list);
void read_histograms(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_images(panel *p, const page_options *o, display_list *list);
void fit_pr(panel *p, const page_options *o);
void draw_pr(panel *p, const page_options *o, display_list *list);
void read_pr(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_graph(panel *p, const page_options *o, display_list *list);
void read_graph(panel *p, const page_options *o, const point *cursor, display_list *list);
void draw_texts(panel *p, const page_options *o, display_list *list);

/* Draws lines from y on, wrapped unless they are in the monospaced face, which are cut at the edge;
 * returns the y below them, or beyond the rectangle when cut. */
float draw_prose_lines(const char *text, rect r, float y, text_style style, display_list *list);
void fit_histogram(panel *p, const page_options *o);

#endif
