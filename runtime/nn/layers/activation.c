/* activation.c: leads the loops of an elementwise layer over its matrices. */
#include "nn/layers/activation.h"

#include "nn/chunk.h"

typedef struct job {
    const dnn_activation *loops;
    const dnn_call *call;
    void *out;
    bool backward;
} job;

static void run(void *context, size_t begin, size_t end) {
    const job *j = context;
    const dnn_call *call = j->call;
    bool single = call->dtype == DNN_FLOAT32;
    size_t offset = begin * (single ? sizeof(float) : sizeof(double));
    dnn_elements elements = {
        .settings = call->layer->settings,
        .n = end - begin,
        .X = (const char *)call->X[0].data + offset,
        .A = (const char *)call->A.data + offset,
        .dA = j->backward ? (const char *)call->dA.data + offset : NULL,
        .out = (char *)j->out + offset,
        .add = j->backward && call->add[0],
    };
    if (single)
        j->loops->f32(&elements);
    else
        j->loops->f64(&elements);
}

void dnn_activation_forward(const dnn_activation *loops, dnn_call *call) {
    job j = {loops, call, call->A.data, false};
    dnn_for_chunks(dnn_matrix_count(&call->A), run, &j);
}

void dnn_activation_backward(const dnn_activation *loops, dnn_call *call) {
    job j = {loops, call, call->dX[0].data, true};
    if (call->dX[0].data != NULL)
        dnn_for_chunks(dnn_matrix_count(&call->A), run, &j);
}
