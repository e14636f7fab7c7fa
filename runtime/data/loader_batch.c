/* loader_batch.c: one batch: which examples it has, how each becomes a column, and giving it out.
 */
#include <string.h>

#include "core/memory.h"
#include "core/threads.h"
#include "data/loader_parts.h"
#include "math/convert.h"

bool dnn_slot_create(const dnn_loader *l, dnn_slot *slot) {
    const size_t size = l->config.batch_size;
    *slot = (dnn_slot){.index = dnn_alloc(size * sizeof *slot->index),
                       .pixels = dnn_alloc(size * l->rows * l->element),
                       .failed = dnn_calloc(size, sizeof *slot->failed)};
    return slot->index != NULL && slot->pixels != NULL && slot->failed != NULL;
}

static void forget_failures(const dnn_loader *l, dnn_slot *slot) {
    for (size_t k = 0; slot->failed != NULL && k < l->config.batch_size; k++) {
        dnn_free(slot->failed[k]);
        slot->failed[k] = NULL;
    }
}

void dnn_slot_free(const dnn_loader *l, dnn_slot *slot) {
    forget_failures(l, slot);
    dnn_free(slot->index);
    dnn_free(slot->pixels);
    dnn_free(slot->failed);
    *slot = (dnn_slot){0};
}

void dnn_slot_prepare(dnn_loader *l, dnn_slot *slot, uint64_t epoch, size_t batch) {
    const size_t size = l->config.batch_size, first = batch * size;
    forget_failures(l, slot);
    slot->epoch = epoch;
    slot->batch = batch;
    slot->columns = l->count - first < size ? l->count - first : size;
    slot->begun = 0;
    slot->unfinished = slot->columns;
    slot->no_memory = false;
    memcpy(slot->index, dnn_sampler_order(&l->sampler, epoch) + first,
           slot->columns * sizeof *slot->index);
    slot->prepared = true;
}

/* --- a column --- */

/* Scratch holds the bytes of a decoded file, then floats of the same column, then of the result. */
static size_t decoded_bytes(const dnn_loader *l) {
    return dnn_examples_are_files(l->examples) ? dnn_align_up(dnn_examples_rows(l->examples)) : 0;
}

static size_t float_bytes(const dnn_loader *l) {
    return dnn_align_up(dnn_examples_rows(l->examples) * sizeof(float));
}

size_t dnn_slot_scratch(const dnn_loader *l) {
    return decoded_bytes(l) + float_bytes(l) + l->rows * sizeof(float);
}

static dnn_example_key key_of(const dnn_loader *l, const dnn_slot *slot, size_t column) {
    return (dnn_example_key){l->config.seed, slot->epoch,
                             (uint32_t)(slot->batch * l->config.batch_size + column)};
}

/* `from` of the examples' dtype, scaled, to `to` of the loader's. */
static void convert(const dnn_loader *l, const void *from, void *to) {
    const dnn_dtype in = dnn_examples_dtype(l->examples), out = l->config.dtype;
    if (l->config.scale == 1)
        dnn_convert[in][out](l->rows, to, from, NULL, NULL);
    else
        dnn_scale[in][out](l->rows, to, from, l->config.scale, 0);
}

static void augment(const dnn_loader *l, const dnn_example_key *key, const void *from, void *to,
                    char *scratch) {
    const dnn_dtype in = dnn_examples_dtype(l->examples);
    const float scale = (float)l->config.scale;
    float *result = l->config.dtype == DNN_FLOAT32 ? to : (float *)(scratch + float_bytes(l));
    if (in == DNN_UINT8) {
        dnn_augment_apply(&l->config.augment, key, from, true, scale, result);
    } else {
        if (in != DNN_FLOAT32) {
            dnn_convert[in][DNN_FLOAT32](dnn_examples_rows(l->examples), scratch, from, NULL, NULL);
            from = scratch;
        }
        dnn_augment_apply(&l->config.augment, key, from, false, scale, result);
    }
    if (l->config.dtype != DNN_FLOAT32)
        dnn_convert[DNN_FLOAT32][l->config.dtype](l->rows, to, result, NULL, NULL);
}

void dnn_slot_fill(dnn_loader *l, dnn_slot *slot, size_t column, void *scratch) {
    dnn_error err;
    void *to = slot->pixels + column * l->rows * l->element;
    const void *from = dnn_examples_get(l->examples, slot->index[column], scratch, &err);
    if (from == NULL) {
        slot->failed[column] = dnn_strdup(err.text);
        if (err.status == DNN_ERROR_MEMORY || slot->failed[column] == NULL)
            __atomic_store_n(&slot->no_memory, true, __ATOMIC_RELAXED);
        return;
    }
    const dnn_example_key key = key_of(l, slot, column);
    if (l->plain)
        convert(l, from, to);
    else
        augment(l, &key, from, to, (char *)scratch + decoded_bytes(l));
}

typedef struct fill_job {
    dnn_loader *loader;
    dnn_slot *slot;
} fill_job;

static void fill_one(void *context, size_t column) {
    const fill_job *job = context;
    void *scratch = dnn_alloc(dnn_slot_scratch(job->loader));
    if (scratch == NULL)
        __atomic_store_n(&job->slot->no_memory, true, __ATOMIC_RELAXED);
    else
        dnn_slot_fill(job->loader, job->slot, column, scratch);
    dnn_free(scratch);
}

dnn_status dnn_slot_fill_all(dnn_loader *l, dnn_slot *slot, dnn_error *err) {
    return dnn_parallel_until(slot->columns, fill_one, &(fill_job){l, slot}, err);
}

/* --- giving out --- */

double dnn_value_at(const dnn_matrix *m, size_t row, size_t column) {
    const void *p = dnn_matrix_at(m, row, column);
    switch (m->dtype) {
    case DNN_FLOAT32:
        return (double)*(const float *)p;
    case DNN_UINT8:
        return *(const uint8_t *)p;
    case DNN_INT32:
        return *(const int32_t *)p;
    default:
        return *(const double *)p;
    }
}

static void set_value(dnn_matrix *m, size_t row, size_t column, double value) {
    void *p = dnn_matrix_at(m, row, column);
    if (m->dtype == DNN_FLOAT32)
        *(float *)p = (float)value;
    else
        *(double *)p = value;
}

/* Row `row` of what an example's label becomes. */
static double label(const dnn_loader *l, uint32_t example, size_t row) {
    if (l->config.one_hot == 0)
        return dnn_value_at(&l->Y, row, example);
    return dnn_value_at(&l->Y, 0, example) == (double)(row + 1);
}

static void mix_values(const dnn_loader *l, void *to, const void *a, const void *b, double share) {
    if (l->config.dtype == DNN_FLOAT32) {
        const float s = (float)share;
        float *out = to;
        const float *x = a, *y = b;
        for (size_t i = 0; i < l->rows; i++)
            out[i] = s * x[i] + (1 - s) * y[i];
    } else {
        double *out = to;
        const double *x = a, *y = b;
        for (size_t i = 0; i < l->rows; i++)
            out[i] = share * x[i] + (1 - share) * y[i];
    }
}

/* Column k of the slot as column `out` of the batch. */
static void deliver_column(const dnn_loader *l, const dnn_slot *slot, size_t k, dnn_matrix *X,
                           dnn_matrix *Y, size_t out) {
    const size_t bytes = l->rows * l->element;
    const uint8_t *pixels = slot->pixels + k * bytes;
    double share = 1;
    size_t partner = k;
    if (l->config.augment.strength[DNN_MIXUP] > 0) {
        const dnn_example_key key = key_of(l, slot, k);
        partner = dnn_augment_mixup(&l->config.augment, &key, slot->columns, &share);
        if (slot->failed[partner] != NULL)
            partner = k;
    }
    if (partner == k)
        memcpy(dnn_matrix_at(X, 0, out), pixels, bytes);
    else
        mix_values(l, dnn_matrix_at(X, 0, out), pixels, slot->pixels + partner * bytes, share);
    for (size_t r = 0; r < Y->rows; r++) {
        double value = label(l, slot->index[k], r);
        if (partner != k)
            value = share * value + (1 - share) * label(l, slot->index[partner], r);
        set_value(Y, r, out, value);
    }
}

void dnn_slot_deliver(const dnn_loader *l, const dnn_slot *slot, dnn_matrix *X, dnn_matrix *Y,
                      size_t *count) {
    *count = 0;
    for (size_t k = 0; k < slot->columns; k++)
        if (slot->failed[k] == NULL)
            deliver_column(l, slot, k, X, Y, (*count)++);
}
