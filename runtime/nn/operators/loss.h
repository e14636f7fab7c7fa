/* loss.h: a loss as an operator, so that a tape can record it: X0 is A, X1 the targets, X2 weights
 * of the examples, which may be left out; the result is the cost, or with reduction "none" the
 * costs, 1 x m. The layer's `user` is a dnn_recorded_loss. */
#ifndef DNN_NN_OPERATOR_LOSS_H
#define DNN_NN_OPERATOR_LOSS_H

#include "nn/layer.h"
#include "nn/loss.h"

typedef struct dnn_recorded_loss {
    const dnn_loss_class *kind;
    const dnn_setting *settings;
    const dnn_matrix *vector;
} dnn_recorded_loss;

extern const dnn_layer_class dnn_operator_loss;

#endif
