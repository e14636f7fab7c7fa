/* csv_write.c: matrices as the text of a table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "data/csv.h"

#define BUFFER     ((size_t)1 << 16)
#define MAX_NUMBER 40

typedef struct writer {
    dnn_atomic_file file;
    char *buffer;
    size_t used;
    char delimiter;
    dnn_status status;
    dnn_error *err;
} writer;

static void put(writer *w, const char *text, size_t size) {
    if (w->used + size > BUFFER && w->status == DNN_OK) {
        w->status = dnn_atomic_file_write(&w->file, w->buffer, w->used, w->err);
        w->used = 0;
    }
    if (size > BUFFER && w->status == DNN_OK)
        w->status = dnn_atomic_file_write(&w->file, text, size, w->err);
    if (w->status != DNN_OK || size > BUFFER)
        return;
    memcpy(w->buffer + w->used, text, size);
    w->used += size;
}

/* --- numbers --- */

/* `digits` as decimal digits, and where a point is after all but the last `decimals` of them; zeros
 * at the end of those go. */
static size_t put_digits(char *out, uint64_t digits, int decimals) {
    char reversed[MAX_NUMBER];
    size_t n = 0, length = 0;
    for (; decimals > 0 && digits % 10 == 0; decimals--)
        digits /= 10;
    for (int k = 0; digits > 0 || k <= decimals; k++) {
        if (k == decimals && decimals > 0)
            reversed[n++] = '.';
        reversed[n++] = (char)('0' + digits % 10);
        digits /= 10;
    }
    while (n > 0)
        out[length++] = reversed[--n];
    return length;
}

/* A float32 of ordinary size, not a whole number, by the fewest digits, of 7 to 9, that read back
 * as the same: 0 where there are none. A double holds the digits and their power of ten exactly.
 * From 2^23 on all are whole, so that there are 0 to 12 decimals. */
static size_t format_single(char *out, double x) {
    static const double powers[] = {1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                    1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
    double size = fabs(x);
    int above = 0; /* digits before the point, less those that are 0 after it */
    if (!(size >= 1e-4 && size < 1e9))
        return 0;
    while (size >= powers[above])
        above++;
    for (double y = 10 * size; y < 1; y *= 10)
        above--;
    for (int digits = 7; digits <= 9; digits++) {
        int decimals = digits - above;
        double scaled = rint(size * powers[decimals]);
        if ((float)(scaled / powers[decimals]) != (float)size)
            continue;
        out[0] = '-';
        return (x < 0) + put_digits(out + (x < 0), (uint64_t)scaled, decimals);
    }
    return 0;
}

/* The shortest of a few lengths that reads back as the same number. A whole one has no point. */
static size_t format_number(char out[MAX_NUMBER], double x, dnn_dtype dtype) {
    bool single = dtype == DNN_FLOAT32;
    if (x == rint(x) && fabs(x) < 1e15) {
        out[0] = '-';
        return (size_t)(signbit(x) != 0) +
               put_digits(out + (signbit(x) != 0), (uint64_t)fabs(x), 0);
    }
    size_t length = single ? format_single(out, x) : 0;
    if (length > 0)
        return length;
    int n = snprintf(out, MAX_NUMBER, "%.*g", single ? 7 : 15, x);
    double back = strtod(out, NULL);
    if ((single ? (double)(float)back : back) != x)
        n = snprintf(out, MAX_NUMBER, "%.*g", single ? 9 : 17, x);
    return (size_t)n;
}

/* NaN is a missing value; printf's sign of it means nothing. A decimal comma of the host's locale
 * becomes a point. */
static void put_number(writer *w, double x, dnn_dtype dtype) {
    char text[MAX_NUMBER];
    if (isnan(x)) {
        put(w, "nan", 3);
        return;
    }
    size_t n = format_number(text, x, dtype);
    char *comma = memchr(text, ',', n);
    if (comma != NULL)
        *comma = '.';
    put(w, text, n);
}

/* --- texts --- */

/* Needs quotes where it would be read as something else: with a delimiter, a quote or a line's end
 * in it, or blanks around it. */
static bool needs_quotes(const writer *w, const char *text) {
    size_t n = strlen(text);
    return n == 0 || strchr(text, w->delimiter) != NULL || strpbrk(text, "\"\r\n") != NULL ||
           strchr(" \t", text[0]) != NULL || strchr(" \t", text[n - 1]) != NULL;
}

static void put_text(writer *w, const char *text) {
    if (!needs_quotes(w, text)) {
        put(w, text, strlen(text));
        return;
    }
    put(w, "\"", 1);
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        put(w, text, (size_t)(quote - text));
        put(w, "\"\"", 2);
    }
    put(w, text, strlen(text));
    put(w, "\"", 1);
}

/* --- rows --- */

static dnn_status check_parts(const char *path, const dnn_csv_part *parts, size_t count,
                              dnn_error *err) {
    for (size_t p = 0; p < count; p++) {
        const dnn_matrix *m = parts[p].matrix;
        if (m->cols != parts[0].matrix->cols)
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "%s: matrix %zu has %zu columns and the first has %zu; each row of the "
                            "table is a column of all",
                            path, p + 1, m->cols, parts[0].matrix->cols);
        if (parts[p].classes != NULL && m->rows != 1)
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "%s: class numbers are %zu x %zu; expected 1 row, one for each example",
                            path, m->rows, m->cols);
        for (size_t j = 0; j < m->cols && parts[p].classes != NULL; j++) {
            double k = dnn_matrix_get(m, 0, j);
            if (!(k >= 1 && k <= (double)parts[p].class_count) || k != floor(k))
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                "%s: label %zu is %g, and there are %zu classes", path, j + 1,
                                dnn_shown(k), parts[p].class_count);
        }
    }
    return DNN_OK;
}

static void put_header(writer *w, const dnn_csv_part *parts, size_t count) {
    for (size_t p = 0; p < count; p++)
        if (parts[p].names == NULL)
            return;
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i < parts[p].matrix->rows; i++) {
            put(w, &w->delimiter, p + i > 0);
            put_text(w, parts[p].names[i]);
        }
    }
    put(w, "\n", 1);
}

static void put_row(writer *w, const dnn_csv_part *parts, size_t count, size_t j) {
    bool first = true;
    for (size_t p = 0; p < count; p++) {
        const dnn_matrix *m = parts[p].matrix;
        for (size_t i = 0; i < m->rows; i++, first = false) {
            double x = dnn_matrix_get(m, i, j);
            put(w, &w->delimiter, !first);
            if (parts[p].classes != NULL)
                put_text(w, parts[p].classes[(size_t)x - 1]);
            else
                put_number(w, x, m->dtype);
        }
    }
    put(w, "\n", 1);
}

dnn_status dnn_csv_write(const char *path, const dnn_csv_part *parts, size_t count, char delimiter,
                         dnn_error *err) {
    writer w = {.delimiter = delimiter, .err = err};
    dnn_status status = check_parts(path, parts, count, err);
    if (status != DNN_OK)
        return status;
    w.buffer = dnn_alloc(BUFFER);
    if (w.buffer == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to write it", path);
    w.status = dnn_atomic_file_begin(&w.file, path, err);
    bool begun = w.status == DNN_OK;
    if (begun)
        put_header(&w, parts, count);
    for (size_t j = 0; count > 0 && j < parts[0].matrix->cols && w.status == DNN_OK; j++) {
        put_row(&w, parts, count, j);
        if (w.status == DNN_OK)
            w.status = dnn_interrupt_check(err);
    }
    if (w.status == DNN_OK && w.used > 0)
        w.status = dnn_atomic_file_write(&w.file, w.buffer, w.used, err);
    dnn_free(w.buffer);
    if (w.status == DNN_OK)
        return dnn_atomic_file_finish(&w.file, err);
    if (begun)
        dnn_atomic_file_abandon(&w.file);
    return w.status;
}
