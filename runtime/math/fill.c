/* fill.c: random numbers into matrices. Element e, in column-major order, takes the e-th word from
 * where the stream stands: what it gets depends neither on the layout nor on how many threads draw.
 */
#include "math/fill.h"

#include <math.h>

#include "core/threads.h"

/* Elements that one task draws. */
#define STRETCH ((size_t)8192)

/* What a fill draws: a number from one word of the stream, given two parameters. */
typedef double draw(dnn_random *stream, double a, double b);

static double draw_uniform(dnn_random *stream, double low, double high) {
    return low + (high - low) * dnn_random_uniform(stream);
}

static double draw_normal(dnn_random *stream, double mean, double deviation) {
    return mean + deviation * dnn_random_normal(stream);
}

static double draw_bernoulli(dnn_random *stream, double p, double unused) {
    (void)unused;
    return dnn_random_uniform(stream) < p ? 1 : 0;
}

typedef struct fill_job {
    dnn_matrix *out;
    draw *next;
    dnn_random stream; /* where it stood at first */
    double a, b;
} fill_job;

static void fill_stretch(void *context, size_t task) {
    const fill_job *job = context;
    dnn_matrix *out = job->out;
    dnn_random stream = job->stream;
    size_t begin = task * STRETCH, count = dnn_matrix_count(out);
    size_t end = count - begin < STRETCH ? count : begin + STRETCH;
    size_t i = begin % out->rows, j = begin / out->rows;
    stream.position += begin;
    for (size_t e = begin; e < end; e++) {
        dnn_matrix_set(out, i, j, job->next(&stream, job->a, job->b));
        if (++i == out->rows) {
            i = 0;
            j++;
        }
    }
}

/* When it is interrupted nothing counts as drawn. */
static dnn_status fill(dnn_matrix *out, draw *next, dnn_random *stream, double a, double b,
                       dnn_error *err) {
    fill_job job = {out, next, *stream, a, b};
    size_t count = dnn_matrix_count(out);
    dnn_status status =
        dnn_parallel_until((count + STRETCH - 1) / STRETCH, fill_stretch, &job, err);
    if (status == DNN_OK)
        stream->position += count;
    return status;
}

dnn_status dnn_fill_uniform(dnn_matrix *out, dnn_random *stream, double low, double high,
                            dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(out, "uniform", err);
    if (status != DNN_OK)
        return status;
    if (!(low <= high) || !isfinite(high - low))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "uniform: expected finite low <= high, got low = %g and high = %g",
                        dnn_shown(low), dnn_shown(high));
    return fill(out, draw_uniform, stream, low, high, err);
}

dnn_status dnn_fill_normal(dnn_matrix *out, dnn_random *stream, double mean, double deviation,
                           dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(out, "normal", err);
    if (status != DNN_OK)
        return status;
    if (!isfinite(mean) || !(deviation >= 0) || !isfinite(deviation))
        return dnn_fail(
            err, DNN_ERROR_ARGUMENT,
            "normal: expected a finite mean and a standard deviation >= 0, got %g and %g",
            dnn_shown(mean), dnn_shown(deviation));
    return fill(out, draw_normal, stream, mean, deviation, err);
}

dnn_status dnn_fill_bernoulli(dnn_matrix *out, dnn_random *stream, double p, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(out, "bernoulli", err);
    if (status != DNN_OK)
        return status;
    if (!(p >= 0 && p <= 1))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "bernoulli: expected a probability from 0 to 1, got %g", dnn_shown(p));
    return fill(out, draw_bernoulli, stream, p, 0, err);
}
