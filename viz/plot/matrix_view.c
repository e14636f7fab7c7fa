/* matrix_view.c: the numbers of a matrix, whoever made it. */
#include "viz/plot/matrix_view.h"

#include <math.h>
#include <string.h>

#include "viz/draw/text_fit.h"

matrix_view matrix_of(const panel *p) {
    const figure *f = p->figure;
    if (f != NULL)
        return (matrix_view){.values = f->items[0].y,
                             .rows = f->items[0].rows,
                             .columns = f->items[0].columns,
                             .names = "",
                             .grey = f->grey,
                             .low = f->low,
                             .high = f->high,
                             .x_label = f->x_label};
    const run_tag *tag = p->curves[0].tag;
    bool any = tag->matrix != NULL;
    return (matrix_view){.values = tag->matrix,
                         .rows = any ? tag->rows : 0,
                         .columns = any ? tag->columns : 0,
                         .names = any && tag->text != NULL ? tag->text : "",
                         .low = NAN,
                         .high = NAN,
                         .x_label = ""};
}

size_t matrix_count(const matrix_view *m) {
    return m->rows * m->columns;
}

axis matrix_colors(const matrix_view *m) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < matrix_count(m); i++)
        if (isfinite(m->values[i])) {
            low = fmin(low, m->values[i]);
            high = fmax(high, m->values[i]);
        }
    if (m->names[0] != '\0' && low >= 0 && high <= 1 && high > 0) /* shares of classes */
        low = 0, high = 1;
    low = isnan(m->low) ? low : m->low;
    high = isnan(m->high) ? high : m->high;
    if (!(low < high))
        return axis_fit(SCALE_LINEAR, UNIT_NUMBER, fmin(low, high), fmax(low, high));
    return (axis){.low = low, .high = high, .linear_within = 1};
}

double matrix_mean(const matrix_view *m) {
    double sum = 0, scale = 1 / (double)matrix_count(m);
    for (size_t i = 0; i < matrix_count(m); i++)
        sum += isfinite(m->values[i]) ? m->values[i] * scale : 0;
    return sum;
}

double matrix_chosen(const matrix_view *m, matrix_part block, double mean) {
    double chosen = mean;
    for (size_t c = block.column; c < block.column + block.columns; c++)
        for (size_t r = block.row; r < block.row + block.rows; r++) {
            double value = m->values[c * m->rows + r];
            if (!isfinite(value))
                return NAN;
            if (!(fabs(value - mean) < fabs(chosen - mean)))
                chosen = value;
        }
    return chosen;
}

const char *matrix_name(const matrix_view *m, size_t i, char *out, size_t size) {
    const char *line = m->names;
    while (i-- > 0 && *line != '\0')
        line += strcspn(line, "\n") + (line[strcspn(line, "\n")] != '\0');
    text_copy(line, strcspn(line, "\n"), out, size);
    return out;
}

double matrix_share(const matrix_view *m, size_t row, double value) {
    double sum = 0;
    for (size_t c = 0; c < m->columns; c++) {
        double other = m->values[c * m->rows + row];
        if (!(other >= 0) || other != floor(other))
            return NAN;
        sum += other;
    }
    return value / sum;
}
