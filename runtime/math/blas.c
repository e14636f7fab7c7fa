/* blas.c: what matrices may be multiplied, and what is said when they may not; mm_run.c does it.
 */
#include "math/blas.h"

#include <limits.h>
#include <stdio.h>

#include "math/elementwise.h"
#include "math/mm_run.h"

/* "209 x 12288", and as the operand that it is: "209 x 12288 (transposed)". */
static void describe(char *text, size_t size, bool transposed, const dnn_matrix *m) {
    snprintf(text, size, "%zu x %zu%s", m->rows, m->cols, transposed ? " (transposed)" : "");
}

/* The change that would make the product fit, or "". Transposing b is what people forget most. */
static void suggest(char *text, size_t size, bool ta, bool tb, const dnn_matrix *a,
                    const dnn_matrix *b) {
    size_t inner_a = ta ? a->rows : a->cols, other_a = ta ? a->cols : a->rows;
    size_t inner_b = tb ? b->cols : b->rows, other_b = tb ? b->rows : b->cols;
    text[0] = '\0';
    if (!ta && !tb && a->rows == b->rows && a->cols == b->cols)
        snprintf(text, size,
                 " (element by element it is A %% B; else transpose the second: B:t(), %zu x %zu)",
                 b->cols, b->rows);
    else if (inner_a == other_b)
        snprintf(text, size, " (%s the second: B%s, %zu x %zu)",
                 tb ? "do not transpose" : "transpose", tb ? "" : ":t()", other_b, inner_b);
    else if (other_a == inner_b)
        snprintf(text, size, " (%s the first: A%s, %zu x %zu)",
                 ta ? "do not transpose" : "transpose", ta ? "" : ":t()", inner_a, other_a);
    else if (other_a == other_b)
        snprintf(text, size, " (exchanged they do: %zu x %zu times %zu x %zu)", inner_b, other_b,
                 other_a, inner_a);
}

static size_t inner_of(bool ta, const dnn_matrix *a) {
    return ta ? a->rows : a->cols;
}

void dnn_mm_shape(bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b, size_t *rows,
                  size_t *cols) {
    bool fits = inner_of(ta, a) == inner_of(!tb, b);
    *rows = !fits ? 0 : ta ? a->cols : a->rows;
    *cols = !fits ? 0 : tb ? b->rows : b->cols;
}

static dnn_status fail_shapes(bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b,
                              dnn_error *err) {
    char left[64], right[64], fix[128];
    describe(left, sizeof left, ta, a);
    describe(right, sizeof right, tb, b);
    suggest(fix, sizeof fix, ta, tb, a, b);
    return dnn_fail(
        err, DNN_ERROR_SHAPE,
        "matrix product: %s times %s do not fit: the left has %zu columns, the right %zu "
        "rows%s",
        left, right, inner_of(ta, a), inner_of(!tb, b), fix);
}

static dnn_status check_types(const dnn_matrix *a, const dnn_matrix *b, const dnn_matrix *out,
                              dnn_error *err) {
    static const char what[] = "matrix product";
    if (a->dtype <= DNN_FLOAT64 && b->dtype == a->dtype && out->dtype == a->dtype)
        return DNN_OK;
    const dnn_matrix *all[] = {a, b, out};
    for (size_t i = 0; i < 3; i++) {
        dnn_status status = dnn_matrix_require_real(all[i], what, err);
        if (status == DNN_OK)
            status = dnn_matrix_require_same_type(a, all[i], what, err);
        if (status != DNN_OK)
            return status;
    }
    return DNN_OK;
}

/* Most often one follows the other in memory, which is quick to see. */
static bool overlap(const dnn_matrix *out, const dnn_matrix *m) {
    size_t size = dnn_dtype_info(out->dtype)->size;
    uintptr_t o = (uintptr_t)out->data, x = (uintptr_t)m->data;
    return o < x + m->ld * m->cols * size && x < o + out->ld * out->cols * size &&
           dnn_matrix_overlap(out, m);
}

static dnn_status check_output(const dnn_matrix *a, const dnn_matrix *b, const dnn_matrix *out,
                               size_t rows, size_t cols, dnn_error *err) {
    if (out->rows != rows || out->cols != cols)
        return dnn_fail(
            err, DNN_ERROR_SHAPE,
            "matrix product: the result is %zu x %zu, the matrix to write into %zu x %zu", rows,
            cols, out->rows, out->cols);
    if (overlap(out, a) || overlap(out, b))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "matrix product: the output shares memory with the %s operand; "
                        "write into another one, or copy the operand first",
                        dnn_matrix_overlap(out, a) ? "first" : "second");
    const dnn_matrix *all[] = {a, b, out};
    for (size_t i = 0; i < 3; i++)
        if (all[i]->rows > INT_MAX || all[i]->cols > INT_MAX || all[i]->ld > INT_MAX)
            return dnn_fail(
                err, DNN_ERROR_SHAPE,
                "matrix product: %zu x %zu (columns %zu apart) is beyond BLAS's limit of %d",
                all[i]->rows, all[i]->cols, all[i]->ld, INT_MAX);
    return DNN_OK;
}

/* out = beta * out: the product of matrices without an inner dimension is 0. */
static void scale(dnn_matrix *out, double beta) {
    for (size_t j = 0; j < out->cols; j++)
        for (size_t i = 0; i < out->rows; i++)
            dnn_matrix_set(out, i, j, beta == 0 ? 0 : beta * dnn_matrix_get(out, i, j));
}

/* Whether none of the checks fails and there is something to multiply, which is quicker to see for
 * all together; a small network multiplies often. */
static bool is_sound(bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b,
                     const dnn_matrix *bias, const dnn_matrix *out) {
    size_t rows = ta ? a->cols : a->rows, inner = ta ? a->rows : a->cols,
           cols = tb ? b->rows : b->cols, other = tb ? b->cols : b->rows,
           most = a->rows | a->cols | a->ld | b->rows | b->cols | b->ld | out->ld;
    if (a->dtype > DNN_FLOAT64 || b->dtype != a->dtype || out->dtype != a->dtype ||
        out->rows != rows || out->cols != cols || inner != other || most > INT_MAX || rows == 0 ||
        cols == 0 || inner == 0)
        return false;
    if (bias != NULL && (bias->rows != rows || bias->cols != 1 || bias->dtype != a->dtype))
        return false;
    return !overlap(out, a) && !overlap(out, b);
}

static dnn_status check_bias(const dnn_matrix *bias, const dnn_matrix *out, dnn_error *err) {
    if (bias->rows != out->rows || bias->cols != 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "matrix product: the bias is %zu x %zu; with %zu rows it must be %zu x 1",
                        bias->rows, bias->cols, out->rows, out->rows);
    return dnn_matrix_require_same_type(out, bias, "matrix product", err);
}

/* What is wrong with a product; or there is nothing to multiply, and out is beta * out + bias. */
static dnn_status check_product(bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b,
                                double beta, const dnn_matrix *bias, dnn_matrix *out,
                                dnn_error *err) {
    size_t rows, cols;
    dnn_mm_shape(ta, tb, a, b, &rows, &cols);
    dnn_status status = check_types(a, b, out, err);
    if (status == DNN_OK && inner_of(ta, a) != inner_of(!tb, b))
        status = fail_shapes(ta, tb, a, b, err);
    if (status == DNN_OK)
        status = check_output(a, b, out, rows, cols, err);
    if (status == DNN_OK && bias != NULL)
        status = check_bias(bias, out, err);
    if (status != DNN_OK || rows == 0 || cols == 0)
        return status;
    scale(out, beta);
    return bias == NULL ? DNN_OK : dnn_binary(DNN_ADD, out, out, bias, err);
}

/* out = alpha * op(a) * op(b) + beta * out + bias, where there is one, and sums, see mm_run.h; true
 * into *summed where these were made. All of the call is written: clearing it takes longer. */
static inline dnn_status multiply(bool transpose_a, bool transpose_b, double alpha,
                                  const dnn_matrix *a, const dnn_matrix *b, double beta,
                                  const dnn_matrix *bias, dnn_matrix *out, void *sums, bool *summed,
                                  dnn_error *err) {
    *summed = false;
    if (!is_sound(transpose_a, transpose_b, a, b, bias, out))
        return check_product(transpose_a, transpose_b, a, b, beta, bias, out, err);
    dnn_mm_call p = {.dtype = out->dtype,
                     .m = out->rows,
                     .n = out->cols,
                     .k = inner_of(transpose_a, a),
                     .alpha = alpha,
                     .beta = beta,
                     .a = a->data,
                     .b = b->data,
                     .c = out->data,
                     .bias = bias == NULL ? NULL : bias->data,
                     .lda = a->ld,
                     .ldb = b->ld,
                     .ldc = out->ld,
                     .transpose_a = transpose_a,
                     .transpose_b = transpose_b,
                     .sums = sums,
                     .summed = false,
                     .bfloat16 = false};
    dnn_status status = dnn_mm_run(&p, err);
    *summed = p.summed;
    return status;
}

dnn_status dnn_mm(bool transpose_a, bool transpose_b, double alpha, const dnn_matrix *a,
                  const dnn_matrix *b, double beta, dnn_matrix *out, dnn_error *err) {
    bool summed;
    return multiply(transpose_a, transpose_b, alpha, a, b, beta, NULL, out, NULL, &summed, err);
}

dnn_status dnn_mm_bias(bool transpose_a, bool transpose_b, const dnn_matrix *a, const dnn_matrix *b,
                       const dnn_matrix *bias, dnn_matrix *out, dnn_error *err) {
    bool summed;
    return multiply(transpose_a, transpose_b, 1, a, b, 0, bias, out, NULL, &summed, err);
}

dnn_status dnn_mm_outer(const dnn_matrix *a, const dnn_matrix *b, double beta, dnn_matrix *out,
                        dnn_matrix *sums, bool *summed, dnn_error *err) {
    bool fits = sums != NULL && sums->rows == a->rows && sums->cols == 1 && sums->dtype == a->dtype;
    return multiply(false, true, 1, a, b, beta, NULL, out, fits ? sums->data : NULL, summed, err);
}
