/* loss.c: the entrances, which check before they compute, and what the losses share: reduction,
 * weights, checks of the targets. */
#ifdef T /* both_types.inc */

/* True when all elements lie in 0..1; a NaN counts as inside when `nan`. */
DNN_CLONES static bool K(within_unit)(const T *x, size_t n, bool nan) {
    int outside = 0;
    for (size_t i = 0; i < n; i++)
        outside |= (x[i] < 0) | (x[i] > 1) | ((x[i] != x[i]) & !nan);
    return !outside;
}

#else
#include "nn/loss.h"

#include <math.h>

#include "core/interrupt.h"
#include "math/convert.h"
#include "math/simd.h"
#include "nn/losses/ahead.h"
#include "nn/losses/elementwise.h"

#define KERNELS "nn/losses/loss.c"
#include "nn/both_types.inc"

/* Weights or costs: a number of A's type for each example. */
static dnn_status check_examples(const char *name, const char *what, const dnn_matrix *A,
                                 const dnn_matrix *m, dnn_error *err) {
    if (m == NULL)
        return DNN_OK;
    if (m->rows != 1 || m->cols != A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "%s: %s must be 1 x %zu, one for each example (A is %zu x %zu), not "
                        "%zu x %zu%s",
                        name, what, A->cols, A->rows, A->cols, m->rows, m->cols,
                        m->cols == 1 && m->rows == A->cols ? " (is it transposed?)" : "");
    return dnn_matrix_require_same_type(A, m, name, err);
}

/* What comes in for what the class takes. */
static dnn_status check_inputs(const dnn_loss_class *kind, const dnn_loss_call *call,
                               dnn_error *err) {
    const dnn_matrix *A = call->A;
    dnn_status status = DNN_OK;
    if (kind->targets != DNN_TARGETS_NONE && call->Y == NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: Y is missing", kind->name);
    for (size_t k = 0; k + 1 < kind->inputs && status == DNN_OK; k++) {
        const dnn_matrix *other = call->others[k];
        char name = (char)('B' + k);
        if (other == NULL)
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %c is missing", kind->name, name);
        if (other->rows != A->rows || other->cols != A->cols)
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "%s: A is %zu x %zu, %c is %zu x %zu; they need the same shape",
                            kind->name, A->rows, A->cols, name, other->rows, other->cols);
        status = dnn_matrix_require_same_type(A, other, kind->name, err);
    }
    return status;
}

static dnn_status check_call(const dnn_loss_class *kind, const dnn_loss_call *call,
                             dnn_error *err) {
    dnn_status status = check_inputs(kind, call, err);
    if (status == DNN_OK)
        status = kind->elementwise != NULL ? dnn_elementwise_check(kind, call, err)
                                           : kind->check(call, err);
    if (status == DNN_OK)
        status = check_examples(kind->name, "weights", call->A, call->weights, err);
    if (status == DNN_OK)
        status = check_examples(kind->name, "costs", call->A, call->costs, err);
    return status;
}

/* --- example by example --- */

static double columns_scale(const dnn_loss_class *kind, const dnn_loss_call *call) {
    return dnn_reduction_scale(call, kind->of_elements ? dnn_matrix_count(call->A) : call->A->cols);
}

static double columns_forward(const dnn_loss_class *kind, const dnn_loss_call *call) {
    double sum = 0;
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++) {
        double cost = kind->column(call, j, dnn_loss_weight(call, j), NULL);
        dnn_loss_note_cost(call, j, cost);
        sum += cost;
    }
    return sum * columns_scale(kind, call);
}

static void columns_backward(const dnn_loss_class *kind, const dnn_loss_call *call,
                             dnn_matrix *dA) {
    double scale = columns_scale(kind, call);
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++)
        kind->column(call, j, scale * dnn_loss_weight(call, j), dA);
}

/* --- a call --- */

dnn_status dnn_loss_forward(const dnn_loss_class *kind, const dnn_loss_call *given, double *cost,
                            dnn_error *err) {
    double total = 0;
    dnn_loss_call with_total = *given, *call = &with_total;
    call->total = &total;
    dnn_status status = check_call(kind, call, err);
    if (status != DNN_OK)
        return status;
    if (!dnn_ahead_forward(kind, call, cost))
        *cost = kind->elementwise != NULL ? dnn_elementwise_forward(kind, call)
                : kind->column != NULL    ? columns_forward(kind, call)
                                          : kind->forward(call);
    status = dnn_interrupt_check(err); /* a part may have been left out */
    if (status != DNN_OK && call->ahead != NULL)
        call->ahead->made = false;
    return status;
}

dnn_status dnn_loss_backward(const dnn_loss_class *kind, const dnn_loss_call *given, dnn_matrix *dA,
                             dnn_error *err) {
    double total = 0;
    dnn_loss_call with_total = *given, *call = &with_total;
    const dnn_matrix *A = call->A;
    call->total = &total;
    if (dnn_ahead_backward(kind, call, dA))
        return dnn_interrupt_check(err);
    dnn_status status = check_call(kind, call, err);
    for (size_t k = 0; k < (kind->inputs == 0 ? 1 : kind->inputs) && status == DNN_OK; k++) {
        if (dA[k].rows != A->rows || dA[k].cols != A->cols)
            return dnn_fail(err, DNN_ERROR_SHAPE, "%s: d%c must be %zu x %zu like A, not %zu x %zu",
                            kind->name, (char)('A' + k), A->rows, A->cols, dA[k].rows, dA[k].cols);
        status = dnn_matrix_require_same_type(A, &dA[k], kind->name, err);
    }
    if (status != DNN_OK)
        return status;
    if (kind->elementwise != NULL)
        dnn_elementwise_backward(kind, call, dA);
    else if (kind->column != NULL)
        columns_backward(kind, call, dA);
    else
        kind->backward(call, dA);
    return dnn_interrupt_check(err);
}

/* --- reduction and weights --- */

const char *const dnn_reductions[] = {"mean", "sum", "none", NULL};

const dnn_field dnn_reduction_fields[] = {DNN_REDUCTION_ROW, {.name = NULL}};

double dnn_reduction_scale(const dnn_loss_call *call, size_t count) {
    double reduction = call->settings[0].number;
    return reduction == 0 ? 1 / (double)count : reduction == 3 ? 1 / (double)call->A->cols : 1;
}

double dnn_loss_weight(const dnn_loss_call *call, size_t j) {
    return call->weights == NULL ? 1 : dnn_matrix_get(call->weights, 0, j);
}

void dnn_loss_note_cost(const dnn_loss_call *call, size_t j, double cost) {
    if (call->costs != NULL)
        dnn_matrix_set(call->costs, 0, j, cost);
}

dnn_status dnn_check_vector(const char *name, const dnn_loss_call *call, const char *vector,
                            size_t count, const char *what, dnn_error *err) {
    if (call->vector == NULL || dnn_matrix_count(call->vector) == count)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "%s: %s must hold %zu numbers, one for each %s (A is %zu x %zu), not %zu", name,
                    vector, count, what, call->A->rows, call->A->cols,
                    dnn_matrix_count(call->vector));
}

/* --- targets --- */

dnn_status dnn_check_targets(const char *name, const dnn_loss_call *call, dnn_error *err) {
    const dnn_matrix *A = call->A, *Y = call->Y;
    dnn_status status = dnn_matrix_require_real(A, name, err);
    if (status != DNN_OK)
        return status;
    if (A->rows != Y->rows || A->cols != Y->cols)
        return dnn_fail(
            err, DNN_ERROR_SHAPE, "%s: A is %zu x %zu, Y is %zu x %zu; they need the same shape%s",
            name, A->rows, A->cols, Y->rows, Y->cols,
            A->rows == Y->cols && A->cols == Y->rows ? " (columns are examples: is Y transposed?)"
            : A->rows == Y->rows                     ? " (are both of the same batch?)"
            : A->cols == Y->cols && Y->rows == 1     ? " (class numbers are for CrossEntropyLoss)"
                                                     : "");
    if (dnn_matrix_count(A) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: A is %zu x %zu, there is nothing to compare",
                        name, A->rows, A->cols);
    return dnn_dtype_info(Y->dtype)->is_real ? dnn_matrix_require_same_type(A, Y, name, err)
                                             : DNN_OK;
}

/* The same of whole numbers, a piece at a time. */
static bool whole_within_unit(const dnn_matrix *m, size_t col, size_t rows) {
    float piece[256];
    const size_t most = sizeof piece / sizeof *piece, size = dnn_dtype_info(m->dtype)->size;
    for (size_t i = 0; i < rows; i += most) {
        size_t n = rows - i < most ? rows - i : most;
        const char *from = (const char *)dnn_matrix_at(m, 0, col) + i * size;
        dnn_convert[m->dtype][DNN_FLOAT32](n, piece, from, NULL, NULL);
        if (!within_unit_f32(piece, n, false))
            return false;
    }
    return true;
}

/* `rows` elements from the start of a column on. */
static bool within_unit(const dnn_matrix *m, size_t col, size_t rows, bool nan) {
    if (m->dtype == DNN_FLOAT32)
        return within_unit_f32(dnn_matrix_at(m, 0, col), rows, nan);
    if (m->dtype == DNN_FLOAT64)
        return within_unit_f64(dnn_matrix_at(m, 0, col), rows, nan);
    return whole_within_unit(m, col, rows);
}

/* Fails at the first element outside 0..1 (or NaN, unless `nan`). */
static dnn_status check_unit(const char *name, const char *what, const char *fix,
                             const dnn_matrix *m, bool nan, dnn_error *err) {
    bool whole = dnn_matrix_is_contiguous(m);
    size_t run = whole ? dnn_matrix_count(m) : m->rows, runs = whole ? 1 : m->cols;
    for (size_t c = 0; c < runs; c++) {
        if (within_unit(m, c, run, nan))
            continue;
        for (size_t k = 0; k < run; k++) {
            size_t i = k % m->rows, j = c + k / m->rows;
            double x = dnn_matrix_get(m, i, j);
            if ((x >= 0 && x <= 1) || (nan && isnan(x)))
                continue;
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s(%zu, %zu) is %g, outside 0..1%s", name,
                            what, i + 1, j + 1, dnn_shown(x), fix);
        }
    }
    return DNN_OK;
}

dnn_status dnn_check_signs(const char *name, const dnn_matrix *Y, dnn_error *err) {
    for (size_t j = 0; j < Y->cols; j++)
        for (size_t i = 0; i < Y->rows; i++) {
            double y = dnn_matrix_get(Y, i, j);
            if (y != 1 && y != -1)
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                "%s: Y(%zu, %zu) is %g; targets are -1 or 1%s", name, i + 1, j + 1,
                                dnn_shown(y), y == 0 ? " (2 * Y - 1 makes them of 0 and 1)" : "");
        }
    return DNN_OK;
}

dnn_status dnn_check_unit_targets(const char *name, const dnn_loss_call *call, bool probabilities,
                                  dnn_error *err) {
    dnn_status status = dnn_check_targets(name, call, err);
    if (status == DNN_OK)
        status = check_unit(name, "Y", "; targets are 0, 1 or a probability", call->Y, false, err);
    if (status == DNN_OK && probabilities)
        status = check_unit(name, "A",
                            "; end the network with a Sigmoid, or use BCEWithLogitsLoss on logits",
                            call->A, true, err);
    return status;
}

#endif
