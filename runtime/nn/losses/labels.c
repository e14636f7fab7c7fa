/* labels.c: reading and checking class numbers. */
#include "nn/losses/labels.h"

#include <math.h>
#include <stdio.h>

#include "math/convert.h"
#include "math/simd.h"

dnn_labels dnn_labels_of(const char *name, const dnn_loss_call *call, size_t steps, double ignore) {
    return (dnn_labels){
        .name = name,
        .Y = call->Y,
        .weights = call->vector == NULL ? NULL : call->vector->data,
        .classes = steps == 1 ? call->A->rows : call->A->rows / steps,
        .steps = steps,
        .ignore = ignore,
    };
}

void dnn_labels_read(const dnn_labels *labels, size_t first, size_t n, double *out) {
    const dnn_matrix *Y = labels->Y;
    if (dnn_matrix_is_contiguous(Y)) {
        dnn_convert[Y->dtype][DNN_FLOAT64](n, out, dnn_matrix_at(Y, first, 0), NULL, NULL);
        return;
    }
    while (n > 0) {
        size_t row = first % labels->steps, column = first / labels->steps;
        size_t run = labels->steps - row > n ? n : labels->steps - row;
        dnn_convert[Y->dtype][DNN_FLOAT64](run, out, dnn_matrix_at(Y, row, column), NULL, NULL);
        first += run;
        out += run;
        n -= run;
    }
}

/* --- checks --- */

dnn_status dnn_labels_check_shape(const char *name, const dnn_loss_call *call, dnn_error *err) {
    const dnn_matrix *A = call->A, *Y = call->Y;
    const char *hint = "";
    dnn_status status = dnn_matrix_require_real(A, name, err);
    if (status != DNN_OK)
        return status;
    if (dnn_matrix_count(A) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: A is %zu x %zu, there is nothing to compare",
                        name, A->rows, A->cols);
    if (Y->cols == A->cols && (Y->rows == 1 || (Y->rows != 0 && A->rows % Y->rows == 0)))
        return DNN_OK;
    if (Y->rows == A->cols && Y->cols == 1)
        hint = " (is Y transposed?)";
    else if (Y->cols != A->cols && Y->rows <= A->rows)
        hint = " (are both of the same batch?)";
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "%s: A is %zu x %zu, so Y must be 1 x %zu labels, or steps x %zu where A is "
                    "(steps * classes) x %zu, not %zu x %zu%s",
                    name, A->rows, A->cols, A->cols, A->cols, A->cols, Y->rows, Y->cols, hint);
}

static dnn_status fail_label(const dnn_labels *labels, double label, size_t position,
                             dnn_error *err) {
    const char *hint = labels->steps == 1 ? " (A has a row for each class)"
                                          : " (A has as many rows as Y times classes)";
    char place[64];
    if (labels->steps == 1)
        snprintf(place, sizeof place, "column %zu", position + 1);
    else
        snprintf(place, sizeof place, "(%zu, %zu)", position % labels->steps + 1,
                 position / labels->steps + 1);
    if (label >= 1 && label <= (double)labels->classes)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: label %g at %s is not a whole number; labels are the numbers of "
                        "classes, 1..C",
                        labels->name, label, place);
    if (labels->classes == 1)
        hint = "; A has one row, a single class: for classes 0 and 1 take BCEWithLogitsLoss";
    else if (label == 0)
        hint = "; labels count from 1 in Lua (add 1 to labels that count from 0)";
    else if (label < 0)
        hint = "; ignore_index = says which label does not count";
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: label %g at %s is outside 1..%zu%s", labels->name,
                    dnn_shown(label), place, labels->classes, hint);
}

DNN_INLINE bool is_good(double label, double most, double ignore) {
    return (label == ignore) | ((label >= 1) & (label <= most) & (label == floor(label)));
}

/* Whether all are good, and how many of them count. */
DNN_CLONES static bool all_good(const double *labels, size_t n, double most, double ignore,
                                int *count) {
    int bad = 0, counted = 0;
    for (size_t p = 0; p < n; p++) {
        bad |= !is_good(labels[p], most, ignore);
        counted += labels[p] != ignore;
    }
    *count = counted;
    return !bad;
}

static double total_of(const dnn_labels *labels) {
    size_t positions = labels->steps * labels->Y->cols;
    double part[DNN_LABELS_PART], total = 0;
    for (size_t first = 0; first < positions; first += DNN_LABELS_PART) {
        size_t n = positions - first < DNN_LABELS_PART ? positions - first : DNN_LABELS_PART;
        dnn_labels_read(labels, first, n, part);
        for (size_t p = 0; p < n; p++)
            if (part[p] != labels->ignore)
                total += labels->weights[(size_t)part[p] - 1];
    }
    return total;
}

dnn_status dnn_labels_check(const dnn_labels *labels, const dnn_loss_call *call, dnn_error *err) {
    size_t positions = labels->steps * labels->Y->cols;
    double part[DNN_LABELS_PART], most = (double)labels->classes, total = 0;
    for (size_t first = 0; first < positions; first += DNN_LABELS_PART) {
        size_t n = positions - first < DNN_LABELS_PART ? positions - first : DNN_LABELS_PART;
        int count = 0;
        dnn_labels_read(labels, first, n, part);
        if (all_good(part, n, most, labels->ignore, &count)) {
            total += count;
            continue;
        }
        for (size_t p = 0; p < n; p++)
            if (!is_good(part[p], most, labels->ignore))
                return fail_label(labels, part[p], first + p, err);
    }
    dnn_status status =
        dnn_check_vector(labels->name, call, "weight", labels->classes, "class", err);
    if (status == DNN_OK)
        *call->total = labels->weights == NULL ? total : total_of(labels);
    return status;
}

dnn_status dnn_labels_check_total(const dnn_labels *labels, const dnn_loss_call *call,
                                  dnn_error *err) {
    if (*call->total != 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT,
                    "%s: the mean is undefined, as no label counts: each is %g (ignore_index) or "
                    "its class has weight 0",
                    labels->name, labels->ignore);
}
