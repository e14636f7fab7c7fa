/* panel_picture.c: the last pictures of a group, side by side, each with its caption. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define CAPTION 15.0f
#define GAP     10.0f
#define NARROW  90.0f /* cells that are narrower cut their captions */

/* Rows of text under the pictures: name and step, and a caption where one was logged. */
static float caption_height(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]) && run_caption(p->curves[i].run, p->curves[i].tag) != NULL)
            return 2 * CAPTION;
    return CAPTION;
}

typedef struct grid {
    size_t columns, rows;
    float cell_w, cell_h; /* without the caption */
} grid;

/* The grid in which the largest picture becomes largest and captions have room. */
static grid choose_grid(const panel *p, size_t count, rect r, float caption) {
    float w = 1, h = 1, best_scale = -1;
    grid best = {1, count, r.w, 1};
    for (size_t i = 0; i < p->curve_count; i++) {
        w = fmaxf(w, (float)p->curves[i].tag->picture.width);
        h = fmaxf(h, (float)p->curves[i].tag->picture.height);
    }
    for (size_t columns = 1; columns <= count; columns++) {
        grid g = {columns, (count + columns - 1) / columns, 0, 0};
        g.cell_w = (r.w + GAP) / (float)columns - GAP;
        g.cell_h = (r.h + GAP) / (float)g.rows - GAP - caption;
        float scale = fminf(g.cell_w / w, g.cell_h / h) * fminf(1, g.cell_w / NARROW);
        if (scale > best_scale) {
            best_scale = scale;
            best = g;
        }
    }
    return best;
}

/* The mean of the picture's pixels under each of the smaller one's (alpha-weighted colours). */
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

rect draw_picture(const picture *image, rect cell, float pixels, display_list *list) {
    float fit =
        fminf(cell.w * pixels / (float)image->width, cell.h * pixels / (float)image->height);
    float factor = fit >= 1 ? floorf(fit) : fit;
    size_t w = (size_t)fmaxf(1, (float)image->width * factor);
    size_t h = (size_t)fmaxf(1, (float)image->height * factor);
    rect place = {0, 0, (float)w / pixels, (float)h / pixels};
    place.x = floorf(cell.x + (cell.w - place.w) / 2);
    place.y = floorf(cell.y + (cell.h - place.h) / 2);
    uint8_t *smaller = fit >= 1 ? NULL : dnn_alloc(w * h * 4);
    if (fit >= 1) {
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

static void draw_caption(const curve *c, const page_options *o, rect cell, float y, bool named,
                         display_list *list) {
    char line[160], step[48];
    const char *caption = run_caption(c->run, c->tag);
    axis_format_whole(c->tag->picture_step, step, sizeof step);
    if (named)
        snprintf(line, sizeof line, "%.90s · step %s", c->label, step);
    else
        snprintf(line, sizeof line, "step %s", step);
    float shown = fminf(cell.w, text_width(line, SMALL_SIZE, FONT_REGULAR));
    float x = cell.x + (cell.w - shown) / 2;
    if (caption != NULL) {
        char first[160];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(caption, "\n"), caption);
        float width = fminf(cell.w, text_width(first, LABEL_SIZE, FONT_BOLD));
        draw_text_within(list, cell.x + (cell.w - width) / 2, y + 12, cell.w + 0.5f, first,
                         (text_style){LABEL_SIZE, o->theme->text, FONT_BOLD, ANCHOR_LEFT, 0});
        y += CAPTION;
    }
    draw_text_within(list, x, y + 11, cell.w + 0.5f, line,
                     (text_style){SMALL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
}

void draw_pictures(panel *p, const page_options *o, display_list *list) {
    float top = draw_title(p, o, "", list);
    rect r = {p->area.x + PADDING, top, p->area.w - 2 * PADDING,
              p->area.y + p->area.h - PADDING - top};
    size_t count = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        count += !curve_hidden(&p->curves[i]);
    float caption = caption_height(p);
    grid g = choose_grid(p, count, r, caption);
    if (count == 0 || g.cell_w < 8 || g.cell_h < 8)
        return;
    size_t n = 0;
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        if (curve_hidden(c))
            continue;
        rect cell = {r.x + (g.cell_w + GAP) * (float)(n % g.columns),
                     r.y + (g.cell_h + caption + GAP) * (float)(n / g.columns), g.cell_w, g.cell_h};
        rect place = {cell.x, cell.y, cell.w, cell.h};
        if (c->tag->picture.rgba != NULL)
            place = draw_picture(&c->tag->picture, cell, o->scale > 0 ? o->scale : 1, list);
        else
            draw_text(list, cell.x + cell.w / 2, cell.y + cell.h / 2, "cannot be decoded",
                      (text_style){LABEL_SIZE, o->theme->warning, FONT_REGULAR, ANCHOR_MIDDLE, 0});
        draw_caption(c, o, cell, place.y + place.h, count > 1, list);
        n++;
    }
}
