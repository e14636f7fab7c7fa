/* ahead.h: what dnn_loss_forward and dnn_loss_backward do with a dnn_loss_ahead (loss.h). */
#ifndef DNN_NN_LOSSES_AHEAD_H
#define DNN_NN_LOSSES_AHEAD_H

#include "nn/loss.h"

/* Cost and gradient of a call that is checked, where a backward is likely to follow; else false,
 * and the cost is still to be computed. */
bool dnn_ahead_forward(const dnn_loss_class *kind, const dnn_loss_call *call, double *cost);

/* The gradient of the last forward, where that made it of the same A and Y, which it has checked;
 * else false, and it is still to be computed. */
bool dnn_ahead_backward(const dnn_loss_class *kind, const dnn_loss_call *call, dnn_matrix *dA);

#endif
