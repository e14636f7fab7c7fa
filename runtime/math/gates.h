/* gates.h: what an LSTM or GRU does between its matrix products, one step at a time, fused.
 *
 * Columns are examples, rows units: H units and m examples. The blocks of rows stand in PyTorch's
 * order, each H rows. A caller computes Z = W x + b for all steps in one product; per step it adds
 * the recurrent product and calls these. Matrices are of one real type, columns may stand apart,
 * results have the same bits on any number of threads. A beta is 0 or 1. */
#ifndef DNN_MATH_GATES_H
#define DNN_MATH_GATES_H

#include "math/matrix.h"

/* LSTM. Z (4H x m) holds the sums of i, f, g, o and is replaced by the gates sigmoid(i),
 * sigmoid(f), tanh(g), sigmoid(o), which backward needs; then C = f C_before + i g,   tanh_C =
 * tanh(C),   A = o tanh_C      (each H x m) C_before NULL stands for 0; C may be C_before. tanh_C
 * may be NULL where no backward follows. */
dnn_status dnn_lstm_gates(dnn_matrix *Z, const dnn_matrix *C_before, dnn_matrix *C,
                          dnn_matrix *tanh_C, dnn_matrix *A, dnn_error *err);

/* From dA (of A, all uses of it) and dC (of C by the step after; 0 for the last): Z, the gates, is
 * replaced by the gradient of the sums, dC by that of C_before. */
dnn_status dnn_lstm_gates_backward(dnn_matrix *Z, const dnn_matrix *C_before,
                                   const dnn_matrix *tanh_C, const dnn_matrix *dA, dnn_matrix *dC,
                                   dnn_error *err);

/* GRU. ZX (3H x m) holds W x + b, ZH (3H x m) U A_before + b' of r, z, n; ZX is replaced by the
 * gates r = sigmoid(xr + hr), z = sigmoid(xz + hz), n = tanh(xn + r hn), which backward needs, as
 * it does ZH; then A = (1 - z) n + z A_before (H x m). A_before NULL stands for 0; A may be it. */
dnn_status dnn_gru_gates(dnn_matrix *ZX, const dnn_matrix *ZH, const dnn_matrix *A_before,
                         dnn_matrix *A, dnn_error *err);

/* From dA (of A): ZX, the gates, is replaced by the gradient of ZX's sums, ZH by that of ZH's, and
 * dA by z dA, the part of A_before's gradient that does not go through U. */
dnn_status dnn_gru_gates_backward(dnn_matrix *ZX, dnn_matrix *ZH, const dnn_matrix *A_before,
                                  dnn_matrix *dA, dnn_error *err);

#endif
