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

#define LEAF_BITS  3 /* of SERIES_LEAF */
#define MAX_LEVELS 28

_Static_assert(SERIES_LEAF == 1 << LEAF_BITS, "a leaf has 2^LEAF_BITS points");

/* Of some points; of those that are finite. */
typedef struct extremes {
    float low, high; /* low > high: there are none */
    size_t finite;   /* how many */
    double sum;
} extremes;

static const extremes nothing = {INFINITY, -INFINITY, 0, 0};

/* The same as it is kept, small, because drawing is as fast as nodes are read. */
typedef struct node {
    float low, high, mean;
    uint32_t finite;
} node;

typedef struct level {
    node *nodes;
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

static extremes of_node(node n) {
    return (extremes){n.low, n.high, n.finite, n.finite > 0 ? (double)n.mean * n.finite : 0};
}

static node as_node(extremes e) {
    float mean = e.finite > 0 ? (float)(e.sum / (double)e.finite) : 0;
    return (node){e.low, e.high, mean, (uint32_t)e.finite};
}

static extremes join(extremes a, extremes b) {
    return (extremes){b.low < a.low ? b.low : a.low, b.high > a.high ? b.high : a.high,
                      a.finite + b.finite, a.sum + b.sum};
}

static extremes with_value(extremes e, float value) {
    return isfinite(value) ? join(e, (extremes){value, value, 1, value}) : e;
}

/* Four values at once: compilers make the processor's vectors of these. */
#define LANES 4
typedef float lanes_f32 __attribute__((vector_size(4 * LANES)));
typedef int32_t lanes_i32 __attribute__((vector_size(4 * LANES)));

static lanes_f32 chosen(lanes_i32 where, lanes_f32 yes, lanes_f32 no) {
    return (lanes_f32)(((lanes_i32)yes & where) | ((lanes_i32)no & ~where));
}

/* The extremes of the `count` points from `first` on. */
static extremes of_points(const series *s, size_t first, size_t count) {
    const float *values = s->values + first;
    const lanes_f32 none = {0}, infinite = none + INFINITY;
    lanes_f32 lows = infinite, highs = -infinite;
    lanes_i32 finite = {0};
    extremes e = nothing;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        lanes_f32 v;
        memcpy(&v, values + i, sizeof v);
        lanes_i32 counts = (lanes_f32)((lanes_i32)v & INT32_MAX) < infinite; /* NaN does not */
        lows = chosen(counts & (v < lows), v, lows);
        highs = chosen(counts & (v > highs), v, highs);
        finite -= counts;
        v = chosen(counts, v, none);
        e.sum += ((double)v[0] + v[1]) + ((double)v[2] + v[3]);
    }
    for (int k = 0; i > 0 && k < LANES; k++) {
        e.low = lows[k] < e.low ? lows[k] : e.low;
        e.high = highs[k] > e.high ? highs[k] : e.high;
        e.finite += (size_t)finite[k];
    }
    for (; i < count; i++)
        e = with_value(e, values[i]);
    return e;
}

/* Whether nodes of a level end with this many points. */
static bool is_edge(size_t count, int k) {
    return (count & (((size_t)1 << (k + LEAF_BITS)) - 1)) == 0;
}

/* Makes the nodes that the last point has completed, from the leaf upwards. */
static bool add_to_levels(series *s) {
    for (int k = 0; k < MAX_LEVELS && is_edge(s->count, k); k++) {
        level *l = &s->levels[k];
        if (!dnn_grow(&l->nodes, &l->capacity, l->count, 1))
            return false;
        const node *pair = k == 0 ? NULL : &s->levels[k - 1].nodes[2 * l->count];
        l->nodes[l->count] = as_node(k == 0 ? of_points(s, l->count << LEAF_BITS, SERIES_LEAF)
                                            : join(of_node(pair[0]), of_node(pair[1])));
        l->count++;
    }
    return true;
}

static void shorten(series *s, size_t count) {
    s->count = count;
    for (int k = 0; k < MAX_LEVELS; k++)
        s->levels[k].count = count >> (k + LEAF_BITS);
}

void series_drop_from(series *s, int64_t step) {
    if (s->count > 0 && step <= s->steps[s->count - 1])
        shorten(s, series_find_step(s, step));
    s->version++;
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
        series_drop_from(s, step);
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

static int binary_log(size_t n) {
    return 63 - __builtin_clzll(n);
}

/* Of the nodes that begin with a point at a leaf's edge, a leaf or more before `end`, and end there
 * at the latest, the level of the largest, but none above `most`. */
static int largest_level(size_t begin, size_t end, int most) {
    int fits = binary_log(end - begin), starts = begin == 0 ? 63 : __builtin_ctzll(begin);
    int k = (fits < starts ? fits : starts) - LEAF_BITS;
    return k < most ? k : most;
}

/* Nodes of this level and below sum up so many points: four to a stretch at most and some at its
 * ends, so that they stand side by side in memory. */
static int level_for(size_t points) {
    int k = binary_log(points) - 1 - LEAF_BITS;
    return k < 0 ? 0 : k < MAX_LEVELS ? k : MAX_LEVELS - 1;
}

/* Extremes of points [begin, end): single points up to the next node's edge, then the largest node
 * that starts there and fits, and so on; single points again. */
static extremes extremes_of(const series *s, size_t begin, size_t end) {
    size_t edge = (begin + SERIES_LEAF - 1) & ~(SERIES_LEAF - 1);
    if (edge >= end)
        return of_points(s, begin, end - begin);
    int most = level_for(end - begin);
    extremes e = of_points(s, begin, edge - begin);
    for (begin = edge; begin + SERIES_LEAF <= end;) {
        int k = largest_level(begin, end, most);
        e = join(e, of_node(s->levels[k].nodes[begin >> (k + LEAF_BITS)]));
        begin += (size_t)1 << (k + LEAF_BITS);
    }
    return begin < end ? join(e, of_points(s, begin, end - begin)) : e;
}

void series_expect(const series *s, size_t begin, size_t end) {
    if (begin >= end || end > s->count)
        return;
    int k = level_for(end - begin);
    size_t first = begin >> (k + LEAF_BITS), last = (end - 1) >> (k + LEAF_BITS);
    __builtin_prefetch(&s->values[begin]);
    __builtin_prefetch(&s->values[end - 1]);
    if (last < s->levels[k].count) {
        __builtin_prefetch(&s->levels[k].nodes[first]);
        __builtin_prefetch(&s->levels[k].nodes[last]);
    }
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
                          .mean = any ? (float)(e.sum / (double)e.finite) : NAN,
                          .not_finite = e.finite < end - begin};
}
