/* parameters.c: the two flat vectors. */
#include "nn/parameters.h"

#include <stdatomic.h>
#include <string.h>

#include "core/interrupt.h"
#include "math/elementwise.h"
#include "math/reduce.h"
#include "nn/kernels.h"
#include "nn/stretch.h"

void dnn_parameters_zero_grad(dnn_parameters *parameters) {
    if (parameters->gradients != NULL)
        memset(parameters->gradients, 0,
               parameters->count * dnn_dtype_info(parameters->dtype)->size);
    parameters->spent = true;
}

/* --- a step --- */

typedef struct step {
    dnn_parameters *parameters;
    dnn_update_task *update;
    void *context;
} step;

static dnn_matrix stretch_of(const dnn_parameters *p, void *vector, size_t begin, size_t end) {
    char *first = (char *)vector + begin * dnn_dtype_info(p->dtype)->size;
    return dnn_matrix_of(p->dtype, end - begin, 1, first);
}

static void run_step(void *context, size_t begin, size_t end) {
    const step *s = context;
    const dnn_parameters *p = s->parameters;
    if (!p->change_wanted) {
        s->update(s->context, begin, end);
        return;
    }
    dnn_matrix values = stretch_of(p, p->values, begin, end);
    dnn_matrix change = stretch_of(p, p->change, begin, end);
    dnn_matrix_copy(&change, &values, NULL);
    s->update(s->context, begin, end);
    dnn_binary(DNN_SUB, &change, &values, &change, NULL);
}

void dnn_parameters_step(dnn_parameters *parameters, dnn_update_task *update, void *context) {
    step s = {parameters, update, context};
    dnn_for_stretches(parameters->count, run_step, &s);
    parameters->change_wanted = false;
    parameters->spent = true;
}

typedef struct descent {
    const dnn_parameters *parameters;
    double learning_rate;
} descent;

static void descend(void *context, size_t begin, size_t end) {
    const descent *u = context;
    const dnn_parameters *p = u->parameters;
    if (p->dtype == DNN_FLOAT32)
        dnn_sgd_f32((float *)p->values + begin, (const float *)p->gradients + begin, end - begin,
                    u->learning_rate, 0);
    else
        dnn_sgd_f64((double *)p->values + begin, (const double *)p->gradients + begin, end - begin,
                    u->learning_rate, 0);
}

dnn_status dnn_parameters_update(dnn_parameters *parameters, double learning_rate,
                                 bool check_finite, dnn_error *err) {
    if (!isfinite(learning_rate))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "update: the learning rate must be finite, got %g",
                        dnn_shown(learning_rate));
    dnn_status status = check_finite ? dnn_parameters_check_finite(parameters, err) : DNN_OK;
    if (status == DNN_OK)
        status = dnn_interrupt_check(err);
    if (status != DNN_OK)
        return status;
    dnn_parameters_step(parameters, descend, &(descent){parameters, learning_rate});
    return DNN_OK;
}

/* --- numbers that are not finite --- */

typedef struct finite_check {
    const dnn_parameters *parameters;
    atomic_bool failed;
} finite_check;

static const void *gradient_at(const dnn_parameters *p, size_t index) {
    return (const char *)p->gradients + index * dnn_dtype_info(p->dtype)->size;
}

static void check_stretch(void *context, size_t begin, size_t end) {
    finite_check *c = context;
    const dnn_parameters *p = c->parameters;
    if (!dnn_all_finite(p->dtype, gradient_at(p, begin), end - begin, NULL))
        atomic_store_explicit(&c->failed, true, memory_order_relaxed);
}

/* The failure that names element `index` of the gradients. */
static dnn_status fail_not_finite(const dnn_parameters *p, size_t index, dnn_error *err) {
    const dnn_segment *s = p->segments;
    while (index - s->offset >= s->rows * s->cols)
        s++;
    size_t element = index - s->offset;
    double value = p->dtype == DNN_FLOAT32 ? *(const float *)gradient_at(p, index)
                                           : *(const double *)gradient_at(p, index);
    return dnn_fail(err, DNN_ERROR_NUMERIC,
                    "layer %zu, %s: gradient of %s(%zu, %zu) is %g; nothing was updated; try a "
                    "smaller learning rate, and look for values in X that are not finite",
                    s->layer + 1, s->owner, s->name, element % s->rows + 1, element / s->rows + 1,
                    dnn_shown(value));
}

dnn_status dnn_parameters_check_finite(const dnn_parameters *parameters, dnn_error *err) {
    if (parameters->count == 0)
        return DNN_OK;
    if (parameters->gradients == NULL)
        return dnn_fail(err, DNN_ERROR_STATE, "the network's parameters are not attached yet");
    finite_check check = {.parameters = parameters};
    atomic_init(&check.failed, false);
    dnn_for_stretches(parameters->count, check_stretch, &check);
    if (!atomic_load_explicit(&check.failed, memory_order_relaxed))
        return DNN_OK;
    size_t first = 0;
    dnn_all_finite(parameters->dtype, parameters->gradients, parameters->count, &first);
    return fail_not_finite(parameters, first, err);
}
