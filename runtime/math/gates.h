/* gates.h: what a step of a recurrent cell does between its matrix products, fused.
 *
 * A cell has H units; a step has n examples, a column each. Blocks of H rows are one below the
 * other in PyTorch's order. Every array is a matrix whose columns follow each other. Kernels run on
 * the calling thread, which may be inside a task, and check nothing. */
#ifndef DNN_MATH_GATES_H
#define DNN_MATH_GATES_H

#include <stddef.h>
#include <stdint.h>

#include "core/dtype.h"

typedef struct dnn_gates {
    dnn_dtype dtype;
    size_t units, examples;
    /* Example j is at its end where step >= lengths[j]: its state stays, and nothing else of it is
     * read afterwards. NULL: none is. */
    const size_t *lengths;
    size_t step;

    /* Forward. Z holds the sums of X's product, and of the state's but for GRU, with their biases;
     * it is replaced by the gates, which backward needs. */
    void *Z; /* RNN H x n, LSTM 4H x n (i, f, g, o), GRU 3H x n (r, z, n) */
    /* Where X is looked up: column columns[columns_step * j] of the table is X's sum of example j,
     * which is added to Z, or of GRU taken instead of it. NULL: it is in Z. */
    const void *table; /* with as many rows as Z */
    const uint32_t *columns;
    size_t columns_step;
    void *ZH; /* of GRU, 3H x n: the sums of the state's product; backward needs it */
    const void *H_before, *C_before; /* H x n */
    void *H, *C, *tanh_C;            /* H x n; C of LSTM alone */

    /* Backward, from dH and dA, which together are the gradient of H, and dC, that of C. They are
     * replaced by what reaches the state before past the state's product: for dH 0 but for GRU. */
    const void *dA; /* column j at dA_step * j elements; NULL: 0 */
    size_t dA_step;
    void *dH, *dC;
    void *dZ, *dZH; /* gradients of the sums, like Z and ZH */
} dnn_gates;

/* H = tanh(Z), or max(Z, 0). */
void dnn_rnn_tanh(const dnn_gates *g);
void dnn_rnn_tanh_backward(const dnn_gates *g);
void dnn_rnn_relu(const dnn_gates *g);
void dnn_rnn_relu_backward(const dnn_gates *g);

/* i, f, o = sigmoid of their sums, g = tanh;   C = f C_before + i g,   H = o tanh(C). */
void dnn_lstm_gates(const dnn_gates *g);
void dnn_lstm_gates_backward(const dnn_gates *g);

/* r = sigmoid(xr + hr), z = sigmoid(xz + hz), n = tanh(xn + r hn), where the x are in Z and the h
 * in ZH;   H = (1 - z) n + z H_before. */
void dnn_gru_gates(const dnn_gates *g);
void dnn_gru_gates_backward(const dnn_gates *g);

#endif
