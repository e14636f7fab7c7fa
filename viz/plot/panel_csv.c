/* panel_csv.c: the points that panels show, one a line (RFC 4180). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/grow.h"
#include "core/memory.h"
#include "viz/plot/panel_parts.h"

typedef struct text {
    char *bytes;
    size_t size, capacity;
    bool failed;
} text;

static void append(text *t, const char *bytes, size_t size) {
    t->failed = t->failed || !dnn_grow(&t->bytes, &t->capacity, t->size, size);
    if (t->failed)
        return;
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

/* In quotes where it must be, with quotes inside doubled. What a spreadsheet would run as a formula
 * becomes a text by an apostrophe before it: names come from files that others wrote. */
static void append_field(text *t, const char *field) {
    bool formula = *field != '\0' && strchr("=+-@\t\r", *field) != NULL;
    bool quoted = strpbrk(field, ",\"\r\n") != NULL;
    append(t, "\"", quoted);
    append(t, "'", formula);
    for (const char *c = field; *c != '\0'; c++) {
        append(t, "\"", *c == '"');
        append(t, c, 1);
    }
    append(t, "\"", quoted);
}

/* The points of a figure's curve: name, x, y. */
static void append_item(text *t, const panel *p, const figure_item *item) {
    for (size_t i = 0; i < item->count && !t->failed; i++) {
        if (p->held && !(item->x[i] >= p->x.low && item->x[i] <= p->x.high))
            continue;
        char numbers[64];
        int size = snprintf(numbers, sizeof numbers, ",%.17g,%.17g\n", item->x[i], item->y[i]);
        append_field(t, item->name);
        append(t, numbers, (size_t)size);
    }
}

static void append_bins(text *t, const figure *f, const figure_item *item) {
    for (size_t k = 0; k < f->bins && !t->failed; k++) {
        char numbers[96];
        double low = f->first_edge + f->bin_width * (double)k;
        int size = snprintf(numbers, sizeof numbers, ",%.17g,%.17g,%.0f\n", low, low + f->bin_width,
                            item->counts[k]);
        append_field(t, item->name);
        append(t, numbers, (size_t)size);
    }
}

static void append_matrix(text *t, const figure_item *item) {
    for (size_t r = 0; r < item->rows; r++)
        for (size_t c = 0; c < item->columns && !t->failed; c++) {
            char number[32];
            int size = snprintf(number, sizeof number, "%.17g%s", item->y[c * item->rows + r],
                                c + 1 == item->columns ? "\n" : ",");
            append(t, number, (size_t)size);
        }
}

static void append_figure(text *t, const panel *p) {
    const figure *f = p->figure;
    if (p->kind == PANEL_PLOT)
        append(t, "name,x,y\n", 9);
    else if (p->kind == PANEL_BARS)
        append(t, "name,from,to,count\n", 19);
    for (size_t i = 0; i < f->count; i++) {
        if (curve_hidden(&p->curves[i]))
            continue;
        if (p->kind == PANEL_PLOT)
            append_item(t, p, &f->items[i]);
        else if (p->kind == PANEL_BARS)
            append_bins(t, f, &f->items[i]);
        else if (p->kind == PANEL_MATRIX)
            append_matrix(t, &f->items[i]);
    }
}

static void append_curve(text *t, const panel *p, const curve *c, const page_options *o,
                         const char *end) {
    const series *s = c->tag->scalars;
    for (size_t i = 0; i < series_count(s) && !t->failed; i++) {
        double x = curve_x(c, o, i);
        if (p->held && !(x >= p->x.low && x <= p->x.high))
            continue;
        char numbers[512]; /* a wall time can have 309 digits before its point */
        int size =
            snprintf(numbers, sizeof numbers, ",%lld,%.6f,%.9g%s\n", (long long)series_step(s, i),
                     series_wall_time(s, i), (double)series_value(s, i), end);
        append_field(t, c->run->name);
        append(t, ",", 1);
        append_field(t, c->tag->name);
        append(t, numbers, (size_t)size);
    }
}

/* The columns that follow the value of a scalar: those that histograms and matrices have. */
typedef struct extra {
    bool ranges, places;
} extra;

static void append_start(text *t, const curve *c) {
    append_field(t, c->run->name);
    append(t, ",", 1);
    append_field(t, c->tag->name);
}

/* The buckets that hold anything: (from, to] and how many values. */
static void append_histograms(text *t, const curve *c, extra more) {
    for (size_t i = 0; i < c->tag->histogram_count; i++) {
        const histogram_at *h = &c->tag->histograms[i];
        for (size_t k = 0; k < h->buckets && !t->failed; k++) {
            double from = k == 0 ? h->min : fmax(h->limits[k - 1], h->min);
            char numbers[512];
            if (!(h->counts[k] > 0))
                continue;
            int size = snprintf(numbers, sizeof numbers, ",%lld,%.6f,%.17g,%.9g,%.9g%s\n",
                                (long long)h->step, h->wall_time, h->counts[k], from,
                                fmin(h->limits[k], h->max), more.places ? ",," : "");
            append_start(t, c);
            append(t, numbers, (size_t)size);
        }
    }
}

static void append_elements(text *t, const curve *c, extra more) {
    const run_tag *tag = c->tag;
    size_t count = tag->matrix == NULL ? 0 : tag->rows * tag->columns;
    for (size_t i = 0; i < count && !t->failed; i++) {
        char numbers[512];
        int size = snprintf(numbers, sizeof numbers, ",%lld,%.6f,%.9g%s,%zu,%zu\n",
                            (long long)tag->matrix_step, tag->matrix_time, tag->matrix[i],
                            more.ranges ? ",," : "", i % tag->rows + 1, i / tag->rows + 1);
        append_start(t, c);
        append(t, numbers, (size_t)size);
    }
}

/* Whether an earlier panel has this tag (a heat map shows what the curves show). */
static bool written(const panel *panels, size_t before, const curve *c) {
    for (size_t i = 0; i < before; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++)
            if (panels[i].curves[k].tag == c->tag && !curve_hidden(&panels[i].curves[k]))
                return true;
    return false;
}

static bool has_kind(const panel *panels, size_t count, panel_kind kind) {
    for (size_t i = 0; i < count; i++)
        if (panels[i].kind == kind && panels[i].curve_count > 0)
            return true;
    return false;
}

static void append_runs(text *t, const panel *panels, size_t count, const page_options *o) {
    extra more = {has_kind(panels, count, PANEL_HISTOGRAM), has_kind(panels, count, PANEL_MATRIX)};
    char head[96], end[8];
    int size = snprintf(head, sizeof head, "run,tag,step,wall_time,value%s%s\n",
                        more.ranges ? ",from,to" : "", more.places ? ",row,column" : "");
    snprintf(end, sizeof end, "%s%s", more.ranges ? ",," : "", more.places ? ",," : "");
    append(t, head, (size_t)size);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++) {
            const curve *c = &panels[i].curves[k];
            if (curve_hidden(c))
                continue;
            if (c->tag->scalars != NULL && !written(panels, i, c))
                append_curve(t, &panels[i], c, o, end);
            else if (panels[i].kind == PANEL_HISTOGRAM)
                append_histograms(t, c, more);
            else if (panels[i].kind == PANEL_MATRIX)
                append_elements(t, c, more);
        }
}

dnn_status panels_write_csv(const panel *panels, size_t count, const page_options *options,
                            const char *path, dnn_error *err) {
    text t = {0};
    if (count > 0 && panels[0].figure != NULL)
        append_figure(&t, &panels[0]);
    else
        append_runs(&t, panels, count, options);
    dnn_status status = t.failed ? dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path)
                                 : dnn_atomic_file_replace(path, t.bytes, t.size, err);
    dnn_free(t.bytes);
    return status;
}
