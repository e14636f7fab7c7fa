/* figure.c: reading a figure's numbers, trusting none of them. */
#include "viz/plot/figure.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/figure_reader.h"

static figure_span span_of(const double *values, size_t count) {
    figure_span s = {INFINITY, -INFINITY, INFINITY, 0, 0};
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        if (!isfinite(value)) {
            s.missing++;
            continue;
        }
        s.low = value < s.low ? value : s.low;
        s.high = value > s.high ? value : s.high;
        if (value <= 0)
            s.negative++;
        else if (value < s.positive)
            s.positive = value;
    }
    return s;
}

static dnn_status too_short(const figure_reader *r, const figure_item *item, size_t count,
                            const char *what) {
    return dnn_fail(r->err, DNN_ERROR_FORMAT,
                    "%s: '%.40s' is to have %zu %s, but only %zu bytes are left", r->name,
                    item->name, count, what, r->size - r->at);
}

static dnn_status read_numbers(figure_reader *r, const figure_item *item, double **out) {
    if (item->count > (r->size - r->at) / sizeof(double))
        return too_short(r, item, item->count, "numbers");
    size_t bytes = item->count * sizeof(double);
    *out = dnn_alloc(bytes);
    if (*out == NULL)
        return dnn_fail(r->err, DNN_ERROR_MEMORY, "%s: no memory for %zu numbers", r->name,
                        item->count);
    memcpy(*out, r->bytes + r->at, bytes);
    r->at += bytes;
    return DNN_OK;
}

static bool is_ascending(const double *x, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]) || (i > 0 && x[i] < x[i - 1]))
            return false;
    return true;
}

static dnn_status read_picture(figure_reader *r, figure_item *item) {
    size_t channels = item->count, pixels = item->rows * item->columns;
    if (pixels > (r->size - r->at) / channels)
        return too_short(r, item, pixels * channels, "bytes");
    uint8_t *rgba = dnn_alloc(pixels * 4);
    if (rgba == NULL)
        return dnn_fail(r->err, DNN_ERROR_MEMORY, "%s: no memory for an image", r->name);
    const uint8_t *from = r->bytes + r->at;
    for (size_t i = 0; i < pixels; i++) {
        for (size_t k = 0; k < 3; k++)
            rgba[4 * i + k] = from[channels * i + (channels == 3 ? k : 0)];
        rgba[4 * i + 3] = 255;
    }
    item->picture = (picture){item->columns, item->rows, rgba};
    r->at += pixels * channels;
    return DNN_OK;
}

/* The axis holds bands and bars, too. */
static void widen_by_spread(figure_item *item) {
    figure_span *s = &item->y_span;
    for (size_t i = 0; i < item->count; i++)
        for (int side = -1; side <= 1; side += 2) {
            double end = item->y[i] + side * item->spread[i];
            if (!isfinite(end))
                continue;
            s->low = fmin(s->low, end);
            s->high = fmax(s->high, end);
            s->positive = end > 0 ? fmin(s->positive, end) : s->positive;
        }
}

static dnn_status read_item(figure_reader *r, figure_item *item) {
    dnn_status status = DNN_OK;
    if (r->figure->kind == FIGURE_PICTURES)
        return read_picture(r, item);
    if (r->figure->kind == FIGURE_CURVES)
        status = read_numbers(r, item, &item->x);
    if (status == DNN_OK)
        status = read_numbers(r, item, &item->y);
    if (status == DNN_OK && item->spreads)
        status = read_numbers(r, item, &item->spread);
    if (status == DNN_OK && item->shaded)
        status = read_numbers(r, item, &item->shades);
    if (status != DNN_OK)
        return status;
    item->y_span = span_of(item->y, item->count);
    if (item->spread != NULL)
        widen_by_spread(item);
    if (item->shades != NULL)
        item->shade_span = span_of(item->shades, item->count);
    if (item->x != NULL) {
        item->x_span = span_of(item->x, item->count);
        item->ascending = is_ascending(item->x, item->count);
    }
    return DNN_OK;
}

static dnn_status read_items(figure_reader *r) {
    figure *f = r->figure;
    if (f->count == 0)
        return dnn_fail(r->err, DNN_ERROR_FORMAT,
                        "%s: has nothing to draw: no lines, points, values, matrix or picture",
                        r->name);
    for (size_t i = 0; i < f->count; i++) {
        dnn_status status = read_item(r, &f->items[i]);
        if (status != DNN_OK)
            return status;
    }
    if (f->kind == FIGURE_HISTOGRAM && !figure_count(f))
        return dnn_fail(r->err, DNN_ERROR_MEMORY, "%s: no memory for the histogram", r->name);
    return DNN_OK;
}

static dnn_status read_figures(figure_reader *r) {
    dnn_status status = DNN_OK;
    for (r->figure = r->first; r->figure != NULL && status == DNN_OK; r->figure = r->figure->next)
        status = read_items(r);
    if (status == DNN_OK && r->at < r->size)
        return dnn_fail(r->err, DNN_ERROR_FORMAT, "%s: %zu bytes follow the last number", r->name,
                        r->size - r->at);
    return status;
}

dnn_status figure_parse(figure *out, const uint8_t *bytes, size_t size, const char *name,
                        dnn_error *err) {
    dnn_error unseen;
    figure_reader r = {.first = out,
                       .figure = out,
                       .figures = 1,
                       .name = name,
                       .bytes = bytes,
                       .size = size,
                       .err = err != NULL ? err : &unseen};
    *out = (figure){.low = NAN, .high = NAN};
    dnn_status status = figure_read_words(&r);
    if (status == DNN_OK)
        status = read_figures(&r);
    if (status != DNN_OK)
        figure_free(out);
    return status;
}

static void free_one(figure *f) {
    for (size_t i = 0; i < f->count; i++) {
        figure_item *item = &f->items[i];
        dnn_free(item->x);
        dnn_free(item->y);
        dnn_free(item->counts);
        dnn_free(item->spread);
        dnn_free(item->shades);
        picture_free(&item->picture);
    }
    dnn_free(f->items);
    dnn_free(f->notes);
}

void figure_free(figure *f) {
    for (figure *rest = f->next, *after; rest != NULL; rest = after) {
        after = rest->next;
        free_one(rest);
        dnn_free(rest);
    }
    free_one(f);
    *f = (figure){0};
}
