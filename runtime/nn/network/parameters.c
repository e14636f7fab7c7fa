/* parameters.c: the flat vectors, and what a step does with them. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(descend)(T *p, const T *g, size_t n, double learning_rate) {
    const T rate = (T)learning_rate;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        p[i] -= rate * g[i];
}

#else
#include "nn/network/parameters.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "core/interrupt.h"
#include "math/elementwise.h"
#include "math/reduce.h"
#include "math/simd.h"
#include "nn/chunk.h"
#include "nn/network/runs.h"

#define KERNELS "nn/network/parameters.c"
#include "nn/both_types.inc"

/* Elements from `begin` on of one of the vectors. */
static void *element(const dnn_parameters *p, void *vector, size_t begin) {
    return vector == NULL ? NULL : (char *)vector + begin * dnn_dtype_info(p->dtype)->size;
}

dnn_matrix dnn_segment_values(const dnn_parameters *parameters, size_t segment) {
    const dnn_segment *s = &parameters->segments[segment];
    void *vector = s->kept ? parameters->kept : parameters->values;
    return dnn_matrix_of(parameters->dtype, s->value.rows, s->value.cols,
                         element(parameters, vector, s->offset));
}

dnn_matrix dnn_segment_gradients(const dnn_parameters *parameters, size_t segment) {
    const dnn_segment *s = &parameters->segments[segment];
    void *vector = s->kept ? NULL : parameters->gradients;
    return dnn_matrix_of(parameters->dtype, s->value.rows, s->value.cols,
                         element(parameters, vector, s->offset));
}

/* --- runs of segments --- */

bool dnn_next_run(const dnn_parameters *parameters, size_t *segment, size_t last, bool fresh,
                  size_t *begin, size_t *end) {
    const dnn_segment *s = parameters->segments;
    size_t k = *segment;
    while (k < last && !dnn_segment_moves(&s[k], fresh))
        k++;
    *segment = k;
    if (k >= last)
        return false;
    *begin = *end = s[k].offset;
    for (; k < last && s[k].offset == *end && dnn_segment_moves(&s[k], fresh); k++)
        *end += s[k].value.rows * s[k].value.cols;
    *segment = k;
    return true;
}

void dnn_live_none(dnn_live *live) {
    for (size_t k = 0; k < live->count; k++)
        live->is_live[live->columns[k]] = false;
    live->count = 0;
}

void dnn_segment_set_gradient(dnn_segment *segment) {
    segment->spent = false;
    if (segment->live != NULL)
        for (size_t column = 0; column < segment->value.cols; column++)
            dnn_live_add(segment->live, column);
}

bool dnn_parameters_have_gradients(const dnn_parameters *parameters, size_t first, size_t count) {
    for (size_t k = first; k < first + count; k++)
        if (dnn_segment_moves(&parameters->segments[k], true))
            return true;
    return false;
}

void dnn_parameters_zero_grad(dnn_parameters *parameters) {
    if (parameters->gradients != NULL && parameters->count != 0)
        memset(parameters->gradients, 0,
               parameters->count * dnn_dtype_info(parameters->dtype)->size);
    for (size_t k = 0; k < parameters->learnt_count; k++) {
        parameters->segments[k].spent = true;
        if (parameters->segments[k].live != NULL)
            dnn_live_none(parameters->segments[k].live);
    }
}

/* --- how far a step goes --- */

static bool wants_change(const dnn_parameters *p) {
    return p->change_wanted && p->change != NULL;
}

void dnn_change_open(const dnn_parameters *parameters) {
    if (wants_change(parameters))
        memset(parameters->change, 0, parameters->count * dnn_dtype_info(parameters->dtype)->size);
}

static dnn_matrix column_of(const dnn_parameters *p, void *vector, size_t begin, size_t end) {
    return dnn_matrix_of(p->dtype, end - begin, 1, element(p, vector, begin));
}

void dnn_change_before(const dnn_parameters *parameters, size_t begin, size_t end) {
    if (!wants_change(parameters))
        return;
    dnn_matrix values = column_of(parameters, parameters->values, begin, end);
    dnn_matrix change = column_of(parameters, parameters->change, begin, end);
    dnn_matrix_copy(&change, &values, NULL);
}

void dnn_change_after(const dnn_parameters *parameters, size_t begin, size_t end) {
    if (!wants_change(parameters))
        return;
    dnn_matrix values = column_of(parameters, parameters->values, begin, end);
    dnn_matrix change = column_of(parameters, parameters->change, begin, end);
    dnn_binary(DNN_SUB, &change, &values, &change, NULL);
}

void dnn_change_close(dnn_parameters *parameters) {
    parameters->change_wanted = false;
}

/* --- numbers that are not finite --- */

typedef struct finite_check {
    dnn_dtype dtype;
    const char *gradients;
    atomic_bool failed;
} finite_check;

static void check_chunk(void *context, size_t begin, size_t end) {
    finite_check *c = context;
    const void *first = c->gradients + begin * dnn_dtype_info(c->dtype)->size;
    if (!dnn_all_finite(c->dtype, first, end - begin, NULL))
        atomic_store_explicit(&c->failed, true, memory_order_relaxed);
}

/* The failure that names element `index` of the gradients. */
static dnn_status fail_at(const dnn_parameters *p, size_t index, dnn_error *err) {
    const dnn_segment *s = p->segments;
    while (index - s->offset >= s->value.rows * s->value.cols)
        s++;
    dnn_matrix gradients = dnn_segment_gradients(p, (size_t)(s - p->segments));
    size_t row = (index - s->offset) % gradients.rows, col = (index - s->offset) / gradients.rows;
    return dnn_fail(err, DNN_ERROR_NUMERIC,
                    "%s: gradient of %s(%zu, %zu) is %g; nothing was updated; try a smaller "
                    "learning rate, and look for values in X that are not finite",
                    s->owner, s->value.name, row + 1, col + 1,
                    dnn_shown(dnn_matrix_get(&gradients, row, col)));
}

dnn_status dnn_parameters_check_finite(const dnn_parameters *parameters, size_t begin, size_t end,
                                       dnn_error *err) {
    if (begin == end)
        return DNN_OK;
    if (parameters->gradients == NULL)
        return dnn_fail(err, DNN_ERROR_STATE, "the network's parameters are not attached yet");
    finite_check check = {parameters->dtype, element(parameters, parameters->gradients, begin),
                          false};
    dnn_for_chunks(end - begin, check_chunk, &check);
    if (!atomic_load_explicit(&check.failed, memory_order_relaxed))
        return DNN_OK;
    size_t first = 0;
    dnn_all_finite(parameters->dtype, check.gradients, end - begin, &first);
    return fail_at(parameters, begin + first, err);
}

/* --- the tutorial's step --- */

typedef struct descent {
    const dnn_parameters *parameters;
    size_t offset; /* of the run */
    double learning_rate;
} descent;

static void descend_chunk(void *context, size_t begin, size_t end) {
    const descent *d = context;
    const dnn_parameters *p = d->parameters;
    begin += d->offset;
    end += d->offset;
    dnn_change_before(p, begin, end);
    void *values = element(p, p->values, begin);
    const void *gradients = element(p, p->gradients, begin);
    if (p->dtype == DNN_FLOAT32)
        descend_f32(values, gradients, end - begin, d->learning_rate);
    else
        descend_f64(values, gradients, end - begin, d->learning_rate);
    dnn_change_after(p, begin, end);
}

static dnn_status check_all(const dnn_parameters *p, dnn_error *err) {
    dnn_status status = DNN_OK;
    size_t segment = 0, begin, end;
    while (status == DNN_OK && dnn_next_run(p, &segment, p->learnt_count, false, &begin, &end))
        status = dnn_parameters_check_finite(p, begin, end, err);
    return status;
}

dnn_status dnn_parameters_update(dnn_parameters *parameters, double learning_rate,
                                 bool check_finite, dnn_error *err) {
    if (!isfinite(learning_rate))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "update: the learning rate must be finite, got %g",
                        dnn_shown(learning_rate));
    dnn_status status = check_finite ? check_all(parameters, err) : DNN_OK;
    if (status == DNN_OK)
        status = dnn_interrupt_check(err); /* from here on the step is made whole */
    if (status != DNN_OK)
        return status;
    dnn_change_open(parameters);
    size_t segment = 0, begin, end;
    while (dnn_next_run(parameters, &segment, parameters->learnt_count, false, &begin, &end)) {
        descent d = {parameters, begin, learning_rate};
        dnn_for_chunks(end - begin, descend_chunk, &d);
    }
    dnn_change_close(parameters);
    parameters->steps++;
    for (size_t k = 0; k < parameters->learnt_count; k++)
        if (dnn_segment_moves(&parameters->segments[k], false))
            parameters->segments[k].spent = true;
    return DNN_OK;
}

#endif
