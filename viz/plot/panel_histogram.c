/* panel_histogram.c: histograms over time as ridges, the newest in front: shapes of one total, of
 * buckets with any limits; panel_bars.c has the counts of a figure's equal bins. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define MAX_RIDGES 40
#define MAX_BINS   256

typedef struct ridges {
    const histogram_at *shown[MAX_RIDGES];
    float density[MAX_RIDGES][MAX_BINS]; /* mass per bin, total mass 1 */
    float baseline[MAX_RIDGES];
    size_t count, bins;
    float height; /* of a density of `full`, points */
    float full;
} ridges;

/* The ends of all but the outermost 1 in 500 values on each side. */
static void central_range(const histogram_at *h, double *low, double *high) {
    double total = h->count, sum = 0, a, b;
    *low = INFINITY, *high = -INFINITY;
    for (size_t k = 0; k < h->buckets; k++) {
        if (!(h->counts[k] > 0))
            continue;
        histogram_bucket(h, k, &a, &b);
        if (sum <= total * 0.002)
            *low = a;
        if (sum < total * 0.998)
            *high = b;
        sum += h->counts[k];
    }
}

void fit_histogram(panel *p, const page_options *o) {
    (void)o;
    if (p->held)
        return;
    double low = INFINITY, high = -INFINITY;
    const run_tag *tag = p->curves[0].tag;
    for (size_t i = 0; i < tag->histogram_count; i++) {
        double a, b;
        central_range(&tag->histograms[i], &a, &b);
        low = fmin(low, a);
        high = fmax(high, b);
    }
    p->x = axis_fit(SCALE_LINEAR, UNIT_NUMBER, low, high);
}

/* Weights 1/4, 1/2, 1/4: the edges of buckets are nothing to look at. */
static void soften(float *density, size_t bins) {
    float before = density[0];
    for (size_t i = 0; i + 1 < bins; i++) {
        float own = density[i];
        density[i] = (before + 2 * own + density[i + 1]) / 4;
        before = own;
    }
}

/* Spreads each bucket evenly over the bins that it covers. */
static void fill_density(const histogram_at *h, const axis *x, float *density, size_t bins) {
    double total = h->count, a, b;
    for (size_t i = 0; i < bins; i++)
        density[i] = 0;
    for (size_t k = 0; k < h->buckets; k++) {
        if (!(h->counts[k] > 0))
            continue;
        histogram_bucket(h, k, &a, &b);
        double from = axis_place(x, a) * (double)bins, to = axis_place(x, b) * (double)bins;
        if (!(to >= 0 && from < (double)bins))
            continue;
        double middle = (from + to) / 2, width = fmax(to - from, 1);
        from = middle - width / 2; /* a bucket narrower than a bin still has a bin's width */
        to = middle + width / 2;
        size_t first = from > 0 ? (size_t)from : 0;
        for (size_t i = first; i < bins && (double)i < to; i++) {
            double overlap = fmin(to, (double)i + 1) - fmax(from, (double)i);
            density[i] += (float)(h->counts[k] / total * fmax(0, overlap) / width);
        }
    }
    soften(density, bins);
    soften(density, bins);
}

static int ascending(const void *a, const void *b) {
    float p = *(const float *)a, q = *(const float *)b;
    return p < q ? -1 : p > q;
}

/* The density that is drawn at full height: the largest, but not more than three times the usual
 * one, so that one histogram of equal values leaves the others their shapes. */
static float full_density(const ridges *r) {
    float peaks[MAX_RIDGES];
    for (size_t i = 0; i < r->count; i++) {
        peaks[i] = 0;
        for (size_t k = 0; k < r->bins; k++)
            peaks[i] = fmaxf(peaks[i], r->density[i][k]);
    }
    qsort(peaks, r->count, sizeof *peaks, ascending);
    float full = fminf(peaks[r->count - 1], 3 * peaks[r->count / 2]);
    return full > 0 ? full : 1;
}

static void lay_out(ridges *r, const panel *p) {
    const run_tag *tag = p->curves[0].tag;
    size_t n = tag->histogram_count, most = (size_t)fmaxf(2, p->plot.h / 9);
    r->count = n < most ? n : most;
    r->count = r->count < MAX_RIDGES ? r->count : MAX_RIDGES;
    r->bins = (size_t)fmaxf(8, fminf(MAX_BINS, p->plot.w / 4));
    for (size_t i = 0; i < r->count; i++) {
        r->shown[i] = run_histogram(tag, i, r->count);
        fill_density(r->shown[i], &p->x, r->density[i], r->bins);
    }
    r->full = full_density(r);
    float spacing = p->plot.h / (float)(r->count + 3);
    r->height = fminf(4 * spacing, p->plot.h * 0.8f);
    for (size_t i = 0; i < r->count; i++)
        r->baseline[i] = p->plot.y + p->plot.h - 1 -
                         (r->count == 1 ? 0
                                        : (p->plot.h - r->height - 1) * (float)(r->count - 1 - i) /
                                              (float)(r->count - 1));
}

/* The points of a ridge; returns how many. */
static size_t outline_of(const ridges *r, size_t i, const panel *p, point *outline) {
    size_t n = 0;
    float y = r->baseline[i], step = p->plot.w / (float)r->bins;
    outline[n++] = (point){p->plot.x, y};
    for (size_t k = 0; k < r->bins; k++)
        outline[n++] = (point){p->plot.x + step * ((float)k + 0.5f),
                               y - r->height * fminf(1, r->density[i][k] / r->full)};
    outline[n++] = (point){p->plot.x + p->plot.w, y};
    return n;
}

static void draw_ridge(const ridges *r, size_t i, const panel *p, const page_options *o,
                       display_list *list) {
    point outline[MAX_BINS + 4];
    size_t n = outline_of(r, i, p, outline);
    double age = r->count == 1 ? 1 : (double)i / (double)(r->count - 1);
    color base = curve_stroke(&p->curves[0], o).color; /* with several runs the run's */
    draw_polygon(list, outline, n, blend(o->theme->panel, base, 0.18 + 0.62 * age));
    draw_polyline(list, outline, n,
                  (stroke){blend(o->theme->panel, base, 0.35 + 0.65 * age), 1, 0});
}

static rect clip_of(const panel *p) {
    return (rect){p->plot.x, p->plot.y - 2, p->plot.w + 1, p->plot.h + 3};
}

static float step_label_width(const run_tag *tag, char *widest, size_t size) {
    axis_format_whole(tag->histograms[tag->histogram_count - 1].step, widest, size);
    return text_width(widest, LABEL_SIZE, FONT_REGULAR);
}

static void draw_steps(const ridges *r, const panel *p, const page_options *o, display_list *list) {
    float taken = INFINITY;
    for (size_t i = r->count; i-- > 0;) {
        char text[48];
        if (taken - r->baseline[i] < 15)
            continue;
        taken = r->baseline[i];
        axis_format_whole(r->shown[i]->step, text, sizeof text);
        draw_label(list, p->plot.x - 7, r->baseline[i] + 3.5f, text, o->theme->muted, ANCHOR_RIGHT);
    }
}

static size_t ridge_at(const ridges *r, float y) {
    size_t best = 0;
    for (size_t i = 1; i < r->count; i++)
        if (fabsf(r->baseline[i] - y) < fabsf(r->baseline[best] - y))
            best = i;
    return best;
}

static void draw_values(const panel *p, const page_options *o, const histogram_at *h, point cursor,
                        display_list *list) {
    char heading[128], a[16] = "", b[16] = "";
    double value = axis_value(&p->x, (cursor.x - p->plot.x) / p->plot.w), low = 0, high = 0;
    box_row rows[] = {
        {.label = "values"}, {.label = "count"}, {.label = "of all"}, {.label = "not finite"}};
    describe_point(&p->curves[0], o, h->step, h->wall_time, heading, sizeof heading);
    size_t k = 0;
    while (k < h->buckets && h->limits[k] < value)
        k++;
    if (k < h->buckets)
        histogram_bucket(h, k, &low, &high);
    axis_format(low, 4, a, sizeof a);
    axis_format(high, 4, b, sizeof b);
    if (k < h->buckets && value >= h->min && value <= h->max)
        snprintf(rows[0].value, sizeof rows[0].value, "%s … %s", a, b);
    else
        snprintf(rows[0].value, sizeof rows[0].value, "none here");
    axis_format(k < h->buckets ? h->counts[k] : 0, 7, rows[1].value, sizeof rows[1].value);
    axis_format(h->count + h->not_finite, 7, rows[2].value, sizeof rows[2].value);
    axis_format(h->not_finite, 7, rows[3].value, sizeof rows[3].value);
    draw_cursor_line(p, o, cursor.x, list);
    draw_box(p, o, cursor, heading, rows, h->not_finite > 0 ? 4 : 3, list);
}

/* To be freed; NULL: there is no plot, or no memory. */
static ridges *ridges_of(const panel *p) {
    ridges *r = p->plot.w > 0 ? dnn_alloc(sizeof *r) : NULL;
    if (r != NULL)
        lay_out(r, p);
    return r;
}

/* "3 not finite · mean 0.0021 · deviation 0.97", of the last one. */
static void write_note(const run_tag *tag, char *text, size_t size) {
    const histogram_at *h =
        tag->histogram_count == 0 ? NULL : &tag->histograms[tag->histogram_count - 1];
    char mean[32], deviation[32];
    text[0] = '\0';
    if (h != NULL && h->not_finite > 0)
        snprintf(text, size, "%.0f not finite", h->not_finite);
    if (h == NULL || !isfinite(h->mean) || !isfinite(h->deviation))
        return;
    size_t used = strlen(text);
    axis_format(h->mean, 3, mean, sizeof mean);
    axis_format(h->deviation, 3, deviation, sizeof deviation);
    snprintf(text + used, size - used, "%smean %s · deviation %s", used > 0 ? " · " : "", mean,
             deviation);
}

void draw_histograms(panel *p, const page_options *o, display_list *list) {
    const run_tag *tag = p->curves[0].tag;
    char widest[48], note[128];
    write_note(tag, note, sizeof note);
    float top = draw_title(p, o, note, list);
    if (tag->histogram_count == 0) {
        draw_empty(p, o, "no histogram yet", list);
        return;
    }
    float left = step_label_width(tag, widest, sizeof widest) + 10;
    draw_frame(p, o, top, false, left, 6, "value", list);
    ridges *r = ridges_of(p);
    if (r == NULL)
        return;
    draw_clip(list, clip_of(p));
    for (size_t i = 0; i < r->count; i++)
        draw_ridge(r, i, p, o, list);
    draw_unclip(list);
    draw_steps(r, p, o, list);
    dnn_free(r);
}

/* The histogram that is read off has its outline before all others. */
void read_histograms(panel *p, const page_options *o, const point *cursor, display_list *list) {
    ridges *r = cursor != NULL && inside(p->plot, *cursor) ? ridges_of(p) : NULL;
    if (r == NULL)
        return;
    size_t chosen = ridge_at(r, cursor->y), n;
    point outline[MAX_BINS + 4];
    n = outline_of(r, chosen, p, outline);
    draw_clip(list, clip_of(p));
    draw_polyline(list, outline, n, (stroke){o->theme->text, 1.5f, 0});
    draw_unclip(list);
    draw_values(p, o, r->shown[chosen], *cursor, list);
    dnn_free(r);
}
