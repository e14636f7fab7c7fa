/* axis.h: a scale from values to places, and where its ticks stand. */
#ifndef DNN_VIZ_AXIS_H
#define DNN_VIZ_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum axis_scale {
    SCALE_LINEAR = 0,
    SCALE_LOG,    /* values <= 0 have no place */
    SCALE_SYMLOG, /* linear within `linear_within` of 0, logarithmic beyond, both signs */
    SCALE_COUNT
} axis_scale;

/* "linear", "log", "symlog". */
extern const char *const scale_names[SCALE_COUNT];

/* Which of some names a word is; -1: none. */
int find_name(const char *const *names, int count, const char *word);

typedef enum axis_unit {
    UNIT_NUMBER = 0,
    UNIT_DURATION, /* seconds: 5 s, 2 min, 1 h 30 */
    UNIT_CLOCK,    /* seconds since 1970, local time */
} axis_unit;

typedef struct axis {
    axis_scale scale;
    axis_unit unit;
    double low, high; /* values at the two ends, low < high */
    double linear_within;
    bool whole; /* values are counts: no label between two of them */
} axis;

/* An axis made ready to place many values. */
typedef struct axis_ruler {
    axis_scale scale;
    double from, length, linear_within; /* of what the scale makes of values */
} axis_ruler;

axis_ruler axis_ruler_of(const axis *a);

/* What a scale that is not linear makes of a value, and back; NaN where it has no place. */
double axis_transformed(const axis_ruler *r, double value);
double axis_restored(const axis_ruler *r, double transformed);

static inline double ruler_place(const axis_ruler *r, double value) {
    double at = r->scale == SCALE_LINEAR ? value : axis_transformed(r, value);
    return (at - r->from) / r->length;
}

static inline double ruler_value(const axis_ruler *r, double place) {
    double at = r->from + place * r->length;
    return r->scale == SCALE_LINEAR ? at : axis_restored(r, at);
}

/* Place of a value, 0 at low and 1 at high (beyond outside); NaN where the scale has none. */
double axis_place(const axis *a, double value);

/* The value at a place. */
double axis_value(const axis *a, double place);

typedef struct tick {
    double value;
    bool major;
    char label[24]; /* of major ones */
} tick;

/* Ticks for an axis with room for about `wanted` labels, ascending; returns how many (<= size).
 * There are two labels at least, unless values are whole and only one is in sight. Labels of one
 * axis have one format: equal decimals, powers as 10^-3 where the scale is logarithmic. */
size_t axis_ticks(const axis *a, size_t wanted, tick *ticks, size_t size);

/* Makes an axis that holds low..high with a margin; sane also when they are equal or not finite. */
axis axis_fit(axis_scale scale, axis_unit unit, double low, double high);

/* The symmetric logarithm for values low..high whose smallest size that matters is `smallest`. */
axis axis_fit_symlog(double low, double high, double smallest);

/* A whole number with a thin space between groups of three digits, as ISO 80000 has it. */
void axis_format_whole(int64_t number, char *text, size_t size);

/* A wall time as strftime's `format` has it, in the local time zone. */
void axis_format_time(double seconds, const char *format, char *text, size_t size);

/* A value in `digits` significant digits, as short as it goes. */
void axis_format(double value, int digits, char *text, size_t size);

#endif
