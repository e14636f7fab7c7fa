/* svg.c: one element per command. Numbers have two decimals: a hundredth of a point is less than
 * any screen or printer shows. */
#include "viz/draw/svg.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "viz/draw/base64.h"
#include "viz/draw/output.h"
#include "viz/draw/png.h"

typedef struct writer {
    FILE *out;
    bool failed;  /* out of memory */
    bool clipped; /* a group with a clip path is open */
    unsigned clips;
} writer;

static void put_number(FILE *out, double value) {
    char text[64];
    if (fabs(value) >= 1e6) {
        fprintf(out, "%.7g", value);
        return;
    }
    snprintf(text, sizeof text, "%.2f", value);
    size_t end = strlen(text);
    while (text[end - 1] == '0')
        end--;
    if (text[end - 1] == '.')
        end--;
    text[end] = '\0';
    fputs(strcmp(text, "-0") == 0 ? "0" : text, out);
}

/* name="value" */
static void put_length(FILE *out, const char *name, double value) {
    fprintf(out, " %s=\"", name);
    put_number(out, value);
    fputs("\"", out);
}

/* fill="#rrggbb", with an opacity where it is not 1. */
static void put_color(FILE *out, const char *name, color c) {
    fprintf(out, " %s=\"#%06x\"", name, (unsigned)(c >> 8));
    if ((c & 255) != 255)
        fprintf(out, " %s-opacity=\"%.3g\"", name, (c & 255) / 255.0);
}

static void put_area(FILE *out, rect r) {
    put_length(out, "x", r.x);
    put_length(out, "y", r.y);
    put_length(out, "width", r.w);
    put_length(out, "height", r.h);
}

/* Whatever the text holds, the file stays XML: markup is escaped, characters that XML does not have
 * (control characters, U+FFFE and U+FFFF) are blanks. */
static void put_text(FILE *out, const char *text) {
    char bytes[DNN_UTF8_MAX];
    for (uint32_t c = dnn_utf8_next(&text); c != 0; c = dnn_utf8_next(&text))
        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF)
            fputs(" ", out);
        else
            fwrite(bytes, 1, dnn_utf8_put(c, bytes), out);
}

/* --- commands --- */

static void write_clip(writer *w, const command *c) {
    if (w->clipped)
        fputs("</g>\n", w->out);
    w->clipped = c->area.w > 0 && c->area.h > 0;
    if (!w->clipped)
        return;
    w->clips++;
    fprintf(w->out, "<clipPath id=\"clip%u\"><rect", w->clips);
    put_area(w->out, c->area);
    fprintf(w->out, "/></clipPath>\n<g clip-path=\"url(#clip%u)\">\n", w->clips);
}

static void write_fill(writer *w, const command *c) {
    if (!(c->area.w > 0) || !(c->area.h > 0))
        return;
    fputs("<rect", w->out);
    put_area(w->out, c->area);
    if (c->radius > 0)
        put_length(w->out, "rx", fminf(c->radius, 0.5f * fminf(c->area.w, c->area.h)));
    put_color(w->out, "fill", c->stroke.color);
    fputs("/>\n", w->out);
}

static bool is_finite(point p) {
    return isfinite(p.x) && isfinite(p.y);
}

static void put_point(FILE *out, point p) {
    put_number(out, p.x);
    fputs(" ", out);
    put_number(out, p.y);
}

/* Points begin .. end - 1, all finite. */
static void put_subpath(FILE *out, const point *points, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        fputs(i == begin ? "M" : "L", out);
        put_point(out, points[i]);
    }
}

static void put_stroke(FILE *out, const stroke *s) {
    fputs(" fill=\"none\"", out);
    put_color(out, "stroke", s->color);
    put_length(out, "stroke-width", s->width);
    const float *pattern = dash_patterns[s->dash % DASH_COUNT];
    if (pattern[0] == 0)
        return;
    fputs(" stroke-dasharray=\"", out);
    for (int i = 0; pattern[i] > 0; i++) {
        fputs(i == 0 ? "" : " ", out);
        put_number(out, (double)pattern[i] * (double)s->width);
    }
    fputs("\"", out);
}

static void write_dot(writer *w, point at, const stroke *s) {
    fputs("<circle", w->out);
    put_length(w->out, "cx", at.x);
    put_length(w->out, "cy", at.y);
    put_length(w->out, "r", 0.5 * (double)s->width);
    put_color(w->out, "fill", s->color);
    fputs("/>\n", w->out);
}

static bool same(point a, point b) {
    return a.x == b.x && a.y == b.y;
}

static bool one_place(const point *points, size_t begin, size_t end) {
    for (size_t i = begin + 1; i < end; i++)
        if (!same(points[i], points[begin]))
            return false;
    return true;
}

/* The next stretch of finite points from *end on; false when there is none. */
static bool next_stretch(const command *c, size_t *begin, size_t *end) {
    for (*begin = *end; *begin < c->count && !is_finite(c->points[*begin]); (*begin)++)
        ;
    for (*end = *begin; *end < c->count && is_finite(c->points[*end]); (*end)++)
        ;
    return *begin < *end;
}

/* All stretches as one path, so that a translucent line does not double where it crosses itself;
 * those that stay in one place as dots. */
static void write_polyline(writer *w, const command *c) {
    if (!(c->stroke.width > 0) || !isfinite(c->stroke.width))
        return;
    const point *p = c->points;
    bool path = false;
    for (size_t begin, end = 0; next_stretch(c, &begin, &end);) {
        if (one_place(p, begin, end))
            continue;
        fputs(path ? "" : "<path d=\"", w->out);
        put_subpath(w->out, p, begin, end);
        if (end - begin == c->count && c->count >= 4 && same(p[0], p[end - 1]))
            fputs("Z", w->out);
        path = true;
    }
    if (path) {
        fputs("\"", w->out);
        put_stroke(w->out, &c->stroke);
        fputs("/>\n", w->out);
    }
    for (size_t begin, end = 0; next_stretch(c, &begin, &end);)
        if (one_place(p, begin, end))
            write_dot(w, p[begin], &c->stroke);
}

/* Each bar a stretch of one path. */
static void write_bars(writer *w, const command *c) {
    bool any = false;
    for (size_t i = 0; i + 1 < c->count; i += 2) {
        if (!is_finite(c->points[i]) || !is_finite(c->points[i + 1]))
            continue;
        fputs(any ? "" : "<path d=\"", w->out);
        put_subpath(w->out, c->points, i, i + 2);
        any = true;
    }
    if (!any)
        return;
    fputs("\"", w->out);
    put_stroke(w->out, &c->stroke);
    fputs("/>\n", w->out);
}

static void write_polygon(writer *w, const command *c) {
    bool any = false;
    for (size_t i = 0; i < c->count; i++) {
        if (!is_finite(c->points[i]))
            continue;
        fputs(any ? "L" : "<path d=\"M", w->out);
        put_point(w->out, c->points[i]);
        any = true;
    }
    if (!any)
        return;
    fputs("Z\" fill-rule=\"evenodd\"", w->out);
    put_color(w->out, "fill", c->stroke.color);
    fputs("/>\n", w->out);
}

static void write_text(writer *w, const command *c) {
    static const char *const anchors[] = {"start", "middle", "end"};
    fputs("<text", w->out);
    if (c->angle != 0) {
        fputs(" transform=\"translate(", w->out);
        put_point(w->out, (point){c->area.x, c->area.y});
        fputs(") rotate(", w->out);
        put_number(w->out, -(double)c->angle);
        fputs(")\"", w->out);
    } else {
        put_length(w->out, "x", c->area.x);
        put_length(w->out, "y", c->area.y);
    }
    put_length(w->out, "font-size", c->size);
    if (c->style == FONT_BOLD)
        fputs(" font-weight=\"bold\"", w->out);
    if (c->style == FONT_MONO)
        fputs(" font-family=\"DejaVu Sans Mono, monospace\"", w->out);
    if (c->anchor != ANCHOR_LEFT)
        fprintf(w->out, " text-anchor=\"%s\"", anchors[c->anchor]);
    put_color(w->out, "fill", c->stroke.color);
    fputs(">", w->out);
    put_text(w->out, c->text);
    fputs("</text>\n", w->out);
}

/* Enlarges a picture by a whole number, for viewers that smooth what they stretch: at three pixels
 * per point or more, that is not seen. NULL when out of memory. */
static uint8_t *enlarged(const command *c, size_t factor) {
    size_t width = c->width * factor, height = c->height * factor;
    uint8_t *pixels = dnn_alloc(width * height * 4);
    for (size_t y = 0; pixels != NULL && y < height; y++)
        for (size_t x = 0; x < width; x++)
            memcpy(pixels + 4 * (y * width + x),
                   c->pixels + 4 * (y / factor * c->width + x / factor), 4);
    return pixels;
}

static size_t factor_for(const command *c) {
    double least =
        fmin((double)c->area.w / (double)c->width, (double)c->area.h / (double)c->height);
    double most = sqrt(4e6 / ((double)c->width * (double)c->height));
    double factor = fmin(ceil(3 * least), floor(most));
    return factor >= 1 ? (size_t)factor : 1;
}

static void write_image(writer *w, const command *c) {
    size_t size, factor = factor_for(c);
    uint8_t *pixels = enlarged(c, factor), *png = NULL;
    if (pixels != NULL)
        png = png_encode(pixels, c->width * factor, c->height * factor, &size);
    dnn_free(pixels);
    if (png == NULL) {
        w->failed = true;
        return;
    }
    fputs("<image", w->out);
    put_area(w->out, c->area);
    fputs(" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
          " xlink:href=\"data:image/png;base64,",
          w->out);
    base64_put(png, size, w->out);
    fputs("\"/>\n", w->out);
    free(png);
}

static bool has_place(const command *c) {
    return isfinite(c->area.x) && isfinite(c->area.y) && isfinite(c->area.w) && isfinite(c->area.h);
}

static void write_list(writer *w, const display_list *list);

static void write_command(writer *w, const command *c) {
    if (!has_place(c))
        return;
    switch (c->kind) {
    case COMMAND_CLIP:
        write_clip(w, c);
        break;
    case COMMAND_FILL:
        write_fill(w, c);
        break;
    case COMMAND_POLYLINE:
        write_polyline(w, c);
        break;
    case COMMAND_BARS:
        write_bars(w, c);
        break;
    case COMMAND_POLYGON:
        write_polygon(w, c);
        break;
    case COMMAND_TEXT:
        write_text(w, c);
        break;
    case COMMAND_IMAGE:
        if (c->area.w > 0 && c->area.h > 0)
            write_image(w, c);
        break;
    case COMMAND_SHEET:
        write_list(w, &c->sheet->list);
        break;
    }
}

static void write_list(writer *w, const display_list *list) {
    for (size_t i = 0; i < list->count; i++)
        write_command(w, &list->commands[i]);
}

typedef struct page {
    const display_list *list;
    float width, height;
} page;

static bool write_page(const void *context, FILE *out) {
    const page *p = context;
    writer w = {.out = out};
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<svg xmlns=\"http://www.w3.org/2000/svg\""
          " xmlns:xlink=\"http://www.w3.org/1999/xlink\"",
          out);
    put_length(out, "width", p->width);
    put_length(out, "height", p->height);
    fputs(" viewBox=\"0 0 ", out);
    put_point(out, (point){p->width, p->height});
    fputs("\" font-family=\"DejaVu Sans, sans-serif\" stroke-linejoin=\"round\""
          " xml:space=\"preserve\">\n",
          out);
    write_list(&w, p->list);
    fputs(w.clipped ? "</g>\n</svg>\n" : "</svg>\n", out);
    return !w.failed;
}

dnn_status svg_write(const display_list *list, float width, float height, const char *path,
                     dnn_error *err) {
    if (!(width > 0) || !(height > 0) || !isfinite(width) || !isfinite(height))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: an image of %g x %g points cannot be written", path, (double)width,
                        (double)height);
    return output_text(path, write_page, &(page){list, width, height}, err);
}
