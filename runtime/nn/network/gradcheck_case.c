/* gradcheck_case.c: the gradient check of a class of layers over one of its cases, by itself. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "math/fill.h"
#include "nn/network/gradcheck_compare.h"

#define KEY ((uint64_t)0x5eed)

typedef struct check {
    dnn_call *call;
    dnn_matrix factors; /* of A in the cost */
} check;

static dnn_status cost_of(void *context, double *cost, dnn_error *err) {
    check *c = context;
    dnn_status status = dnn_call_forward(c->call, err);
    *cost = 0;
    for (size_t j = 0; j < c->factors.cols; j++)
        for (size_t i = 0; i < c->factors.rows; i++)
            *cost += dnn_matrix_get(&c->factors, i, j) * dnn_matrix_get(&c->call->A, i, j);
    return status;
}

static dnn_status fill_inputs(dnn_call *call, const dnn_case *given, dnn_random *random,
                              dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++) {
        dnn_matrix *X = &call->X[i];
        if (!dnn_layer_has(call->layer, DNN_TAKES_IDS)) {
            status = dnn_fill_normal(X, random, 0, 1, err);
            continue;
        }
        for (size_t j = 0; j < X->cols; j++)
            for (size_t r = 0; r < X->rows; r++)
                dnn_matrix_set(X, r, j, (double)(1 + dnn_random_below(random, given->ids)));
    }
    return status;
}

/* Values that initialise leaves at 0 or 1 would hide mistakes: everything learnt is drawn, and kept
 * values are made unlike their starts, positive. */
static dnn_status fill_values(dnn_call *call, dnn_random *random, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t v = 0; v < DNN_LAYER_VALUES && status == DNN_OK; v++) {
        bool kept = call->gradients[v].data == NULL;
        if (call->values[v].data != NULL)
            status = kept ? dnn_fill_uniform(&call->values[v], random, 0.5, 1.5, err)
                          : dnn_fill_normal(&call->values[v], random, 0.3, 0.7, err);
    }
    return status;
}

static void fill_nan(dnn_matrix *m) {
    for (size_t k = 0; k < m->rows * m->cols; k++)
        ((double *)m->data)[k] = NAN;
}

/* Backward into the call's gradients, while what the class does not read holds NaN. */
static dnn_status backward(check *c, bool add, dnn_error *err) {
    dnn_call *call = c->call;
    unsigned flags = call->layer->kind->flags;
    bool view = (flags & DNN_VIEW) != 0 ||
                ((flags & DNN_VIEW_IN_EVALUATION) != 0 && !call->training);
    for (size_t i = 0; i < call->inputs; i++) {
        call->add[i] = add;
        if ((!dnn_layer_has(call->layer, DNN_READS_X) || view) &&
            !dnn_layer_has(call->layer, DNN_TAKES_IDS))
            fill_nan(&call->X[i]);
    }
    if (!dnn_layer_has(call->layer, DNN_READS_A) || view)
        fill_nan(&call->A);
    call->accumulate = add;
    dnn_status status = dnn_matrix_copy(&call->dA, &c->factors, err);
    return status == DNN_OK ? dnn_call_backward(call, err) : status;
}

static dnn_status copy_of(dnn_matrix *copy, const dnn_matrix *m, dnn_error *err) {
    dnn_status status = dnn_matrix_create(copy, m->dtype, m->rows, m->cols, err);
    return status == DNN_OK ? dnn_matrix_copy(copy, m, err) : status;
}

/* Compares a matrix that the cost depends on; its gradient has been overwritten once and is kept in
 * `once`, and then added to. */
static dnn_status compare(dnn_comparison *comparison, dnn_matrix *values, dnn_matrix *gradient,
                          const dnn_matrix *once, const char *name, dnn_error *err) {
    if (!dnn_is_twice(gradient, once))
        dnn_note_fault(comparison->result,
                       "backward does not add to the gradient of %s where it should", name);
    return dnn_compare_matrix(comparison, values, once, 0, name, err);
}

typedef struct kept_copies {
    dnn_matrix X[DNN_CASE_INPUTS], dX[DNN_CASE_INPUTS], dvalues[DNN_LAYER_VALUES];
} kept_copies;

static dnn_status run_backward(check *c, kept_copies *k, dnn_error *err) {
    dnn_call *call = c->call;
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        status = copy_of(&k->X[i], &call->X[i], err);
    if (status == DNN_OK)
        status = dnn_call_forward(call, err);
    if (status == DNN_OK)
        status = backward(c, false, err);
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        if (call->dX[i].data != NULL)
            status = copy_of(&k->dX[i], &call->dX[i], err);
    for (size_t v = 0; v < DNN_LAYER_VALUES && status == DNN_OK; v++)
        if (call->gradients[v].data != NULL)
            status = copy_of(&k->dvalues[v], &call->gradients[v], err);
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        status = dnn_matrix_copy(&call->X[i], &k->X[i], err);
    if (status == DNN_OK)
        status = dnn_call_forward(call, err);
    if (status == DNN_OK)
        status = backward(c, true, err);
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        status = dnn_matrix_copy(&call->X[i], &k->X[i], err);
    return status;
}

static dnn_status run_check(check *c, kept_copies *k, dnn_gradcheck_result *result,
                            dnn_error *err) {
    dnn_call *call = c->call;
    dnn_comparison comparison = {cost_of, c, 1e-6, result, 0};
    dnn_value values[DNN_LAYER_VALUES];
    dnn_layer_values(call->layer, &call->in[0], values);
    dnn_status status = run_backward(c, k, err);
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        if (call->dX[i].data != NULL)
            status = compare(&comparison, &call->X[i], &call->dX[i], &k->dX[i], "X", err);
    for (size_t v = 0; v < DNN_LAYER_VALUES && status == DNN_OK; v++)
        if (call->gradients[v].data != NULL)
            status = compare(&comparison, &call->values[v], &call->gradients[v], &k->dvalues[v],
                             values[v].name, err);
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        if (memcmp(k->X[i].data, call->X[i].data, dnn_matrix_count(&k->X[i]) * sizeof(double)))
            dnn_note_fault(result, "forward changes its input");
    return status;
}

static dnn_status make_layer(dnn_layer **layer, const dnn_layer_class *kind, const dnn_case *given,
                             dnn_error *err) {
    dnn_status status = dnn_layer_create(layer, kind, err);
    if (status == DNN_OK && given->settings != NULL)
        status = dnn_field_parse(kind->name, kind->fields, (*layer)->settings, given->settings, err);
    return status == DNN_OK ? dnn_layer_finish(*layer, err) : status;
}

dnn_status dnn_gradcheck_case(const dnn_layer_class *kind, const dnn_case *given, bool training,
                              uint64_t seed, dnn_gradcheck_result *result, dnn_error *err) {
    dnn_random random = dnn_random_seeded(seed);
    dnn_lone_call *lone = NULL;
    dnn_layer *layer = NULL;
    check c = {0};
    kept_copies k = {0};
    *result = (dnn_gradcheck_result){0};
    dnn_status status = make_layer(&layer, kind, given, err);
    if (status == DNN_OK)
        status = dnn_lone_call_create(&lone, layer, DNN_FLOAT64, given->in,
                                      given->inputs == 0 ? 1 : given->inputs,
                                      given->examples == 0 ? 3 : given->examples, training, &random,
                                      err);
    if (status == DNN_OK) {
        c.call = dnn_lone_call_of(lone);
        c.call->key = KEY;
        status = fill_inputs(c.call, given, &random, err);
    }
    if (status == DNN_OK && given->lengths[0] != 0)
        c.call->lengths = given->lengths;
    if (status == DNN_OK && c.call->state.data != NULL)
        status = dnn_fill_normal(&c.call->state, &random, 0, 1, err);
    if (status == DNN_OK)
        status = fill_values(c.call, &random, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&c.factors, DNN_FLOAT64, c.call->A.rows, c.call->A.cols, err);
    if (status == DNN_OK)
        status = dnn_fill_normal(&c.factors, &random, 0, 1, err);
    if (status == DNN_OK)
        status = run_check(&c, &k, result, err);
    for (size_t i = 0; i < DNN_CASE_INPUTS; i++) {
        dnn_matrix_free(&k.X[i]);
        dnn_matrix_free(&k.dX[i]);
    }
    for (size_t v = 0; v < DNN_LAYER_VALUES; v++)
        dnn_matrix_free(&k.dvalues[v]);
    dnn_matrix_free(&c.factors);
    dnn_lone_call_destroy(lone);
    dnn_layer_release(layer);
    return status;
}
