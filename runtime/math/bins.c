/* bins.c: two passes over the elements: their range, then the count of each bin. */
#include "math/bins.h"

#include <math.h>
#include <string.h>

#include "math/convert.h"
#include "math/walk.h"

/* Elements k .. k+n-1 as doubles, in `out`. */
static void read_run(const dnn_matrix *m, size_t k, size_t n, double *out) {
    double buffer[DNN_WALK_CHUNK];
    dnn_convert[m->dtype][DNN_FLOAT64](n, out, dnn_walk_read(m, k, n, buffer), NULL, NULL);
}

static size_t run_length(size_t count, size_t k) {
    return count - k < DNN_WALK_CHUNK ? count - k : DNN_WALK_CHUNK;
}

static void find_range(dnn_bins *b, const dnn_matrix *m, size_t count) {
    double x[DNN_WALK_CHUNK], low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < count; k += DNN_WALK_CHUNK) {
        size_t n = run_length(count, k);
        read_run(m, k, n, x);
        for (size_t i = 0; i < n; i++) {
            if (!isfinite(x[i]))
                continue;
            b->count++;
            b->sum += x[i];
            b->sum_squares += x[i] * x[i];
            low = x[i] < low ? x[i] : low;
            high = x[i] > high ? x[i] : high;
        }
    }
    b->not_finite = count - b->count;
    b->min = b->count > 0 ? low : NAN;
    b->max = b->count > 0 ? high : NAN;
}

/* limits[k] lies (k + 1) / DNN_BINS of the way from low to high; the last is high itself. Returns
 * low. */
static double set_limits(dnn_bins *b) {
    double low = b->min, high = b->max;
    if (low == high) {
        double half = fmax(0.5, fabs(low) / 2);
        low -= half;
        high += half;
    }
    for (size_t k = 0; k < DNN_BINS; k++) {
        double way = (double)(k + 1) / DNN_BINS;
        b->limits[k] = (1 - way) * low + way * high; /* high - low might overflow */
    }
    return low;
}

static void count_runs(dnn_bins *b, const dnn_matrix *m, size_t count, double low) {
    double x[DNN_WALK_CHUNK], width = b->limits[0] - low;
    for (size_t k = 0; k < count; k += DNN_WALK_CHUNK) {
        size_t n = run_length(count, k);
        read_run(m, k, n, x);
        for (size_t i = 0; i < n; i++) {
            if (!isfinite(x[i]))
                continue;
            double place = x[i] / width - low / width;
            size_t bin = place < DNN_BINS - 1 ? (size_t)fmax(place, 0) : DNN_BINS - 1;
            while (bin > 0 && x[i] <= b->limits[bin - 1]) /* rounding put it one too high */
                bin--;
            while (x[i] > b->limits[bin])
                bin++;
            b->counts[bin]++;
        }
    }
}

void dnn_bins_count(dnn_bins *out, const dnn_matrix *m) {
    size_t count = dnn_matrix_count(m);
    memset(out, 0, sizeof *out);
    find_range(out, m, count);
    if (out->count > 0)
        count_runs(out, m, count, set_limits(out));
}
