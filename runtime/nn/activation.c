/* activation.c: contiguous matrices go as one vector on all threads, others column by column. */
#include "nn/activation.h"

#include "nn/stretch.h"

typedef struct job {
    const dnn_slope *slope;
    dnn_dtype dtype;
    void *dX;
    const void *A, *dA;
} job;

static void run(void *context, size_t begin, size_t end) {
    const job *j = context;
    if (j->dtype == DNN_FLOAT32)
        j->slope->f32((float *)j->dX + begin, (const float *)j->A + begin,
                      (const float *)j->dA + begin, end - begin);
    else
        j->slope->f64((double *)j->dX + begin, (const double *)j->A + begin,
                      (const double *)j->dA + begin, end - begin);
}

void dnn_slope_apply(const dnn_slope *slope, dnn_matrix *dX, const dnn_matrix *A,
                     const dnn_matrix *dA) {
    bool contiguous =
        dnn_matrix_is_contiguous(dX) && dnn_matrix_is_contiguous(A) && dnn_matrix_is_contiguous(dA);
    size_t run_length = contiguous ? dnn_matrix_count(A) : A->rows;
    size_t runs = contiguous ? 1 : A->cols;
    for (size_t c = 0; c < runs; c++) {
        job j = {slope, A->dtype, dnn_matrix_at(dX, 0, c), dnn_matrix_at(A, 0, c),
                 dnn_matrix_at(dA, 0, c)};
        dnn_for_stretches(run_length, run, &j);
    }
}
