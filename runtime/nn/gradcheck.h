/* gradcheck.h: analytic gradients against central differences, in float64. */
#ifndef DNN_NN_GRADCHECK_H
#define DNN_NN_GRADCHECK_H

#include "nn/loss.h"
#include "nn/network.h"

typedef struct dnn_gradcheck_result {
    double difference;   /* |g - n| / max(1e-8, |g| + |n|) over all parameters and inputs, Euclidean
                            norms */
    double worst;        /* largest |g - n| / max(1e-3, |g| + |n|) of a single element */
    size_t worst_layer;  /* counted from 1; 0: the input */
    char worst_name[64]; /* "weight(2, 3)", or "X(1, 4)" */
} dnn_gradcheck_result;

/* Compares the gradient of the loss with (f(x + h) - f(x - h)) / 2h for every parameter and every
 * element of X (rows x m). The network is float64 with attached parameters and with buffers planned
 * for X; its parameters are restored to the bit, its gradients hold the analytic ones afterwards. h
 * is typically 1e-6. DNN_ERROR_TYPE for float32. */
dnn_status dnn_gradcheck(dnn_network *network, const dnn_loss_class *loss, const double *settings,
                         const dnn_matrix *X, const dnn_matrix *Y, double h,
                         dnn_gradcheck_result *result, dnn_error *err);

#endif
