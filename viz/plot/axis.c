/* axis.c: scales, and ticks at round values. Whether a panel is logarithmic: choose_scale in
 * panel_range.c, for the quantities of may_span_decades in panel_entries.c. */
#include "viz/plot/axis.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "viz/plot/axis_labels.h"

const char *const scale_names[SCALE_COUNT] = {"linear", "log", "symlog"};

int find_name(const char *const *names, int count, const char *word) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    return -1;
}

/* --- scales --- */

/* Symmetric logarithm: s(v) = v / w within w of 0 and sign(v) (1 + log10(|v| / w)) beyond:
 * continuous, and one decade takes as much room as 0..w. */
static double symlog(double value, double within) {
    double ratio = fabs(value) / within;
    return copysign(ratio <= 1 ? ratio : 1 + log10(ratio), value);
}

static double symlog_inverse(double s, double within) {
    double size = fabs(s);
    return copysign(size <= 1 ? size * within : within * pow(10, size - 1), s);
}

double axis_transformed(const axis_ruler *r, double value) {
    switch (r->scale) {
    case SCALE_LOG:
        return value > 0 ? log10(value) : NAN;
    case SCALE_SYMLOG:
        return symlog(value, r->linear_within);
    default:
        return value;
    }
}

double axis_restored(const axis_ruler *r, double transformed) {
    switch (r->scale) {
    case SCALE_LOG:
        return pow(10, transformed);
    case SCALE_SYMLOG:
        return symlog_inverse(transformed, r->linear_within);
    default:
        return transformed;
    }
}

axis_ruler axis_ruler_of(const axis *a) {
    axis_ruler r = {.scale = a->scale, .linear_within = a->linear_within};
    r.from = axis_transformed(&r, a->low);
    r.length = axis_transformed(&r, a->high) - r.from;
    return r;
}

double axis_place(const axis *a, double value) {
    axis_ruler r = axis_ruler_of(a);
    return ruler_place(&r, value);
}

double axis_value(const axis *a, double place) {
    axis_ruler r = axis_ruler_of(a);
    return ruler_value(&r, place);
}

/* --- fitting --- */

static axis fit_log(axis a, double low, double high) {
    if (!(high > 0))
        low = 0.1, high = 1;
    if (!(low > 0))
        low = high * 1e-3;
    double margin = pow(high / low, 0.04);
    if (margin < 1.05)
        margin = 1.05;
    a.low = low / margin;
    a.high = high * margin;
    return a;
}

axis axis_fit(axis_scale scale, axis_unit unit, double low, double high) {
    axis a = {.scale = scale, .unit = unit, .linear_within = 1};
    if (!isfinite(low) || !isfinite(high) || low > high)
        low = 0, high = 1;
    if (scale == SCALE_LOG)
        return fit_log(a, low, high);
    double largest = fmax(fabs(low), fabs(high));
    if (scale == SCALE_SYMLOG && largest > 0)
        a.linear_within = largest * 1e-3;
    double span = high - low, alone = unit == UNIT_NUMBER && largest > 0 ? largest * 0.05 : 0.5;
    double margin = span > largest * 1e-9 ? span * 0.04 : alone;
    a.low = low - margin;
    a.high = high + margin;
    return a;
}

/* Symmetric logarithm: the margin is one of places, and 0 .. the smallest size that matters, at
 * most five decades below the largest, is the linear part. */
axis axis_fit_symlog(double low, double high, double smallest) {
    double largest = fmax(fabs(low), fabs(high));
    axis a = axis_fit(SCALE_SYMLOG, UNIT_NUMBER, low, high);
    if (!(low < high))
        return a;
    a.linear_within = fmax(largest * 1e-5, fmin(smallest, largest * 0.1));
    a.low = low;
    a.high = high;
    double below = axis_value(&a, -0.04), above = axis_value(&a, 1.04);
    a.low = below;
    a.high = above;
    return a;
}

/* --- ticks --- */

#define DAY 86400.0

/* The smallest 1, 2 or 5 times a power of ten that is not below `rough`. */
static double round_number(double rough) {
    double power = pow(10, floor(log10(rough)));
    double factor = rough / power * (1 - 1e-9);
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

/* The smallest round step that gives at most `wanted` intervals: a round number, or of times a
 * round piece of an hour, of a day, or so many days. */
static double round_step(const axis *a, double span, size_t wanted) {
    static const double pieces[] = {1,   2,    5,    10,   15,   30,    60,    120,   300,
                                    600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, DAY};
    double rough = span / (double)(wanted < 1 ? 1 : wanted);
    if (a->unit == UNIT_NUMBER || rough <= 0.5)
        return round_number(rough);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (pieces[i] >= rough)
            return pieces[i];
    return DAY * round_number(rough / DAY);
}

static size_t add_tick(tick *ticks, size_t size, size_t n, double value, bool major) {
    if (n == size)
        return n;
    ticks[n] = (tick){.value = value, .major = major};
    return n + 1;
}

/* Hours begin at local midnight, not at 1970's. */
static double clock_offset(const axis *a) {
    if (a->unit != UNIT_CLOCK || !(fabs(a->low) < 1e11)) /* no calendar goes so far */
        return 0;
    time_t low = (time_t)a->low;
    struct tm local = {0};
    localtime_r(&low, &local);
    return -(double)local.tm_gmtoff;
}

/* None where steps are finer than the values' own digits. */
static size_t linear_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    double step = round_step(a, a->high - a->low, wanted), offset = clock_offset(a);
    if (a->whole && step < 1)
        step = 1;
    double largest = fmax(fabs(a->low), fabs(a->high));
    if (!isfinite(step) || step < largest * 1e-13)
        return 0;
    size_t n = 0;
    double first = ceil((a->low - offset) / step - 1e-9);
    for (double k = first; offset + k * step <= a->high + step * 1e-9 && n < size; k++)
        n = add_tick(ticks, size, n, offset + k * step, true);
    label_steps(a, ticks, n, step);
    return n;
}

static size_t add_power(const axis *a, double value, bool major, tick *ticks, size_t size,
                        size_t n) {
    bool inside = value >= a->low && value <= a->high;
    return inside ? add_tick(ticks, size, n, value, major) : n;
}

/* Decades, labelled every so many, and twos and fives among them where there is room or hardly a
 * decade is in sight; where that is little too, round values between. */
static size_t log_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    double first = log10(a->low), last = log10(a->high), decades = last - first;
    if (decades < 1.2)
        return linear_ticks(a, wanted, ticks, size);
    int every = (int)ceil(decades / (double)(wanted < 1 ? 1 : wanted));
    bool between = floor(last) - ceil(first) < 1 || 3 * decades <= (double)wanted;
    size_t n = 0;
    for (int e = (int)floor(first); e <= (int)ceil(last); e++) {
        for (int digit = 1; digit <= (every > 1 ? 1 : 9); digit++) {
            double value = digit * pow(10, e);
            bool major = digit == 1 ? e % every == 0 : between && (digit == 2 || digit == 5);
            n = add_power(a, value, major, ticks, size, n);
        }
    }
    label_powers(ticks, n);
    return n;
}

/* Powers of both signs and 0; within the linear part, round values. */
static size_t symlog_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    double ends = fmax(fabs(a->low), fabs(a->high));
    int first = (int)ceil(log10(a->linear_within) - 1e-9), last = (int)floor(log10(ends) + 1e-9);
    double units = symlog(a->high, a->linear_within) - symlog(a->low, a->linear_within);
    int every = (int)fmax(1, fmin(1000, ceil(units / (double)(wanted < 1 ? 1 : wanted))));
    size_t n = 0, majors = 0;
    for (int e = last; e >= first; e--)
        n = add_power(a, -pow(10, e), e % every == 0, ticks, size, n);
    n = add_power(a, 0, true, ticks, size, n);
    for (int e = first; e <= last; e++)
        n = add_power(a, pow(10, e), e % every == 0, ticks, size, n);
    for (size_t i = 0; i < n; i++)
        majors += ticks[i].major;
    if (majors < 2)
        return linear_ticks(a, wanted, ticks, size);
    label_powers(ticks, n);
    return n;
}

static size_t ticks_of(const axis *a, size_t wanted, tick *ticks, size_t size) {
    if (a->scale == SCALE_LOG)
        return log_ticks(a, wanted, ticks, size);
    if (a->scale == SCALE_SYMLOG && a->linear_within > 0 && isfinite(a->linear_within))
        return symlog_ticks(a, wanted, ticks, size);
    return linear_ticks(a, wanted, ticks, size);
}
static size_t count_labels(const tick *ticks, size_t count) {
    size_t labels = 0;
    for (size_t i = 0; i < count; i++)
        labels += ticks[i].major;
    return labels;
}

/* One label says nothing of a scale: then more are asked for, and where a logarithmic one has
 * hardly a power in sight, round values as on a linear one. */
size_t axis_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    if (!(a->low < a->high) || !isfinite(a->low) || !isfinite(a->high) ||
        (a->scale == SCALE_LOG && !(a->low > 0)))
        return 0;
    size_t n = ticks_of(a, wanted, ticks, size);
    for (size_t more = wanted + 1; count_labels(ticks, n) < 2 && more <= wanted + 8; more++)
        n = ticks_of(a, more, ticks, size);
    if (count_labels(ticks, n) >= 2 || a->scale == SCALE_LINEAR)
        return n;
    return linear_ticks(a, wanted + 2, ticks, size);
}
