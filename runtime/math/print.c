/* print.c: a matrix as a person wants to read it.
 *
 * Only the elements that are shown are read: they choose the notation (whole numbers, decimals or
 * powers of ten) and its width, once for the whole matrix, so that decimal points line up. */
#include "math/print.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EDGE     ((size_t)3)   /* rows shown on each side of a gap */
#define MAX_COLS ((size_t)512) /* shown at most, whatever the width */
#define MAX_CELL 64
#define GAP      "  ..."

/* A text of limited size whose full length is counted on, as snprintf does. */
typedef struct text {
    char *buffer;
    size_t size;
    size_t length;
} text;

__attribute__((format(printf, 2, 3))) static void append(text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bool room = t->length < t->size;
    int n = vsnprintf(room ? t->buffer + t->length : NULL, room ? t->size - t->length : 0, format,
                      args);
    va_end(args);
    t->length += n > 0 ? (size_t)n : 0;
}

typedef enum notation { WHOLE, DECIMALS, POWERS } notation;

typedef struct layout {
    notation notation;
    int precision;
    int width; /* of a cell */
} layout;

static int format_cell(char cell[MAX_CELL], const layout *l, double x) {
    if (isnan(x))
        return snprintf(cell, MAX_CELL, "nan");
    if (isinf(x))
        return snprintf(cell, MAX_CELL, x > 0 ? "inf" : "-inf");
    if (l->notation == POWERS)
        return snprintf(cell, MAX_CELL, "%.*e", l->precision, x);
    return snprintf(cell, MAX_CELL, "%.*f", l->notation == WHOLE ? 0 : l->precision, x);
}

/* The rows or columns that are shown: the first `head` and, from the end, the rest of `shown`. */
typedef struct range {
    size_t n, shown, head;
} range;

static range range_of(size_t n, size_t shown) {
    return n <= shown ? (range){n, n, n} : (range){n, shown, (shown + 1) / 2};
}

static size_t range_at(const range *r, size_t k) {
    return k < r->head ? k : r->n - (r->shown - k);
}

/* Notation by what the shown elements need: no point when all are whole and below 10^8, or of a
 * type for whole numbers; powers of ten from 10^5 on, when they span more than five powers of ten,
 * or when `precision` decimals would leave the largest less than two digits. */
static layout choose_layout(const dnn_matrix *m, const range *rows, const range *cols,
                            int precision) {
    double largest = 0, smallest = INFINITY;
    bool whole = true;
    for (size_t c = 0; c < cols->shown; c++) {
        for (size_t r = 0; r < rows->shown; r++) {
            double x = fabs(dnn_matrix_get(m, range_at(rows, r), range_at(cols, c)));
            if (!isfinite(x))
                continue;
            whole = whole && x == floor(x);
            largest = fmax(largest, x);
            smallest = x > 0 ? fmin(smallest, x) : smallest;
        }
    }
    layout l = {.precision = precision < 0 ? 0 : precision > 17 ? 17 : precision};
    if (whole && (largest < 1e8 || !dnn_dtype_info(m->dtype)->is_real))
        l.notation = WHOLE;
    else if (largest >= 1e5 || largest / smallest >= 1e5 ||
             largest * pow(10, l.precision) < 10) /* too few digits would be left */
        l.notation = POWERS;
    else
        l.notation = DECIMALS;

    char cell[MAX_CELL];
    for (size_t c = 0; c < cols->shown; c++) {
        for (size_t r = 0; r < rows->shown; r++) {
            double x = dnn_matrix_get(m, range_at(rows, r), range_at(cols, c));
            int width = format_cell(cell, &l, x);
            l.width = width > l.width ? width : l.width;
        }
    }
    return l;
}

static void append_row(text *t, const dnn_matrix *m, size_t i, const range *cols, const layout *l) {
    char cell[MAX_CELL];
    append(t, "\n");
    for (size_t c = 0; c < cols->shown; c++) {
        if (c == cols->head)
            append(t, GAP);
        format_cell(cell, l, dnn_matrix_get(m, i, range_at(cols, c)));
        append(t, "  %*s", l->width, cell);
    }
}

/* The row of dots in place of those left out. */
static void append_gap(text *t, const range *cols, const layout *l) {
    append(t, "\n");
    for (size_t c = 0; c < cols->shown; c++)
        append(t, "%s  %*s", c == cols->head ? GAP : "", l->width, ":");
}

size_t dnn_matrix_format(const dnn_matrix *m, char *buffer, size_t size, int precision,
                         size_t width, size_t height) {
    text t = {.buffer = buffer, .size = size};
    if (size > 0)
        buffer[0] = '\0';
    append(&t, "Matrix %s %zu x %zu", dnn_dtype_info(m->dtype)->name, m->rows, m->cols);
    if (dnn_matrix_count(m) == 0 || height == 0)
        return t.length;

    size_t edges = 2 * EDGE < height ? 2 * EDGE : height;
    range rows = range_of(m->rows, m->rows <= height ? m->rows : edges);
    /* A cell is no narrower than 3 characters, so no more columns than this can fit; whatever the
     * width, two are shown. */
    size_t most = width / 3 < MAX_COLS ? width / 3 : MAX_COLS;
    range cols = range_of(m->cols, most < 2 ? 2 : most);
    layout l = choose_layout(m, &rows, &cols, precision);
    size_t cell = (size_t)l.width + 2, gap = strlen(GAP);
    if (cols.shown < m->cols || m->cols * cell > width) {
        size_t fit = width > gap ? (width - gap) / cell : 0;
        fit = fit < cols.shown ? fit : cols.shown;
        cols = range_of(m->cols, fit < 2 ? 2 : fit);
        l = choose_layout(m, &rows, &cols, precision);
    }
    for (size_t r = 0; r < rows.shown; r++) {
        if (r == rows.head)
            append_gap(&t, &cols, &l);
        append_row(&t, m, range_at(&rows, r), &cols, &l);
    }
    return t.length;
}
