/* series.c: arrays of points and, above them, levels of extremes.
 *
 * A node of level k covers 2^(k + LEAF_BITS) points and is made when the last of them has come, so
 * appending costs a constant on average; a query walks up while whole nodes fit and down again, and
 * meets less than a leaf of single points at either end. */
#include "viz/runs/series.h"

#include <math.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"

#define LEAF_BITS  4 /* of SERIES_LEAF */
#define MAX_LEVELS 28

_Static_assert(SERIES_LEAF == 1 << LEAF_BITS, "a leaf has 2^LEAF_BITS points");

typedef struct extremes {
    float low, high; /* of finite values; low > high: none */
    bool not_finite;
    uint32_t finite; /* how many */
    double sum;      /* of those */
} extremes;

static const extremes nothing = {INFINITY, -INFINITY, false, 0, 0};

typedef struct level {
    extremes *nodes;
    size_t count, capacity;
} level;

struct series {
    int64_t *steps;
    double *times;
    float *values;
    size_t count, capacity;
    uint64_t version;
    int64_t stride; /* steps from each point to the next; 0: not always as many */
    level levels[MAX_LEVELS];
};

series *series_create(void) {
    return dnn_calloc(1, sizeof(series));
}

void series_free(series *s) {
    if (s == NULL)
        return;
    dnn_free(s->steps);
    dnn_free(s->times);
    dnn_free(s->values);
    for (int k = 0; k < MAX_LEVELS; k++)
        dnn_free(s->levels[k].nodes);
    dnn_free(s);
}

/* Three arrays of one capacity. */
static bool reserve_points(series *s) {
    size_t steps = s->capacity, times = s->capacity, values = s->capacity;
    if (s->count < s->capacity)
        return true;
    if (!dnn_grow(&s->steps, &steps, s->count, 1) || !dnn_grow(&s->times, &times, s->count, 1) ||
        !dnn_grow(&s->values, &values, s->count, 1))
        return false;
    s->capacity = steps < times ? steps : times;
    s->capacity = values < s->capacity ? values : s->capacity;
    return true;
}

static extremes of_value(float value) {
    return isfinite(value) ? (extremes){value, value, false, 1, value}
                           : (extremes){INFINITY, -INFINITY, true, 0, 0};
}

static extremes join(extremes a, extremes b) {
    return (extremes){b.low < a.low ? b.low : a.low, b.high > a.high ? b.high : a.high,
                      a.not_finite || b.not_finite, a.finite + b.finite, a.sum + b.sum};
}

/* The extremes of the `count` points from `first` on, one by one. */
static extremes of_points(const series *s, size_t first, size_t count) {
    extremes e = nothing;
    for (size_t i = first; i < first + count; i++)
        e = join(e, of_value(s->values[i]));
    return e;
}

/* Makes the nodes that the last point has completed, from the leaf upwards. */
static bool add_to_levels(series *s) {
    for (int k = 0; k < MAX_LEVELS && s->count % ((size_t)1 << (k + LEAF_BITS)) == 0; k++) {
        level *l = &s->levels[k];
        if (!dnn_grow(&l->nodes, &l->capacity, l->count, 1))
            return false;
        const extremes *pair = k == 0 ? NULL : &s->levels[k - 1].nodes[2 * l->count];
        l->nodes[l->count] =
            k == 0 ? of_points(s, l->count << LEAF_BITS, 1u << LEAF_BITS) : join(pair[0], pair[1]);
        l->count++;
    }
    return true;
}

static void shorten(series *s, size_t count) {
    s->count = count;
    for (int k = 0; k < MAX_LEVELS; k++)
        s->levels[k].count = count >> (k + LEAF_BITS);
}

/* The stride with a point of this step at the end. */
static int64_t stride_with(const series *s, int64_t step) {
    int64_t gap;
    if (s->count == 0 || __builtin_sub_overflow(step, s->steps[s->count - 1], &gap))
        return 0;
    return s->count == 1 || gap == s->stride ? gap : 0;
}

bool series_add(series *s, int64_t step, double wall_time, float value) {
    s->version++;
    if (s->count > 0 && step < s->steps[s->count - 1])
        shorten(s, series_find_step(s, step));
    if (!reserve_points(s))
        return false;
    size_t i = s->count;
    s->stride = stride_with(s, step);
    s->steps[i] = step;
    s->times[i] = wall_time;
    s->values[i] = value;
    s->count++;
    if (add_to_levels(s))
        return true;
    shorten(s, i); /* a missing node would be met by every later query */
    return false;
}

size_t series_count(const series *s) {
    return s->count;
}

uint64_t series_version(const series *s) {
    return s->version;
}

int64_t series_step(const series *s, size_t i) {
    return s->steps[i];
}

double series_wall_time(const series *s, size_t i) {
    return s->times[i];
}

float series_value(const series *s, size_t i) {
    return s->values[i];
}

bool series_is_regular(const series *s) {
    return s->count > 1 && s->stride > 0;
}

size_t series_find_step(const series *s, int64_t step) {
    size_t low = 0, high = s->count;
    if (series_is_regular(s)) {
        uint64_t stride = (uint64_t)s->stride, way = (uint64_t)step - (uint64_t)s->steps[0];
        uint64_t at = step <= s->steps[0] ? 0 : way / stride + (way % stride > 0);
        return at < s->count ? (size_t)at : s->count;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->steps[middle] < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Extremes of points [begin, end): single points up to the next node's edge, then the largest node
 * that starts there and fits, and so on. */
static extremes extremes_of(const series *s, size_t begin, size_t end) {
    extremes e = nothing;
    while (begin < end) {
        int k = -1;
        while (k + 1 < MAX_LEVELS) {
            size_t span = (size_t)1 << (k + 1 + LEAF_BITS);
            if (begin % span != 0 || end - begin < span)
                break;
            k++;
        }
        if (k < 0) {
            e = join(e, of_value(s->values[begin]));
            begin++;
        } else {
            e = join(e, s->levels[k].nodes[begin >> (k + LEAF_BITS)]);
            begin += (size_t)1 << (k + LEAF_BITS);
        }
    }
    return e;
}

series_range series_summary(const series *s, size_t begin, size_t end) {
    if (end > s->count)
        end = s->count;
    if (begin >= end)
        return (series_range){NAN, NAN, NAN, NAN, NAN, false};
    extremes e = extremes_of(s, begin, end);
    bool any = e.low <= e.high;
    return (series_range){.first = s->values[begin],
                          .last = s->values[end - 1],
                          .low = any ? e.low : NAN,
                          .high = any ? e.high : NAN,
                          .mean = any ? (float)(e.sum / e.finite) : NAN,
                          .not_finite = e.not_finite};
}
