/* loss.h: a loss as an operator, so that a tape can record it: its inputs are A (and B, C), the
 * targets, where it takes some, and of weights, input_lengths and target_lengths those that are
 * given: argument 0 has bit k for number k. The result is the cost, or with reduction "none" the
 * costs, 1 x m. The layer's `user` is a dnn_recorded_loss. */
#ifndef DNN_NN_OPERATOR_LOSS_H
#define DNN_NN_OPERATOR_LOSS_H

#include "nn/layer.h"
#include "nn/loss.h"

enum { DNN_LOSS_OPTIONS = 3 };

typedef struct dnn_recorded_loss {
    const dnn_loss_class *kind;
    const dnn_setting *settings;
    const dnn_matrix *vector;
} dnn_recorded_loss;

extern const dnn_layer_class dnn_operator_loss;

#endif
