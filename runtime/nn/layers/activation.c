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

void dnn_activation_apply(const void *call, void *elements, size_t count) {
    const dnn_call *c = call;
    dnn_elements all = {.settings = c->layer->settings, .n = count, .X = elements, .out = elements};
    if (c->dtype == DNN_FLOAT32)
        c->layer->kind->elementwise->f32(&all);
    else
        c->layer->kind->elementwise->f64(&all);
}

/* X is a view of an operator's, with columns apart. */
static void run_columns(const job *j) {
    size_t rows = j->call->A.rows, size = dnn_dtype_info(j->call->dtype)->size;
    dnn_call column = *j->call;
    dnn_matrix X = column.X[0];
    column.X = &X;
    job of_column = {j->loops, &column, j->out, false};
    for (size_t k = 0; k < j->call->A.cols; k++) {
        run(&of_column, 0, rows);
        X.data = (char *)X.data + X.ld * size;
        of_column.out = (char *)of_column.out + rows * size;
    }
}

void dnn_activation_forward(const dnn_activation *loops, dnn_call *call) {
    job j = {loops, call, call->A.data, false};
    if (dnn_matrix_is_contiguous(&call->X[0]))
        dnn_for_chunks(dnn_matrix_count(&call->A), run, &j);
    else
        run_columns(&j);
}

void dnn_activation_backward(const dnn_activation *loops, dnn_call *call) {
    job j = {loops, call, call->dX[0].data, true};
    if (call->dX[0].data != NULL)
        dnn_for_chunks(dnn_matrix_count(&call->A), run, &j);
}
