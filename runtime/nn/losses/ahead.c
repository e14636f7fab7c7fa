/* ahead.c: gradients that forward makes ahead of backward.
 *
 * Most of a small loss is the same in both: the checks of the targets, the exponentials. Nothing
 * else changes by it: a backward whose A or Y are no longer what forward had computes its own
 * gradient. */
#include "nn/losses/ahead.h"

#include <string.h>

enum { OF_A, OF_Y, OF_GRADIENT }; /* numbers */

static size_t bytes_of(const dnn_matrix *m) {
    return dnn_matrix_count(m) * dnn_dtype_info(m->dtype)->size;
}

static bool is_small(const dnn_matrix *m) {
    return m != NULL && m->rows <= DNN_LOSS_AHEAD && m->cols <= DNN_LOSS_AHEAD &&
           dnn_matrix_is_contiguous(m) && bytes_of(m) <= DNN_LOSS_AHEAD;
}

/* Whether A and Y are all that cost and gradient depend on, and small. */
static bool suits(const dnn_loss_class *kind, const dnn_loss_call *call) {
    return kind->both != NULL && call->weights == NULL && call->vector == NULL &&
           call->costs == NULL && is_small(call->A) && is_small(call->Y);
}

static dnn_matrix copy_of(const dnn_matrix *m, void *to) {
    memcpy(to, m->data, bytes_of(m));
    return dnn_matrix_of(m->dtype, m->rows, m->cols, to);
}

static bool is_same(const dnn_matrix *m, const dnn_matrix *kept) {
    return dnn_matrix_is(m, kept->rows, kept->cols, kept->dtype) &&
           memcmp(m->data, kept->data, bytes_of(kept)) == 0;
}

bool dnn_ahead_forward(const dnn_loss_class *kind, const dnn_loss_call *call, double *cost) {
    dnn_loss_ahead *ahead = call->ahead;
    if (ahead == NULL)
        return false;
    bool make = ahead->wanted && suits(kind, call);
    ahead->wanted = ahead->made = false;
    if (!make)
        return false;
    ahead->A = copy_of(call->A, ahead->numbers[OF_A]);
    ahead->Y = copy_of(call->Y, ahead->numbers[OF_Y]);
    dnn_matrix dA = ahead->A;
    dA.data = ahead->numbers[OF_GRADIENT];
    *cost = kind->both(call, &dA);
    ahead->made = true;
    return true;
}

bool dnn_ahead_backward(const dnn_loss_class *kind, const dnn_loss_call *call, dnn_matrix *dA) {
    dnn_loss_ahead *ahead = call->ahead;
    if (ahead == NULL)
        return false;
    ahead->wanted = true;
    if (!ahead->made || !suits(kind, call) || !is_same(call->A, &ahead->A) ||
        !is_same(call->Y, &ahead->Y) ||
        !dnn_matrix_is(dA, ahead->A.rows, ahead->A.cols, ahead->A.dtype))
        return false;
    memcpy(dA->data, ahead->numbers[OF_GRADIENT], bytes_of(dA));
    return true;
}
