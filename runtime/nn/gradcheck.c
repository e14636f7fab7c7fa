/* gradcheck.c: every number that the cost depends on is moved by h to both sides. */
#include "nn/gradcheck.h"

#include <math.h>
#include <stdio.h>

typedef struct check {
    dnn_network *network;
    const dnn_loss_class *loss;
    const double *settings;
    dnn_matrix X; /* a copy, so that its elements can be moved */
    const dnn_matrix *Y;
    double h;
    double squares_g, squares_n, squares_difference;
    dnn_gradcheck_result *result;
} check;

static dnn_status cost_of(const check *c, double *cost, dnn_error *err) {
    dnn_status status = dnn_network_forward(c->network, &c->X, err);
    if (status != DNN_OK)
        return status;
    const dnn_matrix *A = dnn_network_activation(c->network, dnn_network_layer_count(c->network));
    return dnn_loss_forward(c->loss, c->settings, A, c->Y, cost, err);
}

/* Compares one matrix of parameters (or X) with its analytic gradient. */
static dnn_status check_matrix(check *c, dnn_matrix *values, const dnn_matrix *gradient,
                               size_t layer, const char *name, dnn_error *err) {
    for (size_t j = 0; j < values->cols; j++) {
        for (size_t i = 0; i < values->rows; i++) {
            double *x = dnn_matrix_at(values, i, j);
            double start = *x, above = 0, below = 0;
            *x = start + c->h;
            dnn_status status = cost_of(c, &above, err);
            *x = start - c->h;
            if (status == DNN_OK)
                status = cost_of(c, &below, err);
            *x = start;
            if (status != DNN_OK)
                return status;
            double g = dnn_matrix_get(gradient, i, j), n = (above - below) / (2 * c->h);
            c->squares_g += g * g;
            c->squares_n += n * n;
            c->squares_difference += (g - n) * (g - n);
            double off = fabs(g - n) / fmax(1e-3, fabs(g) + fabs(n));
            if (off > c->result->worst || isnan(off)) {
                c->result->worst = isnan(off) ? INFINITY : off;
                c->result->worst_layer = layer;
                snprintf(c->result->worst_name, sizeof c->result->worst_name, "%s(%zu, %zu)", name,
                         i + 1, j + 1);
            }
        }
    }
    return DNN_OK;
}

/* Fills the network's gradients and dX with the analytic ones. */
static dnn_status analytic(const check *c, dnn_matrix *dA, dnn_matrix *dX, dnn_error *err) {
    size_t last = dnn_network_layer_count(c->network);
    dnn_status status = dnn_network_forward(c->network, &c->X, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(dA, DNN_FLOAT64, dnn_network_activation(c->network, last)->rows,
                                   c->X.cols, err);
    if (status == DNN_OK)
        status = dnn_loss_backward(c->loss, c->settings, dnn_network_activation(c->network, last),
                                   c->Y, dA, err);
    dnn_network_parameters(c->network)->spent = true; /* overwrite, whatever is there */
    if (status == DNN_OK)
        status = dnn_network_backward(c->network, dA, dX, err);
    return status;
}

static dnn_status compare(check *c, const dnn_matrix *dX, dnn_error *err) {
    dnn_status status = check_matrix(c, &c->X, dX, 0, "X", err);
    for (size_t l = 1; l <= dnn_network_layer_count(c->network); l++) {
        dnn_layer *layer = dnn_network_layer(c->network, l);
        for (size_t k = 0; status == DNN_OK && k < layer->parameter_count; k++)
            status = check_matrix(c, &layer->parameters[k], &layer->gradients[k], l,
                                  layer->shapes[k].name, err);
    }
    double norms = sqrt(c->squares_g) + sqrt(c->squares_n);
    c->result->difference = sqrt(c->squares_difference) / fmax(1e-8, norms);
    return status;
}

dnn_status dnn_gradcheck(dnn_network *network, const dnn_loss_class *loss, const double *settings,
                         const dnn_matrix *X, const dnn_matrix *Y, double h,
                         dnn_gradcheck_result *result, dnn_error *err) {
    *result = (dnn_gradcheck_result){0};
    if (dnn_network_dtype(network) != DNN_FLOAT64)
        return dnn_fail(err, DNN_ERROR_TYPE,
                        "gradcheck needs a float64 network: float32 is too coarse for differences");
    check c = {
        .network = network, .loss = loss, .settings = settings, .Y = Y, .h = h, .result = result};
    dnn_matrix dA = {0}, dX = {0};
    dnn_status status = dnn_matrix_create(&c.X, DNN_FLOAT64, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&c.X, X, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&dX, DNN_FLOAT64, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = analytic(&c, &dA, &dX, err);
    if (status == DNN_OK)
        status = compare(&c, &dX, err);
    dnn_matrix_free(&c.X);
    dnn_matrix_free(&dA);
    dnn_matrix_free(&dX);
    /* The network's A[0] described the copy; and its A belong to the last point that was tried. */
    dnn_status last = dnn_network_forward(network, X, status == DNN_OK ? err : NULL);
    return status == DNN_OK ? last : status;
}
