/* pr_curve.h: precision and recall at evenly spaced thresholds, as TensorBoard's plugin "pr_curves"
 * has them. */
#ifndef DNN_MATH_PR_CURVE_H
#define DNN_MATH_PR_CURVE_H

#include "math/matrix.h"

/* The rows of a curve, with a column for each threshold. */
enum {
    DNN_PR_TRUE_POSITIVES = 0,
    DNN_PR_FALSE_POSITIVES,
    DNN_PR_TRUE_NEGATIVES,
    DNN_PR_FALSE_NEGATIVES,
    DNN_PR_PRECISION,
    DNN_PR_RECALL,
    DNN_PR_ROWS
};

/* Threshold k of n is k / (n - 1), and a probability that is not below it is a positive. Precision
 * is TP / (TP + FP), recall TP / (TP + FN), 0 where nothing is counted.
 *
 * Both matrices hold one number for each example, of any type; a label above 1/2 is a positive.
 * `curve` (thresholds x DNN_PR_ROWS, float64, 2 thresholds or more) gets the curve transposed: row
 * after row in memory, as files have it. DNN_ERROR_SHAPE when sizes differ, DNN_ERROR_NUMERIC when
 * a probability is not within 0..1. */
dnn_status dnn_pr_curve(dnn_matrix *curve, const dnn_matrix *probabilities,
                        const dnn_matrix *labels, dnn_error *err);

#endif
