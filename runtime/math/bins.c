/* bins.c: two passes over the elements: their range, then the count of each bin. Both are shared
 * among the threads by parts, which the size alone decides. */
#include "math/bins.h"

#include <math.h>
#include <string.h>

#include "core/interrupt.h"
#include "core/threads.h"
#include "math/convert.h"
#include "math/reduce_kernels.h"
#include "math/walk.h"

#define MAX_PARTS 32

typedef struct parts {
    const dnn_matrix *m;
    size_t count, length; /* elements of m, of a part */
    double low;           /* of the lowest bin */
    dnn_bins part[MAX_PARTS];
} parts;

/* Elements k .. k+n-1 as doubles, in `out`. */
static void read_run(const dnn_matrix *m, size_t k, size_t n, double *out) {
    double buffer[DNN_WALK_CHUNK];
    dnn_convert[m->dtype][DNN_FLOAT64](n, out, dnn_walk_read(m, k, n, buffer), NULL, NULL);
}

static size_t run_length(size_t count, size_t k) {
    return count - k < DNN_WALK_CHUNK ? count - k : DNN_WALK_CHUNK;
}

/* What a run adds when it holds numbers that are not finite: one by one. */
static void add_some(dnn_bins *b, const double *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            continue;
        b->count++;
        b->sum += x[i];
        b->sum_squares += x[i] * x[i];
        b->min = fmin(b->min, x[i]);
        b->max = fmax(b->max, x[i]);
    }
}

static size_t end_of(const parts *p, size_t task) {
    return p->count - task * p->length < p->length ? p->count : (task + 1) * p->length;
}

static void find_range(void *context, size_t task) {
    parts *p = context;
    dnn_bins *b = &p->part[task];
    double x[DNN_WALK_CHUNK];
    size_t end = end_of(p, task);
    b->min = b->max = NAN; /* which fmin and fmax pass over */
    for (size_t k = task * p->length; k < end && !dnn_interrupt_requested(); k += DNN_WALK_CHUNK) {
        size_t n = run_length(end, k);
        read_run(p->m, k, n, x);
        if (dnn_f64_not_finite(n, x, 0, 1) > 0) {
            add_some(b, x, n);
            continue;
        }
        b->count += n;
        b->sum += dnn_f64_sum(n, x, 0, 1);
        b->sum_squares += dnn_f64_squares(n, x, 0, 1);
        b->min = fmin(b->min, dnn_f64_min(n, x, 0, 1));
        b->max = fmax(b->max, dnn_f64_max(n, x, 0, 1));
    }
}

static void add_range(dnn_bins *b, const dnn_bins *part) {
    b->count += part->count;
    b->sum += part->sum;
    b->sum_squares += part->sum_squares;
    b->min = fmin(b->min, part->min);
    b->max = fmax(b->max, part->max);
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

/* The bin of x, which rounding may put one off: 0 .. DNN_BINS - 1, also for NaN. */
static unsigned estimate(double x, double low, double per_width) {
    double place = x * per_width - low * per_width;
    place = place > 0 ? place : 0;
    return (unsigned)(place < DNN_BINS - 1 ? place : DNN_BINS - 1);
}

/* Several counters for each bin: most numbers of a run fall into the same few, and counting up one
 * place in memory again and again would have to wait for itself. */
#define LANES 4

static void count_run(dnn_bins *b, const double *limits, const double *x, size_t n, double low,
                      double per_width) {
    unsigned counts[LANES][DNN_BINS + 1] = {0}; /* the last: what is not finite */
    unsigned bins[DNN_WALK_CHUNK];
    for (size_t i = 0; i < n; i++)
        bins[i] = estimate(x[i], low, per_width);
    for (size_t i = 0; i < n; i++) {
        unsigned bin = bins[i];
        while (bin > 0 && x[i] <= limits[bin - 1])
            bin--;
        while (bin < DNN_BINS && !(x[i] <= limits[bin]))
            bin++;
        counts[i % LANES][x[i] < low ? DNN_BINS : bin]++;
    }
    for (size_t k = 0; k < DNN_BINS; k++)
        for (size_t lane = 0; lane < LANES; lane++)
            b->counts[k] += counts[lane][k];
}

static void count_runs(void *context, size_t task) {
    parts *p = context;
    const double *limits = p->part[0].limits;
    double x[DNN_WALK_CHUNK], per_width = 1 / (limits[0] - p->low);
    size_t end = end_of(p, task);
    for (size_t k = task * p->length; k < end && !dnn_interrupt_requested(); k += DNN_WALK_CHUNK) {
        size_t n = run_length(end, k);
        read_run(p->m, k, n, x);
        count_run(&p->part[task], limits, x, n, p->low, per_width);
    }
}

void dnn_bins_count(dnn_bins *out, const dnn_matrix *m) {
    parts p = {.m = m, .count = dnn_matrix_count(m)};
    dnn_bins *all = &p.part[0]; /* adds up the others */
    size_t tasks = dnn_walk_tasks(p.count);
    size_t tasks_in_part = (tasks + MAX_PARTS - 1) / MAX_PARTS;
    p.length = tasks == 1 ? p.count : tasks_in_part * DNN_WALK_TASK;
    tasks = p.count == 0 ? 0 : (p.count + p.length - 1) / p.length;
    all->min = all->max = NAN;
    dnn_parallel(tasks, find_range, &p);
    for (size_t task = 1; task < tasks; task++)
        add_range(all, &p.part[task]);
    all->not_finite = p.count - all->count;
    if (all->count > 0) {
        p.low = set_limits(all);
        dnn_parallel(tasks, count_runs, &p);
    }
    for (size_t task = 1; task < tasks; task++)
        for (size_t k = 0; k < DNN_BINS; k++)
            all->counts[k] += p.part[task].counts[k];
    *out = *all;
    if (dnn_interrupt_requested())
        memset(out, 0, sizeof *out);
}
