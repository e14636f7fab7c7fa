/* row_sums.h: the gradient of a bias. */
#ifndef DNN_NN_ROW_SUMS_H
#define DNN_NN_ROW_SUMS_H

#include "math/matrix.h"

/* out (rows x 1) = row sums of M, added to what is there when `accumulate`. Sums run in
 * double, in an order that the shape alone decides, so that they do not depend on the number of
 * threads. */
void dnn_row_sums(dnn_matrix *out, const dnn_matrix *M, bool accumulate);

#endif
