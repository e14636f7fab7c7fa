/* display_list.h: a drawing as a list of commands, without a screen.
 *
 * Panels append to a list; players (raster.h, svg.h) draw it. Coordinates are in points, y
 * downwards; a player scales them. Colours are 0xRRGGBBAA. The list owns copies of all that is put
 * into it. Running out of memory drops commands and is remembered in `failed`. */
#ifndef DNN_VIZ_DISPLAY_LIST_H
#define DNN_VIZ_DISPLAY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t color; /* 0xRRGGBBAA */

typedef struct point {
    float x, y;
} point;

typedef struct rect {
    float x, y, w, h;
} rect;

/* Whether a place is in a rectangle; its right and lower edges are not. */
bool inside(rect r, point place);
rect inset(rect r, float by);

/* What holds all finite points of some; x0 > x1: there are none. */
typedef struct bounds {
    float x0, y0, x1, y1;
} bounds;

bounds bounds_of(const point *points, size_t count);

typedef enum anchor { ANCHOR_LEFT = 0, ANCHOR_MIDDLE, ANCHOR_RIGHT } anchor;

typedef enum font_style { FONT_REGULAR = 0, FONT_BOLD, FONT_MONO, FONT_STYLE_COUNT } font_style;

/* How a line is drawn; dash 0 is solid, others are patterns that stay apart without colour. */
typedef struct stroke {
    color color;
    float width;
    uint8_t dash; /* 0 .. DASH_COUNT - 1 */
} stroke;

#define DASH_COUNT 4
/* On and off lengths of a dash in multiples of the line's width, ended by 0. */
extern const float dash_patterns[DASH_COUNT][5];

typedef enum command_kind {
    COMMAND_CLIP,     /* everything until the next CLIP is cut to area; an empty area: no cutting */
    COMMAND_FILL,     /* area filled, corners rounded by `radius` */
    COMMAND_POLYLINE, /* points joined by lines: round joins, straight ends; a lone point is a dot,
                         a point that is not finite a gap, a solid line back to its first point
                         closed */
    COMMAND_BARS,     /* points in pairs, the ends of upright bars as wide as the stroke: one shape,
                         of whole columns of pixels, at least one; a pair that is not finite is
                         left out */
    COMMAND_POLYGON,  /* points filled (even-odd) */
    COMMAND_TEXT,     /* one line of UTF-8, baseline at (x, y) */
    COMMAND_IMAGE,    /* RGBA pixels stretched over area, nearest neighbour */
    COMMAND_SHEET,    /* the commands of a sheet; its clips end with it */
} command_kind;

struct sheet;

typedef struct command {
    command_kind kind;
    rect area; /* of text: the place, and the width of the line */
    float radius;
    stroke stroke; /* of lines; stroke.color is the colour of fills and texts too */
    point *points;
    size_t count;
    bounds bounds;  /* of the points */
    bool ascending; /* they are finite and go from left to right */
    bool quick;     /* a line that may be drawn a column of pixels at a time */
    char *text;
    float size; /* of text, in points */
    font_style style;
    anchor anchor;
    float angle;     /* of text, degrees, counter-clockwise: 0 or 90 */
    uint8_t *pixels; /* image: width * height * 4 */
    size_t width, height;
    struct sheet *sheet;
} command;

typedef struct display_list {
    command *commands;
    size_t count, capacity;
    bool failed;
} display_list;

/* A part of a drawing that seldom changes, as a list of its own: it is made once, and pixels can be
 * kept of it. */
typedef struct sheet {
    display_list list;
    rect area;    /* nothing of it is drawn outside */
    uint64_t key; /* of all that decides how it looks: layers of one key look the same */
    size_t owners;
} sheet;

sheet *sheet_create(rect area, uint64_t key); /* with one owner; NULL: out of memory */
void sheet_release(sheet *l);                 /* by one owner; NULL does nothing */

/* Moves all commands of `from` to the end of `to`. */
void display_list_move(display_list *to, display_list *from);

void display_list_clear(display_list *list); /* keeps the capacity */
void display_list_free(display_list *list);

void draw_clip(display_list *list, rect area);
void draw_unclip(display_list *list);
void draw_fill(display_list *list, rect area, color paint, float radius);
/* An area with a border of one point. */
void draw_framed(display_list *list, rect area, color border, color paint, float radius);
void draw_polyline(display_list *list, const point *points, size_t count, stroke line);
/* The same where hundreds of lines cover each other, and nobody looks at the corners of one. */
void draw_quick_polyline(display_list *list, const point *points, size_t count, stroke line);
void draw_line(display_list *list, point from, point to, stroke line);
void draw_bars(display_list *list, const point *ends, size_t count, stroke line);
void draw_polygon(display_list *list, const point *points, size_t count, color paint);
void draw_image(display_list *list, rect area, const uint8_t *rgba, size_t width, size_t height);
void draw_sheet(display_list *list, sheet *l); /* the list becomes an owner */

typedef struct text_style {
    float size;
    color color;
    font_style style;
    anchor anchor;
    float angle;
} text_style;

void draw_text(display_list *list, float x, float y, const char *text, text_style style);

#endif
