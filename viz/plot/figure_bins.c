/* figure_bins.c: how many bins a histogram has, and how many values fall into each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/figure.h"

#define WHOLE_BINS 100 /* whole numbers over no more than these get a bin each */
#define CHOSEN     200 /* the most bins that are chosen here */

static int ascending(const void *a, const void *b) {
    double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

static bool are_whole(const figure *f) {
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->items[i].count; k++) {
            double value = f->items[i].y[k];
            if (isfinite(value) && value != floor(value))
                return false;
        }
    return true;
}

/* Freedman and Diaconis (1981): a width of 2 IQR / n^(1/3); where that says nothing, or less than
 * Sturges (1926), his log2(n) + 1 bins. Of the item with the most values. NaN: out of memory. */
static double wanted_bins(const figure *f, double range) {
    const figure_item *most = &f->items[0];
    for (size_t i = 1; i < f->count; i++)
        if (f->items[i].count > most->count)
            most = &f->items[i];
    double *sorted = dnn_alloc(most->count * sizeof *sorted);
    if (sorted == NULL)
        return NAN;
    size_t n = 0;
    for (size_t k = 0; k < most->count; k++)
        if (isfinite(most->y[k]))
            sorted[n++] = most->y[k];
    qsort(sorted, n, sizeof *sorted, ascending);
    double sturges = n > 0 ? log2((double)n) + 1 : 1;
    double width = n > 0 ? 2 * (sorted[3 * n / 4] - sorted[n / 4]) / cbrt((double)n) : 0;
    dnn_free(sorted);
    double bins = width > 0 ? fmax(range / width, sturges) : sturges;
    return fmin(ceil(bins), CHOSEN);
}

/* Sets the edges; false when out of memory. */
static bool choose_bins(figure *f, double low, double high) {
    if (f->bins == 0 && high - low < WHOLE_BINS && are_whole(f)) {
        f->bins = (size_t)(high - low) + 1;
        f->first_edge = low - 0.5;
        f->bin_width = 1;
        return true;
    }
    if (!(low < high)) { /* one value: a bin around it */
        double half = fmax(fabs(low) * 1e-3, 0.5);
        low -= half;
        high += half;
        f->bins = f->bins == 0 ? 1 : f->bins;
    }
    double half_range = high / 2 - low / 2; /* the range itself may be beyond all numbers */
    if (f->bins == 0) {
        double wanted = wanted_bins(f, 2 * half_range);
        if (isnan(wanted))
            return false;
        f->bins = (size_t)wanted;
    }
    f->first_edge = low;
    f->bin_width = half_range / (double)f->bins * 2;
    return true;
}

bool figure_count(figure *f) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < f->count; i++) {
        low = fmin(low, f->items[i].y_span.low);
        high = fmax(high, f->items[i].y_span.high);
    }
    if (!(low <= high))
        low = high = 0;
    if (!choose_bins(f, low, high))
        return false;
    for (size_t i = 0; i < f->count; i++) {
        figure_item *item = &f->items[i];
        item->counts = dnn_calloc(f->bins, sizeof *item->counts);
        if (item->counts == NULL)
            return false;
        for (size_t k = 0; k < item->count; k++) {
            if (!isfinite(item->y[k]))
                continue;
            double bin = (item->y[k] / 2 - f->first_edge / 2) / f->bin_width * 2;
            item->counts[bin > 0 ? (size_t)fmin(bin, (double)(f->bins - 1)) : 0]++;
        }
    }
    return true;
}
