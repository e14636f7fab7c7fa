/* check_gradients.h: the gradient check of a whole network, for tests of how it is put together. */
#ifndef DNN_TESTS_NN_CHECK_GRADIENTS_H
#define DNN_TESTS_NN_CHECK_GRADIENTS_H

#include "nets.h"

#include "nn/loss.h"
#include "nn/network/gradcheck.h"

/* The gradients of all values and of X against differences, X with `rows` rows. */
static inline void check_gradients(net *n, size_t rows) {
    dnn_error err;
    const dnn_loss_class *mse = dnn_loss_class_find("MSELoss");
    const dnn_setting mean[DNN_MAX_FIELDS] = {{.number = 0}};
    dnn_gradcheck_result r;
    dnn_matrix X = normal_matrix(DNN_FLOAT64, rows, 5, 11);
    dnn_network_set_keep(n->network, DNN_KEEP_ALL);
    dnn_matrix Y = matrix(DNN_FLOAT64, forward(n, &X)->rows, 5, NULL);
    check_ok(dnn_gradcheck(n->network, mse, &(dnn_loss_call){.settings = mean, .Y = &Y}, &X, 1e-6,
                           1, &r, &err));
    if (!(r.difference < 1e-6) || r.fault[0] != '\0')
        fail_msg("difference %g at %s of step %zu; %s", r.difference, r.worst_name, r.worst_step,
                 r.fault);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
}

#endif
