/* gradcheck.h: analytic gradients against central differences, in float64. */
#ifndef DNN_NN_GRADCHECK_H
#define DNN_NN_GRADCHECK_H

#include "nn/loss.h"
#include "nn/network/network.h"

typedef struct dnn_gradcheck_result {
    /* The largest |g - n| / (|g| + |n|) of a matrix of parameters or of the input, in Euclidean
     * norms; a matrix whose gradients are tiny beside all others counts against those. */
    double difference;
    double worst;        /* largest |g - n| / max(1e-3, |g| + |n|) of a single element */
    size_t worst_step;   /* from 0; SIZE_MAX: the input */
    char worst_name[64]; /* "weight(2, 3)", or "X(1, 4)" */
    char fault[256];     /* what else is wrong: a layer that changes its input, or that assigns its
                            gradients where it has to add; "" if nothing is */
} dnn_gradcheck_result;

/* Compares the gradient of the loss with (f(x + h) - f(x - h)) / 2h for every learnt value and
 * every element of X; `call` holds all that the loss takes but A. The network is float64, in the
 * mode that is to be checked, with attached values and with buffers planned for X, all of them
 * kept; its values, kept ones too, are restored to the bit, its gradients hold the analytic ones
 * afterwards. Random numbers come from `key` each time. h is typically 1e-6. DNN_ERROR_TYPE for
 * float32. */
dnn_status dnn_gradcheck(dnn_network *network, const dnn_loss_class *loss,
                         const dnn_loss_call *call, const dnn_matrix *X, double h, uint64_t key,
                         dnn_gradcheck_result *result, dnn_error *err);

/* The same for one case of a class, of the cost that is the sum of A times fixed random numbers.
 * What the class says that it does not read holds NaN in backward, and gradients are added to as
 * well as overwritten. Case values are drawn from `seed`. */
dnn_status dnn_gradcheck_case(const dnn_layer_class *kind, const dnn_case *given, bool training,
                              uint64_t seed, dnn_gradcheck_result *result, dnn_error *err);

#endif
