/* svg.c: one element per command. Numbers have two decimals: a hundredth of a point is less than
 * any screen or printer shows. */
#include "viz/draw/svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/grow.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "viz/draw/base64.h"
#include "viz/draw/png.h"

typedef struct writer {
    char *bytes;
    size_t count, capacity;
    bool failed;
    bool clipped; /* a group with a clip path is open */
    unsigned clips;
} writer;

static void put_bytes(writer *w, const char *bytes, size_t count) {
    w->failed = w->failed || !dnn_grow(&w->bytes, &w->capacity, w->count, count);
    if (w->failed)
        return;
    memcpy(w->bytes + w->count, bytes, count);
    w->count += count;
}

static void put(writer *w, const char *text) {
    put_bytes(w, text, strlen(text));
}

__attribute__((format(printf, 2, 3))) static void putf(writer *w, const char *format, ...) {
    char text[256];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    put(w, text);
}

static void put_number(writer *w, double value) {
    char text[64];
    if (fabs(value) >= 1e6) {
        putf(w, "%.7g", value);
        return;
    }
    snprintf(text, sizeof text, "%.2f", value);
    size_t end = strlen(text);
    while (text[end - 1] == '0')
        end--;
    if (text[end - 1] == '.')
        end--;
    text[end] = '\0';
    put(w, strcmp(text, "-0") == 0 ? "0" : text);
}

/* name="value" */
static void put_length(writer *w, const char *name, double value) {
    putf(w, " %s=\"", name);
    put_number(w, value);
    put(w, "\"");
}

/* fill="#rrggbb", with an opacity where it is not 1. */
static void put_color(writer *w, const char *name, color c) {
    putf(w, " %s=\"#%06x\"", name, (unsigned)(c >> 8));
    if ((c & 255) != 255)
        putf(w, " %s-opacity=\"%.3g\"", name, (c & 255) / 255.0);
}

static void put_area(writer *w, rect r) {
    put_length(w, "x", r.x);
    put_length(w, "y", r.y);
    put_length(w, "width", r.w);
    put_length(w, "height", r.h);
}

/* Whatever the text holds, the file stays XML: markup is escaped, characters that XML does not have
 * (control characters, U+FFFE and U+FFFF) are blanks. */
static void put_text(writer *w, const char *text) {
    char bytes[DNN_UTF8_MAX];
    for (uint32_t c = dnn_utf8_next(&text); c != 0; c = dnn_utf8_next(&text)) {
        if (c == '&')
            put(w, "&amp;");
        else if (c == '<')
            put(w, "&lt;");
        else if (c == '>')
            put(w, "&gt;");
        else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF)
            put(w, " ");
        else
            put_bytes(w, bytes, dnn_utf8_put(c, bytes));
    }
}

/* --- commands --- */

static void write_clip(writer *w, const command *c) {
    if (w->clipped)
        put(w, "</g>\n");
    w->clipped = c->area.w > 0 && c->area.h > 0;
    if (!w->clipped)
        return;
    w->clips++;
    putf(w, "<clipPath id=\"clip%u\"><rect", w->clips);
    put_area(w, c->area);
    putf(w, "/></clipPath>\n<g clip-path=\"url(#clip%u)\">\n", w->clips);
}

static void write_fill(writer *w, const command *c) {
    if (!(c->area.w > 0) || !(c->area.h > 0))
        return;
    put(w, "<rect");
    put_area(w, c->area);
    if (c->radius > 0)
        put_length(w, "rx", fminf(c->radius, 0.5f * fminf(c->area.w, c->area.h)));
    put_color(w, "fill", c->stroke.color);
    put(w, "/>\n");
}

static bool is_finite(point p) {
    return isfinite(p.x) && isfinite(p.y);
}

static void put_point(writer *w, point p) {
    put_number(w, p.x);
    put(w, " ");
    put_number(w, p.y);
}

/* Points begin .. end - 1, all finite. */
static void put_subpath(writer *w, const point *points, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        put(w, i == begin ? "M" : "L");
        put_point(w, points[i]);
    }
}

static void put_stroke(writer *w, const stroke *s) {
    put(w, " fill=\"none\"");
    put_color(w, "stroke", s->color);
    put_length(w, "stroke-width", s->width);
    const float *pattern = dash_patterns[s->dash % DASH_COUNT];
    if (pattern[0] == 0)
        return;
    put(w, " stroke-dasharray=\"");
    for (int i = 0; pattern[i] > 0; i++) {
        put(w, i == 0 ? "" : " ");
        put_number(w, (double)pattern[i] * (double)s->width);
    }
    put(w, "\"");
}

static void write_dot(writer *w, point at, const stroke *s) {
    put(w, "<circle");
    put_length(w, "cx", at.x);
    put_length(w, "cy", at.y);
    put_length(w, "r", 0.5 * (double)s->width);
    put_color(w, "fill", s->color);
    put(w, "/>\n");
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
        put(w, path ? "" : "<path d=\"");
        put_subpath(w, p, begin, end);
        if (end - begin == c->count && c->count >= 4 && same(p[0], p[end - 1]))
            put(w, "Z");
        path = true;
    }
    if (path) {
        put(w, "\"");
        put_stroke(w, &c->stroke);
        put(w, "/>\n");
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
        put(w, any ? "" : "<path d=\"");
        put_subpath(w, c->points, i, i + 2);
        any = true;
    }
    if (!any)
        return;
    put(w, "\"");
    put_stroke(w, &c->stroke);
    put(w, "/>\n");
}

static void write_polygon(writer *w, const command *c) {
    bool any = false;
    for (size_t i = 0; i < c->count; i++) {
        if (!is_finite(c->points[i]))
            continue;
        put(w, any ? "L" : "<path d=\"M");
        put_point(w, c->points[i]);
        any = true;
    }
    if (!any)
        return;
    put(w, "Z\" fill-rule=\"evenodd\"");
    put_color(w, "fill", c->stroke.color);
    put(w, "/>\n");
}

static void write_text(writer *w, const command *c) {
    static const char *const anchors[] = {"start", "middle", "end"};
    put(w, "<text");
    if (c->angle != 0) {
        put(w, " transform=\"translate(");
        put_point(w, (point){c->area.x, c->area.y});
        put(w, ") rotate(");
        put_number(w, -(double)c->angle);
        put(w, ")\"");
    } else {
        put_length(w, "x", c->area.x);
        put_length(w, "y", c->area.y);
    }
    put_length(w, "font-size", c->size);
    if (c->style == FONT_BOLD)
        put(w, " font-weight=\"bold\"");
    if (c->style == FONT_MONO)
        put(w, " font-family=\"DejaVu Sans Mono, monospace\"");
    if (c->anchor != ANCHOR_LEFT)
        putf(w, " text-anchor=\"%s\"", anchors[c->anchor]);
    put_color(w, "fill", c->stroke.color);
    put(w, ">");
    put_text(w, c->text);
    put(w, "</text>\n");
}

static void put_base64(writer *w, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i += 3) {
        char four[4];
        base64_group(bytes + i, count - i, four);
        put_bytes(w, four, sizeof four);
    }
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
    put(w, "<image");
    put_area(w, c->area);
    put(w, " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
           " xlink:href=\"data:image/png;base64,");
    put_base64(w, png, size);
    put(w, "\"/>\n");
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

dnn_status svg_write(const display_list *list, float width, float height, const char *path,
                     dnn_error *err) {
    if (!(width > 0) || !(height > 0) || !isfinite(width) || !isfinite(height))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: a picture of %g x %g points cannot be written", path, (double)width,
                        (double)height);
    writer w = {0};
    put(&w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\""
            " xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
    put_length(&w, "width", width);
    put_length(&w, "height", height);
    put(&w, " viewBox=\"0 0 ");
    put_point(&w, (point){width, height});
    put(&w, "\" font-family=\"DejaVu Sans, sans-serif\" stroke-linejoin=\"round\""
            " xml:space=\"preserve\">\n");
    write_list(&w, list);
    put(&w, w.clipped ? "</g>\n</svg>\n" : "</svg>\n");
    dnn_status status = w.failed ? dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory", path)
                                 : dnn_atomic_file_replace(path, w.bytes, w.count, err);
    dnn_free(w.bytes);
    return status;
}
