/* series.h: the points of one curve, with a pyramid of extremes.
 *
 * Points come in the order of logging, by step. Level k of the pyramid holds the smallest and
 * largest value, the mean and the number of finite ones of each 2^(k+3) consecutive points and is
 * kept up as points come, so any stretch is summed up in logarithmic time and no spike is ever
 * lost. */
#ifndef DNN_VIZ_SERIES_H
#define DNN_VIZ_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points that a node of the lowest level holds. */
#define SERIES_LEAF ((size_t)8)

typedef struct series series;

/* A stretch of points in brief: first, last, smallest, largest and mean finite value; NaN without
 * one. */
typedef struct series_range {
    float first, last, low, high, mean;
    bool not_finite; /* one of the points was inf or NaN */
} series_range;

series *series_create(void); /* NULL: out of memory */
void series_free(series *s);

/* Appends a point; false when out of memory. Steps that go backwards (a resumed run) replace the
 * points from that step on, as TensorBoard does. */
bool series_add(series *s, int64_t step, double wall_time, float value);

/* Removes the points from that step on. */
void series_drop_from(series *s, int64_t step);

size_t series_count(const series *s);
/* Grows with every point that is added, also where it replaces others. */
uint64_t series_version(const series *s);
int64_t series_step(const series *s, size_t i);
double series_wall_time(const series *s, size_t i);
float series_value(const series *s, size_t i);

/* First index with a step that is not smaller; count when there is none. */
size_t series_find_step(const series *s, int64_t step);

/* Whether each point is as many steps after the one before it: then series_find_step looks at none
 * of them. */
bool series_is_regular(const series *s);

/* Points [begin, end) in brief. */
series_range series_summary(const series *s, size_t begin, size_t end);

/* The summary of points [begin, end) will be asked for soon: memory is read meanwhile. */
void series_expect(const series *s, size_t begin, size_t end);

#endif
