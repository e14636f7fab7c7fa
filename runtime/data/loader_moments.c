/* loader_moments.c: mean and deviation of each channel over all examples. Sums of each example are
 * kept and added in order, so that the result does not depend on the number of threads. */
#include <math.h>

#include "core/memory.h"
#include "core/threads.h"
#include "data/loader_parts.h"
#include "math/convert.h"

typedef struct sums {
    double sum[3], square[3];
    bool counted, no_memory;
} sums;

typedef struct moments_job {
    dnn_loader *loader;
    sums *of;
} moments_job;

static void add_up(sums *s, const double *values, size_t pixels, size_t channels, double scale) {
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++) {
            const double v = scale * values[i * channels + c];
            s->sum[c] += v;
            s->square[c] += v * v;
        }
    s->counted = true;
}

static void sum_one(void *context, size_t i) {
    const moments_job *job = context;
    dnn_loader *l = job->loader;
    dnn_error err;
    const size_t rows = dnn_examples_rows(l->examples), channels = l->config.augment.channels;
    uint8_t *bytes = dnn_alloc(rows);
    double *values = dnn_alloc(rows * sizeof *values);
    const void *from =
        bytes != NULL && values != NULL ? dnn_examples_get(l->examples, i, bytes, &err) : NULL;
    if (from != NULL) {
        dnn_convert[dnn_examples_dtype(l->examples)][DNN_FLOAT64](rows, values, from, NULL, NULL);
        add_up(&job->of[i], values, rows / channels, channels, l->config.scale);
    } else {
        job->of[i].no_memory = bytes == NULL || values == NULL || err.status == DNN_ERROR_MEMORY;
    }
    dnn_free(bytes);
    dnn_free(values);
}

dnn_status dnn_loader_moments(dnn_loader *l, double mean[3], double deviation[3], dnn_error *err) {
    const dnn_augment *a = &l->config.augment;
    const double pixels = (double)(a->height * a->width);
    sums *each = dnn_calloc(l->count, sizeof *each), all = {0};
    size_t counted = 0;
    if (each == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "Loader: not enough memory for the sums of %zu examples", l->count);
    dnn_status status = dnn_parallel_until(l->count, sum_one, &(moments_job){l, each}, err);
    for (size_t i = 0; i < l->count && status == DNN_OK; i++) {
        if (each[i].no_memory)
            status = dnn_fail(err, DNN_ERROR_MEMORY, "Loader: not enough memory to read images");
        counted += each[i].counted;
        for (size_t c = 0; c < 3; c++) {
            all.sum[c] += each[i].sum[c];
            all.square[c] += each[i].square[c];
        }
    }
    dnn_free(each);
    if (status == DNN_OK && counted == 0)
        return dnn_fail(err, DNN_ERROR_FILE, "Loader: none of %zu examples could be read",
                        l->count);
    for (size_t c = 0; c < a->channels && status == DNN_OK; c++) {
        const double n = pixels * (double)counted;
        mean[c] = all.sum[c] / n;
        deviation[c] = sqrt(fmax(all.square[c] / n - mean[c] * mean[c], 0));
    }
    return status;
}

dnn_status dnn_loader_normalise(dnn_loader *l, const double mean[3], const double deviation[3],
                                dnn_error *err) {
    dnn_augment *a = &l->config.augment;
    pthread_mutex_lock(&l->lock);
    const bool begun = l->head_epoch != UINT64_MAX;
    pthread_mutex_unlock(&l->lock);
    if (begun)
        return dnn_fail(err, DNN_ERROR_STATE, "Loader: normalised after its first batch");
    for (size_t c = 0; c < a->channels; c++) {
        if (!isfinite(mean[c]) || !isfinite(deviation[c]) || deviation[c] <= 0)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "Loader: channel %zu has mean %g and deviation %g; expected finite "
                            "numbers, the deviation above 0",
                            c + 1, dnn_shown(mean[c]), dnn_shown(deviation[c]));
        a->mean[c] = (float)mean[c];
        a->deviation[c] = (float)deviation[c];
    }
    a->normalise = true;
    l->plain = false;
    return DNN_OK;
}
