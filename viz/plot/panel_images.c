/* panel_images.c: images side by side, as large as they fit, each with its words below: those of a
 * figure with their names, or the last ones of a group of tags with caption and step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/panel_parts.h"

#define LINE        15.0f /* of words */
#define GAP         10.0f
#define MOST_MORE   30.0f /* between images beside each other, where there is room */
#define NARROW      90.0f /* cells that are narrower cut their words */
#define ABOVE_WORDS 4.0f  /* between an image and its words */

/* --- what is shown --- */

static const picture *image_of(const panel *p, size_t i) {
    return p->figure != NULL ? &p->figure->items[i].picture : &p->curves[i].tag->picture;
}

static const char *name_of(const panel *p, size_t i) {
    const curve *c = &p->curves[i];
    const char *name = p->figure != NULL ? c->label : run_caption(c->run, c->tag);
    return name == NULL ? "" : name;
}

/* The lines below an image: its name, and of a run the step; "" where there is none. */
typedef struct words {
    char name[160], note[160];
} words;

static words words_of(const panel *p, size_t i) {
    const curve *c = &p->curves[i];
    const char *name = name_of(p, i);
    char step[48];
    words w = {.note = ""};
    text_copy(name, strcspn(name, "\n"), w.name, sizeof w.name);
    if (p->figure != NULL)
        return w;
    axis_format_whole(c->tag->picture_step, step, sizeof step);
    if (visible_curves(p) > 1)
        snprintf(w.note, sizeof w.note, "%.90s · step %s", c->label, step);
    else
        snprintf(w.note, sizeof w.note, "step %s", step);
    return w;
}

static text_style name_style(const panel *p, const page_options *o) {
    return (text_style){LABEL_SIZE, o->theme->text, p->figure != NULL ? FONT_REGULAR : FONT_BOLD,
                        ANCHOR_LEFT, 0};
}

static text_style note_style(const page_options *o) {
    return (text_style){SMALL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0};
}

static float width_in(const char *text, text_style style) {
    return text_width(text, style.size, style.style);
}

/* How many lines of words there are below each image at most, none in a low panel, and the width of
 * the widest. */
static int measure_words(const panel *p, const page_options *o, float *widest) {
    bool named = false, noted = false;
    *widest = 0;
    if (!panel_surroundings(p, o).x_labels)
        return 0;
    for (size_t i = 0; i < p->curve_count; i++) {
        if (curve_hidden(&p->curves[i]))
            continue;
        words w = words_of(p, i);
        named = named || w.name[0] != '\0';
        noted = noted || w.note[0] != '\0';
        *widest = fmaxf(*widest, width_in(w.name, name_style(p, o)));
        *widest = fmaxf(*widest, width_in(w.note, note_style(o)));
    }
    return named + noted;
}

/* --- places --- */

typedef struct grid {
    size_t columns, rows;
    float w, h;       /* of the room for an image */
    float gap_x, gap; /* beside each other; below each other */
    float words;      /* below each */
    float line;       /* of words */
} grid;

static float width_of(const grid *g) {
    return (float)g->columns * (g->w + g->gap_x) - g->gap_x;
}

static float height_of(const grid *g) {
    return (float)g->rows * (g->h + g->words + g->gap) - g->gap;
}

/* Pixels of the page for one of an image that fits into a room: whole ones where it is enlarged. */
static float fit_factor(const picture *image, float w, float h, float pixels) {
    float fit = fminf(w * pixels / (float)image->width, h * pixels / (float)image->height);
    return fit >= 1 ? floorf(fit) : fit;
}

/* Makes the rooms no larger than the images and their words need; the smallest factor of all. */
static float tighten(grid *g, const panel *p, const page_options *o, float widest) {
    float unit = o->grain > 0 ? 2 * o->grain : 1, pixels = pixels_per_point(o);
    float least = INFINITY, height = 0, width = o->grain > 0 ? 0 : fminf(g->w, widest);
    for (size_t i = 0; i < p->curve_count; i++) {
        const picture *image = image_of(p, i);
        if (curve_hidden(&p->curves[i]) || image->rgba == NULL)
            continue;
        float factor = fit_factor(image, g->w, g->h, pixels);
        least = fminf(least, factor);
        width = fmaxf(width, factor / pixels * (float)image->width);
        height = fmaxf(height, factor / pixels * (float)image->height);
    }
    if (height > 0) {
        g->w = ceilf(width / unit * 2) * unit / 2;
        g->h = ceilf(height / unit) * unit;
    }
    return least;
}

/* The grid in which the images become largest and their words have room; of grids that are as good
 * the one with fewest empty places, then the flattest. */
static grid choose_grid(const panel *p, const page_options *o, rect r) {
    size_t count = visible_curves(p), best_empty = 0;
    float unit = o->grain > 0 ? 2 * o->grain : 1, best = -1, widest;
    int lines = measure_words(p, o, &widest);
    grid chosen = {0};
    for (size_t columns = count; columns >= 1; columns--) {
        grid g = {.columns = columns, .rows = (count + columns - 1) / columns};
        g.gap_x = g.gap = o->grain > 0 ? unit : GAP;
        g.line = o->grain > 0 ? unit : LINE;
        g.words = (float)lines * g.line + (o->grain <= 0 && lines > 0 ? ABOVE_WORDS + 1 : 0);
        g.w = floorf(((r.w + g.gap) / (float)columns - g.gap) / unit * 2) * unit / 2;
        g.h = floorf(((r.h + g.gap) / (float)g.rows - g.gap - g.words) / unit) * unit;
        float cut = o->grain <= 0 && lines > 0 ? fminf(1, g.w / fminf(widest, NARROW)) : 1;
        float score = cut * tighten(&g, p, o, widest);
        size_t empty = g.rows * columns - count;
        if (score > best || (score == best && empty < best_empty)) {
            best = score;
            best_empty = empty;
            chosen = g;
        }
    }
    return chosen;
}

static rect room_for_images(const panel *p, const page_options *o, float top) {
    float line = 2 * o->grain, padding = panel_surroundings(p, o).padding;
    rect a = p->area, r = {a.x + padding, top, a.w - 2 * padding, 0};
    if (o->grain > 0) { /* whole cells */
        r.x = ceilf(r.x / o->grain) * o->grain;
        r.y = floorf(r.y / line) * line;
    }
    r.h = a.y + a.h - padding - r.y;
    return r;
}

float images_place(const panel *p, const page_options *o, float top) {
    rect r = room_for_images(p, o, top);
    grid g = choose_grid(p, o, r);
    return r.y + height_of(&g) + panel_surroundings(p, o).padding - p->area.y;
}

float panel_height(const panel *p, const page_options *o) {
    return images_place(p, o, p->area.y + PADDING + (p->title[0] != '\0' ? 20 : 2));
}

/* --- drawing --- */

/* The mean of the image's pixels under each of the smaller one's (alpha-weighted colours). */
static void shrink(const picture *from, uint8_t *to, size_t width, size_t height) {
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            size_t y0 = y * from->height / height, y1 = (y + 1) * from->height / height;
            size_t x0 = x * from->width / width, x1 = (x + 1) * from->width / width;
            uint64_t sum[4] = {0};
            for (size_t v = y0; v < y1; v++)
                for (size_t u = x0; u < x1; u++) {
                    const uint8_t *pixel = from->rgba + 4 * (v * from->width + u);
                    for (int k = 0; k < 3; k++)
                        sum[k] += (uint64_t)pixel[k] * pixel[3];
                    sum[3] += pixel[3];
                }
            uint8_t *out = to + 4 * (y * width + x);
            for (int k = 0; k < 3; k++)
                out[k] = (uint8_t)(sum[3] == 0 ? 0 : (sum[k] + sum[3] / 2) / sum[3]);
            out[3] = (uint8_t)(sum[3] / ((y1 - y0) * (x1 - x0)));
        }
}

/* Centred in a cell: by a whole factor where it is enlarged, averaged where it is reduced. Returns
 * where it stands. */
static rect draw_image_in(const picture *image, rect cell, float pixels, display_list *list) {
    float factor = fit_factor(image, cell.w, cell.h, pixels);
    size_t w = (size_t)fmaxf(1, (float)image->width * factor);
    size_t h = (size_t)fmaxf(1, (float)image->height * factor);
    rect place = {0, 0, (float)w / pixels, (float)h / pixels};
    place.x = floorf(cell.x + (cell.w - place.w) / 2);
    place.y = floorf(cell.y + (cell.h - place.h) / 2);
    uint8_t *smaller = factor >= 1 ? NULL : dnn_alloc(w * h * 4);
    if (factor >= 1) {
        draw_image(list, place, image->rgba, image->width, image->height);
    } else if (smaller != NULL) {
        shrink(image, smaller, w, h);
        draw_image(list, place, smaller, w, h);
    } else {
        list->failed = true;
    }
    dnn_free(smaller);
    return place;
}

/* A line of words below an image: under its middle, or from where its character cells begin. */
static void draw_words(const char *text, rect cell, float y, text_style style,
                       const page_options *o, display_list *list) {
    float width = fminf(cell.w, width_in(text, style));
    float before = o->grain > 0 ? 0 : (cell.w - width) / 2;
    draw_text_within(list, cell.x + before, y + 11, cell.w + 0.5f, text, style);
}

/* Why pictures are left out, below the title; returns the y below it. */
static float draw_left_out(const panel *p, const page_options *o, float top, display_list *list) {
    for (size_t i = 0; i < p->curve_count; i++) {
        const picture *image = image_of(p, i);
        if (!curve_hidden(&p->curves[i]) && image->rgba == NULL && image->width > 0)
            return draw_prose_lines(
                picture_absence(image), room_below(p, o, top), top,
                (text_style){LABEL_SIZE, o->theme->warning, FONT_REGULAR, ANCHOR_LEFT, 0}, list);
    }
    return top;
}

void draw_images(panel *p, const page_options *o, display_list *list) {
    float top = draw_left_out(p, o, draw_title(p, o, "", list), list);
    rect r = room_for_images(p, o, top);
    grid g = choose_grid(p, o, r);
    size_t n = 0;
    if (g.w < 1 || g.h < 1)
        return;
    if (o->grain <= 0) {
        float spare = floorf((r.w - width_of(&g)) / (float)(g.columns + 1));
        g.gap_x += fminf(spare, MOST_MORE);
        r.x += floorf((r.w - width_of(&g)) / 2);
        r.y += fmaxf(0, floorf((r.h - height_of(&g)) / 2));
    }
    for (size_t i = 0; i < p->curve_count; i++) {
        if (curve_hidden(&p->curves[i]))
            continue;
        rect cell = {r.x + (g.w + g.gap_x) * (float)(n % g.columns),
                     r.y + (g.h + g.words + g.gap) * (float)(n / g.columns), g.w, g.h};
        rect place = cell;
        if (image_of(p, i)->rgba != NULL)
            place = draw_image_in(image_of(p, i), cell, pixels_per_point(o), list);
        else
            draw_label(list, cell.x + cell.w / 2, cell.y + cell.h / 2,
                       image_of(p, i)->width > 0 ? "not shown" : picture_absence(image_of(p, i)),
                       o->theme->warning, ANCHOR_MIDDLE);
        words w = g.words > 0 ? words_of(p, i) : (words){.name = ""};
        float y = place.y + place.h + (o->grain <= 0 ? ABOVE_WORDS : 0);
        draw_words(w.name, cell, y, name_style(p, o), o, list);
        draw_words(w.note, cell, y + (w.name[0] != '\0' ? g.line : 0), note_style(o), o, list);
        n++;
    }
}
