/* resample.c: a task is a row of one example's output forward, and a whole example backward, whose
 * elements are added to in the order of the output. */
#ifdef T

DNN_CLONES static void K(fill)(T *to, T value, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] = value;
}

DNN_CLONES static void K(blend)(T *to, const T *const from[4], const T weight[4], size_t n) {
    const T *a = from[0], *b = from[1], *c = from[2], *d = from[3];
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        to[i] = a[i] * weight[0] + b[i] * weight[1] + (c[i] * weight[2] + d[i] * weight[3]);
}

DNN_CLONES static void K(add)(T *to, const T *from, T weight, size_t n) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        to[i] += weight * from[i];
}

/* Weights of the four meetings of two rows with two columns. */
static void K(weigh)(const dnn_tap *row, const dnn_tap *col, T weight[4]) {
    for (int k = 0; k < 4; k++)
        weight[k] = (T)(row->weight[k / 2] * col->weight[k % 2]);
}

static void K(forward_row)(const dnn_resample *r, const T *image, T *to, size_t y) {
    const dnn_tap *row = &r->rows[y];
    size_t channels = r->channels, count;
    for (size_t x = 0; x < r->out_width; x += count, to += count * channels) {
        const dnn_tap *col = &r->cols[x];
        count = run_of(r, row, x);
        if (is_outside(row, col)) {
            K(fill)(to, (T)r->outside, count * channels);
        } else if (is_single(row, col)) {
            memcpy(to, image + place_of(r, row, col, 0), count * channels * sizeof(T));
        } else {
            const T *from[4];
            T weight[4];
            for (int k = 0; k < 4; k++)
                from[k] = image + place_of(r, row, col, k);
            K(weigh)(row, col, weight);
            K(blend)(to, from, weight, channels);
        }
    }
}

static void K(backward_row)(const dnn_resample *r, T *image, const T *from, size_t y) {
    const dnn_tap *row = &r->rows[y];
    size_t channels = r->channels, count;
    for (size_t x = 0; x < r->out_width; x += count, from += count * channels) {
        const dnn_tap *col = &r->cols[x];
        T weight[4] = {1};
        count = run_of(r, row, x);
        if (is_outside(row, col))
            continue;
        if (!is_single(row, col))
            K(weigh)(row, col, weight);
        for (int k = 0; k < (is_single(row, col) ? 1 : 4); k++)
            if (weight[k] != 0)
                K(add)(image + place_of(r, row, col, k), from, weight[k], count * channels);
    }
}

#else

#include "math/resample.h"

#include <string.h>

#include "core/threads.h"
#include "math/simd.h"

/* Two taps may be one and the same, with weights 1 and 0, as an interpolation has them. */
static bool is_single(const dnn_tap *row, const dnn_tap *col) {
    return row->weight[1] == 0 && col->weight[1] == 0;
}

static bool is_outside(const dnn_tap *row, const dnn_tap *col) {
    return row->at[0] < 0 || col->at[0] < 0;
}

/* How many elements from column x on are copied from neighbours, or are all outside. */
static size_t run_of(const dnn_resample *r, const dnn_tap *row, size_t x) {
    const dnn_tap *cols = &r->cols[x];
    size_t count = 1;
    if (is_outside(row, cols)) {
        while (x + count < r->out_width && is_outside(row, &cols[count]))
            count++;
    } else if (is_single(row, cols)) {
        while (x + count < r->out_width && is_single(row, &cols[count]) &&
               cols[count].at[0] == cols[0].at[0] + (ptrdiff_t)count)
            count++;
    }
    return count;
}

/* Where row tap k / 2 meets column tap k % 2 in an image. */
static size_t place_of(const dnn_resample *r, const dnn_tap *row, const dnn_tap *col, int k) {
    return ((size_t)row->at[k / 2] * r->width + (size_t)col->at[k % 2]) * r->channels;
}

#define KERNELS "math/resample.c"
#include "math/both_types.inc"

typedef struct job {
    const dnn_resample *resample;
    const dnn_matrix *image, *output;
    bool keep; /* what the image's gradient holds */
} job;

static void run_forward(void *context, size_t task) {
    const job *j = context;
    const dnn_resample *r = j->resample;
    size_t example = task / r->out_height, y = task % r->out_height;
    void *to = dnn_matrix_at(j->output, y * r->out_width * r->channels, example);
    if (j->image->dtype == DNN_FLOAT32)
        forward_row_f32(r, dnn_matrix_at(j->image, 0, example), to, y);
    else
        forward_row_f64(r, dnn_matrix_at(j->image, 0, example), to, y);
}

static void run_backward(void *context, size_t example) {
    const job *j = context;
    const dnn_resample *r = j->resample;
    void *image = dnn_matrix_at(j->image, 0, example);
    if (!j->keep)
        dnn_matrix_clear_column(j->image, example);
    for (size_t y = 0; y < r->out_height; y++) {
        const void *from = dnn_matrix_at(j->output, y * r->out_width * r->channels, example);
        if (j->image->dtype == DNN_FLOAT32)
            backward_row_f32(r, image, from, y);
        else
            backward_row_f64(r, image, from, y);
    }
}

dnn_status dnn_resample_forward(const dnn_resample *r, const dnn_matrix *X, dnn_matrix *A,
                                dnn_error *err) {
    job j = {.resample = r, .image = X, .output = A};
    return dnn_parallel_until(A->cols * r->out_height, run_forward, &j, err);
}

dnn_status dnn_resample_backward(const dnn_resample *r, const dnn_matrix *dA, double beta,
                                 dnn_matrix *dX, dnn_error *err) {
    job j = {.resample = r, .image = dX, .output = dA, .keep = beta != 0};
    return dnn_parallel_until(dA->cols, run_backward, &j, err);
}

#endif
