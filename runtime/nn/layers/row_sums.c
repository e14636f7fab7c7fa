/* row_sums.c: sums over columns, a block of rows at a time. */
#include "nn/layers/row_sums.h"

#include "math/reduce_kernels.h"
#include "nn/chunk.h"

enum { ROW_BLOCK = 64 }; /* rows of a sum made at a time */

typedef struct row_sums {
    dnn_matrix *out;
    const dnn_matrix *M;
    bool accumulate;
} row_sums;

#define PUT_SUMS(T, name)                                                                          \
    static void name(T *out, size_t rows, const double *sums, bool accumulate) {                   \
        for (size_t i = 0; i < rows; i++)                                                          \
            out[i] = (T)((accumulate ? out[i] : 0) + sums[i]);                                     \
    }
PUT_SUMS(float, put_sums_f32)
PUT_SUMS(double, put_sums_f64)

/* Rows [task * ROW_BLOCK, ...) of the sums. */
static void sum_rows_block(void *context, size_t task) {
    const row_sums *job = context;
    const dnn_matrix *M = job->M;
    size_t first = task * ROW_BLOCK, left = M->rows - first;
    size_t rows = left < ROW_BLOCK ? left : ROW_BLOCK;
    double sums[ROW_BLOCK] = {0};
    dnn_row_sum_kernel *kernel = M->dtype == DNN_FLOAT32 ? dnn_f32_row_sum : dnn_f64_row_sum;
    kernel(rows, M->cols, dnn_matrix_at(M, first, 0), M->ld, sums);
    if (M->dtype == DNN_FLOAT32)
        put_sums_f32((float *)job->out->data + first, rows, sums, job->accumulate);
    else
        put_sums_f64((double *)job->out->data + first, rows, sums, job->accumulate);
}

void dnn_row_sums(dnn_matrix *out, const dnn_matrix *M, bool accumulate) {
    row_sums job = {out, M, accumulate};
    size_t blocks = (M->rows + ROW_BLOCK - 1) / ROW_BLOCK;
    dnn_for_tasks(blocks, dnn_matrix_count(M), sum_rows_block, &job);
}
