/* fill.c: random numbers into matrices. Always one after the other, in column-major order: what a
 * stream gives does not depend on layout or threads. */
#include "math/fill.h"

#include <math.h>

/* What a fill draws: a number from the stream, given two parameters. */
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

static void fill(dnn_matrix *out, draw *next, dnn_random *stream, double a, double b) {
    for (size_t j = 0; j < out->cols; j++) {
        for (size_t i = 0; i < out->rows; i++)
            dnn_matrix_set(out, i, j, next(stream, a, b));
    }
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
    fill(out, draw_uniform, stream, low, high);
    return DNN_OK;
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
    fill(out, draw_normal, stream, mean, deviation);
    return DNN_OK;
}

dnn_status dnn_fill_bernoulli(dnn_matrix *out, dnn_random *stream, double p, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(out, "bernoulli", err);
    if (status != DNN_OK)
        return status;
    if (!(p >= 0 && p <= 1))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "bernoulli: expected a probability from 0 to 1, got %g", dnn_shown(p));
    fill(out, draw_bernoulli, stream, p, 0);
    return DNN_OK;
}
