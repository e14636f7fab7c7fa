/* row_sums.c: sums over columns. A task takes a block of rows and one of columns; the sums of the
 * blocks of columns are added up in their order. */
#include "nn/layers/row_sums.h"

#include "math/reduce_kernels.h"
#include "nn/chunk.h"

enum {
    ROW_BLOCK = 64, /* rows of a sum made at a time */
    BLOCKS = 16,    /* of columns at most */
    MANY = 256      /* columns: with fewer there is nothing to gain */
};

typedef struct row_sums {
    dnn_matrix *out;
    const dnn_matrix *M;
    bool accumulate;
    size_t fold;            /* columns that are summed as one: where rows are few, a vector has room */
    size_t columns, blocks; /* of a block, a multiple of fold; one, unless all rows are one block */
    double (*sums)[ROW_BLOCK]; /* of the blocks */
} row_sums;

#define PUT_SUMS(T, name)                                                                          \
    static void name(T *out, size_t rows, const double *sums, bool accumulate) {                   \
        for (size_t i = 0; i < rows; i++)                                                          \
            out[i] = (T)((accumulate ? out[i] : 0) + sums[i]);                                     \
    }
PUT_SUMS(float, put_sums_f32)
PUT_SUMS(double, put_sums_f64)

static void put_sums(const row_sums *job, size_t first, size_t rows, const double *sums) {
    if (job->M->dtype == DNN_FLOAT32)
        put_sums_f32((float *)job->out->data + first, rows, sums, job->accumulate);
    else
        put_sums_f64((double *)job->out->data + first, rows, sums, job->accumulate);
}

/* sums += columns [begin, end) of the `rows` rows from `first` on. */
static void sum_columns(const row_sums *job, size_t first, size_t rows, size_t begin, size_t end,
                        double *sums) {
    const dnn_matrix *M = job->M;
    dnn_row_sum_kernel *kernel = M->dtype == DNN_FLOAT32 ? dnn_f32_row_sum : dnn_f64_row_sum;
    size_t fold = job->fold, folded = (end - begin) / fold;
    if (fold > 1 && folded > 0) {
        double wide[ROW_BLOCK] = {0};
        kernel(rows * fold, folded, dnn_matrix_at(M, 0, begin), M->ld * fold, wide);
        for (size_t i = 0; i < rows * fold; i++)
            sums[i % rows] += wide[i];
        begin += folded * fold;
    }
    if (begin < end)
        kernel(rows, end - begin, dnn_matrix_at(M, first, begin), M->ld, sums);
}

/* All columns of the rows [task * ROW_BLOCK, ...). */
static void sum_rows(void *context, size_t task) {
    const row_sums *job = context;
    size_t first = task * ROW_BLOCK, left = job->M->rows - first;
    size_t rows = left < ROW_BLOCK ? left : ROW_BLOCK;
    double sums[ROW_BLOCK] = {0};
    sum_columns(job, first, rows, 0, job->M->cols, sums);
    put_sums(job, first, rows, sums);
}

/* A block of columns of all rows. */
static void sum_block(void *context, size_t task) {
    row_sums *job = context;
    size_t begin = task * job->columns, left = job->M->cols - begin;
    sum_columns(job, 0, job->M->rows, begin, begin + (left < job->columns ? left : job->columns),
                job->sums[task]);
}

/* As many columns as fit a block of rows, a power of two. */
static size_t fold_of(const dnn_matrix *M) {
    size_t fold = 1;
    while (M->cols >= MANY && M->ld == M->rows && M->rows * fold * 2 <= ROW_BLOCK)
        fold *= 2;
    return fold;
}

static void sum_blocks(row_sums *job) {
    const dnn_matrix *M = job->M;
    double sums[BLOCKS][ROW_BLOCK] = {{0}};
    size_t step = job->blocks * job->fold;
    job->sums = sums;
    job->columns = (M->cols + step - 1) / step * job->fold;
    job->blocks = (M->cols + job->columns - 1) / job->columns;
    dnn_for_tasks(job->blocks, dnn_matrix_count(M), sum_block, job);
    for (size_t b = 1; b < job->blocks; b++)
        for (size_t i = 0; i < M->rows; i++)
            sums[0][i] += sums[b][i];
    put_sums(job, 0, M->rows, sums[0]);
}

void dnn_row_sums(dnn_matrix *out, const dnn_matrix *M, bool accumulate) {
    size_t count = dnn_matrix_count(M), blocks = count / DNN_CHUNK;
    row_sums job = {.out = out, .M = M, .accumulate = accumulate, .fold = fold_of(M)};
    job.blocks = M->rows > ROW_BLOCK ? 1 : blocks < BLOCKS ? blocks : BLOCKS;
    if (job.blocks > 1)
        sum_blocks(&job);
    else
        dnn_for_tasks((M->rows + ROW_BLOCK - 1) / ROW_BLOCK, count, sum_rows, &job);
}
