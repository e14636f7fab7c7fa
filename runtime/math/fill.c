/* fill.c: random numbers into matrices. Element e, in column-major order, takes the e-th word after
 * the stream's position: what it gets depends neither on the layout nor on the number of threads.
 */
#include "math/fill.h"

#include <math.h>

#include "core/threads.h"

/* --- uniform numbers of a type ---
 *
 * low + (high - low) u is in [low, high) for u in [0, 1), and may round to high, or in float32 to
 * less than low. Such a result becomes the type's nearest number inside. */

typedef struct interval {
    double first, last;
} interval;

static interval interval_of(dnn_dtype dtype, double low, double high) {
    interval within = {low, nextafter(high, -INFINITY)};
    if (dtype == DNN_FLOAT32) {
        float first = (float)low, last = (float)high;
        within.first = (double)(first < low ? nextafterf(first, INFINITY) : first);
        within.last = (double)(last < high ? last : nextafterf(last, -INFINITY));
    }
    if (within.last < within.first) /* low == high, or no number of the type between them */
        within.first = within.last = low;
    return within;
}

static double between(interval within, double low, double high, double u) {
    double x = low + (high - low) * u;
    return x < within.first ? within.first : x > within.last ? within.last : x;
}

double dnn_uniform_between(dnn_random *stream, double low, double high) {
    return between(interval_of(DNN_FLOAT64, low, high), low, high, dnn_random_uniform(stream));
}

/* --- matrices --- */

/* Elements that one task draws. */
#define TASK ((size_t)8192)

typedef struct fill_job fill_job;

/* What a fill draws: a number from one word of the stream. */
typedef double draw(const fill_job *job, dnn_random *stream);

struct fill_job {
    dnn_matrix *out;
    draw *next;
    dnn_random stream; /* before the fill */
    double a, b;       /* low and high, mean and deviation, or p */
    interval within;   /* of draw_uniform: the first and last number of the type */
};

static double draw_uniform(const fill_job *job, dnn_random *stream) {
    return between(job->within, job->a, job->b, dnn_random_uniform(stream));
}

static double draw_normal(const fill_job *job, dnn_random *stream) {
    return job->a + job->b * dnn_random_normal(stream);
}

static double draw_bernoulli(const fill_job *job, dnn_random *stream) {
    return dnn_random_uniform(stream) < job->a ? 1 : 0;
}

static void fill_task(void *context, size_t task) {
    const fill_job *job = context;
    dnn_matrix *out = job->out;
    dnn_random stream = job->stream;
    size_t begin = task * TASK, count = dnn_matrix_count(out);
    size_t end = count - begin < TASK ? count : begin + TASK;
    size_t i = begin % out->rows, j = begin / out->rows;
    stream.position += begin;
    for (size_t e = begin; e < end; e++) {
        dnn_matrix_set(out, i, j, job->next(job, &stream));
        if (++i == out->rows) {
            i = 0;
            j++;
        }
    }
}

/* When it is interrupted nothing counts as drawn. */
static dnn_status fill(fill_job job, dnn_random *stream, dnn_error *err) {
    size_t count = dnn_matrix_count(job.out);
    job.stream = *stream;
    dnn_status status = dnn_parallel_until((count + TASK - 1) / TASK, fill_task, &job, err);
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
    return fill((fill_job){.out = out,
                           .next = draw_uniform,
                           .a = low,
                           .b = high,
                           .within = interval_of(out->dtype, low, high)},
                stream, err);
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
    return fill((fill_job){.out = out, .next = draw_normal, .a = mean, .b = deviation}, stream,
                err);
}

dnn_status dnn_fill_bernoulli(dnn_matrix *out, dnn_random *stream, double p, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(out, "bernoulli", err);
    if (status != DNN_OK)
        return status;
    if (!(p >= 0 && p <= 1))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "bernoulli: expected a probability from 0 to 1, got %g", dnn_shown(p));
    return fill((fill_job){.out = out, .next = draw_bernoulli, .a = p}, stream, err);
}
