/* pr_curve.c: examples are counted by the highest threshold that they reach; sums from the highest
 * threshold down are then the positives of each. */
#include "math/pr_curve.h"

#include <math.h>
#include <string.h>

static double *row_of(const dnn_matrix *curve, size_t row) {
    return dnn_matrix_at(curve, 0, row);
}

static dnn_status check(const dnn_matrix *p, const dnn_matrix *labels, dnn_error *err) {
    if (dnn_matrix_count(p) != dnn_matrix_count(labels))
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "expected a label for each of the %zu probabilities, got %zu",
                        dnn_matrix_count(p), dnn_matrix_count(labels));
    if (dnn_matrix_count(p) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "expected a probability at least, got none");
    for (size_t k = 0; k < dnn_matrix_count(p); k++) {
        double value = dnn_matrix_element(p, k);
        if (isnan(dnn_matrix_element(labels, k)))
            return dnn_fail(err, DNN_ERROR_NUMERIC, "labels are 0 or 1, got nan at place %zu",
                            k + 1);
        if (!(value >= 0 && value <= 1))
            return dnn_fail(err, DNN_ERROR_NUMERIC,
                            "probabilities are within 0..1, got %g at place %zu; dnn.sigmoid makes "
                            "them of logits",
                            dnn_shown(value), k + 1);
    }
    return DNN_OK;
}

/* Threshold k of n as an element of that type can be equal to it: 0.7, not what float32 lacks. */
static double threshold(size_t k, size_t n, dnn_dtype dtype) {
    double value = (double)k / (double)(n - 1);
    return dtype == DNN_FLOAT32 ? (double)(float)value : value;
}

/* The highest threshold of n that a value in 0..1 reaches. */
static size_t reached(double value, size_t n, dnn_dtype dtype) {
    size_t k = (size_t)(value * (double)(n - 1));
    if (k + 1 < n && value >= threshold(k + 1, n, dtype))
        return k + 1;
    return k > 0 && value < threshold(k, n, dtype) ? k - 1 : k;
}

/* Positive and negative examples into the first two rows, each at its highest threshold. */
static void count(dnn_matrix *curve, const dnn_matrix *p, const dnn_matrix *labels) {
    for (size_t k = 0; k < dnn_matrix_count(p); k++) {
        bool positive = dnn_matrix_element(labels, k) > 0.5;
        size_t at = reached(dnn_matrix_element(p, k), curve->rows, p->dtype);
        row_of(curve, positive ? DNN_PR_TRUE_POSITIVES : DNN_PR_FALSE_POSITIVES)[at]++;
    }
}

static void sum_down(double *row, size_t thresholds) {
    for (size_t k = thresholds - 1; k-- > 0;)
        row[k] += row[k + 1];
}

static double share(double part, double rest) {
    return part > 0 ? part / (part + rest) : 0;
}

dnn_status dnn_pr_curve(dnn_matrix *curve, const dnn_matrix *probabilities,
                        const dnn_matrix *labels, dnn_error *err) {
    dnn_status status = check(probabilities, labels, err);
    size_t n = curve->rows;
    if (status != DNN_OK)
        return status;
    for (size_t row = 0; row < DNN_PR_ROWS; row++)
        memset(row_of(curve, row), 0, n * sizeof(double));
    count(curve, probabilities, labels);
    double *tp = row_of(curve, DNN_PR_TRUE_POSITIVES), *fp = row_of(curve, DNN_PR_FALSE_POSITIVES);
    sum_down(tp, n);
    sum_down(fp, n);
    for (size_t k = 0; k < n; k++) {
        double tn = fp[0] - fp[k], fn = tp[0] - tp[k];
        row_of(curve, DNN_PR_TRUE_NEGATIVES)[k] = tn;
        row_of(curve, DNN_PR_FALSE_NEGATIVES)[k] = fn;
        row_of(curve, DNN_PR_PRECISION)[k] = share(tp[k], fp[k]);
        row_of(curve, DNN_PR_RECALL)[k] = share(tp[k], fn);
    }
    return DNN_OK;
}
