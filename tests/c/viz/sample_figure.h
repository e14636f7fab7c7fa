/* sample_figure.h: a sample plot for the tests of the players: all commands of a display list, as
 * panels use them; with or without text. */
#ifndef DNN_TESTS_VIZ_SAMPLE_FIGURE_H
#define DNN_TESTS_VIZ_SAMPLE_FIGURE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/random.h"
#include "viz/plot/axis.h"
#include "viz/draw/display_list.h"
#include "viz/draw/theme.h"

#define FIGURE_WIDTH  480
#define FIGURE_HEIGHT 300

typedef struct figure {
    const theme *theme;
    rect plot;
    axis x, y;
    bool text;
    display_list *list;
} figure;

static inline point figure_place(const figure *f, double x, double y) {
    return (point){f->plot.x + f->plot.w * (float)axis_place(&f->x, x),
                   f->plot.y + f->plot.h * (1 - (float)axis_place(&f->y, y))};
}

static inline void figure_text(const figure *f, float x, float y, const char *text,
                               text_style style) {
    if (f->text)
        draw_text(f->list, x, y, text, style);
}

static inline void figure_axes(const figure *f) {
    const theme *t = f->theme;
    tick ticks[64];
    stroke grid = {t->grid, 1, 0}, line = {t->axis, 1, 0};
    float bottom = f->plot.y + f->plot.h, right = f->plot.x + f->plot.w;
    size_t n = axis_ticks(&f->x, 6, ticks, 64);
    for (size_t i = 0; i < n; i++) {
        float x = floorf(figure_place(f, ticks[i].value, f->y.low).x) + 0.5f;
        draw_line(f->list, (point){x, f->plot.y}, (point){x, bottom}, grid);
        figure_text(f, x, bottom + 16, ticks[i].label,
                    (text_style){11, t->muted, FONT_REGULAR, ANCHOR_MIDDLE, 0});
    }
    n = axis_ticks(&f->y, 5, ticks, 64);
    for (size_t i = 0; i < n; i++) {
        float y = floorf(figure_place(f, f->x.low, ticks[i].value).y) + 0.5f;
        if (ticks[i].major)
            draw_line(f->list, (point){f->plot.x, y}, (point){right, y}, grid);
        figure_text(f, f->plot.x - 6, y + 4, ticks[i].label,
                    (text_style){11, t->muted, FONT_REGULAR, ANCHOR_RIGHT, 0});
    }
    draw_line(f->list, (point){f->plot.x, bottom + 0.5f}, (point){right, bottom + 0.5f}, line);
}

static inline void figure_curves(const figure *f) {
    enum { POINTS = 400, CURVES = 4 };
    point raw[POINTS], smooth[POINTS];
    dnn_random r = dnn_random_seeded(3);
    for (size_t k = 0; k < CURVES; k++) {
        double average = 0, weight = 0;
        for (int i = 0; i < POINTS; i++) {
            double step = 6.25 * i,
                   value = exp(-step / (400.0 + 300.0 * (double)k)) + 0.02 * (1.0 + (double)k);
            value *= exp(0.25 * dnn_random_normal(&r));
            average = 0.95 * average + 0.05 * value;
            weight = 0.95 * weight + 0.05;
            raw[i] = figure_place(f, step, value);
            smooth[i] = figure_place(f, step, average / weight);
        }
        stroke line = theme_series(f->theme, k < 3 ? k : k + 7);
        stroke ghost = {(line.color & 0xFFFFFF00) | 0x40, 1, 0};
        draw_polyline(f->list, raw, POINTS, ghost);
        draw_polyline(f->list, smooth, POINTS, line);
    }
}

/* A heat map of 4 rows, a filled ridge, and a legend on a rounded plate. */
static inline void figure_marks(const figure *f) {
    const theme *t = f->theme;
    uint8_t pixels[4 * 24 * 4];
    for (int i = 0; i < 4 * 24; i++) {
        color c = theme_heat(t, i == 30 ? NAN : fmod(0.37 * (i / 24) + (i % 24) / 24.0, 1));
        for (int k = 0; k < 4; k++)
            pixels[4 * i + k] = (uint8_t)(c >> (24 - 8 * k));
    }
    rect heat = {f->plot.x + 0.55f * f->plot.w, f->plot.y + 12, 0.42f * f->plot.w, 40};
    draw_image(f->list, heat, pixels, 24, 4);
    point ridge[42];
    for (int i = 0; i < 40; i++)
        ridge[i] = (point){heat.x + heat.w * (float)i / 39,
                           heat.y + 90 - 30 * expf(-0.02f * (float)((i - 20) * (i - 20)))};
    ridge[40] = (point){heat.x + heat.w, heat.y + 90};
    ridge[41] = (point){heat.x, heat.y + 90};
    draw_polygon(f->list, ridge, 42, (t->accent & 0xFFFFFF00) | 0x60);
    rect plate = {f->plot.x + 12, f->plot.y + f->plot.h - 62, 104, 50};
    draw_fill(f->list, plate, (t->panel & 0xFFFFFF00) | 0xE0, 6);
    for (size_t k = 0; k < 3; k++) {
        float y = plate.y + 12 + 14 * (float)k;
        draw_line(f->list, (point){plate.x + 8, y}, (point){plate.x + 30, y},
                  theme_series(t, k + 7 * (k == 2)));
        char label[32];
        snprintf(label, sizeof label, "%zu Linear", k + 1);
        figure_text(f, plate.x + 38, y + 4, label,
                    (text_style){11, t->text, FONT_REGULAR, ANCHOR_LEFT, 0});
    }
}

static inline void figure_draw(display_list *list, const theme *t, bool text) {
    figure f = {
        t,
        {58, 34, 404, 218},
        axis_fit(SCALE_LINEAR, UNIT_NUMBER, 0, 2500),
        axis_fit(SCALE_LOG, UNIT_NUMBER, 0.01, 1.6),
        text,
        list
    };
    draw_fill(list, (rect){0, 0, FIGURE_WIDTH, FIGURE_HEIGHT}, t->background, 0);
    draw_fill(list, (rect){6.5f, 6.5f, FIGURE_WIDTH - 13, FIGURE_HEIGHT - 13}, t->border, 8);
    draw_fill(list, (rect){7.5f, 7.5f, FIGURE_WIDTH - 15, FIGURE_HEIGHT - 15}, t->panel, 7);
    figure_text(&f, 58, 25, "grad_norm", (text_style){13, t->text, FONT_BOLD, ANCHOR_LEFT, 0});
    figure_text(&f, FIGURE_WIDTH - 18, 25, "runs/cats 0.0075",
                (text_style){11, t->muted, FONT_MONO, ANCHOR_RIGHT, 0});
    figure_text(&f, 22, 143, "norm of dW, jüngste",
                (text_style){11, t->muted, FONT_REGULAR, ANCHOR_MIDDLE, 90});
    figure_axes(&f);
    draw_clip(list, f.plot);
    figure_curves(&f);
    draw_unclip(list);
    figure_marks(&f);
}

#endif
