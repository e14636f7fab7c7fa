/* parts.c: numbers moved and not changed: copies, conversions, transposes, views of a part, parts
 * put together, columns picked. Gradients go back the way that the numbers came. */
#include <string.h>

#include "nn/operators/operators.h"

/* dX = G, or dX += G, of dX's shape but perhaps of another type. */
static dnn_status take_back(dnn_matrix *dX, const dnn_matrix *G, bool add, dnn_error *err) {
    if (G->dtype == dX->dtype)
        return dnn_spread(dX, G, add, err);
    for (size_t j = 0; j < dX->cols && add; j++) /* rare: a converted matrix that is used besides */
        for (size_t i = 0; i < dX->rows; i++)
            dnn_matrix_set(dX, i, j, dnn_matrix_get(dX, i, j) + dnn_matrix_get(G, i, j));
    return add ? DNN_OK : dnn_matrix_copy(dX, G, err);
}

/* Before gradients of a part are added. */
static void clear_unless(bool add, dnn_matrix *dX) {
    if (!add)
        dnn_matrix_clear(dX);
}

#define CLASS(operation, flag, shape, formula)                                                     \
    const dnn_layer_class dnn_operator_##operation = {                                             \
        .name = #operation,                                                                        \
        .doc = formula,                                                                            \
        .flags = (flag) | DNN_STRIDED,                                                             \
        .result = shape,                                                                           \
        .scratch = operation##_scratch,                                                            \
        .forward = operation##_forward,                                                            \
        .backward = operation##_backward,                                                          \
    };

#define copy_scratch      NULL
#define convert_scratch   NULL
#define transpose_scratch dnn_scratch_matrix_bytes
#define diag_scratch      NULL
#define block_scratch     NULL
#define reshape_scratch   NULL
#define cat_scratch       NULL

/* --- copy, convert --- */

static dnn_status copy_forward(dnn_call *call, dnn_error *err) {
    return dnn_matrix_copy(&call->A, &call->X[0], err);
}

static dnn_status copy_backward(dnn_call *call, dnn_error *err) {
    return call->dX[0].data == NULL ? DNN_OK
                                    : take_back(&call->dX[0], &call->dA, call->add[0], err);
}

#define convert_forward  copy_forward
#define convert_backward copy_backward

CLASS(copy, 0, NULL, "A = X")
CLASS(convert, 0, NULL, "A = X in another type")

/* --- transpose, diag --- */

static dnn_status transposed(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = call->X[0].cols;
    *cols = call->X[0].rows;
    return DNN_OK;
}

static dnn_status transpose_forward(dnn_call *call, dnn_error *err) {
    return dnn_matrix_transpose(&call->A, &call->X[0], err);
}

static dnn_status transpose_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dX = &call->dX[0];
    if (dX->data == NULL)
        return DNN_OK;
    if (!call->add[0])
        return dnn_matrix_transpose(dX, &call->dA, err);
    dnn_matrix G = dnn_matrix_of(dX->dtype, dX->rows, dX->cols, call->scratch);
    dnn_status status = dnn_matrix_transpose(&G, &call->dA, err);
    return status == DNN_OK ? dnn_spread(dX, &G, true, err) : status;
}

CLASS(transpose, 0, transposed, "A = X'")

/* The diagonal as a row whose columns lie ld + 1 elements apart. */
static dnn_matrix diagonal(const dnn_matrix *m) {
    dnn_matrix row = *m;
    row.cols = row.rows < row.cols ? row.rows : row.cols;
    row.rows = 1;
    row.ld += 1;
    return row;
}

static dnn_status diag_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = diagonal(&call->X[0]).cols;
    *cols = 1;
    return DNN_OK;
}

static dnn_status diag_forward(dnn_call *call, dnn_error *err) {
    dnn_matrix row = diagonal(&call->X[0]);
    return dnn_matrix_transpose(&call->A, &row, err);
}

static dnn_status diag_backward(dnn_call *call, dnn_error *err) {
    if (call->dX[0].data == NULL)
        return DNN_OK;
    clear_unless(call->add[0], &call->dX[0]);
    dnn_matrix to = diagonal(&call->dX[0]);
    dnn_matrix from = dnn_matrix_of(call->dtype, 1, call->dA.rows, call->dA.data);
    return dnn_binary(DNN_ADD, &to, &to, &from, err);
}

CLASS(diag, 0, diag_result, "A = the diagonal of X")

/* --- block, reshape: A is memory of X --- */

enum { BLOCK_I, BLOCK_J, BLOCK_ROWS, BLOCK_COLS }; /* arguments of block */
enum { RESHAPE_ROWS, RESHAPE_COLS };               /* arguments of reshape */

static dnn_status block_of(dnn_matrix *part, const dnn_call *call, const dnn_matrix *m,
                           dnn_error *err) {
    const double *a = call->argument;
    return dnn_matrix_block(part, m, (size_t)a[BLOCK_I], (size_t)a[BLOCK_J], (size_t)a[BLOCK_ROWS],
                            (size_t)a[BLOCK_COLS], err);
}

static dnn_status block_forward(dnn_call *call, dnn_error *err) {
    return block_of(&call->A, call, &call->X[0], err);
}

static dnn_status block_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix to;
    if (call->dX[0].data == NULL)
        return DNN_OK;
    clear_unless(call->add[0], &call->dX[0]);
    dnn_status status = block_of(&to, call, &call->dX[0], err);
    return status == DNN_OK ? dnn_binary(DNN_ADD, &to, &to, &call->dA, err) : status;
}

CLASS(block, DNN_SHARES, NULL, "A = a block of X, a view")

static dnn_status reshape_forward(dnn_call *call, dnn_error *err) {
    return dnn_matrix_reshape(&call->A, &call->X[0], (size_t)call->argument[RESHAPE_ROWS],
                              (size_t)call->argument[RESHAPE_COLS], err);
}

static dnn_status reshape_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dX = &call->dX[0];
    if (dX->data == NULL)
        return DNN_OK;
    dnn_matrix G = dnn_matrix_of(dX->dtype, dX->rows, dX->cols, call->dA.data);
    return dnn_spread(dX, &G, call->add[0], err);
}

CLASS(reshape, DNN_SHARES, NULL, "A = X in another shape, a view")

/* --- cat --- */

static dnn_status cat_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err; /* dnn_matrix_copy says what does not fit */
    *rows = call->X[0].rows;
    *cols = call->X[0].cols;
    for (size_t k = 1; k < call->inputs; k++)
        *(call->argument[0] == 1 ? rows : cols) +=
            call->argument[0] == 1 ? call->X[k].rows : call->X[k].cols;
    return DNN_OK;
}

/* The place of input k, whose parts before it end at `end`, in a matrix of A's shape. */
static dnn_status place_of(dnn_matrix *place, const dnn_call *call, const dnn_matrix *whole,
                           size_t k, size_t *end, dnn_error *err) {
    const dnn_matrix *X = &call->X[k];
    bool below = call->argument[0] == 1;
    size_t start = *end;
    *end += below ? X->rows : X->cols;
    return dnn_matrix_block(place, whole, below ? start : 0, below ? 0 : start, X->rows, X->cols,
                            err);
}

static dnn_status cat_forward(dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    dnn_matrix place;
    size_t end = 0;
    for (size_t k = 0; k < call->inputs && status == DNN_OK; k++) {
        status = place_of(&place, call, &call->A, k, &end, err);
        if (status == DNN_OK)
            status = dnn_matrix_copy(&place, &call->X[k], err);
    }
    return status;
}

static dnn_status cat_backward(dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    dnn_matrix place;
    size_t end = 0;
    for (size_t k = 0; k < call->inputs && status == DNN_OK; k++) {
        status = place_of(&place, call, &call->dA, k, &end, err);
        if (status == DNN_OK && call->dX[k].data != NULL)
            status = dnn_spread(&call->dX[k], &place, call->add[k], err);
    }
    return status;
}

CLASS(cat, DNN_MANY_INPUTS, cat_result, "A = the inputs side by side or one above the other")

/* --- gather --- */

/* X1 is a row of column numbers from 0; X2 holds scale and shift. */
static dnn_status gather_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = call->X[0].rows;
    *cols = call->X[1].cols;
    return DNN_OK;
}

enum { SCALE, SHIFT }; /* arguments of gather */

static size_t column_of(const dnn_call *call, size_t k) {
    return (size_t)dnn_matrix_get(&call->X[1], 0, k);
}

static dnn_status gather_forward(dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t k = 0; k < call->A.cols && status == DNN_OK; k++) {
        dnn_matrix from, to;
        dnn_matrix_block(&from, &call->X[0], 0, column_of(call, k), call->A.rows, 1, NULL);
        dnn_matrix_block(&to, &call->A, 0, k, call->A.rows, 1, NULL);
        status = dnn_matrix_copy(&to, &from, err);
    }
    if (status == DNN_OK && call->argument[SCALE] != 1)
        status = dnn_binary_scalar(DNN_MUL, &call->A, &call->A, call->argument[SCALE], false, err);
    if (status == DNN_OK && call->argument[SHIFT] != 0)
        status = dnn_binary_scalar(DNN_ADD, &call->A, &call->A, call->argument[SHIFT], false, err);
    return status;
}

static dnn_status gather_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dX = &call->dX[0], from, to;
    dnn_status status = DNN_OK;
    if (dX->data == NULL)
        return DNN_OK;
    clear_unless(call->add[0], dX);
    if (call->argument[SCALE] != 1) /* dA is this call's own */
        status = dnn_binary_scalar(DNN_MUL, &call->dA, &call->dA, call->argument[SCALE], false, err);
    for (size_t k = 0; k < call->A.cols && status == DNN_OK; k++) {
        dnn_matrix_block(&from, &call->dA, 0, k, call->A.rows, 1, NULL);
        dnn_matrix_block(&to, dX, 0, column_of(call, k), call->A.rows, 1, NULL);
        status = dnn_binary(DNN_ADD, &to, &to, &from, err);
    }
    return status;
}

const dnn_layer_class dnn_operator_gather = {
    .name = "gather",
    .doc = "A = columns of X",
    .flags = DNN_READS_X | DNN_STRIDED,
    .constants = 1u << 1, /* the column numbers */
    .result = gather_result,
    .forward = gather_forward,
    .backward = gather_backward,
};
