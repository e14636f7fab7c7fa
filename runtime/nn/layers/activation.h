/* activation.h: what layers share that work element by element.
 *
 * Such a layer's file defines what it does to one element and includes layers/activation.inc, which
 * makes the loops for float32 and float64 of it. */
#ifndef DNN_NN_ACTIVATION_H
#define DNN_NN_ACTIVATION_H

#include "nn/call.h"

/* Elements [0, n) of one output: A from X, or dX from dA and what the class says it reads. */
typedef struct dnn_elements {
    const dnn_setting *settings;
    size_t n;
    const void *X, *A, *dA;
    void *out; /* A in forward, dX in backward */
    bool add;  /* dX is added to */
} dnn_elements;

typedef struct dnn_activation {
    void (*f32)(const dnn_elements *elements);
    void (*f64)(const dnn_elements *elements);
} dnn_activation;

/* `count` elements in place, as forward does it; `call` is a dnn_call. */
void dnn_activation_apply(const void *call, void *elements, size_t count);

/* Runs the loops over all elements, in chunks on all threads; interruptible between calls only. */
void dnn_activation_forward(const dnn_activation *loops, dnn_call *call);
void dnn_activation_backward(const dnn_activation *loops, dnn_call *call);

#endif
