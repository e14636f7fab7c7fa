/* panel_absent.c: what a logarithmic scale has no place for, in words: nothing is left out
 * silently.
 */
#include <math.h>
#include <stdio.h>

#include "viz/plot/panel_parts.h"

#define MOST ((size_t)99) /* are counted; beyond it is "over 99" */

/* Values <= 0 among points [begin, end), or more than `most` of them: the pyramid tells of
 * stretches that have none, or nothing else. */
static size_t count_absent(const series *s, size_t begin, size_t end, size_t most) {
    series_range r = series_summary(s, begin, end);
    if (!(r.low <= 0))
        return 0;
    if (end - begin == 1 || (r.high <= 0 && !r.not_finite))
        return end - begin;
    size_t middle = begin + (end - begin) / 2, count = count_absent(s, begin, middle, most);
    return count > most ? count : count + count_absent(s, middle, end, most - count);
}

static size_t absent_values(const panel *p, const page_options *o) {
    size_t count = 0;
    for (size_t i = 0; i < p->curve_count && count <= MOST; i++) {
        const curve *c = &p->curves[i];
        size_t begin = curve_find_x(c, o, p->x.low, 0);
        size_t end = curve_find_x(c, o, nextafter(p->x.high, INFINITY), begin);
        if (!curve_hidden(c) && begin < end)
            count += count_absent(c->tag->scalars, begin, end, MOST - count);
    }
    return count;
}

static size_t absent_points(const panel *p, const page_options *o) {
    size_t count = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            count += curve_find_x(&p->curves[i], o, nextafter(0, 1), 0);
    return count;
}

/* Appends "3 values ≤ 0 not shown". */
static int append(char *text, size_t size, size_t count, const char *one, const char *where) {
    if (count == 0)
        return 0;
    return snprintf(text, size, "%s%zu %s%s%s ≤ 0 not shown", count > MOST ? "over " : "",
                    count > MOST ? MOST : count, one, count == 1 ? "" : "s", where);
}

void describe_absent(const panel *p, const page_options *o, char *text, size_t size) {
    static const char *const wheres[X_AXIS_COUNT] = {" at a step", " at an epoch", " at a time",
                                                     " at a time"};
    size_t points = p->x.scale == SCALE_LOG ? absent_points(p, o) : 0;
    size_t values = p->kind == PANEL_CURVES && p->y.scale == SCALE_LOG ? absent_values(p, o) : 0;
    int used = append(text, size, values, "value", "");
    if (values > 0 && points > 0)
        used += snprintf(text + used, size - (size_t)used, ", ");
    append(text + used, size - (size_t)used, points, "point", wheres[o->x]);
    if (values == 0 && points == 0)
        text[0] = '\0';
}
