/* loader_open.c: a loader from its configuration, its end, and what there is to know of it. */
#include <math.h>

#include "core/memory.h"
#include "data/loader_parts.h"

static dnn_status check_strengths(const dnn_augment *a, dnn_error *err) {
    for (size_t i = 0; i < DNN_AUGMENTATION_COUNT; i++) {
        const dnn_augmentation_row *row = &dnn_augmentations[i];
        if (!(a->strength[i] >= 0 && a->strength[i] <= row->most))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "Loader: %s must be a number from 0 to %g, got %g", row->name,
                            row->most, dnn_shown(a->strength[i]));
    }
    return DNN_OK;
}

static dnn_status check_config(const dnn_loader_config *c, size_t count, size_t rows,
                               dnn_error *err) {
    const dnn_augment *a = &c->augment;
    if (count == 0 || count > UINT32_MAX - 1)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "Loader: %zu examples; expected at least one",
                        count);
    if (c->Y->cols != count)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "Loader: Y has %zu columns; expected one for each of %zu examples",
                        c->Y->cols, count);
    size_t pixels, size;
    if (__builtin_mul_overflow(a->height, a->width, &pixels) ||
        __builtin_mul_overflow(pixels, a->channels, &size) || size != rows ||
        (a->channels != 1 && a->channels != 3))
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "Loader: columns of %zu rows are not images of %zu x %zu x %zu", rows,
                        a->height, a->width, a->channels);
    if (rows == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "Loader: the examples have no rows");
    if (a->crop_height > a->height || a->crop_width > a->width)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "Loader: a crop of %zu x %zu does not fit images of %zu x %zu",
                        a->crop_height, a->crop_width, a->height, a->width);
    if (c->batch_size == 0 || (c->drop_last && c->batch_size > count))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "Loader: batches of %zu from %zu examples: there is none%s", c->batch_size,
                        count, c->batch_size > 0 ? " when the last, smaller one is dropped" : "");
    if (c->dtype != DNN_FLOAT32 && c->dtype != DNN_FLOAT64)
        return dnn_fail(err, DNN_ERROR_TYPE, "Loader: batches are float32 or float64, not %s",
                        dnn_dtype_info(c->dtype)->name);
    return check_strengths(a, err);
}

/* Labels that are to become columns of 0 and 1 are whole numbers from 1 to their count. */
static dnn_status check_labels(const dnn_loader_config *c, dnn_error *err) {
    if (c->one_hot > 0 && c->Y->rows != 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "Loader: one_hot needs labels in one row; Y has %zu rows", c->Y->rows);
    for (size_t j = 0; c->one_hot > 0 && j < c->Y->cols; j++) {
        const double label = dnn_value_at(c->Y, 0, j);
        if (!(label >= 1 && label <= (double)c->one_hot && label == floor(label)))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "Loader: label %zu is %g; one_hot = %zu needs whole numbers from 1 to "
                            "%zu",
                            j + 1, dnn_shown(label), c->one_hot, c->one_hot);
    }
    return DNN_OK;
}

static dnn_status make_slots(dnn_loader *l, dnn_error *err) {
    size_t ahead = l->config.prefetch < 1 ? 1 : l->config.prefetch;
    if (ahead > DNN_LOADER_MAX_PREFETCH)
        ahead = DNN_LOADER_MAX_PREFETCH;
    const size_t slots = l->config.workers == 0 ? 1 : ahead;
    l->slots = dnn_calloc(slots, sizeof *l->slots);
    l->noted = dnn_calloc(l->count / 8 + 1, 1);
    bool enough = l->slots != NULL && l->noted != NULL;
    while (enough && l->slot_count < slots)
        enough = dnn_slot_create(l, &l->slots[l->slot_count++]);
    return enough ? DNN_OK
                  : dnn_fail(err, DNN_ERROR_MEMORY,
                             "Loader: not enough memory for %zu batches of %zu x %zu ahead", slots,
                             l->rows, l->config.batch_size);
}

/* What follows from the configuration once the examples are there. */
static dnn_status set_up(dnn_loader *l, dnn_error *err) {
    const dnn_loader_config *c = &l->config;
    l->count = dnn_examples_count(l->examples);
    dnn_status status = check_config(c, l->count, dnn_examples_rows(l->examples), err);
    if (status == DNN_OK)
        status = check_labels(c, err);
    if (status != DNN_OK)
        return status;
    l->Y = *c->Y;
    l->rows = dnn_augment_rows(&c->augment);
    l->element = dnn_dtype_info(c->dtype)->size;
    l->plain = !dnn_augment_is_needed(&c->augment);
    if (c->batch_size > l->count)
        l->config.batch_size = l->count;
    const size_t size = l->config.batch_size;
    l->batches = c->drop_last ? l->count / size : (l->count + size - 1) / size;
    status = dnn_sampler_create(&l->sampler, l->count, c->shuffle, c->seed, c->weights, err);
    if (status == DNN_OK)
        status = make_slots(l, err);
    l->head_epoch = UINT64_MAX; /* nothing is asked for yet */
    l->paused = true;
    return status == DNN_OK ? dnn_loader_start_threads(l, err) : status;
}

dnn_status dnn_loader_open(dnn_loader **out, const dnn_loader_config *config, dnn_error *err) {
    dnn_loader *l = dnn_calloc(1, sizeof *l);
    pthread_condattr_t clock;
    *out = NULL;
    if (l == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "Loader: out of memory");
    l->config = *config;
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&l->work, NULL);
    pthread_cond_init(&l->done, &clock);
    pthread_condattr_destroy(&clock);
    dnn_status status = config->X != NULL
                            ? dnn_examples_of_matrix(&l->examples, config->X, err)
                            : dnn_examples_of_files(&l->examples, config->files, config->file_count,
                                                    &config->target, config->cache_bytes, err);
    if (status == DNN_OK)
        status = set_up(l, err);
    if (status == DNN_OK)
        *out = l;
    else
        dnn_loader_close(l);
    return status;
}

void dnn_loader_close(dnn_loader *l) {
    if (l == NULL)
        return;
    dnn_loader_end_threads(l);
    for (size_t i = 0; i < l->slot_count; i++)
        dnn_slot_free(l, &l->slots[i]);
    for (size_t i = 0; i < l->failure_count; i++)
        dnn_free(l->failures[i]);
    dnn_free(l->failures);
    dnn_free(l->slots);
    dnn_free(l->noted);
    dnn_sampler_free(&l->sampler);
    dnn_examples_free(l->examples);
    pthread_cond_destroy(&l->done);
    pthread_cond_destroy(&l->work);
    pthread_mutex_destroy(&l->lock);
    dnn_free(l);
}

/* --- what there is to know --- */

size_t dnn_loader_batches(const dnn_loader *l) {
    return l->batches;
}

size_t dnn_loader_rows(const dnn_loader *l) {
    return l->rows;
}

size_t dnn_loader_label_rows(const dnn_loader *l) {
    return l->config.one_hot > 0 ? l->config.one_hot : l->Y.rows;
}

size_t dnn_loader_failure_count(const dnn_loader *l) {
    return l->failure_count;
}

const char *dnn_loader_failure(const dnn_loader *l, size_t index) {
    return l->failures[index];
}

dnn_loader_statistics dnn_loader_statistics_of(const dnn_loader *l) {
    return (dnn_loader_statistics){l->waited, dnn_examples_decoded(l->examples),
                                   dnn_examples_cached(l->examples)};
}
