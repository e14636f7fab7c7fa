/* ranking.h: how well scores put positive examples before negative ones. */
#ifndef DNN_MATH_RANKING_H
#define DNN_MATH_RANKING_H

#include "math/matrix.h"

/* Where one of the two kinds is missing, its measure is NaN. */
typedef struct dnn_ranking {
    size_t positives, negatives;
    double auc;               /* area under the ROC curve: the share of pairs of a positive and a
                                 negative in the right order, equal scores counting a half
                                 (Fawcett 2006, An introduction to ROC analysis) */
    double average_precision; /* sum over thresholds of (R_n - R_(n-1)) P_n, equal scores being one
                                 threshold (Manning et al. 2008, 8.4) */
} dnn_ranking;

/* Ranks examples by their scores; a label above 1/2 is a positive. Both matrices hold one number
 * for each example, of any type. DNN_ERROR_SHAPE when their sizes differ, DNN_ERROR_NUMERIC when a
 * score is NaN. */
dnn_status dnn_ranking_of(dnn_ranking *out, const dnn_matrix *scores, const dnn_matrix *labels,
                          dnn_error *err);

#endif
