/* gradcheck.c: the gradients of a network against differences of its cost. */
#include "nn/network/gradcheck.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "nn/network/gradcheck_compare.h"
#include "nn/network/parts.h"

/* --- one matrix --- */

void dnn_note_fault(dnn_gradcheck_result *result, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (result->fault[0] == '\0')
        vsnprintf(result->fault, sizeof result->fault, format, args);
    va_end(args);
}

bool dnn_is_twice(const dnn_matrix *gradient, const dnn_matrix *once) {
    double squares = 0, off = 0;
    for (size_t j = 0; j < once->cols; j++)
        for (size_t i = 0; i < once->rows; i++) {
            double g = dnn_matrix_get(once, i, j), d = dnn_matrix_get(gradient, i, j) - 2 * g;
            squares += g * g;
            off += d * d;
        }
    return sqrt(off) <= 1e-9 * sqrt(squares) + 1e-300;
}

static dnn_status difference_of(dnn_comparison *c, double *x, double *slope, dnn_error *err) {
    double start = *x, above = 0, below = 0;
    *x = start + c->h;
    dnn_status status = c->cost(c->context, &above, err);
    *x = start - c->h;
    if (status == DNN_OK)
        status = c->cost(c->context, &below, err);
    *x = start;
    *slope = (above - below) / (2 * c->h);
    return status;
}

dnn_status dnn_compare_matrix(dnn_comparison *c, dnn_matrix *values, const dnn_matrix *gradient,
                              size_t step, const char *name, dnn_error *err) {
    dnn_gradcheck_result *r = c->result;
    double squares_g = 0, squares_n = 0, squares_off = 0;
    for (size_t j = 0; j < values->cols; j++) {
        for (size_t i = 0; i < values->rows; i++) {
            double n;
            dnn_status status = difference_of(c, dnn_matrix_at(values, i, j), &n, err);
            if (status != DNN_OK)
                return status;
            double g = dnn_matrix_get(gradient, i, j);
            double off = fabs(g - n) / fmax(1e-3, fabs(g) + fabs(n));
            squares_g += g * g;
            squares_n += n * n;
            squares_off += (g - n) * (g - n);
            if (off > r->worst || isnan(off)) {
                r->worst = isnan(off) ? INFINITY : off;
                r->worst_step = step;
                snprintf(r->worst_name, sizeof r->worst_name, "%s(%zu, %zu)", name, i + 1, j + 1);
            }
        }
    }
    c->squares += squares_g;
    double norms = fmax(sqrt(squares_g) + sqrt(squares_n), 1e-3 * sqrt(c->squares));
    double difference = sqrt(squares_off) / fmax(1e-8, norms);
    r->difference = difference > r->difference || isnan(difference) ? difference : r->difference;
    return DNN_OK;
}

/* --- a network --- */

typedef struct check {
    dnn_network *network;
    const dnn_loss_class *loss;
    dnn_loss_call call;
    dnn_matrix X; /* a copy, so that its elements can be moved */
    uint64_t key;
} check;

static dnn_status cost_of(void *context, double *cost, dnn_error *err) {
    check *c = context;
    dnn_status status = dnn_network_forward(c->network, &c->X, c->key, err);
    c->call.A = dnn_network_output(c->network);
    return status == DNN_OK ? dnn_loss_forward(c->loss, &c->call, cost, err) : status;
}

/* Fills the network's gradients and dX with the analytic ones. */
static dnn_status analytic(check *c, dnn_matrix *dA, dnn_matrix *dX, dnn_error *err) {
    double cost;
    dnn_status status = cost_of(c, &cost, err);
    if (status == DNN_OK && dA->data == NULL)
        status = dnn_matrix_create(dA, DNN_FLOAT64, c->call.A->rows, c->call.A->cols, err);
    if (status == DNN_OK)
        status = dnn_loss_backward(c->loss, &c->call, dA, err);
    return status == DNN_OK ? dnn_network_backward(c->network, dA, dX, err) : status;
}

static bool has_ids(const check *c) {
    return dnn_network_has_ids(c->network);
}

static dnn_status compare(check *c, dnn_comparison *comparison, const dnn_matrix *dX,
                          dnn_error *err) {
    dnn_parameters *p = dnn_network_parameters(c->network);
    dnn_status status = DNN_OK;
    for (size_t k = 0; k < p->learnt_count && status == DNN_OK; k++) {
        dnn_matrix values = dnn_segment_values(p, k), gradient = dnn_segment_gradients(p, k);
        if (!p->segments[k].frozen)
            status = dnn_compare_matrix(comparison, &values, &gradient, p->segments[k].step,
                                        p->segments[k].value.name, err);
    }
    if (status == DNN_OK && !has_ids(c))
        status = dnn_compare_matrix(comparison, &c->X, dX, SIZE_MAX, "X", err);
    return status;
}

/* Runs each step by itself and looks whether it leaves its inputs as they are. */
static dnn_status check_inputs(check *c, dnn_gradcheck_result *result, dnn_error *err) {
    dnn_network *network = c->network;
    dnn_plan *plan = dnn_network_current(network);
    for (size_t s = 0; s < network->step_count; s++) {
        dnn_call *call = &plan->calls[s];
        dnn_matrix *X = &call->X[0], before;
        char name[160];
        if (call->A.data == X->data)
            continue;
        dnn_status status = dnn_matrix_create(&before, X->dtype, X->rows, X->cols, err);
        if (status == DNN_OK)
            status = dnn_matrix_copy(&before, X, err);
        if (status == DNN_OK)
            status = dnn_call_forward(call, err);
        dnn_network_name_step(network, s, name, sizeof name);
        if (status == DNN_OK && memcmp(before.data, X->data, dnn_matrix_count(X) * sizeof(double)))
            dnn_note_fault(result, "%s: forward changes its input", name);
        dnn_matrix_free(&before);
        if (status != DNN_OK)
            return dnn_network_fail_step(network, s, status, err);
    }
    return DNN_OK;
}

/* A second backward has to double every gradient. */
static dnn_status check_adding(check *c, dnn_matrix *dA, dnn_matrix *dX,
                               dnn_gradcheck_result *result, dnn_error *err) {
    dnn_parameters *p = dnn_network_parameters(c->network);
    size_t bytes = dnn_network_value_bytes(c->network);
    double *once = dnn_alloc(bytes);
    if (once == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "gradcheck: out of memory");
    if (bytes > 0)
        memcpy(once, p->gradients, bytes);
    dnn_status status = dnn_network_backward(c->network, dA, dX, err);
    for (size_t k = 0; k < p->learnt_count && status == DNN_OK; k++) {
        dnn_matrix gradient = dnn_segment_gradients(p, k);
        dnn_matrix first =
            dnn_matrix_of(DNN_FLOAT64, gradient.rows, gradient.cols, once + p->segments[k].offset);
        if (!p->segments[k].frozen && !dnn_is_twice(&gradient, &first))
            dnn_note_fault(result,
                           "%s: a second backward does not add to the gradient of %s; is it "
                           "assigned?",
                           p->segments[k].owner, p->segments[k].value.name);
    }
    if (bytes > 0)
        memcpy(p->gradients, once, bytes);
    dnn_free(once);
    return status;
}

static void spend(dnn_network *network) {
    dnn_parameters *p = dnn_network_parameters(network);
    for (size_t k = 0; k < p->learnt_count; k++)
        p->segments[k].spent = true; /* overwrite, whatever is there */
}

static dnn_status run_check(check *c, const dnn_matrix *given, double h, dnn_matrix *dA,
                            dnn_matrix *dX, dnn_gradcheck_result *result, dnn_error *err) {
    dnn_comparison comparison = {cost_of, c, h, result, 0};
    dnn_matrix *wanted = has_ids(c) ? NULL : dX;
    spend(c->network);
    dnn_status status = analytic(c, dA, wanted, err);
    if (status == DNN_OK &&
        memcmp(c->X.data, given->data, dnn_matrix_count(given) * sizeof(double)) != 0) {
        dnn_note_fault(result, "the network changes its input X");
        status = dnn_matrix_copy(&c->X, given, err);
    }
    if (status == DNN_OK)
        status = check_adding(c, dA, wanted, result, err);
    if (status == DNN_OK)
        status = check_inputs(c, result, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&c->X, given, err);
    return status == DNN_OK ? compare(c, &comparison, dX, err) : status;
}

/* Every forward in training moves the kept values, which a check must leave as they were. */
static void *copy_of_kept(dnn_network *network) {
    size_t bytes = dnn_network_kept_bytes(network);
    void *copy = dnn_alloc(bytes);
    if (copy != NULL && network->parameters.kept != NULL && bytes > 0)
        memcpy(copy, network->parameters.kept, bytes);
    return copy;
}

static void restore_kept(dnn_network *network, void *copy) {
    if (network->parameters.kept != NULL && dnn_network_kept_bytes(network) > 0)
        memcpy(network->parameters.kept, copy, dnn_network_kept_bytes(network));
    dnn_free(copy);
}

dnn_status dnn_gradcheck(dnn_network *network, const dnn_loss_class *loss,
                         const dnn_loss_call *call, const dnn_matrix *X, double h, uint64_t key,
                         dnn_gradcheck_result *result, dnn_error *err) {
    *result = (dnn_gradcheck_result){.worst_step = SIZE_MAX};
    if (dnn_network_dtype(network) != DNN_FLOAT64)
        return dnn_fail(err, DNN_ERROR_TYPE,
                        "gradcheck needs a float64 network: float32 is too coarse for differences");
    check c = {.network = network, .loss = loss, .call = *call, .key = key};
    dnn_matrix dA = {0}, dX = {0}, given = {0};
    void *kept = copy_of_kept(network);
    if (kept == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "gradcheck: out of memory");
    network->holds_states = true;
    dnn_status status = dnn_matrix_create(&c.X, DNN_FLOAT64, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&given, DNN_FLOAT64, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&given, X, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&c.X, X, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&dX, DNN_FLOAT64, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = run_check(&c, &given, h, &dA, &dX, result, err);
    dnn_matrix_free(&c.X);
    dnn_matrix_free(&given);
    dnn_matrix_free(&dA);
    dnn_matrix_free(&dX);
    /* The network's A[0] described the copy; and its outputs belong to the last point tried. */
    dnn_status last = dnn_network_forward(network, X, key, status == DNN_OK ? err : NULL);
    restore_kept(network, kept);
    network->holds_states = false;
    return status == DNN_OK ? last : status;
}
