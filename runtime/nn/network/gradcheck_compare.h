/* gradcheck_compare.h: moving every element of a matrix by h to both sides; for gradcheck.c and
 * gradcheck_case.c alone. */
#ifndef DNN_NN_GRADCHECK_COMPARE_H
#define DNN_NN_GRADCHECK_COMPARE_H

#include "nn/network/gradcheck.h"

typedef dnn_status dnn_cost_function(void *context, double *cost, dnn_error *err);

typedef struct dnn_comparison {
    dnn_cost_function *cost;
    void *context;
    double h;
    dnn_gradcheck_result *result;
    double squares; /* of all analytic gradients so far */
} dnn_comparison;

/* Compares a float64 matrix that the cost depends on with its analytic gradient. */
dnn_status dnn_compare_matrix(dnn_comparison *c, dnn_matrix *values, const dnn_matrix *gradient,
                              size_t step, const char *name, dnn_error *err);

/* Notes a fault unless there is one already. */
__attribute__((format(printf, 2, 3))) void dnn_note_fault(dnn_gradcheck_result *result,
                                                          const char *format, ...);

/* Whether the gradient is twice the other, within rounding. */
bool dnn_is_twice(const dnn_matrix *gradient, const dnn_matrix *once);

#endif
